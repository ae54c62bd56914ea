"""Letters about a new device of a supplier's person: the code that it asks for, or that it did without."""

from datetime import datetime

from sad.letters.text import LetterText, write_letter
from sad.models.people import Person


def device_code(person: Person, *, until: datetime) -> LetterText:
    """The code to type on the new device; its figures take the place of `[lien]` at delivery."""
    return write_letter("device_code", person=person, until=until)


def let_in_without_code(person: Person, *, words: str, at: datetime) -> LetterText:
    """The password was enough on a new device, on the last day of a deadline."""
    return write_letter("let_in_without_code", person=person, words=words, at=at)
