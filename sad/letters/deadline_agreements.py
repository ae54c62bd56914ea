"""Letters about a shorter period to answer: what suppliers are asked, what whoever asked is told."""

from datetime import datetime

from sad.letters.text import LetterText, write_letter
from sad.models.deadline_agreements import DeadlineAnswer, DeadlineRequest
from sad.models.mini_tenders import MiniTender


def request(mini_tender: MiniTender, *, closes_at: datetime, answers_by: datetime, days: int, home: str) -> LetterText:
    """To each person of each admitted supplier: do you agree to this date? `days` are those that the law gives without it."""
    return write_letter(
        "agreement_request",
        mini_tender=mini_tender,
        organisation=mini_tender.organisation,
        closes_at=closes_at,
        answers_by=answers_by,
        days=days,
        home=home,
    )


def ended(mini_tender: MiniTender, closes_at: datetime) -> LetterText:
    """To each supplier asked: nothing is expected any more."""
    return write_letter("agreement_ended", mini_tender=mini_tender, organisation=mini_tender.organisation, closes_at=closes_at)


def reached(asked: DeadlineRequest) -> LetterText:
    """To whoever asked: all have agreed, the need may leave with this date."""
    return write_letter("agreement_reached", mini_tender=asked.mini_tender, asked=asked)


def refused(answer: DeadlineAnswer, *, days: int) -> LetterText:
    """To whoever asked: one supplier refuses, which is enough; `days` are those of the law."""
    asked = answer.request
    return write_letter("agreement_refused", mini_tender=asked.mini_tender, asked=asked, supplier=answer.supplier, days=days)
