"""Letters about what agents declare of their interests."""

from sad.letters.text import LetterText, write_letter
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person


def stood_aside(mini_tender: MiniTender, *, person: Person) -> LetterText:
    """To its colleagues: this person has a link with an invited supplier, one of them takes over; with whom stays in the file."""
    return write_letter("stood_aside", mini_tender=mini_tender, person=person)
