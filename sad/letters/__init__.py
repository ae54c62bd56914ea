"""The words of letters: from rows to text."""
