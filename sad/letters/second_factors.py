"""Letters about the second factor and the rescue codes of an account: so that a theft does not go unseen."""

from datetime import datetime

from sad.letters.text import LetterText, write_letter
from sad.models.people import Person


def factor_set(person: Person, *, at: datetime) -> LetterText:
    """From now on a code is asked at sign-in."""
    return write_letter("factor_set", person=person, at=at)


def factor_removed(person: Person, *, by: Person | None, at: datetime) -> LetterText:
    """No code is asked any more; who took the application away (None: whoever runs the service)."""
    return write_letter("factor_removed", person=person, by=by, at=at)


def codes_missed(person: Person, *, misses: int, at: datetime) -> LetterText:
    """Somebody who knows the password typed that many wrong codes within the hour."""
    return write_letter("codes_missed", person=person, misses=misses, at=at)


def rescue_code_used(person: Person, *, left: int, at: datetime) -> LetterText:
    """A rescue code was used; how many are left."""
    return write_letter("rescue_code_used", person=person, left=left, at=at)
