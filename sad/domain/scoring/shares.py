"""What share of its weight each of a few values earns on one criterion, by the methods themselves."""

from collections.abc import Iterable
from fractions import Fraction

from sad.domain.scoring.column import Column, Compared
from sad.domain.scoring.methods import method_of
from sad.domain.scoring.numbers import french, printed
from sad.domain.scoring.values import Criterion


def shares_of(criterion: Criterion, values: Iterable[str]) -> dict[str, Fraction]:
    """The exact share of the weight that each value earns when they are compared among themselves, in the order given.

    Raises ValueError when the method refuses one.
    """
    texts = list(dict.fromkeys(values))
    compared = Compared(Column(criterion, texts), range(len(texts)))
    return {text: compared.points(place) / criterion.weight for place, text in enumerate(texts)}


def is_accepted(criterion: Criterion, value: str) -> bool:
    """Whether the method of a criterion reads this value."""
    try:
        method_of(criterion).accepts(criterion, value)
    except ValueError:
        return False
    return True


def percent(share: Fraction, decimals: int = 2) -> str:
    """A share in French, without useless zeros: `80 %`, `66,67 %`."""
    text = printed(share * 100, decimals)
    return f"{french(text.rstrip('0').rstrip('.') if '.' in text else text)} %"
