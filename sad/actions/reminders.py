"""Reminding people of what waits for them; each reminder goes out once, even when it is late or its job runs twice."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from sad.actions.journal import record
from sad.actions.letters import people_with, post_letter
from sad.db import Base, session
from sad.domain.admission.limits import Limits, Standing
from sad.domain.calendar import paris_day
from sad.domain.reminders import Notice
from sad.letters import reminders as letters
from sad.letters.text import LetterText
from sad.models.applications import Application
from sad.models.invitations import Intention, Invitation
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer, OfferDraft, OfferState
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier, SupplierMember

ESCALATED = ("alert", "overdue")
_HAS_NOT_DECLINED = or_(Invitation.intention.is_(None), Invitation.intention != Intention.DECLINED)


def is_done(action: str, thing: Base, *, since: datetime) -> bool:
    """Does the journal say that this was done to `thing` since then?"""
    named = f"{thing.__tablename__}:{thing.id}"  # type: ignore[attr-defined]
    line = select(JournalEntry.seq).where(JournalEntry.object == named, JournalEntry.action == action, JournalEntry.at >= since)
    return session.scalar(line.limit(1)) is not None


def remind_of_evaluation(application: Application, limits: Limits, standing: Standing, *, home: str, at: datetime) -> list[Letter]:
    """Tell the buyers that an application waits for its answer; at the tenth day, the award authority too (SAD-08, R2162-45)."""
    organisation_id = application.organisation_id
    people = {person.id: person for role in _told_of(standing) for person in people_with(role, organisation_id)}
    text = letters.evaluation(application, limits, standing, today=paris_day(at), home=home)
    posted = [
        post_letter(
            text,
            to=person,
            at=at,
            organisation_id=organisation_id,
            application=application,
            dedupe_key=f"{text.kind}:{application.id}:{limits.hard}:{person.id}",
        )
        for person in people.values()
    ]
    record(f"remind_of_evaluation_{standing}", application, by=None, at=at, limit=limits.hard.isoformat(), told=list(people))
    return posted


def warn_of_closing(mini_tender: MiniTender, notice: Notice, *, home: str, at: datetime, but_drafts: bool = False) -> list[Letter]:
    """Remind every invitee that has neither declined nor an offer in time; `but_drafts`: those who hold a draft are told otherwise.

    Nobody sees who they are, nor how many (SEC-01, L2132-1): these letters belong to their supplier alone, and the
    journal does not name them.
    """
    text = letters.closing(mini_tender, notice, home=home)
    silent = [~_in_time(mini_tender, Invitation.supplier_id).exists(), *([~_waiting_draft(mini_tender).exists()] if but_drafts else [])]
    posted = _post_each(text, mini_tender, notice, _invitees(mini_tender, _HAS_NOT_DECLINED, *silent), at)
    record(f"warn_of_closing_{notice.kind}", mini_tender, by=None, at=at)
    return posted


def warn_of_drafts(mini_tender: MiniTender, notice: Notice, *, home: str, at: datetime) -> list[Letter]:
    """Remind every invitee whose draft is not deposited, or changed since its offer was; as secretly as `warn_of_closing`.

    The journal has its line even when there is nobody to tell: it would otherwise say that somebody writes.
    """
    stands = _in_time(mini_tender, Invitation.supplier_id).exists()
    found = {
        has_offer: _invitees(mini_tender, _HAS_NOT_DECLINED, _waiting_draft(mini_tender).exists(), deposited)
        for has_offer, deposited in ((False, ~stands), (True, stands))
    }
    posted = []
    for has_offer, people in found.items():
        text = letters.draft_waits(mini_tender, notice, has_offer=has_offer, home=home)
        posted += _post_each(text, mini_tender, notice, people, at)
    record(f"warn_of_drafts_{notice.kind}", mini_tender, by=None, at=at)
    return posted


def remind_unopened(mini_tender: MiniTender, since: datetime, *, home: str, at: datetime) -> list[Letter]:
    """Remind every invitee that has neither opened the page nor said anything; nothing here looks at offers.

    As before the deadline, nobody sees who they are, nor how many.
    """
    text = letters.unopened(mini_tender, home=home)
    posted = [
        post_letter(text, to=person, at=at, supplier=supplier, dedupe_key=f"{text.kind}:{mini_tender.id}:{supplier.id}:{person.id}")
        for supplier, person in _invitees(mini_tender, Invitation.seen_at.is_(None), Invitation.intention.is_(None))
    ]
    record("remind_unopened", mini_tender, by=None, at=at, since=since.isoformat())
    return posted


def announce_waiting_opening(mini_tender: MiniTender, *, home: str, at: datetime) -> list[Letter]:
    """Tell the requester and the openers that the time to answer is over and that two people may open (REC-01)."""
    text = letters.waiting_opening(mini_tender, home=home)
    people = (mini_tender.creator, *people_with(Role.OPENER, mini_tender.organisation_id))
    told = {person.id: person for person in people if person.is_active}
    posted = [
        post_letter(
            text,
            to=person,
            at=at,
            organisation_id=mini_tender.organisation_id,
            mini_tender=mini_tender,
            dedupe_key=f"{text.kind}:{mini_tender.id}:{mini_tender.closes_at:%Y%m%d%H%M}:{person.id}",
        )
        for person in told.values()
    ]
    record("announce_waiting_opening", mini_tender, by=None, at=at, told=list(told))
    return posted


def _told_of(standing: Standing) -> tuple[Role, ...]:
    return (Role.BUYER, Role.AWARD_AUTHORITY) if standing in ESCALATED else (Role.BUYER,)


def _post_each(
    text: LetterText, mini_tender: MiniTender, notice: Notice, people: list[tuple[Supplier, Person]], at: datetime
) -> list[Letter]:
    """To each, as a letter of its supplier alone, once for this reminder of this deadline."""
    once = f"{text.kind}:{mini_tender.id}:{notice.since:%Y%m%d%H%M}"
    return [
        post_letter(text, to=person, at=at, supplier=supplier, dedupe_key=f"{once}:{supplier.id}:{person.id}")
        for supplier, person in people
    ]


def _in_time(mini_tender: MiniTender, supplier_id: InstrumentedAttribute[int]) -> Select[int]:
    """The offer that stands for the supplier of the row around it."""
    return select(Offer.id).where(
        Offer.mini_tender_id == mini_tender.id,
        Offer.supplier_id == supplier_id,
        Offer.state == OfferState.DEPOSITED,
        ~Offer.late,
    )


def _waiting_draft(mini_tender: MiniTender) -> Select[int]:
    """The draft of an invitee, when it was saved after the offer that stands: one kept from a deposit says nothing new."""
    newer = _in_time(mini_tender, OfferDraft.supplier_id).where(Offer.received_at >= OfferDraft.saved_at)
    drafts = select(OfferDraft.id).where(OfferDraft.mini_tender_id == mini_tender.id, OfferDraft.supplier_id == Invitation.supplier_id)
    return drafts.where(~newer.exists())


def _invitees(mini_tender: MiniTender, *conditions: ColumnElement[bool]) -> list[tuple[Supplier, Person]]:
    """The invited suppliers of which all this is true, each with every person who acts for it."""
    found = session.execute(
        select(Supplier, Person)
        .join(Invitation, Invitation.supplier_id == Supplier.id)
        .join(SupplierMember, SupplierMember.supplier_id == Supplier.acting_id)
        .join(Person, Person.id == SupplierMember.person_id)
        .where(
            Invitation.mini_tender_id == mini_tender.id,
            SupplierMember.left_at.is_(None),
            Person.is_active,
            *conditions,
        )
        .order_by(Supplier.id, SupplierMember.id)
    )
    return [(supplier, person) for supplier, person in found]
