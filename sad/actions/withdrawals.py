"""Standing aside: whoever declares a link evaluates no more, and what its marks went into is looked at again (ANA-05)."""

from datetime import datetime

from sqlalchemy import select

from sad.actions.journal import record
from sad.db import session
from sad.models.evaluations import Mark
from sad.models.evaluators import Evaluator
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person

STOOD_ASIDE = "A déclaré un lien avec une entreprise."


def withdraw_person(mini_tender: MiniTender, *, by: Person, at: datetime) -> None:
    """Take this person out of those who evaluate the mini-tender, if it is one; marks that it gave or counted in are to be given again.

    Its own marks stay, in the database and in the journal; no page shows them to the consensus any more.
    """
    evaluator = session.scalar(
        select(Evaluator).where(Evaluator.mini_tender_id == mini_tender.id, Evaluator.person_id == by.id, Evaluator.ended_at.is_(None))
    )
    counted = evaluator is not None and evaluator.submitted_at is not None
    if evaluator is not None:
        evaluator.ended_at, evaluator.ended_by, evaluator.end_reason = at, by.id, STOOD_ASIDE
        record("withdraw_evaluator", evaluator, by=by, at=at, mini_tender=mini_tender.id, counted=counted)
    for mark in final_marks(mini_tender):
        if counted or mark.given_by == by.id:
            mark.is_to_review = True


def final_marks(mini_tender: MiniTender) -> list[Mark]:
    """The marks that its ranking reads: one person's, or the consensus of several."""
    return list(session.scalars(select(Mark).join(Mark.offer).where(Offer.mini_tender_id == mini_tender.id).order_by(Mark.id)))
