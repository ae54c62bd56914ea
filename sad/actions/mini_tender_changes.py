"""Changing a mini-tender after it was sent: its deadline, put off for everybody, and the words of its need (TIM-03, R2151-4)."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select, update

from sad import parameters
from sad.actions.backup_copies import put_copies_off
from sad.actions.journal import record
from sad.actions.letters import post_letter, post_to_suppliers
from sad.actions.mini_tenders import hold
from sad.actions.publications import invitees_of
from sad.db import session
from sad.domain.calendar import PARIS, paris_day
from sad.domain.deadline_changes import CHANGEABLE, DeadlineChange, Rewording, change_faults, proposed_extension, rewordings
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.lifecycle import moved
from sad.domain.sentences import french_moment
from sad.letters import mini_tender_changes as letters
from sad.models.mini_tenders import MiniTender, MiniTenderChange
from sad.models.offers import Offer, OfferState
from sad.models.people import Person, Role
from sad.trust.canonical import instant


def change_mini_tender(
    mini_tender: MiniTender,
    new_closes_at: datetime | None,
    words: Mapping[str, str] | None,
    *,
    version: int,
    reason: str,
    home: str,
    approved_by: Person,
    by: Person,
    at: datetime,
) -> MiniTenderChange:
    """Put the deadline off and, with `words` (by key of `CHANGEABLE`), change what is asked; every invitee is told at once.

    Offers already received stay and follow the new deadline. The frozen fingerprint stays: what it was made from is kept in
    the change. `version` is the one that its author read; `approved_by` is the second person (see `shared_deadlines`). Raises
    `Refused` with every fault.
    """
    hold(mini_tender)
    session.expire(mini_tender, ["changes"])
    check_change(mini_tender, new_closes_at, words, version=version, reason=reason, by=by, at=at)
    if approved_by.id == by.id:
        raise refuse("Une date limite se change à deux.", "Une autre personne approuve ce que vous demandez.", rule="TIM-03")
    assert new_closes_at is not None
    made = _keep(mini_tender, new_closes_at, _rewordings(mini_tender, words) or (), reason.strip(), (by, approved_by), at)
    _put_offers_off(mini_tender, new_closes_at)
    _tell(mini_tender, made, home, by, at)
    record(
        "change_mini_tender",
        made,
        by=by,
        at=at,
        mini_tender=mini_tender.id,
        rewordings=made.rewordings,
        old_closes_at=instant(made.old_closes_at),
        new_closes_at=instant(made.new_closes_at),
        reason=made.reason,
        approved_by=approved_by.id,
    )
    return made


def check_change(
    mini_tender: MiniTender,
    new_closes_at: datetime | None,
    words: Mapping[str, str] | None,
    *,
    version: int,
    reason: str,
    by: Person,
    at: datetime,
) -> None:
    """Raises `Refused` with every fault unless this buyer may make this change now."""
    if not by.has_role(Role.BUYER) or by.organisation_id != mini_tender.organisation_id:
        raise refuse("Seul le service achats change une consultation envoyée.", "Lui écrire ce qui doit changer.", rule="TIM-03")
    faults = faults_of_change(mini_tender, new_closes_at, words, version=version, reason=reason, at=at)
    if faults:
        raise Refused(*faults)


def faults_of_change(
    mini_tender: MiniTender, new_closes_at: datetime | None, words: Mapping[str, str] | None, *, version: int, reason: str, at: datetime
) -> list[Refusal]:
    """All that forbids this change now; somebody else's change, made since that version was read, forbids it alone."""
    if mini_tender.version != version:
        message = "Cette consultation a changé pendant que vous écriviez."
        return [Refusal(message, "Ouvrir de nouveau cette page pour lire ce qui a changé, puis recommencer.", "TIM-03")]
    faults = change_faults(
        DeadlineChange(
            at=at,
            mini_tender=mini_tender,
            new_closes_at=new_closes_at,
            service_on=paris_day(mini_tender.happens_at) if mini_tender.happens_at else None,
            reason=reason,
            rewordings=_rewordings(mini_tender, words),
        )
    )
    return [*faults, *_tasting_faults(mini_tender, new_closes_at)]


