"""Requirements: what a stage asks, each with the legal nature that says what it may decide."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, get_args

from sad.domain.sentences import decimal_text, french_number, of, uncapitalised

Unit = Literal["percent", "count", "yes_no", "text", "points"]
Comparison = Literal["at_most", "at_least", "is_true", "any"]
Answer = Decimal | bool | str

YES = {"true", "yes", "oui"}
NO = {"false", "no", "non"}
_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")


class Nature(StrEnum):
    """What a requirement is in law, hence what it may decide."""

    CAPACITY = "capacity"  # may exclude at admission (L2142-1)
    SPECIFICATION = "specification"  # a minimum that an offer must meet
    AWARD_CRITERION = "award_criterion"  # scored, within the announced range of weights
    PERFORMANCE_CONDITION = "performance_condition"  # checked at delivery
    INFORMATION = "information"  # never decides


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement of a stage.

    `categories` empty means all categories; `weight` is in points out of 100, with its announced range;
    `method` holds the options of the scoring method as the scoring file writes them; `proof` is a French sentence.
    `source` of an award criterion is the key of the specification whose value it scores, so that nothing is asked twice.
    Raises ValueError when its parts contradict each other.
    """

    key: str
    label: str
    nature: Nature
    categories: tuple[str, ...] = ()
    unit: Unit = "yes_no"
    comparison: Comparison = "any"
    threshold: Decimal | None = None
    proof: str = ""
    exempt_families: tuple[str, ...] = ()
    weight: Decimal | None = None
    weight_min: Decimal | None = None
    weight_max: Decimal | None = None
    method: Mapping[str, Any] = field(default_factory=dict, hash=False)
    price: bool = False
    environmental: bool = False
    document_required: bool = False
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "nature", Nature(self.nature))
        object.__setattr__(self, "method", json_safe(self.method))
        fault = _contradiction(self)
        if fault:
            raise ValueError(f"requirement {self.key!r}: {fault}")

    def applies_to(self, category: str | None, families: Collection[str]) -> bool:
        """Whether it holds for a supplier of these product families, in this category (None: in any).

        A supplier is exempt when all its families are.
        """
        if category is not None and self.categories and category not in self.categories:
            return False
        return not self.exempts(families)

    def exempts(self, families: Collection[str]) -> bool:
        """Whether all these product families are exempt; a supplier without family is never exempt."""
        return bool(families) and set(families) <= set(self.exempt_families)

    @property
    def question(self) -> str:
        """The question of the form, in French."""
        return self.label + _QUESTIONS[self.unit]

    @property
    def wanted(self) -> str:
        """What is asked, in French: « 40 % au moins », « 1 au plus », « oui »; empty when nothing is imposed."""
        if self.comparison == "is_true":
            return "oui"
        if self.threshold is None:
            return ""
        amount = french_number(self.threshold) + (" %" if self.unit == "percent" else "")
        return f"{amount} {'au plus' if self.comparison == 'at_most' else 'au moins'}"

    def to_dict(self) -> dict[str, Any]:
        """JSON values only, decimals as text, always the same for equal requirements."""
        return {each.name: json_safe(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Requirement":
        """The requirement that `to_dict` gave. Raises ValueError on an unknown part or a wrong value."""
        unknown = set(content) - {each.name for each in fields(cls)}
        if unknown:
            raise ValueError(f"unknown parts of a requirement: {sorted(unknown)}")
        return cls(**{name: _READERS[name](value) if name in _READERS else value for name, value in content.items()})


def read_answer(requirement: Requirement, value: object) -> Answer | None:
    """The value as its unit wants it; None when nothing readable was said.

    Numbers are read from integers, decimals and decimal text (comma or point); yes and no in French or English.
    """
    if requirement.unit == "yes_no":
        text = str(value).strip().lower()
        return True if text in YES else False if text in NO else None
    if value is None or isinstance(value, bool):
        return None
    if requirement.unit == "text":
        return str(value).strip() or None
    return _read_number(str(value))


def is_met(requirement: Requirement, value: object) -> bool | None:
    """Whether a value satisfies the requirement; None when the value was not said."""
    answer = read_answer(requirement, value)
    if answer is None:
        return None
    if requirement.comparison == "is_true":
        return answer is True
    if requirement.threshold is None or not isinstance(answer, Decimal):
        return True
    return answer <= requirement.threshold if requirement.comparison == "at_most" else answer >= requirement.threshold


def shortfall(requirement: Requirement, value: object) -> str:
    """What is missing, in French: « 35 % d’approvisionnement direct, 40 % demandés »."""
    answer = read_answer(requirement, value)
    if answer is None:
        return f"{requirement.label} : à renseigner ({requirement.wanted})"
    if not isinstance(answer, Decimal):
        return f"{requirement.label} : non, alors que c’est demandé"
    if requirement.unit == "percent":
        return _share_shortfall(requirement, answer)
    noun = uncapitalised(requirement.label)
    has = f"{french_number(answer)} {noun}" if answer >= 2 else f"{requirement.label} : {french_number(answer)}"
    return f"{has}, {requirement.wanted}"


def _share_shortfall(requirement: Requirement, answer: Decimal) -> str:
    noun = uncapitalised(requirement.label)
    has = f"{french_number(answer)} % {noun.removeprefix('part ') if noun.startswith('part d') else of(noun)}"
    if requirement.comparison == "at_most":
        return f"{has}, {requirement.wanted}"
    threshold = requirement.threshold or Decimal(0)
    return f"{has}, {french_number(threshold)} % demandé{'s' if threshold >= 2 else ''}"


def json_safe(value: Any) -> Any:
    """The value with JSON types only: decimals become text, tuples lists, mappings dictionaries."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): json_safe(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_safe(item) for item in value]
    return value


def _contradiction(requirement: Requirement) -> str:
    """Why the parts of a requirement cannot go together, in English; empty when they can."""
    if requirement.unit not in get_args(Unit) or requirement.comparison not in get_args(Comparison):
        return "unknown unit or comparison"
    numeric = requirement.unit in ("percent", "count", "points")
    bounded = requirement.comparison in ("at_most", "at_least")
    if bounded and not (numeric and requirement.threshold is not None):
        return "a bound needs a number as threshold and a unit that counts"
    if not bounded and requirement.threshold is not None:
        return "a threshold needs a comparison"
    if requirement.comparison == "is_true" and requirement.unit != "yes_no":
        return "only a yes or no can be true"
    if requirement.nature is Nature.AWARD_CRITERION and (requirement.weight is None or requirement.weight <= 0):
        return "an award criterion weighs more than 0"
    return ""


def _read_number(text: str) -> Decimal | None:
    plain = "".join(text.split()).replace(",", ".")
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def _decimal(value: Any) -> Decimal | None:
    if value is None:
        return None
    number = _read_number(str(value))
    if number is None:
        raise ValueError(f"not a number: {value!r}")
    return number


_READERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("threshold", "weight", "weight_min", "weight_max"), _decimal),
    **dict.fromkeys(("categories", "exempt_families"), tuple),
}
_QUESTIONS = {
    "percent": " : quelle part, en % ?",
    "count": " : combien ?",
    "yes_no": " : est-ce votre cas ?",
    "text": " : que proposez-vous ?",
    "points": " : quelle note ?",
}
