"""Letters to a tenderer while its opened offer is examined: what is asked, what was received."""

from collections.abc import Sequence
from datetime import date

from sad.letters.regularisations import said_anew
from sad.letters.text import LetterText, write_letter
from sad.models.examinations import ExaminationAnswer
from sad.models.offers import Offer


def price_request(offer: Offer, asked: str, *, days: int, due_on: date) -> LetterText:
    """How do you reach this price? With the day of the answer, and no figure of the other offers (R2152-3)."""
    return write_letter("price_request", offer=offer, mini_tender=offer.mini_tender, asked=asked, days=days, due_on=due_on)


def answer_received(offer: Offer, answer: ExaminationAnswer, prints: Sequence[Sequence[str]]) -> LetterText:
    """The receipt of an answer: when it came, what it holds; `prints` are the names of its files, each with its fingerprint."""
    context = {"offer": offer, "mini_tender": offer.mini_tender, "answer": answer, "prints": prints}
    return write_letter("examination_answer", **context, values=said_anew(offer, answer.values))
