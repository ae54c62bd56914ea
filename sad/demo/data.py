"""The reference data of the demo, read from `config/demo/`."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import yaml

from sad.settings import ROOT

FOLDER = ROOT / "config" / "demo"


@dataclass(frozen=True, slots=True)
class DemoSupplier:
    """An invented supplier; shares in percent, `state` says what the demo makes of its application."""

    key: str
    name: str
    siret: str
    kind: str
    contact: str
    email: str
    commune: str
    postcode: str
    families: tuple[str, ...]
    categories: tuple[str, ...]
    vat_exempt: bool
    state: str
    intermediaries: int
    direct_supply_pct: int
    organic_or_siqo_pct: int
    reusable_packaging: bool
    labels: tuple[str, ...]
    packaging: tuple[str, ...]
    delivery: str
    min_order: int
    max_guests: int
    lead_time: int
    story: str
    decision_reason: str = ""
    completion_requested: str = ""
    clauses: tuple[str, ...] = ()

    @property
    def usual(self) -> dict[str, Any]:
        """What it usually offers, by key of specification, and the clauses that it can honour."""
        return {
            "intermediaries": str(self.intermediaries),
            "direct_supply_pct": str(self.direct_supply_pct),
            "organic_or_siqo_pct": str(self.organic_or_siqo_pct),
            "reusable_packaging": self.reusable_packaging,
            **dict.fromkeys(self.clauses, True),
        }


@dataclass(frozen=True, slots=True)
class DemoService:
    """A service with its typical need; prices in EUR excl. VAT for one guest."""

    key: str
    service: str
    requester: str
    email: str
    need: str
    template: str
    guests: int
    times_per_year: int
    cpv: str
    constraints: str
    commune: str
    postcode: str
    low: Decimal
    typical: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class DemoAgent:
    """An agent of the buyer."""

    key: str
    name: str
    email: str
    roles: tuple[str, ...]
    title: str


@cache
def demo_suppliers() -> tuple[DemoSupplier, ...]:
    """The suppliers in the order of their keys."""
    return tuple(DemoSupplier(key=key, **_frozen(body)) for key, body in _read("suppliers").items())


@cache
def demo_services() -> tuple[DemoService, ...]:
    """The services in the order of their keys."""
    return tuple(
        DemoService(key=key, **{name: value for name, value in body.items() if name != "price"}, **_prices(body["price"]))
        for key, body in _read("services").items()
    )


@cache
def demo_agents() -> tuple[DemoAgent, ...]:
    """The agents, the first buyer first."""
    return tuple(DemoAgent(**_frozen(body)) for body in _read("people")["agents"])


def demo_password() -> str:
    """The password of every account of the demo."""
    return str(_read("people")["password"])


@cache
def demo_organisation() -> dict[str, Any]:
    """The buyer; its key `system` describes the system and its notice."""
    return _read("organisation")


def years_later(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes 28."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


def _frozen(body: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in body.items()}


def _prices(prices: dict[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in prices.items()}
