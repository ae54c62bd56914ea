"""Deposits: sealed at reception, replaced and withdrawn until the deadline, received and kept even when late."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Select, select

from sad.actions.double_bids import bidding_faults, hold_bidders
from sad.actions.journal import record
from sad.actions.letters import people_of, post_letter
from sad.actions.offer_drafts import discard_offer_draft, draft_of
from sad.actions.offer_terms import terms_of
from sad.actions.receipts import make_receipt
from sad.actions.staged_uploads import discard_uploads, uploads_of
from sad.db import session
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.lifecycle import moved
from sad.domain.offers import OfferContent
from sad.domain.phases import is_open
from sad.letters import offers as letters
from sad.letters.text import LetterText
from sad.models.invitations import Invitation
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import DepositAttempt, Offer, OfferState
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.trust.canonical import canonical_json, instant
from sad.trust.commitments import new_salt
from sad.trust.envelopes import Envelope, EnvelopeFile, size_class
from sad.trust.sealing import ciphertext_sha256, seal


def submit_offer(
    mini_tender: MiniTender,
    supplier: Supplier,
    content: OfferContent,
    files: Sequence[EnvelopeFile] = (),
    *,
    idempotency_key: str,
    started_at: datetime,
    received_at: datetime,
    seal_key: bytes,
    link: str,
    by: Person,
    at: datetime,
    attempt: DepositAttempt | None = None,
    keep_draft: bool = False,
) -> Offer:
    """Receive, seal and acknowledge an offer; the same key again gives the same offer and receipt.

    `received_at` is the instant at which the last byte of the request was read. A late offer is received and kept sealed
    (REC-04); one in time takes the place of the one before (REC-05). `link` is the address where the supplier finds its
    receipt. Raises `Refused` with every fault: not invited, discontinued, incomplete, a second bid that the documents forbid.
    """
    is_invited = _hold(mini_tender, supplier)
    offer = offer_of_key(mini_tender, supplier, idempotency_key)
    if offer is None:
        faults = [*_reception_faults(mini_tender, supplier, is_invited, received_at, by)]
        faults += terms_of(mini_tender, supplier, at=at).faults(content)
        if faults:
            raise Refused(*faults)
        envelope = Envelope(mini_tender.id, supplier.id, str(uuid4()), new_salt(), canonical_json(content.to_dict()), tuple(files))
        offer = _sealed(mini_tender, envelope, idempotency_key, started_at, received_at, by)
        _take_place(offer, mini_tender, supplier)
        entry = record("submit_offer", offer, by=by, at=at, is_sealed=True, received_at=instant(received_at), sealed=offer.sealed_sha256)
        make_receipt(offer, mini_tender, supplier, envelope, entry, seal_key=seal_key, at=at)
        _tell(supplier, letters.deposited(offer, mini_tender, supplier, link=link), at)
        _settle_draft(mini_tender, supplier, keep_draft, by, at)
    if attempt is not None:
        attempt.offer_id = offer.id
    return offer


def withdraw_offer(offer: Offer, *, link: str, by: Person, at: datetime) -> Offer:
    """Take back the offer before the deadline; it will not be opened. `link` leads to the consultation."""
    mini_tender, supplier = offer.mini_tender, offer.supplier
    _hold(mini_tender, supplier)
    session.refresh(offer)
    state = moved("offer", offer.state, "withdraw")
    if not is_open(mini_tender, at):
        message = "La date limite est passée : une offre ne se retire plus."
        raise refuse(message, "Écrire au service achats si vous ne pouvez pas tenir vos prix.", rule="REC-05")
    offer.state, offer.ended_at = state, at
    _tell(supplier, letters.withdrawn(offer, at=at, link=link), at)
    record("withdraw_offer", offer, by=by, at=at, is_sealed=True)
    return offer


def offer_of_key(mini_tender: MiniTender, supplier: Supplier, idempotency_key: str) -> Offer | None:
    """The offer that this supplier has already deposited with that key."""
    return session.scalar(_deposits(mini_tender, supplier).where(Offer.idempotency_key == idempotency_key))


def offers_of(mini_tender: MiniTender, supplier: Supplier) -> list[Offer]:
    """All the deposits of this supplier, the last received first."""
    return list(session.scalars(_deposits(mini_tender, supplier).order_by(Offer.received_at.desc(), Offer.id.desc())))


def live_offer(mini_tender: MiniTender, supplier: Supplier, *, late: bool = False) -> Offer | None:
    """The offer of this supplier that counts on time, or with `late` the one that came after the deadline."""
    live = _deposits(mini_tender, supplier).where(Offer.state == OfferState.DEPOSITED, Offer.late == late)
    return session.scalar(live)


def _deposits(mini_tender: MiniTender, supplier: Supplier) -> Select[Offer]:
    return select(Offer).where(Offer.mini_tender_id == mini_tender.id, Offer.supplier_id == supplier.id)


def _hold(mini_tender: MiniTender, supplier: Supplier) -> bool:
    """Until the commit nobody opens nor gives up the mini-tender, and this supplier deposits nothing else; others may.

    Gives whether the supplier is invited.
    """
    session.refresh(mini_tender, with_for_update={"of": MiniTender, "read": True})
    mine = select(Invitation.id).where(Invitation.mini_tender_id == mini_tender.id, Invitation.supplier_id == supplier.id)
    is_invited = session.scalar(mine.with_for_update()) is not None
    if mini_tender.system.forbids_double_bidding:
        hold_bidders(supplier)
    return is_invited


def _reception_faults(
    mini_tender: MiniTender, supplier: Supplier, is_invited: bool, received_at: datetime, by: Person
) -> Iterator[Refusal]:
    if mini_tender.closes_at is None or not is_invited:
        message = "Votre entreprise n’est pas invitée à cette consultation."
        yield Refusal(message, "Les fournisseurs admis dans sa catégorie le sont tous.", "SAD-15")
    elif mini_tender.state == MiniTenderState.DISCONTINUED:
        message = "Cette consultation est déclarée sans suite : elle ne reçoit plus d’offre."
        yield Refusal(message, "Le motif est dans vos courriers. Vous restez invité aux suivantes.", "AWD-10")
    elif mini_tender.state != MiniTenderState.PUBLISHED and received_at <= mini_tender.closes_at:
        message = "Les offres ont été ouvertes pendant que la vôtre arrivait : elle ne peut plus compter."
        yield Refusal(message, "Écrire tout de suite au service achats : l’heure de votre envoi est enregistrée.", "REC-01")
    else:
        yield from bidding_faults(mini_tender, supplier, by)


def _sealed(
    mini_tender: MiniTender, envelope: Envelope, idempotency_key: str, started_at: datetime, received_at: datetime, by: Person
) -> Offer:
    assert mini_tender.closes_at is not None and mini_tender.public_key is not None
    ciphertext = seal(mini_tender.public_key, envelope)
    return Offer(
        organisation_id=mini_tender.organisation_id,
        mini_tender_id=mini_tender.id,
        supplier_id=envelope.supplier_id,
        deposit_id=envelope.deposit_id,
        idempotency_key=idempotency_key,
        state=OfferState.DEPOSITED,
        deposited_by=by.id,
        started_at=started_at,
        received_at=received_at,
        closes_at=mini_tender.closes_at,
        late=received_at > mini_tender.closes_at,
        sealed=ciphertext,
        sealed_sha256=ciphertext_sha256(ciphertext),
        size_class=size_class(len(ciphertext)),
    )


def _take_place(offer: Offer, mini_tender: MiniTender, supplier: Supplier) -> None:
    """Put the offer where the one before was. The last received counts (R2151-6), even when another was written first."""
    before = live_offer(mini_tender, supplier, late=offer.late)
    if before is not None:
        older, newer = (before, offer) if before.received_at <= offer.received_at else (offer, before)
        older.state, older.ended_at = moved("offer", OfferState.DEPOSITED, "replace"), newer.received_at
        session.flush()
    session.add(offer)
    session.flush()


def _settle_draft(mini_tender: MiniTender, supplier: Supplier, is_kept: bool, by: Person, at: datetime) -> None:
    """Destroy what was typed, unless the supplier keeps it to replace its offer from it, and what was on its way to it."""
    draft = draft_of(mini_tender, supplier)
    if draft is not None and not is_kept:
        discard_offer_draft(draft, by=by, at=at)
    discard_uploads(uploads_of(mini_tender, supplier), by=by, at=at)


def _tell(supplier: Supplier, text: LetterText, at: datetime) -> None:
    """To the supplier's people alone: a letter of the organisation or of the mini-tender would tell who deposits (SEC-01)."""
    for person in people_of(supplier):
        post_letter(text, to=person, at=at, supplier=supplier)
