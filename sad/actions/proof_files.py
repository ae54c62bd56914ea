"""What proves, years later, who sent what and when, and how the service worked meanwhile."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, or_, select

from sad.actions.outages import outages_between
from sad.actions.published_heads import about_deadline
from sad.db import session
from sad.models.journal import JournalEntry, PublishedHead
from sad.models.mini_tenders import MiniTender, MiniTenderChange
from sad.models.offers import DepositAttempt, Offer, Receipt, Reception
from sad.models.openings import Opening
from sad.models.suppliers import Supplier
from sad.models.timekeeping import ClockSkew
from sad.reports.proof_file import ProofFile

Received = TypeVar("Received", Offer, DepositAttempt, Reception)


def proof_file_of(mini_tender: MiniTender, opening: Opening, *, at: datetime) -> ProofFile:
    """Everything from the sending to the opening. `opening` took place: before it, nobody may know who deposits (SEC-01)."""
    assert mini_tender.published_at is not None and opening.opened_at is not None
    start, end = mini_tender.published_at, opening.opened_at
    attempts, offers = _received(DepositAttempt, mini_tender), _received(Offer, mini_tender)
    receptions = _received(Reception, mini_tender)
    known = {each.supplier_id for each in attempts} | {each.supplier_id for each in offers} | {each.supplier_id for each in receptions}
    receipts = session.scalars(select(Receipt).where(Receipt.offer_id.in_([each.id for each in offers])))
    return ProofFile(
        made_at=at,
        mini_tender=mini_tender,
        opening=opening,
        attempts=attempts,
        offers=offers,
        receptions=receptions,
        receipts={each.offer_id: each for each in receipts},
        suppliers={each.id: each for each in session.scalars(select(Supplier).where(Supplier.id.in_(known)))},
        outages=outages_between(start, end),
        skews=_skews_between(start, end),
        lines=_lines(mini_tender, opening, offers),
        heads=session.scalars(select(PublishedHead).where(_is_about(mini_tender)).order_by(PublishedHead.id)).all(),
    )


def _received(kind: type[Received], mini_tender: MiniTender) -> Sequence[Received]:
    return session.scalars(select(kind).where(kind.mini_tender_id == mini_tender.id).order_by(kind.received_at, kind.id)).all()


def _skews_between(start: datetime, end: datetime) -> Sequence[ClockSkew]:
    there = select(ClockSkew).where(ClockSkew.began_at <= end, or_(ClockSkew.ended_at.is_(None), ClockSkew.ended_at >= start))
    return session.scalars(there.order_by(ClockSkew.began_at, ClockSkew.id)).all()


def _lines(mini_tender: MiniTender, opening: Opening, offers: Sequence[Offer]) -> Sequence[JournalEntry]:
    """Those of the journal that tell of the consultation, its changes, its opening and its deposits."""
    told = [f"{MiniTender.__tablename__}:{mini_tender.id}", f"{Opening.__tablename__}:{opening.id}"]
    told += [f"{MiniTenderChange.__tablename__}:{each.id}" for each in mini_tender.changes]
    told += [f"{Offer.__tablename__}:{each.id}" for each in offers]
    return session.scalars(select(JournalEntry).where(JournalEntry.object.in_(told)).order_by(JournalEntry.seq)).all()


def _is_about(mini_tender: MiniTender) -> ColumnElement[bool]:
    """The heads published at its deadline and at its opening."""
    return PublishedHead.about.in_([about_deadline(mini_tender), f"{mini_tender.__tablename__}:{mini_tender.id}"])
