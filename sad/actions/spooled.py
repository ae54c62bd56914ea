"""Deposits received while the database did not answer, taken in with the hour of their reception, once each."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import or_, select

from sad import spool
from sad.actions.attempts import LONGEST_REASON, attempt_deposit, refuse_attempt
from sad.actions.journal import record
from sad.actions.letters import people_of, post_letter
from sad.actions.offer_drafts import draft_of, read_draft, stamp_of
from sad.actions.offer_terms import terms_of
from sad.actions.offers import offer_of_key, submit_offer
from sad.actions.receipt_keys import published_keys
from sad.db import session
from sad.domain.errors import Refused, refuse
from sad.letters import offers as letters
from sad.models.mini_tenders import MiniTender
from sad.models.offers import DepositAttempt, Offer, Reception
from sad.models.people import Person
from sad.models.suppliers import Supplier, SupplierMember
from sad.trust.canonical import canonical_json
from sad.trust.envelopes import SealBroken
from sad.trust.provisional import Received, read_received
from sad.trust.receipt_check import read_keys
from sad.trust.sealing import ciphertext_sha256

SAME_PAGE = "Relisez votre brouillon, puis déposez de nouveau ; si l’heure est passée, écrivez au service achats."


class NotTakenIn(Exception):
    """A reception is about something that this database does not know (French sentence)."""


def read_reception(signed: bytes) -> Received:
    """What a reception states, held to every key that ever signed receipts. Raises `NotGenuine`."""
    return read_received(signed, read_keys(canonical_json(published_keys())))


def take_in_reception(signed: bytes, *, seal_key: bytes, link: Callable[[int], str], at: datetime) -> Reception:
    """Deposit what was received, at the hour when it was; twice is once. Late or not follows from that hour (REC-03, REC-04).

    What the rules refuse is kept with its reason, and told to the supplier. `link` gives the address of a consultation, by number.
    Raises `NotGenuine`, or `NotTakenIn` for what this database does not know.
    """
    received = read_reception(signed)
    shown = received.shown
    known = session.scalar(select(Reception).where(Reception.supplier_id == shown.supplier_id, Reception.idempotency_key == shown.key))
    if known is not None:
        return known
    mini_tender, supplier = session.get(MiniTender, shown.mini_tender_id), session.get(Supplier, shown.supplier_id)
    person = session.get(Person, shown.person_id)
    if mini_tender is None or supplier is None or person is None:
        raise NotTakenIn(f"La base ne connaît pas la consultation {shown.mini_tender_id}, ou son fournisseur, ou la personne.")
    reception = Reception(
        mini_tender_id=mini_tender.id,
        supplier_id=supplier.id,
        deposited_by=person.id,
        idempotency_key=shown.key,
        draft_stamp=shown.draft_stamp,
        received_at=received.received_at,
        taken_in_at=at,
        signed=signed,
    )
    offer, reason = _deposited(received, mini_tender, supplier, person, seal_key=seal_key, link=link(mini_tender.id), at=at)
    reception.offer_id, reception.refused_because = offer.id if offer else None, reason
    session.add(reception)
    record("take_in_reception", reception, by=None, at=at, is_sealed=True, signed=ciphertext_sha256(signed), is_refused=offer is None)
    return reception


def hold_back_while_spooled(data_dir: Path) -> None:
    """Nothing is opened while a deposit waits for the database: it may have come in time. Raises `Refused` (REC-01)."""
    if spool.waiting(data_dir):
        message = "Des dépôts reçus pendant une panne ne sont pas encore enregistrés : rien ne s’ouvre avant eux."
        raise refuse(message, "Ils entrent d’eux-mêmes dans la minute. Sinon, appeler la personne qui exploite le service.", rule="REC-01")


def _deposited(
    received: Received, mini_tender: MiniTender, supplier: Supplier, person: Person, *, seal_key: bytes, link: str, at: datetime
) -> tuple[Offer | None, str | None]:
    """The offer, or why there is none."""
    known = offer_of_key(mini_tender, supplier, received.shown.key) or _twin(received)
    if known is not None:
        return known, None
    attempt = attempt_deposit(
        mini_tender, supplier, started_at=received.started_at, received_at=received.received_at, size=0, by=person, at=at
    )
    try:
        return _submit(received, mini_tender, supplier, person, attempt, seal_key=seal_key, link=link, at=at), None
    except Refused as refused:
        refuse_attempt(attempt, refused.refusals, by=person, at=at)
        for each in people_of(supplier):
            text = letters.not_registered(mini_tender, supplier, received_at=received.received_at, refusals=refused.refusals, link=link)
            post_letter(text, to=each, at=at, supplier=supplier)
        return None, str(refused)[:LONGEST_REASON]


def _twin(received: Received) -> Offer | None:
    """The offer made of the same draft, sent from two windows."""
    shown = received.shown
    same = Reception.supplier_id == shown.supplier_id, Reception.mini_tender_id == shown.mini_tender_id
    made = select(Offer).join(Reception, Reception.offer_id == Offer.id).where(*same, Reception.draft_stamp == shown.draft_stamp)
    return session.scalar(made.order_by(Reception.id).limit(1))


def _submit(
    received: Received,
    mini_tender: MiniTender,
    supplier: Supplier,
    person: Person,
    attempt: DepositAttempt,
    *,
    seal_key: bytes,
    link: str,
    at: datetime,
) -> Offer:
    for message in _faults(received, mini_tender, supplier, person):
        raise refuse(message, SAME_PAGE)
    kept = draft_of(mini_tender, supplier)
    assert kept is not None
    try:
        draft = read_draft(kept, terms_of(mini_tender, supplier, at=received.received_at), seal_key=seal_key)
    except SealBroken as fault:
        raise refuse("Votre brouillon ne se relit plus.", "Écrivez votre offre de nouveau, et prévenez le service achats.") from fault
    return submit_offer(
        mini_tender,
        supplier,
        draft.content,
        draft.files,
        idempotency_key=received.shown.key,
        started_at=received.started_at,
        received_at=received.received_at,
        seal_key=seal_key,
        link=link,
        by=person,
        at=at,
        attempt=attempt,
        keep_draft=received.keeps_draft,
    )


def _faults(received: Received, mini_tender: MiniTender, supplier: Supplier, person: Person) -> Iterator[str]:
    """What the page could not know of, as the last button would have said it."""
    kept = draft_of(mini_tender, supplier)
    if kept is None or stamp_of(kept) != received.shown.draft_stamp:
        yield "Le brouillon que montrait la page n’est plus celui qui est gardé."
    here = SupplierMember.supplier_id == supplier.acting_id, SupplierMember.person_id == person.id
    then = or_(SupplierMember.left_at.is_(None), SupplierMember.left_at > received.received_at)
    if session.scalar(select(SupplierMember.id).where(*here, then)) is None:
        yield f"{person.name} n’agissait plus pour cette entreprise."
