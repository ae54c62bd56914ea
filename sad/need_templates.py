"""The ready-made needs offered to requesters, read once from `config/scoring/need_templates.yaml`."""

from dataclasses import dataclass
from datetime import time
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

import yaml

from sad.settings import ROOT

FILE = ROOT / "config" / "scoring" / "need_templates.yaml"
THOUSANDTH = Decimal("0.001")
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A line of a template: so many units for each guest."""

    label: str
    unit: str
    per_guest: Decimal

    def quantity(self, guests: int) -> Decimal:
        """The quantity for that many guests, at most three decimals, never zero."""
        return max((self.per_guest * guests).quantize(THOUSANDTH, rounding=ROUND_HALF_UP), THOUSANDTH)


@dataclass(frozen=True, slots=True)
class NeedTemplate:
    """A ready-made need; prices are estimates in EUR excl. VAT for one guest."""

    key: str
    label: str
    hint: str
    category: str
    cpv: str
    low: Decimal
    typical: Decimal
    high: Decimal
    hour: time
    lines: tuple[TemplateLine, ...]
    constraints: tuple[str, ...]

    def budget(self, guests: int) -> Decimal:
        """What the need should cost at most, EUR excl. VAT."""
        return (self.high * guests).quantize(CENT)


@cache
def need_templates() -> dict[str, NeedTemplate]:
    """Every template by its key, in the order in which they are offered. Raises KeyError or ValueError on a wrong file."""
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {key: _template(key, body) for key, body in content.items()}


def _template(key: str, body: dict[str, Any]) -> NeedTemplate:
    lines = tuple(TemplateLine(each["label"], each["unit"], Decimal(each["per_guest"])) for each in body["lines"])
    price = {name: Decimal(body["price"][name]) for name in ("low", "typical", "high")}
    if not lines or not 0 < price["low"] <= price["typical"] <= price["high"] or any(line.per_guest <= 0 for line in lines):
        raise ValueError(f"need template {key!r}: lines and prices must be positive, prices in order")
    return NeedTemplate(
        key=key,
        label=body["label"],
        hint=body["hint"],
        category=body["category"],
        cpv=body["cpv"],
        hour=time.fromisoformat(body["hour"]),
        lines=lines,
        constraints=tuple(body["constraints"]),
        **price,
    )
