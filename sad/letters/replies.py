"""Letters about requests for reasons: to the buyers that one came or waits, to the tenderer its answer (R2181-2, R2181-4)."""

from collections.abc import Sequence

from sad.domain.replies import Owed
from sad.letters.results import Result
from sad.letters.text import LetterText, write_letter
from sad.models.replies import ReasonRequest


def drafted(result: Result, owed: Owed, retained: Sequence[tuple[str, str]]) -> str:
    """The text proposed to the buyer, from what is stored; `retained`: what the retained offer says on each criterion, never a price."""
    ahead = [line for line in result.lines if not line.is_part and line.behind < 0]
    compares = owed is Owed.COMPARISON
    return write_letter("reasons_draft", result=result, compares=compares, retained=retained, ahead=ahead).body.strip()


def reasons_given(request: ReasonRequest, text: str) -> LetterText:
    """To the tenderer: the answer, the name of the holder."""
    award = request.award
    return write_letter(
        "reasons_given",
        request=request,
        answer=text.strip(),
        compares=request.owed == Owed.COMPARISON,
        winner=award.place.offer.supplier,
        mini_tender=award.mini_tender,
        organisation=award.mini_tender.organisation,
    )


def reasons_asked(request: ReasonRequest, *, home: str) -> LetterText:
    """To the buyers: who asks, what, until when the answer is due."""
    return _about("reasons_asked", request, home)


def reasons_due(request: ReasonRequest, *, home: str) -> LetterText:
    """To the buyers: the answer has not left, and its last day comes."""
    return _about("reasons_due", request, home)


def reasons_late(request: ReasonRequest, *, home: str) -> LetterText:
    """To the award authority and the buyers: the last day is over."""
    return _about("reasons_late", request, home)


def _about(kind: str, request: ReasonRequest, home: str) -> LetterText:
    page = f"{home}/achats/consultations/{request.award.mini_tender_id}/demandes/{request.id}"
    return write_letter(kind, request=request, supplier=request.offer.supplier, mini_tender=request.award.mini_tender, page=page)
