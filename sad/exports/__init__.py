"""Files for others to recompute: from rows to open formats."""
