"""The options of the methods, as a scoring file writes them: each is read, with its faults, and written back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sad.domain.scoring.faults import Faults, is_text, quoted
from sad.domain.scoring.methods import METHODS
from sad.domain.scoring.numbers import read_number, written
from sad.domain.scoring.values import Step


@dataclass(frozen=True, slots=True)
class Option:
    """How an option is read: `read` gives its value or raises ValueError with what was expected."""

    read: Callable[[Any], Any]
    required: bool = True
    default: Any = None


def read_options(method: str, data: Mapping[str, Any], where: str, faults: Faults) -> dict[str, Any] | None:
    """The options of a method by name, defaults included, or None when one is at fault."""
    options, before = {}, len(faults)
    for name in METHODS[method].options:
        option = OPTIONS[name]
        if option.required and name not in data:
            faults.add(where, f"la méthode {method} demande l’option « {name} »")
        options[name] = faults.field(data, name, where, option.read, option.default)
    for name in (name for name in data if name in OPTIONS and name not in options):
        faults.add(where, f"« {name} » n’est pas une option de la méthode {method}")
    if len(faults) == before and "best" in options and options["best"] == options["worst"]:
        faults.add(where, "« best » et « worst » doivent être différents")
    return options if len(faults) == before else None


def option_to_json(value: Any) -> Any:
    """An option as a scoring file writes it."""
    if isinstance(value, Fraction):
        return written(value)
    if isinstance(value, tuple):
        return [[option_to_json(step.limit), written(step.share)] for step in value]
    return value


def positive_number(value: object) -> Fraction:
    """A number over 0."""
    number = read_number(value)
    if number <= 0:
        raise ValueError("un nombre supérieur à 0")
    return number


def number_or_null(value: object) -> Fraction | None:
    """A number, or None for null. The readers of this file raise ValueError with what was expected, in French."""
    return None if value is None else read_number(value)


def true_or_false(value: object) -> bool:
    """A JSON boolean."""
    if not isinstance(value, bool):
        raise ValueError("true ou false")
    return value


def lower_or_higher(value: object) -> str:
    """Which side `linear_minmax` prefers."""
    if not isinstance(value, str) or value not in ("lower", "higher"):
        raise ValueError("lower ou higher")
    return str(value)


def ladder(value: object) -> tuple[Step, ...]:
    """Steps: limits of numbers that rise strictly, the last may be null; or texts, each once. Shares from 0 to 1."""
    if not isinstance(value, list | tuple) or not value or not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in value):
        raise ValueError("une liste non vide de couples [limite, part]")
    limits, shares = zip(*value, strict=True)
    wrong = [f"une liste de parts de 0 à 1, et non {quoted(part)}" for part in shares if not is_share(part)]
    numeric = all(limit is None or is_number(limit) for limit in limits)
    if numeric and not rise_strictly(limits):
        wrong.append("une liste de limites qui montent strictement, la dernière pouvant être null")
    if not numeric and not (all(map(is_text, limits)) and len(set(limits)) == len(limits)):
        wrong.append("une liste de limites toutes numériques, ou de textes donnés chacun une fois")
    if wrong:
        raise ValueError(*wrong)
    return tuple(Step(number_or_null(limit) if numeric else str(limit), read_number(part)) for limit, part in value)


def is_number(value: object) -> bool:
    """Whether a value of a file is a number."""
    try:
        read_number(value)
    except ValueError:
        return False
    return True


def is_share(value: object) -> bool:
    """Whether a value of a file is a number from 0 to 1."""
    return is_number(value) and 0 <= read_number(value) <= 1


def rise_strictly(limits: Sequence[Any]) -> bool:
    """Whether numeric limits rise strictly, null being allowed last."""
    numbers = [read_number(limit) for limit in limits if limit is not None]
    return None not in limits[:-1] and numbers == sorted(set(numbers))


OPTIONS = {
    "scale": Option(positive_number),
    "floor": Option(number_or_null, required=False, default=Fraction(0)),
    "best": Option(read_number),
    "worst": Option(read_number),
    "clamp": Option(true_or_false, required=False, default=True),
    "better": Option(lower_or_higher),
    "steps": Option(ladder),
}
