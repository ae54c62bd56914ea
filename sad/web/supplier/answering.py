"""A supplier that answers a consultation: what is asked of it, what it has typed, what it has deposited."""

import logging
from dataclasses import dataclass
from datetime import datetime

from flask import abort, redirect, url_for

from sad.actions.offer_drafts import Draft, draft_of, read_draft, stamp_of
from sad.actions.offer_terms import terms_of
from sad.actions.offers import live_offer
from sad.domain.errors import Refusal
from sad.domain.estimate_points import Estimate, estimate_points
from sad.domain.offers import OfferContent, OfferTerms
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Offer, OfferDraft
from sad.models.suppliers import Supplier
from sad.trust.envelopes import SealBroken
from sad.web.running import site_address, site_settings
from sad.web.supplier.own import own_invitation

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answering:
    """`live` is the offer that counts on time, `late` the one that came after; `at` the present instant.

    `stamp` names the draft that is kept, empty when there is none. One that does not open has no `draft` but the instant `lost` when it
    was saved; it stays until another is saved in its place, or it is thrown away.
    """

    mini_tender: MiniTender
    supplier: Supplier
    terms: OfferTerms
    draft: Draft | None
    stamp: str
    lost: datetime | None
    live: Offer | None
    late: Offer | None
    at: datetime

    @property
    def content(self) -> OfferContent:
        """What the form shows first: the draft, else what the supplier usually offers."""
        return self.draft.content if self.draft else self.terms.read({"values": self.supplier.declared})

    @property
    def missing(self) -> list[Refusal]:
        """What the draft lacks to be deposited."""
        return self.terms.faults(self.content)

    @property
    def estimate(self) -> Estimate:
        """The points that its own answers may expect from the published grid; no other offer is read (SEC-01)."""
        return estimate_points(self.mini_tender.frozen_grid(), self.mini_tender.frozen_stage(), self.content)

    @property
    def is_late(self) -> bool:
        """Would a deposit now be late?"""
        assert self.mini_tender.closes_at is not None
        return self.at > self.mini_tender.closes_at


def answering_to(mini_tender_id: int, at: datetime) -> Answering:
    """The supplier's answer to a consultation; 404 when it is not invited, led away once it is discontinued."""
    invitation = own_invitation(mini_tender_id)
    mini_tender, supplier = invitation.mini_tender, invitation.supplier
    if mini_tender.state == MiniTenderState.DISCONTINUED:
        abort(redirect(url_for("supplier.mini_tender", mini_tender_id=mini_tender.id)))
    terms, kept = terms_of(mini_tender, supplier, at=at), draft_of(mini_tender, supplier)
    draft = readable(kept, terms)
    stamp = draft.stamp if draft else stamp_of(kept) if kept else ""
    return Answering(
        mini_tender=mini_tender,
        supplier=supplier,
        terms=terms,
        draft=draft,
        stamp=stamp,
        lost=kept.saved_at if kept and draft is None else None,
        live=live_offer(mini_tender, supplier),
        late=live_offer(mini_tender, supplier, late=True),
        at=at,
    )


def readable(kept: OfferDraft | None, terms: OfferTerms) -> Draft | None:
    """What was typed; None when there is no draft, or when it does not open with this seal key, which the log then says."""
    try:
        return read_draft(kept, terms, seal_key=seal_key()) if kept else None
    except SealBroken:
        log.exception("the draft of supplier %s for mini-tender %s does not open", kept and kept.supplier_id, kept and kept.mini_tender_id)
        return None


def seal_key() -> bytes:
    """The key under which drafts and receipts are kept."""
    key: bytes = site_settings().seal_key
    return key


def consultation_link(mini_tender: MiniTender) -> str:
    """The whole address of the consultation, for letters."""
    return site_address() + url_for("supplier.mini_tender", mini_tender_id=mini_tender.id)
