"""Backup copies that came in, in time or late."""

from datetime import datetime, timedelta

from sqlalchemy import update

from sad.actions.backup_copies import register_backup_copy
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.publications import invitees_of
from sad.db import session
from sad.domain.backup_copies import Arrival, Medium
from sad.models.backup_copies import BackupCopy
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, make_published
from tests.factories.offers import IN_TIME, make_deposit, make_opener
from tests.factories.people import make_person


def make_copy(
    sent: MiniTender, supplier: Supplier, *, by: Person | None = None, at: datetime = IN_TIME, written_at: datetime | None = None, **said
) -> BackupCopy:
    """A copy that came in at that instant, registered by a buyer then or later."""
    by = by or make_person(sent.organisation, Role.BUYER)
    said = {"medium": Medium.KEY, "brought_by": "La Poste, recommandé 1A", "kept_where": "Coffre du service", **said}
    return register_backup_copy(sent, supplier, Arrival(**said, received_at=at), by=by, at=written_at or at)


def open_all(sent: MiniTender) -> None:
    """Two openers open what came in time."""
    two = [make_opener(sent) for _ in range(2)]
    ask_opening(sent, by=two[0], at=CLOSES + timedelta(hours=1))
    confirm_opening(sent, seal_key=SEAL_KEY, by=two[1], at=CLOSES + timedelta(hours=2))


def make_broken_with_copy(**said) -> tuple[MiniTender, BackupCopy]:
    """An opened mini-tender where one offer reads well and another, whose supplier sent a copy too, does not open."""
    sent = make_published(suppliers=2)
    first, second = invitees_of(sent)
    make_deposit(sent, first)
    broken, copy = make_deposit(sent, second), make_copy(sent, second, **said)
    session.execute(update(Offer).where(Offer.id == broken.id).values(sealed_sha256="0" * 64))
    open_all(sent)
    return sent, copy
