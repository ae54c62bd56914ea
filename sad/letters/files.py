"""Letters about the files that people send."""

from sad.letters.text import LetterText, write_letter


def quarantined(name: str, threat: str) -> LetterText:
    """To whoever sent a file: the antivirus found something in it, and nobody is given it."""
    return write_letter("file_quarantined", name=name, threat=threat)
