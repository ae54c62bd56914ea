"""Trial deposits: the whole way of an offer, from the pieces of its files to its signed receipt, for nobody's consultation."""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, select

from sad import parameters
from sad.actions.journal import record
from sad.actions.receipt_keys import ensure_receipt_key
from sad.actions.receipts import TYPED
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refused, refuse
from sad.domain.offers import OfferContent, OfferTerms
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.models.trials import TrialDeposit
from sad.trust import receipts
from sad.trust.canonical import canonical_json
from sad.trust.chain import Head
from sad.trust.commitments import commitment, new_salt
from sad.trust.envelopes import Envelope, EnvelopeFile, SealBroken
from sad.trust.sealing import ciphertext_sha256, new_key_pair, open_envelope, open_receipt, seal, seal_receipt, unwrap
from sad.trust.signing import sign_receipt

KEPT_DAYS = 7
MOST_KEPT = 20  # for one supplier: a trial holds as much as an offer
NO_MINI_TENDER = 0
LINES = (("essai", "Viennoiserie d’essai", Decimal(10), "pièce"),)
TITLE = "ESSAI\u00a0: ceci n’est pas une offre"
OBJECT = "Dépôt d’essai, pour aucune consultation\u00a0: il n’engage à rien, n’est compté nulle part, et est détruit après une semaine"
NO_BUYER = "Aucun acheteur (ESSAI)"
UNREADABLE = "L’essai a échoué\u00a0: ce qui a été scellé ne s’est pas rouvert."


def trial_terms(supplier: Supplier, *, at: datetime) -> OfferTerms:
    """What a trial asks: the price of one line, with its VAT as for any offer of this supplier."""
    rates = tuple(parameters.value("vat_rates", on=paris_day(at)))
    return OfferTerms(lines=LINES, specifications=(), criteria=(), vat_rates=rates, is_vat_exempt=supplier.is_vat_exempt)


def submit_trial(
    supplier: Supplier,
    content: OfferContent,
    files: Sequence[EnvelopeFile],
    *,
    idempotency_key: str,
    started_at: datetime,
    received_at: datetime,
    seal_key: bytes,
    by: Person,
    at: datetime,
) -> TrialDeposit:
    """Seal what was sent with a canary to a key pair of its own, open it again, and acknowledge it as a trial; the same key gives it again.

    Raises `Refused` with every fault of the content, for too many trials, and when what was sealed does not open again as it was.
    """
    session.refresh(supplier, with_for_update={"of": Supplier})
    known = session.scalar(_trials(supplier).where(TrialDeposit.idempotency_key == idempotency_key))
    if known is not None:
        return known
    _check_may_try(supplier, content, at)
    typed = canonical_json({**content.to_dict(), "canary": secrets.token_hex(16)})
    envelope = Envelope(NO_MINI_TENDER, supplier.id, str(uuid4()), new_salt(), typed, tuple(files))
    trial = TrialDeposit(
        supplier_id=supplier.id,
        deposit_id=envelope.deposit_id,
        idempotency_key=idempotency_key,
        deposited_by=by.id,
        started_at=started_at,
        received_at=received_at,
        sealed=_sealed_and_opened(envelope, seal_key),
        receipt=b"",
    )
    trial.sealed_sha256 = ciphertext_sha256(trial.sealed)
    session.add(trial)
    _acknowledge(trial, supplier, envelope, seal_key=seal_key, by=by, at=at)
    return trial


def _check_may_try(supplier: Supplier, content: OfferContent, at: datetime) -> None:
    if faults := trial_terms(supplier, at=at).faults(content):
        raise Refused(*faults)
    if len(trials_of(supplier)) >= MOST_KEPT:
        raise refuse(f"Vous avez déjà fait {MOST_KEPT} essais.", "Les plus anciens sont détruits après une semaine.")


def trials_of(supplier: Supplier) -> Sequence[TrialDeposit]:
    """The trials of the supplier that are still kept, the last first."""
    return session.scalars(_trials(supplier)).all()


def trial_receipt_text(trial: TrialDeposit, *, seal_key: bytes) -> bytes:
    """Its signed receipt as canonical JSON, byte for byte as it was made. Raises `SealBroken`."""
    return open_receipt(seal_key, _context(trial), trial.receipt)


def read_trial_receipt(trial: TrialDeposit, *, seal_key: bytes) -> dict[str, Any]:
    """The same as a mapping."""
    body: dict[str, Any] = json.loads(trial_receipt_text(trial, seal_key=seal_key))
    return body


def discard_stale_trials(*, at: datetime) -> int:
    """Destroy the trials of more than a week ago; how many."""
    stale = session.scalars(select(TrialDeposit).where(TrialDeposit.received_at < at - timedelta(days=KEPT_DAYS))).all()
    for trial in stale:
        record("discard_trial", trial, by=None, at=at, is_sealed=True)
        session.delete(trial)
    session.flush()
    return len(stale)


def _trials(supplier: Supplier) -> Select[TrialDeposit]:
    return select(TrialDeposit).where(TrialDeposit.supplier_id == supplier.id).order_by(TrialDeposit.id.desc())


def _sealed_and_opened(envelope: Envelope, seal_key: bytes) -> bytes:
    """The envelope sealed as that of an offer is, once it has opened again bit for bit; its key is forgotten here."""
    context = f"trial:{envelope.deposit_id}"
    keys = new_key_pair(seal_key, context)
    ciphertext = seal(keys.public, envelope)
    identity = unwrap(keys.wrapped_private, seal_key, context)
    try:
        opened = open_envelope(
            ciphertext, identity, mini_tender_id=NO_MINI_TENDER, supplier_id=envelope.supplier_id, deposit_id=envelope.deposit_id
        )
    except SealBroken as fault:
        raise refuse(UNREADABLE, "Prévenez l’acheteur.") from fault
    if opened != envelope:
        raise refuse(UNREADABLE, "Prévenez l’acheteur.")
    return ciphertext


def _acknowledge(trial: TrialDeposit, supplier: Supplier, envelope: Envelope, *, seal_key: bytes, by: Person, at: datetime) -> None:
    """Journal the trial, then sign its receipt, which names that line."""
    entry = record("submit_trial", trial, by=by, at=at, is_sealed=True, sealed=trial.sealed_sha256)
    body = receipts.receipt_body(_stated(trial, supplier, envelope, Head(entry.seq, entry.hash)))
    file = sign_receipt(body, ensure_receipt_key(seal_key=seal_key, at=at), seal_key)
    trial.receipt = seal_receipt(seal_key, _context(trial), file)


def _stated(trial: TrialDeposit, supplier: Supplier, envelope: Envelope, head: Head) -> receipts.Receipt:
    return receipts.Receipt(
        deposit_id=trial.deposit_id,
        depositor=f"{supplier.name}, SIRET {supplier.siret}",
        buyer=NO_BUYER,
        title=TITLE,
        object=OBJECT,
        started_at=trial.started_at,
        received_at=trial.received_at,
        closes_at=trial.received_at + timedelta(days=KEPT_DAYS),
        documents=receipts.listed_documents(envelope.salt, (EnvelopeFile(TYPED, "application/json", envelope.content), *envelope.files)),
        salt=envelope.salt,
        content_commitment=commitment(envelope.salt, envelope.content),
        sealed_sha256=trial.sealed_sha256,
        journal_head=head,
        is_trial=True,
    )


def _context(trial: TrialDeposit) -> str:
    return f"trial-receipt:{trial.deposit_id}"
