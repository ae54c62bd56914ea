"""The demo: reference data turned into a living system, its past played through the actions at their dates."""
