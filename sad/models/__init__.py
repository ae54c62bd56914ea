"""Rows, constraints, small behaviour; one aggregate per file."""
