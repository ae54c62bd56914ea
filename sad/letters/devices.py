"""Letters about new devices and passkeys: the code that a device asks for or did without, a key added or taken away."""

from datetime import datetime

from sad.letters.text import LetterText, write_letter
from sad.models.passkeys import Passkey
from sad.models.people import Person


def device_code(person: Person, *, until: datetime) -> LetterText:
    """The code to type on the new device; its figures take the place of `[lien]` at delivery."""
    return write_letter("device_code", person=person, until=until)


def let_in_without_code(person: Person, *, words: str, at: datetime) -> LetterText:
    """The password was enough on a new device, on the last day of a deadline."""
    return write_letter("let_in_without_code", person=person, words=words, at=at)


def passkey_added(passkey: Passkey) -> LetterText:
    """A key opens the account from now on."""
    return write_letter("passkey_added", passkey=passkey, person=passkey.person)


def passkey_removed(passkey: Passkey, *, at: datetime) -> LetterText:
    """A key opens the account no more."""
    return write_letter("passkey_removed", passkey=passkey, person=passkey.person, at=at)
