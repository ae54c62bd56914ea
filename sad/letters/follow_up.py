"""What a contract holder promised beside what came: for the follow-up of this contract alone (ORD-05)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sad.domain.requirements import Nature, Requirement, read_answer
from sad.letters.orders import slot_words
from sad.letters.results import french_value
from sad.letters.wording import quantity
from sad.models.orders import Delivery, Order, Packaging

PACKAGING = {"taken_back": "Repris", "left": "Laissés sur place", "none": "Rien à reprendre"}
UNCHECKED = "Ne se voit pas à la livraison"


@dataclass(frozen=True, slots=True)
class Kept:
    """One promise beside what came: `is_kept` is None for what nobody checks at the delivery."""

    label: str
    promised: str
    delivered: str
    is_kept: bool | None = None


def follow_up(order: Order) -> list[Kept]:
    """What the offer promised of its products; once delivered, first the slot, the packaging, the clauses, each line."""
    return [*(_seen(order, order.delivery) if order.delivery else ()), *_promised(order)]


def _seen(order: Order, delivery: Delivery) -> Iterator[Kept]:
    packaging = "Contenants repris ou réemployables" if order.mini_tender.packaging == "reusable" else "Compostable accepté"
    yield Kept("Livraison", slot_words(order), "À l’heure" if delivery.on_time else "En retard", delivery.on_time)
    yield Kept("Emballage", packaging, PACKAGING[delivery.packaging], delivery.packaging != Packaging.LEFT)
    for clause in order.mini_tender.clauses:
        is_kept = clause["key"] not in delivery.unmet_clauses
        yield Kept("Clause", clause["label"], "Tenue, d’après le service" if is_kept else "Non tenue", is_kept)
    for line in order.lines:
        came = line.accepted_quantity or Decimal(0)
        yield Kept(line.label, quantity(line.quantity, line.unit), quantity(came, line.unit), came == line.quantity)


def _promised(order: Order) -> Iterator[Kept]:
    """The values of the offer under each specification of its stage, in published order."""
    offer, need = order.award.place.offer, order.mini_tender
    given = offer.as_content().values
    for each in need.frozen_stage().of_nature(Nature.SPECIFICATION, need.category.key if need.category else ""):
        if given.get(each.key) not in (None, ""):
            yield Kept(each.label, _in_words(each, given[each.key]), UNCHECKED)


def _in_words(requirement: Requirement, value: object) -> str:
    answer = read_answer(requirement, value)
    return french_value(str(answer).lower() if isinstance(answer, bool) else str(answer), requirement)
