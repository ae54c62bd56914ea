"""The opening of offers: after the deadline, by two people without interest in the result, once and for all."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import InvalidOperation

from pyrage.x25519 import Identity
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad.actions.declarations import interest_faults
from sad.actions.journal import record
from sad.actions.letters import people_with, post_letter
from sad.actions.mini_tenders import hold
from sad.actions.published_heads import publish_head
from sad.actions.shared_keys import give_first_half, release_key
from sad.actions.timekeeping import clock_faults
from sad.db import session
from sad.domain.calendar import PARIS
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.lifecycle import moved
from sad.domain.offers import OfferContent
from sad.domain.phases import is_open
from sad.domain.sentences import french_moment
from sad.letters import openings as letters
from sad.models.journal import Occasion
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Offer, OfferFile, OfferState
from sad.models.openings import Opening
from sad.models.people import Person, Role
from sad.trust.envelopes import Envelope, SealBroken
from sad.trust.sealing import ciphertext_sha256, open_envelope

ASK_LASTS = timedelta(hours=24)
ALTERED = "Le pli ne s’ouvre pas : il a changé depuis sa réception."
UNREADABLE = "Le pli est ouvert, mais son offre ne se lit pas."


def ask_opening(mini_tender: MiniTender, *, seal_key: bytes = b"", passphrase: str = "", by: Person, at: datetime) -> Opening:
    """Ask, as the first of two openers, that the offers be opened; another confirms within 24 hours.

    Where the key is shared among openers, `passphrase` is the one of this person and takes the first half off. Raises `Refused` with
    every fault: before the deadline (REC-01), not an opener, nothing declared or a conflict (ANA-05), a wrong passphrase.
    """
    hold(mini_tender)
    _check(mini_tender, by, at)
    opening = opening_of(mini_tender)
    if opening is not None and is_waiting(mini_tender, opening, at):
        message = f"L’ouverture est déjà demandée par {opening.first_person.name}."
        remedy = "Attendre qu’une autre personne l’ouvre." if opening.first_person_id == by.id else "C’est à vous de la confirmer."
        raise refuse(message, remedy, rule="REC-01")
    if opening is None:
        opening = Opening(organisation_id=mini_tender.organisation_id, mini_tender_id=mini_tender.id)
        session.add(opening)
    opening.first_person, opening.asked_at = by, at
    if mini_tender.opener_keys is not None:
        give_first_half(mini_tender, opening, passphrase, seal_key=seal_key, by=by)
    for person in openers_of(mini_tender):
        if person.id != by.id:
            text = letters.opening_asked(mini_tender, asked_by=by, expires_at=at + ASK_LASTS)
            post_letter(text, to=person, at=at, organisation_id=mini_tender.organisation_id, mini_tender=mini_tender)
    record("ask_opening", opening, by=by, at=at, mini_tender=mini_tender.id)
    return opening


def confirm_opening(mini_tender: MiniTender, *, seal_key: bytes, passphrase: str = "", by: Person, at: datetime) -> Opening:
    """Open, as the second person, every live offer received in time; late ones stay sealed. It cannot be undone.

    The head of the journal is kept and published before the first envelope is opened. An envelope that does not open is flagged and keeps
    nobody else's closed. Where the key is shared among openers, `passphrase` is the one of this second person. Raises `Refused` with
    every fault; with another key file than the one of its publication, nothing opens.
    """
    hold(mini_tender)
    opening = opening_of(mini_tender)
    _check(mini_tender, by, at)
    _check_first_person(mini_tender, opening, by, at)
    assert opening is not None
    state = moved("mini_tender", mini_tender.state, "open")
    identity = release_key(mini_tender, opening, passphrase, seal_key=seal_key, by=by)
    opening.second_person, opening.opened_at = by, at
    opening.journal_head = record("confirm_opening", opening, by=by, at=at, mini_tender=mini_tender.id).hash
    publish_head(Occasion.OPENING, f"{MiniTender.__tablename__}:{mini_tender.id}", at=at)
    offers = live_offers(mini_tender)
    for offer in offers:
        open_offer(offer, mini_tender, identity, at)
    mini_tender.state = state
    record(
        "open_offers",
        mini_tender,
        by=by,
        at=at,
        opened=[offer.id for offer in offers if offer.is_opened],
        broken={str(offer.id): offer.seal_fault for offer in offers if offer.seal_fault},
    )
    return opening


def opening_of(mini_tender: MiniTender) -> Opening | None:
    """The opening asked for or done, with its two people."""
    both = (joinedload(person).lazyload(Person.roles) for person in (Opening.first_person, Opening.second_person))
    return session.scalar(select(Opening).where(Opening.mini_tender_id == mini_tender.id).options(*both))


def is_waiting(mini_tender: MiniTender, opening: Opening, at: datetime) -> bool:
    """Does it wait for a second person? Not after 24 hours, nor once the first may not take part any more."""
    if opening.opened_at is not None or at > opening.asked_at + ASK_LASTS:
        return False
    return not [*opening_faults(mini_tender, opening.first_person, at), *interest_faults(mini_tender, opening.first_person)]


def openers_of(mini_tender: MiniTender) -> list[Person]:
    """The people who may open its offers, by the order in which they came."""
    return people_with(Role.OPENER, mini_tender.organisation_id)


def live_offers(mini_tender: MiniTender) -> list[Offer]:
    """The offers that count: received in time, neither replaced nor withdrawn, in the order of reception."""
    counted = select(Offer).where(Offer.mini_tender_id == mini_tender.id, Offer.state == OfferState.DEPOSITED, ~Offer.late)
    return list(session.scalars(counted.options(joinedload(Offer.supplier)).order_by(Offer.received_at, Offer.id)))


def opening_faults(mini_tender: MiniTender, person: Person, at: datetime) -> Iterator[Refusal]:
    """Why this person may not take part in opening these offers now, its declaration apart."""
    if mini_tender.state != MiniTenderState.PUBLISHED or mini_tender.closes_at is None:
        opened = mini_tender.state not in (MiniTenderState.DRAFT, MiniTenderState.TO_CHECK, MiniTenderState.DISCONTINUED)
        yield Refusal("Les offres sont déjà ouvertes." if opened else "Cette consultation ne reçoit pas d’offres.", "", "REC-01")
    elif is_open(mini_tender, at):
        until = french_moment(mini_tender.closes_at.astimezone(PARIS))
        yield Refusal("Les offres restent scellées jusqu’à la date limite.", f"Revenir après le {until}, heure de Paris.", "REC-01")
    if not person.has_role(Role.OPENER) or person.organisation_id != mini_tender.organisation_id or not person.is_active:
        yield Refusal(f"{person.name} n’est pas ouvreur.", "L’administrateur donne ce rôle.", "REC-01")


def _check(mini_tender: MiniTender, person: Person, at: datetime) -> None:
    faults = [*clock_faults(), *opening_faults(mini_tender, person, at), *interest_faults(mini_tender, person)]
    if faults:
        raise Refused(*faults)


def _check_first_person(mini_tender: MiniTender, opening: Opening | None, by: Person, at: datetime) -> None:
    if opening is None or not is_waiting(mini_tender, opening, at):
        message = "Aucune demande d’ouverture ne vaut encore : elle tient 24 heures."
        raise refuse(message, "Demander l’ouverture ; une autre personne la confirme.", rule="REC-01")
    if opening.first_person_id == by.id:
        message = "Vous avez demandé l’ouverture : une autre personne la confirme."
        raise refuse(message, "Prévenir un collègue ouvreur.", rule="REC-01")


def open_offer(offer: Offer, mini_tender: MiniTender, identity: Identity, at: datetime) -> None:
    """Open one envelope with the key of its mini-tender, or flag it; for the acts that open offers, which journal it."""
    ciphertext = session.scalars(select(Offer.sealed).where(Offer.id == offer.id)).one()
    try:
        if ciphertext_sha256(ciphertext) != offer.sealed_sha256:
            raise SealBroken(ALTERED)
        envelope = open_envelope(
            ciphertext, identity, mini_tender_id=mini_tender.id, supplier_id=offer.supplier_id, deposit_id=offer.deposit_id
        )
        content = _content(envelope, mini_tender)
    except SealBroken as fault:
        offer.seal_fault = str(fault)
        return
    offer.is_opened, offer.opened_at, offer.total = True, at, content.total
    offer.content = {**content.to_dict(), "files": [file.name for file in envelope.files]}
    offer.files = [OfferFile(name=file.name, media_type=file.media_type, size=file.size, body=file.body) for file in envelope.files]
    session.flush()


def _content(envelope: Envelope, mini_tender: MiniTender) -> OfferContent:
    """What the envelope offers, line by line."""
    lines = ((str(line.id), line.label, line.quantity, line.unit) for line in mini_tender.lines)
    try:
        content = OfferContent.from_dict(json.loads(envelope.content), lines)
        if any(line.unit_price is None for line in content.lines):
            raise ValueError("a line has no price")
    except (ValueError, TypeError, AttributeError, InvalidOperation) as fault:
        raise SealBroken(UNREADABLE) from fault
    return content
