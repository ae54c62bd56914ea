"""Several evaluators: each marks alone, nothing of it shows until all have handed theirs over, then one consensus (ANA-05)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sad.domain.scoring.numbers import printed, written

Asked = tuple[int, str]  # an offer and a criterion on which each evaluator gives a mark


@dataclass(frozen=True, slots=True)
class Juror:
    """An evaluator: whether it has handed its marks over, whether it was released or stood aside."""

    ref: int
    has_submitted: bool
    has_ended: bool = False


@dataclass(frozen=True, slots=True)
class OwnMark:
    """What one evaluator gives to an offer on a criterion, out of its scale, with its reason."""

    juror: int
    offer: int
    criterion: str
    value: Fraction
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the marks of all say together: their range, and the mean and reasons from which the consensus is written."""

    low: Fraction
    high: Fraction
    mean: str
    reason: str

    @property
    def spread(self) -> str:
        """From the lowest to the highest mark, as decimal text."""
        return written(self.high - self.low)

    def holds(self, value: Fraction) -> bool:
        """Whether a consensus is within the marks of the evaluators."""
        return self.low <= value <= self.high


def unmarked(juror: int, marks: Iterable[OwnMark], asked: Collection[Asked]) -> set[Asked]:
    """The offers and criteria on which this evaluator has given no mark yet."""
    return set(asked) - {(mark.offer, mark.criterion) for mark in marks if mark.juror == juror}


def awaited(jurors: Iterable[Juror], marks: Sequence[OwnMark], asked: Collection[Asked]) -> list[Juror]:
    """Those whose marks are still awaited: not handed over, or an offer has become regular since."""
    present = [juror for juror in jurors if not juror.has_ended]
    return [juror for juror in present if not juror.has_submitted or unmarked(juror.ref, marks, asked)]


def revealed(jurors: Sequence[Juror], marks: Sequence[OwnMark], asked: Collection[Asked]) -> list[OwnMark]:
    """The marks that may be seen: none while somebody's are awaited, then those of everybody who has not left."""
    if awaited(jurors, marks, asked):
        return []
    present = {juror.ref for juror in jurors if not juror.has_ended}
    return [mark for mark in marks if mark.juror in present and (mark.offer, mark.criterion) in asked]


def proposal(marks: Sequence[OwnMark]) -> Proposal | None:
    """From the marks of all on one offer and one criterion; None without any. The mean has two decimals, half up."""
    if not marks:
        return None
    values = [mark.value for mark in marks]
    mean = printed(sum(values, Fraction(0)) / len(values), 2)
    reasons = dict.fromkeys(_sentence(mark.reason) for mark in marks)
    return Proposal(min(values), max(values), written(Fraction(mean)), " ".join(reasons))


def _sentence(reason: str) -> str:
    text = reason.strip()
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
