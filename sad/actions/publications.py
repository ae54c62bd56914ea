"""Sending a mini-tender to all the admitted suppliers of its category, and giving one up."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from sad.actions.announced_tastings import frozen_announcement
from sad.actions.deadline_requests import facts_of, request_used_by, running_request
from sad.actions.declarations import check_interests
from sad.actions.evaluations import live_award
from sad.actions.journal import record
from sad.actions.launches import Prospect, prospect_of
from sad.actions.letters import post_letter, post_to_each, post_to_suppliers
from sad.actions.mini_tenders import hold
from sad.actions.receipt_keys import ensure_receipt_key
from sad.actions.rehearsals import shared_among
from sad.db import session
from sad.domain.errors import Refused, refuse
from sad.domain.lifecycle import moved
from sad.domain.requirements import json_safe
from sad.domain.stages import fingerprint, stage_to_dict
from sad.letters import mini_tenders as letters
from sad.letters.text import LetterText
from sad.models.admissions import Admission
from sad.models.awards import Award
from sad.models.invitations import Invitation
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Offer, OfferState
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier
from sad.models.systems import Category
from sad.trust.canonical import canonical_json, instant
from sad.trust.sealing import new_key_pair

NEED = ("title", "template", "guests", "place", "access", "vegetarian_meals", "allergens", "dietary_needs", "packaging", "constraints")
CENT = Decimal("0.01")


def publish_mini_tender(
    mini_tender: MiniTender, *, seal_key: bytes, justifications: Mapping[str, str], home: str, by: Person, at: datetime
) -> MiniTender:
    """Send the mini-tender: freeze stage, grid, budget and lines, and invite all the admitted of the category at this instant.

    `justifications` gives a reason by rule for each warning; `home` is the address of the site, where offers are received
    (R2144-9). Raises `Refused` with everything that stands against it.
    """
    hold(mini_tender)
    check_may_publish(mini_tender, by)
    state = moved("mini_tender", mini_tender.state, "publish")
    given = {rule: text.strip() for rule, text in justifications.items() if text.strip()}
    mini_tender.justifications = {**mini_tender.justifications, **given}
    _hold_admissions(mini_tender)
    prospect = prospect_of(mini_tender, at)
    faults = [*prospect.faults, *prospect.unjustified]
    if faults:
        raise Refused(*faults)
    agreement = _rest_on_agreement(mini_tender, prospect, at)
    _freeze(mini_tender, prospect, seal_key)
    mini_tender.state, mini_tender.published_at, mini_tender.published_by = state, at, by.id
    _invite(mini_tender, prospect, home, at)
    _tell_requester(mini_tender, len(prospect.invitees), by, at)
    record(
        "publish_mini_tender",
        mini_tender,
        by=by,
        at=at,
        fingerprint=mini_tender.frozen_fingerprint,
        invitees=sorted(supplier.id for supplier in prospect.invitees),
        justifications=mini_tender.justifications,
        agreement=agreement,
    )
    ensure_receipt_key(seal_key=seal_key, at=at)
    return mini_tender


def check_may_publish(mini_tender: MiniTender, by: Person) -> None:
    """Raises `Refused` unless this person may send it: a buyer always, its own service up to the limit of the organisation."""
    if by.organisation_id == mini_tender.organisation_id and by.has_role(Role.BUYER):
        return
    if not any(held.role == Role.REQUESTER and held.service_id == mini_tender.service_id for held in by.roles):
        raise refuse("Vous ne publiez pas les besoins de ce service.", "Demander à son service, ou au service achats.")
    if mini_tender.state != MiniTenderState.DRAFT:
        raise refuse("Le service achats vérifie ce besoin : c’est lui qui le publie.", "Attendre sa réponse.")
    if not is_within_limit(mini_tender):
        message, remedy = "Le budget dépasse ce que votre service publie seul.", "L’envoyer au service achats, qui vérifie et publie."
        raise refuse(message, remedy, field="budget")


def is_within_limit(mini_tender: MiniTender) -> bool:
    """Whether its service may send it without the buyers: its budget is set, and not above the limit of the organisation."""
    return mini_tender.budget is not None and mini_tender.budget <= mini_tender.organisation.direct_publication_limit


def discontinue_mini_tender(mini_tender: MiniTender, reason: str, *, by: Person, at: datetime) -> MiniTender:
    """Give the mini-tender up, whatever stands until the contract is notified; tell every invitee why, and its requester (AWD-10, R2185-2).

    Each tenderer reads what becomes of its own offer; an award proposed or decided falls. Once offers are opened, only for whoever
    has declared to have no interest (ANA-05). Raises `Refused`.
    """
    hold(mini_tender)
    check_discontinuation(mini_tender, reason, by=by)
    state, is_sealed = moved("mini_tender", mini_tender.state, "discontinue"), mini_tender.state == MiniTenderState.PUBLISHED
    mini_tender.state, mini_tender.discontinued_at, mini_tender.discontinued_reason = state, at, reason.strip()
    award = _end_award(mini_tender, at)
    offers = {} if is_sealed else _offers_by_supplier(mini_tender)
    told = {
        supplier.id: letters.discontinued(mini_tender, reason.strip(), is_sealed=is_sealed, offer=offers.get(supplier.id), award=award)
        for supplier in invitees_of(mini_tender)
    }
    post_to_each(told, at=at, organisation_id=mini_tender.organisation_id, mini_tender=mini_tender)
    if mini_tender.created_by != by.id:
        _post_to_requester(mini_tender, letters.need_discontinued(mini_tender), at)
    ended = award.id if award else None
    record("discontinue_mini_tender", mini_tender, by=by, at=at, reason=mini_tender.discontinued_reason, told=sorted(told), award=ended)
    return mini_tender


def check_discontinuation(mini_tender: MiniTender, reason: str, *, by: Person) -> None:
    """Raises `Refused` without a reason, once the contract is notified, and to whoever may have an interest in the opened offers."""
    if not reason.strip():
        raise refuse("Le motif manque.", "Il est communiqué à chaque fournisseur invité.", rule="AWD-10", field="reason")
    moved("mini_tender", mini_tender.state, "discontinue")
    if mini_tender.state != MiniTenderState.PUBLISHED:
        check_interests(mini_tender, by)


def invitees_of(mini_tender: MiniTender) -> list[Supplier]:
    """The frozen list of invitees, by name."""
    invited = select(Supplier).join(Invitation, Invitation.supplier_id == Supplier.id)
    return list(session.scalars(invited.where(Invitation.mini_tender_id == mini_tender.id).order_by(Supplier.name, Supplier.id)))


def frozen_fingerprint(mini_tender: MiniTender, invitees: list[int]) -> str:
    """SHA-256 of the need, its lines, budget and deadline, of the stage, the grid and the invitees (CRI-12).

    The same from the rows years later: amounts, quantities and instants each have one spelling, and what changed after the
    sending is read as it was then. A deadline that all the invitees agreed to comes with their answers (SAD-18).
    """
    closes_at, agreed = mini_tender.first_closes_at, request_used_by(mini_tender)
    frozen = {
        "need": {name: mini_tender.frozen_value(name) for name in NEED},
        **({"clauses": mini_tender.clauses} if mini_tender.clauses else {}),
        "happens_at": mini_tender.happens_at and instant(mini_tender.happens_at),
        "lines": [[line.position, line.label, json_safe(line.quantity), line.unit] for line in mini_tender.lines],
        "budget": mini_tender.budget and str(mini_tender.budget.quantize(CENT)),
        "closes_at": closes_at and instant(closes_at),
        "stage": mini_tender.stage_fingerprint,
        "grid": mini_tender.grid,
        "invitees": sorted(invitees),
        **frozen_announcement(mini_tender),
        **({"agreement": facts_of(agreed, invitees)} if agreed else {}),
    }
    return hashlib.sha256(canonical_json(frozen)).hexdigest()


def _hold_admissions(mini_tender: MiniTender) -> None:
    """Until the commit nobody enters or leaves the category, so that the invitees are all those admitted then (SAD-15)."""
    session.execute(select(Category.id).where(Category.id == mini_tender.category_id).with_for_update())
    session.execute(select(Admission.id).where(Admission.category_id == mini_tender.category_id).with_for_update(read=True))


def _rest_on_agreement(mini_tender: MiniTender, prospect: Prospect, at: datetime) -> dict[str, object] | None:
    """Keep that the sending rests on the agreement of all the invitees, and who said what when; None when it needs none."""
    request = running_request(mini_tender) if prospect.launch.agreed_deadline else None
    if request is None:
        return None
    request.used_at = at
    session.flush()
    return facts_of(request)


def _freeze(mini_tender: MiniTender, prospect: Prospect, seal_key: bytes) -> None:
    """Keep copies of all that the offers will be judged on, with one fingerprint (CRI-12, R2152-11)."""
    launch = prospect.launch
    openers = shared_among(mini_tender)
    keys = new_key_pair(seal_key, f"mini_tender:{mini_tender.id}", openers)
    mini_tender.opener_keys = None if openers is None else sorted(openers)
    mini_tender.closes_at = launch.closes_at
    mini_tender.stage_content, mini_tender.stage_fingerprint = stage_to_dict(launch.stage), fingerprint(launch.stage)
    mini_tender.grid = json_safe(launch.grid)
    mini_tender.public_key, mini_tender.wrapped_private_key = keys.public, keys.wrapped_private
    mini_tender.frozen_fingerprint = frozen_fingerprint(mini_tender, [supplier.id for supplier in prospect.invitees])


def _invite(mini_tender: MiniTender, prospect: Prospect, home: str, at: datetime) -> None:
    """One line of the list and one letter to each person for every admitted supplier, at the same instant (R2144-8)."""
    session.add_all(
        Invitation(organisation_id=mini_tender.organisation_id, mini_tender_id=mini_tender.id, supplier_id=supplier.id, sent_at=at)
        for supplier in prospect.invitees
    )
    is_agreed = prospect.launch.agreed_deadline
    text = letters.invitation(mini_tender, closes_at=mini_tender.closes_at, grid=mini_tender.grid, home=home, is_agreed=is_agreed)
    post_to_suppliers(prospect.invitees, text, at=at, organisation_id=mini_tender.organisation_id, mini_tender=mini_tender)


def _end_award(mini_tender: MiniTender, at: datetime) -> Award | None:
    """End the award that stands, if one does, so that nothing more is asked from an awardee."""
    award = live_award(mini_tender)
    if award is not None:
        award.state = moved("award", award.state, "cancel")
        award.cancelled_at, award.cancelled_reason = at, mini_tender.discontinued_reason
    return award


def _offers_by_supplier(mini_tender: MiniTender) -> dict[int, Offer]:
    """The offer of each tenderer, the one in time rather than a late one."""
    deposited = select(Offer).where(Offer.mini_tender_id == mini_tender.id, Offer.state == OfferState.DEPOSITED)
    return {offer.supplier_id: offer for offer in session.scalars(deposited.order_by(Offer.late.desc(), Offer.id))}


def _tell_requester(mini_tender: MiniTender, invited: int, by: Person, at: datetime) -> None:
    if mini_tender.created_by != by.id:
        _post_to_requester(mini_tender, letters.published(mini_tender, invited), at)


def _post_to_requester(mini_tender: MiniTender, text: LetterText, at: datetime) -> None:
    post_letter(text, to=mini_tender.creator, at=at, organisation_id=mini_tender.organisation_id, mini_tender=mini_tender)
