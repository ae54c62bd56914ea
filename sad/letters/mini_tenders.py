"""Letters about mini-tenders, from the check to the invitation and to the end without a contract."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sad.letters.headcounts import headcount_words
from sad.letters.text import LetterText, write_letter
from sad.models.awards import Award
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person


def to_check(mini_tender: MiniTender, *, asked_by: Person) -> LetterText:
    """To each buyer: a need waits for its check."""
    return write_letter("mini_tender_to_check", mini_tender=mini_tender, asked_by=asked_by)


def returned(mini_tender: MiniTender, reason: str) -> LetterText:
    """To the requester: what to mend."""
    return write_letter("mini_tender_returned", mini_tender=mini_tender, reason=reason)


def published(mini_tender: MiniTender, invited: int) -> LetterText:
    """To the requester: it has left, to so many suppliers."""
    return write_letter("mini_tender_published", mini_tender=mini_tender, invited=invited)


def invitation(
    mini_tender: MiniTender, *, closes_at: datetime | None, grid: Mapping[str, Any] | None, home: str, is_agreed: bool = False
) -> LetterText:
    """To each person of each invitee, with the six contents of SAD-19 (R2144-9); `home` is the address of the site.

    The deadline and the grid are given, so that the letter can be read before it leaves. `is_agreed`: all the invitees have
    agreed to this deadline (SAD-18). Its documents are those of the system, by title.
    """
    return write_letter(
        "invitation",
        mini_tender=mini_tender,
        system=mini_tender.system,
        organisation=mini_tender.organisation,
        closes_at=closes_at,
        criteria=(grid or {}).get("criteria", ()),
        home=home,
        is_agreed=is_agreed,
        headcount=headcount_words(mini_tender),
    )


def discontinued(
    mini_tender: MiniTender, reason: str, *, is_sealed: bool, offer: Offer | None = None, award: Award | None = None
) -> LetterText:
    """To each invitee: no contract, and why (R2185-2); what becomes of its own `offer`, and of the `award` once it was announced.

    `is_sealed`: nothing is opened, so that the letter is the same whoever has answered (SEC-01).
    """
    around = {"mini_tender": mini_tender, "organisation": mini_tender.organisation, "reason": reason}
    announced = award if offer and award and award.decided_at else None
    return write_letter("discontinued", **around, is_sealed=is_sealed, offer=offer, award=announced)


def need_discontinued(mini_tender: MiniTender) -> LetterText:
    """To the requester: no contract, and why."""
    return write_letter("mini_tender_discontinued", mini_tender=mini_tender)


def question_asked(mini_tender: MiniTender, text: str) -> LetterText:
    """To the buyers: a question waits; it does not say who asks."""
    return write_letter("question_asked", mini_tender=mini_tender, text=text)


def question_answered(mini_tender: MiniTender, question: str, answer: str) -> LetterText:
    """To every invitee: the question and its answer, without the name of who asked (TIM-04)."""
    return write_letter("question_answered", mini_tender=mini_tender, question=question, answer=answer)
