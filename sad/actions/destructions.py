"""Destroying the papers of a mini-tender: its key, its offers, its letters, what the journal says of them in detail (ARC-03).

Everything that hangs on it goes; the lines of the journal stay, with the commitments.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from sad.actions.journal import record
from sad.actions.leavers import erase_leavers
from sad.actions.mini_tenders import hold
from sad.actions.retention import destruction_faults, lives_of, retention_law
from sad.actions.shredding import Ids, added, hanging_on, shred
from sad.db import session
from sad.domain.errors import Refusal, Refused
from sad.domain.retention import clocks_of
from sad.letters.wording import long_date
from sad.models.destructions import Destruction
from sad.models.invitations import Invitation
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person

TYPED = ("access", "dietary_needs", "allergens", "constraints")


def destroy_papers(mini_tender: MiniTender, visa: str, *, asked_by: Person, by: Person, at: datetime) -> Destruction:
    """Destroy, as the second person, all that hangs on a mini-tender but its references and dates. It cannot be undone.

    `visa`: reference of the written agreement of the archives. Raises `Refused` with every fault: a clock that still runs (ARC-01,
    ARC-02), a court action, no visa, the same person twice.
    """
    hold(mini_tender)
    faults = [*destruction_faults(mini_tender, at), *visa_faults(visa), *two_people_faults(asked_by, by)]
    if faults:
        raise Refused(*faults)
    remains, ids = remains_of(mini_tender, at), dependents_of(mini_tender)
    invited = list(session.scalars(select(Invitation.supplier_id).where(Invitation.mini_tender_id == mini_tender.id)))
    destruction = Destruction(
        organisation_id=mini_tender.organisation_id,
        mini_tender=mini_tender,
        visa=visa.strip(),
        asker=asked_by,
        approver=by,
        destroyed_at=at,
        remains=[list(each) for each in remains],
        counts={},
        paper_keys=[],
    )
    session.add(destruction)
    session.flush()
    counts = shred(ids, destruction, about=[f"{MiniTender.__tablename__}:{mini_tender.id}"])
    _blank(mini_tender)
    counts = destruction.counts = added(counts, erase_leavers(invited, destruction, by=by, at=at))
    told: dict[str, Any] = {"mini_tender": mini_tender.id, "visa": destruction.visa, "asked_by": asked_by.id, "counts": counts}
    record("destroy_papers", destruction, by=by, at=at, **told)
    return destruction


def visa_faults(visa: str) -> Iterator[Refusal]:
    """Nothing is destroyed without the written agreement of the archives (code du patrimoine, L212-2)."""
    if not visa.strip():
        yield Refusal("La référence du visa des archives manque.", "Recopier celle de leur accord écrit.", "ARC-03", "visa")


def two_people_faults(asked_by: Person, by: Person) -> Iterator[Refusal]:
    """Whoever approves is not whoever asked."""
    if asked_by.id == by.id:
        yield Refusal("Vous avez demandé cette destruction : une autre personne l’approuve.", "Prévenir un collègue.", "ARC-03")


def remains_of(mini_tender: MiniTender, at: datetime) -> list[tuple[str, str]]:
    """The references and dates that stay once everything else is destroyed."""
    lived = lives_of([mini_tender])[mini_tender.id]
    deposits = session.scalar(select(func.count(Offer.id)).where(Offer.mini_tender_id == mini_tender.id))
    return [
        ("Consultation", f"n° {mini_tender.id}, {mini_tender.title}"),
        ("Service", mini_tender.service.name),
        ("Système", mini_tender.system.reference),
        ("Envoyée le", long_date(mini_tender.published_at)),
        ("Date limite", long_date(mini_tender.closes_at)),
        ("Dépôts reçus", str(deposits)),
        ("Marché notifié le" if lived.is_contracted else "Déclarée sans suite le", long_date(lived.ended_on)),
        *((f"{clock.label}, à garder jusqu’au", long_date(clock.until)) for clock in clocks_of(lived, retention_law(at))),
    ]


def dependents_of(mini_tender: MiniTender) -> Ids:
    """The rows that hang on it, directly or through others: table -> numbers."""
    return hanging_on({MiniTender.__tablename__: [mini_tender.id]})


def with_papers_left() -> list[Destruction]:
    """The destructions whose PDFs are still to be taken off the disk."""
    return [each for each in session.scalars(select(Destruction).order_by(Destruction.id)) if each.paper_keys]


def note_papers_gone(destruction: Destruction, *, at: datetime) -> Destruction:
    """Note that its PDFs are no longer on the disk."""
    gone = len(destruction.paper_keys)
    destruction.paper_keys = []
    record("destroy_files", destruction, by=None, at=at, gone=gone)
    return destruction


def _blank(mini_tender: MiniTender) -> None:
    """The key that opened its envelopes, in whatever copy, and what was typed for its making."""
    blank: dict[str, Any] = {"wrapped_private_key": b"", "opener_keys": None, "justifications": {}, "returned_reason": None}
    blank |= dict.fromkeys(TYPED, "")
    session.execute(update(MiniTender).where(MiniTender.id == mini_tender.id).values(blank))