def planned_change(
    mini_tender: MiniTender, new_closes_at: datetime, words: Mapping[str, str] | None, *, reason: str
) -> tuple[tuple[Rewording, ...], datetime, datetime, str]:
    """What the letter of this change would say: words, old and new deadlines, reason."""
    assert mini_tender.closes_at is not None
    return _rewordings(mini_tender, words) or (), mini_tender.closes_at, new_closes_at, reason.strip()


def proposed_deadline_of(mini_tender: MiniTender, at: datetime) -> datetime | None:
    """A later deadline that leaves the days of the law before it (R2132-6); None when the need comes sooner."""
    assert mini_tender.closes_at is not None
    proposed = proposed_extension(mini_tender.closes_at, at, int(parameters.value("supplementary_info_days", on=paris_day(at))))
    return proposed if mini_tender.happens_at is None or paris_day(proposed) < paris_day(mini_tender.happens_at) else None


def _tasting_faults(mini_tender: MiniTender, new_closes_at: datetime | None) -> Iterator[Refusal]:
    """Samples are tasted after the opening, on the day that was announced."""
    tasting = mini_tender.announced_tasting
    if tasting is not None and new_closes_at is not None and new_closes_at >= tasting.happens_at:
        message = f"La nouvelle date limite vient après la dégustation annoncée, le {french_moment(tasting.happens_at.astimezone(PARIS))}."
        remedy = "Choisir une date avant elle, ou déclarer sans suite et relancer le besoin."
        yield Refusal(message, remedy, "CRI-12", "closes_at")


def _keep(
    mini_tender: MiniTender, closes_at: datetime, changed: tuple[Rewording, ...], reason: str, people: tuple[Person, Person], at: datetime
) -> MiniTenderChange:
    """The change beside the mini-tender, which says the new words and the new deadline from now on.

    `people`: who decided it, and who approved it.
    """
    assert mini_tender.closes_at is not None
    by, approved_by = people
    made = MiniTenderChange(
        organisation_id=mini_tender.organisation_id,
        rewordings=[asdict(each) for each in changed],
        old_closes_at=mini_tender.closes_at,
        new_closes_at=closes_at,
        reason=reason,
        decider=by,
        decided_at=at,
        approver=approved_by,
    )
    mini_tender.changes.append(made)
    mini_tender.closes_at = closes_at
    for each in changed:
        setattr(mini_tender, each.name, each.after)
    return made


def _rewordings(mini_tender: MiniTender, words: Mapping[str, str] | None) -> tuple[Rewording, ...] | None:
    return None if words is None else rewordings({name: getattr(mini_tender, name) for name in CHANGEABLE}, words)


def _put_offers_off(mini_tender: MiniTender, closes_at: datetime) -> None:
    """Deposits and backup copies follow the deadline. One that came after the old deadline while this was being decided is now in time.

    It then takes the place of the offer of the same supplier, as the last received does (R2151-6).
    """
    session.flush()
    mine = select(Offer).where(Offer.mini_tender_id == mini_tender.id)
    for offer in session.scalars(mine.where(Offer.late, Offer.received_at <= closes_at).order_by(Offer.received_at)):
        before = mine.where(Offer.supplier_id == offer.supplier_id, Offer.state == OfferState.DEPOSITED, ~Offer.late)
        replaced = session.scalar(before) if offer.state == OfferState.DEPOSITED else None
        if replaced is not None:
            replaced.state, replaced.ended_at = moved("offer", replaced.state, "replace"), offer.received_at
            session.flush()
        offer.closes_at, offer.late = closes_at, False
        session.flush()
    followed = update(Offer).where(Offer.mini_tender_id == mini_tender.id)
    session.execute(followed.values(closes_at=closes_at, late=Offer.received_at > closes_at))
    put_copies_off(mini_tender, closes_at)


def _tell(mini_tender: MiniTender, made: MiniTenderChange, home: str, by: Person, at: datetime) -> None:
    """The same letter to all the invitees at the same instant, and to the requester."""
    organisation_id = mini_tender.organisation_id
    said = made.as_rewordings(), made.old_closes_at, made.new_closes_at, made.reason
    text = letters.changed(mini_tender, *said, home=home)
    post_to_suppliers(invitees_of(mini_tender), text, at=at, organisation_id=organisation_id, mini_tender=mini_tender)
    if mini_tender.created_by != by.id:
        text = letters.need_changed(mini_tender, *said)
        post_letter(text, to=mini_tender.creator, at=at, organisation_id=organisation_id, mini_tender=mini_tender)
