"""What values the methods accept. Each reader gives the value, or raises ValueError with what was expected, in French."""

from collections.abc import Callable
from fractions import Fraction

from sad.domain.scoring.numbers import JsonNumber, read_number, written
from sad.domain.scoring.values import Criterion

_TRUTHS = {"true": True, "yes": True, "oui": True, "false": False, "no": False, "non": False}


def any_number(criterion: Criterion, value: object) -> Fraction:
    """Any number."""
    return read_number(value)


def positive(criterion: Criterion, value: object) -> Fraction:
    """A number over 0."""
    return _checked(value, "un nombre supérieur à 0", lambda number: number > 0)


def non_negative(criterion: Criterion, value: object) -> Fraction:
    """A number, 0 included, not under it."""
    return _checked(value, "un nombre supérieur ou égal à 0", lambda number: number >= 0)


def mark_on_scale(criterion: Criterion, value: object) -> Fraction:
    """A mark from 0 to the scale, both included."""
    top = criterion.options["scale"]
    return _checked(value, f"un nombre de 0 à {written(top)}", lambda number: 0 <= number <= top)


def step_value(criterion: Criterion, value: object) -> Fraction | str:
    """A number for steps of numbers, else the text of one of the steps."""
    if not criterion.has_text_steps:
        return read_number(value)
    texts = [step.limit for step in criterion.options["steps"]]
    if not isinstance(value, str) or isinstance(value, JsonNumber) or value not in texts:
        raise ValueError("l’un de " + ", ".join(f"« {text} »" for text in texts))
    return value


def truth(criterion: Criterion, value: object) -> bool:
    """True or false, or their words in both languages and any case."""
    if isinstance(value, bool):
        return value
    known = _TRUTHS.get(value.lower()) if isinstance(value, str) else None
    if known is None:
        raise ValueError("true ou false, yes ou no, oui ou non")
    return known


def _checked(value: object, expected: str, accepts: Callable[[Fraction], bool]) -> Fraction:
    number = read_number(value)
    if not accepts(number):
        raise ValueError(expected)
    return number
