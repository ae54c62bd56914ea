"""What a supplier has typed and not yet deposited: sealed at rest, since it holds prices."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from sad.actions.journal import record
from sad.db import session
from sad.domain.errors import refuse
from sad.domain.offers import OfferContent, OfferTerms
from sad.models.mini_tenders import MiniTender
from sad.models.offers import OfferDraft
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.trust.canonical import canonical_json
from sad.trust.envelopes import Envelope, EnvelopeFile, pack, unpack
from sad.trust.sealing import ciphertext_sha256, open_draft, seal_draft


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as its supplier reads it again; `stamp` changes each time it is saved."""

    content: OfferContent
    files: tuple[EnvelopeFile, ...]
    saved_at: datetime
    stamp: str


def save_offer_draft(
    mini_tender: MiniTender,
    supplier: Supplier,
    content: OfferContent,
    files: Sequence[EnvelopeFile],
    *,
    stamp: str,
    seal_key: bytes,
    by: Person,
    at: datetime,
) -> OfferDraft:
    """Keep the draft in place of the one that was read with that `stamp` (empty when there was none).

    Raises `Refused` when somebody else saved another one meanwhile.
    """
    draft = draft_of(mini_tender, supplier)
    if (stamp_of(draft) if draft else "") != stamp:
        raise refuse(
            "Ce brouillon a changé depuis que vous l’avez ouvert, dans une autre fenêtre ou par une autre personne.",
            "Vos réponses sont restées sur cette page. Comparez, puis enregistrez de nouveau.",
        )
    if draft is None:
        draft = OfferDraft(mini_tender_id=mini_tender.id, supplier_id=supplier.id)
        session.add(draft)
    plain = pack(Envelope(mini_tender.id, supplier.id, "draft", b"", canonical_json(content.to_dict()), tuple(files)))
    draft.sealed, draft.saved_at = seal_draft(seal_key, _context(draft), plain), at
    record("save_offer_draft", draft, by=by, at=at, is_sealed=True)
    return draft


def discard_offer_draft(draft: OfferDraft, *, by: Person, at: datetime) -> None:
    """Destroy a draft, for good."""
    record("discard_offer_draft", draft, by=by, at=at, is_sealed=True)
    session.delete(draft)
    session.flush()


def draft_of(mini_tender: MiniTender, supplier: Supplier) -> OfferDraft | None:
    """The draft of this supplier, still sealed."""
    kept = select(OfferDraft).where(OfferDraft.mini_tender_id == mini_tender.id, OfferDraft.supplier_id == supplier.id)
    return session.scalar(kept)


def read_draft(draft: OfferDraft, terms: OfferTerms, *, seal_key: bytes) -> Draft:
    """What was typed. Raises `SealBroken` when it does not open with this key."""
    envelope = unpack(open_draft(seal_key, _context(draft), draft.sealed))
    return Draft(terms.read(json.loads(envelope.content)), envelope.files, draft.saved_at, stamp_of(draft))


def stamp_of(draft: OfferDraft) -> str:
    """What changes each time a draft is saved, and tells nothing of it."""
    return ciphertext_sha256(draft.sealed)


def _context(draft: OfferDraft) -> str:
    return f"draft:{draft.mini_tender_id}:{draft.supplier_id}"
