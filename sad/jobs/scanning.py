"""Having the antivirus read what people sent, as soon as it answers."""

import logging
from pathlib import Path

from sad import antivirus, clock, storage
from sad.actions.scanning import KINDS, File, note_verdict, read_file, unscanned
from sad.db import session, transaction
from sad.jobs.turn import Turn
from sad.models.documents import Document

log = logging.getLogger(__name__)
AT_ONCE = 50


def scan_files(turn: Turn) -> int:
    """Have every file of which nothing is known read; count the verdicts. Without an antivirus nothing is read.

    Offers are ciphertext until their opening: their files are read afterwards. Raises `AntivirusDown` when it does not answer, for the run
    to keep it; a file that it could not read waits for the next turn.
    """
    done = 0
    for kind in KINDS if turn.settings.clamd else ():
        last = 0
        while not turn.stop.is_set() and (numbers := unscanned(kind, last, AT_ONCE)):
            done += sum(_scan(kind, number, turn) for number in numbers)
            last = numbers[-1]
    return done


def _scan(kind: type[File], number: int, turn: Turn) -> bool:
    """Read one file outside any transaction, then keep the verdict."""
    file = read_file(kind, number)
    body = _body(file, turn.settings.data_dir) if file is not None else None
    session.rollback()
    if body is None:
        return False
    try:
        threat = antivirus.threat_in(turn.settings.clamd or "", body)
    except antivirus.AntivirusDown:
        raise
    except antivirus.NotScanned as error:
        log.warning("%s:%s n’est pas analysé : %s", kind.__tablename__, number, error)
        return False
    with transaction():
        found = read_file(kind, number)
        if found is not None:
            note_verdict(found, threat, at=clock.now())
    return found is not None


def _body(file: File, data_dir: Path) -> bytes | None:
    if not isinstance(file, Document):
        return file.body
    try:
        return storage.get(data_dir, file.storage_key)
    except FileNotFoundError:
        log.error("le document %s n’est plus sur le disque", file.id)
        return None
