"""The needs that the demo plays, read from `config/demo/consultations.yaml`, and the words of its people."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import yaml

from sad.demo.data import FOLDER, DemoService, demo_services

STEPS = (
    "draft", "to_check", "discontinued", "open", "closed", "asked", "half_marked", "ranked", "proposed", "notified", "ordered", "delivered",
)
WORDS = {
    "quality": (
        (9, "Carte de saison précise, producteurs nommés, quantités justes et présentation soignée."),
        (7, "Proposition complète et adaptée au besoin, présentation simple."),
        (0, "Réponse correcte mais peu détaillée : les produits ne sont pas décrits un par un."),
    ),
    "delivery": (
        (9, "Créneau tenu, mise en place et reprise des contenants comprises."),
        (7, "Livraison à l’heure demandée, mise en place à la charge du service."),
        (0, "Créneau de livraison large, reprise des contenants non précisée."),
    ),
}


@dataclass(frozen=True, slots=True)
class PlannedOffer:
    """An offer to be: share of the typical price, marks out of 10."""

    supplier: str
    price: Decimal
    marks: dict[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """A need, when it was sent, how far it goes, who answers.

    `serves`: days from today to its delivery, where it is not two weeks after the deadline; `headcount`: the one confirmed;
    `is_short`: something was missing on the day.
    """

    key: str
    service: DemoService
    title: str
    sent: int
    reaches: str
    offers: tuple[PlannedOffer, ...]
    declines: dict[str, str]
    question: str
    answer: str
    reason: str
    serves: int | None
    headcount: int | None
    is_short: bool

    def goes_to(self, step: str) -> bool:
        """Whether this step is played."""
        return STEPS.index(self.reaches) >= STEPS.index(step)


@cache
def plans() -> tuple[Plan, ...]:
    """The needs in the order in which they were sent. Raises KeyError or ValueError on a wrong file."""
    content: dict[str, Any] = yaml.safe_load((FOLDER / "consultations.yaml").read_text(encoding="utf-8"))
    services = {service.key: service for service in demo_services()}
    return tuple(_plan(key, body, services) for key, body in content.items())


def words_for(criterion: str, mark: str) -> str:
    """The written reason of a mark."""
    return next(words for least, words in WORDS[criterion] if Decimal(mark) >= least)


def _plan(key: str, body: dict[str, Any], services: dict[str, DemoService]) -> Plan:
    if body["reaches"] not in STEPS:
        raise ValueError(f"{key}: unknown step {body['reaches']!r}")
    return Plan(
        key=key,
        service=services[body["need"]],
        title=body["title"],
        sent=body["sent"],
        reaches=body["reaches"],
        offers=tuple(
            PlannedOffer(supplier, Decimal(price), {"quality": quality, "delivery": delivery})
            for supplier, (price, quality, delivery) in body["offers"].items()
        ),
        declines=body["declines"],
        question=body.get("question", ""),
        answer=body.get("answer", ""),
        reason=body.get("reason", ""),
        serves=body.get("serves"),
        headcount=body.get("headcount"),
        is_short=body.get("short", False),
    )
