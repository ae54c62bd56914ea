"""Delivering the letters that have not left yet."""

from sad import clock, mail
from sad.actions.deliveries import claim_letter, note_delivery, note_failure
from sad.db import transaction
from sad.jobs.turn import Turn
from sad.letters.messages import as_message
from sad.models.letters import Letter


def deliver_letters(turn: Turn) -> int:
    """Send every letter that is due, oldest first, and say how many left; stop at once when the server is down.

    Claimed in one transaction, sent outside any, marked in another: a server that is slow holds no lock.
    """
    delivered = 0
    with mail.transport(turn.settings) as transport:
        while not turn.stop.is_set() and (letter := _claimed()) is not None:
            try:
                transport.send(as_message(letter, sender=turn.settings.mail_from))
            except mail.NotSent as error:
                _note_failure(letter, str(error))
                if isinstance(error, mail.ServerDown):
                    break
            else:
                _note_delivery(letter)
                delivered += 1
    return delivered


def _claimed() -> Letter | None:
    with transaction():
        return claim_letter(at=clock.now())


def _note_delivery(letter: Letter) -> None:
    with transaction():
        note_delivery(letter, at=clock.now())


def _note_failure(letter: Letter, error: str) -> None:
    with transaction():
        note_failure(letter, error)
