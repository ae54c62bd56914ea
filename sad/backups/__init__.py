"""Backups: the database and the documents of one instant in a folder, never a key; and the way back from one."""
