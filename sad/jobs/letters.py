"""Delivering the letters that have not left yet."""

import logging
from pathlib import Path

from sad import clock, mail, storage
from sad.actions.deliveries import claim_letter, note_delivery, note_failure
from sad.db import transaction
from sad.jobs.turn import Turn
from sad.letters.messages import as_message
from sad.models.letters import Letter

log = logging.getLogger(__name__)
MOST_ENCLOSED = 5 * storage.MIB  # what every mailbox takes; the page has the rest


def deliver_letters(turn: Turn) -> int:
    """Send every letter that is due, oldest first, and say how many left; stop at once when the server is down.

    Claimed in one transaction, sent outside any, marked in another: a server that is slow holds no lock.
    """
    delivered = 0
    with mail.transport(turn.settings) as transport:
        while not turn.stop.is_set() and (letter := _claimed()) is not None:
            try:
                enclosed = _enclosed(letter, turn.settings.data_dir)
                transport.send(as_message(letter, sender=turn.settings.mail_from, enclosed=enclosed))
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


def _enclosed(letter: Letter, data_dir: Path) -> tuple[str, bytes] | None:
    """The PDF that goes with a letter; none when it could not be made or is too big: the words say where the page is."""
    paper = letter.paper
    if paper is None or paper.enclosed is None or paper.storage_key is None or (paper.size or 0) > MOST_ENCLOSED:
        return None
    try:
        return paper.enclosed["name"], storage.get(data_dir, paper.storage_key)
    except FileNotFoundError:
        log.error("le PDF %s de la lettre %s n’est plus sur le disque", paper.storage_key, letter.id)
        return None


def _note_delivery(letter: Letter) -> None:
    with transaction():
        note_delivery(letter, at=clock.now())


def _note_failure(letter: Letter, error: str) -> None:
    with transaction():
        note_failure(letter, error)
