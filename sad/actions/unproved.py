"""The offers that were first and whose company could not prove (R2144-7): the next in rank takes their place."""

from sqlalchemy import select

from sad.db import session
from sad.models.awards import Award
from sad.models.evaluations import RankedOffer
from sad.models.proofs import ProofRequest


def unproved_offers(mini_tender_id: int) -> dict[int, ProofRequest]:
    """By id of offer, the request that its company did not answer in time."""
    failed = select(RankedOffer.offer_id, ProofRequest).join(Award, Award.ranked_offer_id == RankedOffer.id)
    failed = failed.join(ProofRequest, ProofRequest.award_id == Award.id)
    failed = failed.where(Award.mini_tender_id == mini_tender_id, ProofRequest.failed_at.is_not(None))
    return dict(session.execute(failed).all())
