"""Rows for tests, made straight from the models: one file per model file."""
