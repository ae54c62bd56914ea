"""Another seal key: all that was kept under the one before is kept under the new one, in one act."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, inspect, select, update

from sad.actions.journal import record
from sad.actions.receipt_keys import current_key, rotate_receipt_key
from sad.db import session
from sad.domain.errors import refuse
from sad.models.journal import JournalHead
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Offer, OfferDraft, Receipt
from sad.models.openers import Rehearsal
from sad.models.openings import Opening
from sad.models.people import Person, RescueCode, SecondFactor
from sad.models.receipt_keys import ReceiptKey
from sad.models.trials import TrialDeposit
from sad.models.uploads import StagedChunk, StagedUpload
from sad.trust.canonical import instant
from sad.trust.envelopes import SealBroken
from sad.trust.sealing import rekey, seal_key_id


@dataclass(frozen=True, slots=True)
class Kept:
    """A column kept under the seal key: the rows that hold something there, and what binds each to its place."""

    column: Any
    rows: Select[*tuple[Any, ...]]
    context: Callable[..., str]

    @property
    def name(self) -> str:
        return f"{self.column.class_.__tablename__}.{self.column.key}"


@dataclass(slots=True)
class Rotation:
    """How many things of each kind are under the new key, which ones the old key did not open, who needs new rescue codes."""

    kept: dict[str, int] = field(default_factory=dict)
    unopened: list[str] = field(default_factory=list)
    without_codes: list[Person] = field(default_factory=list)


KEPT = (
    Kept(
        MiniTender.wrapped_private_key,
        select(MiniTender.id, MiniTender.wrapped_private_key),
        lambda row: f"mini_tender:{row.id}",
    ),
    Kept(
        Opening.half_opened,
        select(Opening.id, Opening.half_opened, Opening.mini_tender_id),
        lambda row: f"mini_tender:{row.mini_tender_id}",
    ),
    Kept(
        Rehearsal.wrapped_private_key,
        select(Rehearsal.id, Rehearsal.wrapped_private_key, Rehearsal.organisation_id, Rehearsal.asked_at),
        lambda row: f"rehearsal:{row.organisation_id}:{instant(row.asked_at)}",
    ),
    Kept(
        Rehearsal.half_opened,
        select(Rehearsal.id, Rehearsal.half_opened, Rehearsal.organisation_id, Rehearsal.asked_at),
        lambda row: f"rehearsal:{row.organisation_id}:{instant(row.asked_at)}",
    ),
    Kept(
        OfferDraft.sealed,
        select(OfferDraft.id, OfferDraft.sealed, OfferDraft.mini_tender_id, OfferDraft.supplier_id),
        lambda row: f"draft:{row.mini_tender_id}:{row.supplier_id}",
    ),
    Kept(
        Receipt.sealed, select(Receipt.id, Receipt.sealed, Offer.deposit_id).join(Receipt.offer), lambda row: f"receipt:{row.deposit_id}"
    ),
    Kept(ReceiptKey.wrapped_private, select(ReceiptKey.id, ReceiptKey.wrapped_private, ReceiptKey.key_id), lambda row: row.key_id),
    Kept(
        SecondFactor.sealed_secret,
        select(SecondFactor.id, SecondFactor.sealed_secret, SecondFactor.person_id),
        lambda row: f"person:{row.person_id}",
    ),
    Kept(StagedUpload.sealed, select(StagedUpload.id, StagedUpload.sealed, StagedUpload.token), lambda row: f"upload:{row.token}:head"),
    Kept(
        StagedChunk.sealed,
        select(StagedChunk.id, StagedChunk.sealed, StagedChunk.number, StagedUpload.token).join(
            StagedUpload, StagedUpload.id == StagedChunk.upload_id
        ),
        lambda row: f"upload:{row.token}:{row.number}",
    ),
    Kept(
        TrialDeposit.receipt,
        select(TrialDeposit.id, TrialDeposit.receipt, TrialDeposit.deposit_id),
        lambda row: f"trial-receipt:{row.deposit_id}",
    ),
)


def rotate_seal_key(*, old: bytes, new: bytes, by: Person | None, at: datetime) -> Rotation:
    """Keep under the new key all that the old one opens; what it did not open already stays as it is, and is told.

    Rescue codes cannot be kept: only what recognises them is, and that needs the old key; they no longer serve. Raises `Refused` when
    the old key does not open a mini-tender whose offers are still sealed: nothing is changed.
    """
    done = Rotation()
    for kept in KEPT:
        done.kept[kept.name] = _keep_again(kept, old, new, done.unopened)
    sealed = select(MiniTender.id).where(MiniTender.state == MiniTenderState.PUBLISHED)
    lost = {f"{MiniTender.__tablename__}.wrapped_private_key:{number}" for number in session.scalars(sealed)} & set(done.unopened)
    if lost:
        message = f"La clé en place n’ouvre pas {len(lost)} consultation(s) dont les offres sont scellées : rien n’est changé."
        raise refuse(message, "Remettre d’abord le fichier de clé qui servait à leur envoi.", rule="REC-01")
    done.without_codes = list(session.scalars(select(Person).where(Person.id.in_(select(RescueCode.person_id))).order_by(Person.id)))
    session.execute(delete(RescueCode))
    if current_key() is not None:
        rotate_receipt_key(seal_key=new, by=by, at=at)  # the one laid by for outages is under the old key
    record(
        "rotate_seal_key",
        session.scalars(select(JournalHead)).one(),
        by=by,
        at=at,
        before=seal_key_id(old),
        after=seal_key_id(new),
        kept=done.kept,
        unopened=done.unopened,
    )
    return done


def is_of_key(seal_key: bytes) -> bool:
    """Does this key open the last mini-tender that was sent, or the key that signs, where there is none? True of an empty database."""
    for kept in (KEPT[0], KEPT[6]):
        last = session.execute(_holding(kept).order_by(kept.column.class_.id.desc()).limit(1)).first()
        if last is not None:
            return _rekeyed(kept, last, seal_key, seal_key) is not None
    return True


def _keep_again(kept: Kept, old: bytes, new: bytes, unopened: list[str]) -> int:
    count, model = 0, kept.column.class_
    for number in session.scalars(select(model.id).where(kept.column.is_not(None)).order_by(model.id)).all():
        row = session.execute(_holding(kept).where(model.id == number)).one()
        value = _rekeyed(kept, row, old, new)
        if value is None:
            unopened.append(f"{kept.name}:{number}")
            continue
        session.execute(update(inspect(model).local_table).where(model.id == number).values({kept.column.key: value}))
        count += 1
    return count


def _holding(kept: Kept) -> Select[*tuple[Any, ...]]:
    return kept.rows.where(kept.column.is_not(None))


def _rekeyed(kept: Kept, row: Any, old: bytes, new: bytes) -> bytes | None:
    try:
        return rekey(getattr(row, kept.column.key), kept.context(row), old=old, new=new)
    except SealBroken:
        return None
