"""Letters about backup copies: that one came in, that it was registered by mistake, that two people open it (REC-06)."""

from sad.domain.backup_copies import COPY_GROUNDS, MEDIA, CopyGround, Medium
from sad.letters.text import LetterText, write_letter
from sad.letters.wording import instant, moment
from sad.models.backup_copies import BackupCopy


def registered(copy: BackupCopy) -> LetterText:
    """To the people of the supplier: the receipt of its copy, in time or late."""
    return write_letter("backup_copy_registered", copy=copy, mini_tender=copy.mini_tender, medium=MEDIA[Medium(copy.medium)])


def struck_out(copy: BackupCopy) -> LetterText:
    """To the people of the supplier: the receipt of before does not hold, and why."""
    return write_letter("backup_copy_struck_out", copy=copy, mini_tender=copy.mini_tender)


def opened(copy: BackupCopy, ground: str, reason: str) -> LetterText:
    """To the people of the supplier: its copy is opened, on which ground, and what establishes it."""
    said = {"ground": COPY_GROUNDS[CopyGround(ground)], "reason": reason}
    return write_letter("backup_copy_opened", copy=copy, mini_tender=copy.mini_tender, **said)


def told_of(copy: BackupCopy) -> str:
    """In one paragraph, for the record of the opening: whose it is, when and how it came, who registered it, what became of it."""
    came = f"{copy.supplier.name}\u00a0: reçue le {moment(copy.received_at)} ({copy.brought_by})"
    return f"{came}. {MEDIA[Medium(copy.medium)]}. Enregistrée par {copy.registrar.name}. {_fate(copy)}"


def _fate(copy: BackupCopy) -> str:
    if copy.struck_out_at is not None:
        return f"Enregistrement rayé\u00a0: {copy.struck_out_reason}"
    if copy.late:
        return "Arrivée hors délai\u00a0: elle ne s’ouvre pas."
    if copy.opened_at is None:
        return "Restée fermée."
    assert copy.asker is not None and copy.approver is not None
    people = f"{copy.asker.name} et {copy.approver.name}"
    return f"Ouverte par {people}, le {instant(copy.opened_at)}. {COPY_GROUNDS[CopyGround(copy.ground)]}. {copy.ground_reason}"
