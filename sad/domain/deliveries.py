"""What is accepted of a delivery: all of it, a part with reserves, or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal
from sad.domain.sentences import french_date, french_number

FULL, PARTIAL, REFUSED = "full", "partial", "refused"


@dataclass(frozen=True, slots=True)
class Awaited:
    """A line ordered: its key, what it is, how much of which unit."""

    key: str
    label: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What a person says on the spot. `quantities` hold by line what came, and only the lines where it differs need be there;
    `unmet_clauses` are the keys of the clauses of the contract that were not honoured."""

    conformity: str
    on_time: bool
    packaging: str
    remark: str = ""
    quantities: Mapping[str, Decimal] | None = None
    unmet_clauses: tuple[str, ...] = ()

    def quantity(self, line: Awaited) -> Decimal:
        """How much of the line came: what was ordered unless something else was said."""
        return (self.quantities or {}).get(line.key, line.quantity)

    def accepted(self, line: Awaited) -> Decimal:
        """How much of the line is accepted, and may be invoiced."""
        return Decimal(0) if self.conformity == REFUSED else self.quantity(line)


def delivery_faults(lines: Sequence[Awaited], delivered: Delivered, *, due_on: date, at: datetime) -> Iterator[Refusal]:
    """All that keeps a delivery from being accepted as it is said; fields are `conformity`, `remark` and `quantity-<line>`."""
    if paris_day(at) < due_on:
        message = f"La livraison est prévue le {french_date(due_on)}."
        yield Refusal(message, "Revenir ce jour-là : on réceptionne ce que l’on voit.", "ORD-04")
    changed = [line for line in lines if delivered.quantity(line) != line.quantity]
    if delivered.conformity == FULL and changed:
        message = f"Vous dites que tout est conforme, mais une quantité diffère : {changed[0].label}."
        yield Refusal(message, "Choisir « En partie », ou remettre la quantité commandée.", "ORD-04", "conformity")
    if delivered.conformity != FULL and not delivered.remark.strip():
        yield Refusal("Une réserve a sa raison.", "L’écrire en une phrase : le fournisseur la lira.", "ORD-04", "remark")
    elif delivered.unmet_clauses and not delivered.remark.strip():
        yield Refusal("Une clause n’est pas tenue : il faut dire en quoi.", "L’écrire dans la remarque.", "ORD-04", "remark")
    for line in lines:
        if delivered.quantity(line) > line.quantity:
            most = f"{french_number(line.quantity)} ({line.unit})"
            message = f"« {line.label} » : la commande est de {most}, on n’en réceptionne pas davantage."
            yield Refusal(message, "Écrire au plus cette quantité ; le surplus n’est pas dû.", "ORD-03", f"quantity-{line.key}")
