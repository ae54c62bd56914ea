"""sad: the back-office of a dynamic purchasing system (système d'acquisition dynamique) for local food."""
