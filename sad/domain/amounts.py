"""What contracts engage, what is ordered and accepted of them, and what is left of the announced maximum. EUR excl. VAT."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import TypeVar

Key = TypeVar("Key", str, int)
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Amounts:
    """Sums that hold together to the cent: engaged = to order + ordered; ordered = to accept + accepted + withheld."""

    engaged: Decimal = ZERO
    ordered: Decimal = ZERO
    accepted: Decimal = ZERO
    withheld: Decimal = ZERO
    contracts: int = 0

    @property
    def to_order(self) -> Decimal:
        """Engaged by contracts whose order has not left."""
        return self.engaged - self.ordered

    @property
    def to_accept(self) -> Decimal:
        """Ordered, and not delivered yet."""
        return self.ordered - self.accepted - self.withheld

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(
            self.engaged + other.engaged,
            self.ordered + other.ordered,
            self.accepted + other.accepted,
            self.withheld + other.withheld,
            self.contracts + other.contracts,
        )


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract notified, in the year of its notification (in Paris).

    `awarded`: what the award was; `ordered`: what its order is now, headcount confirmed; `accepted`: what the delivery gave.
    """

    service: str
    category: str
    year: int
    awarded: Decimal
    ordered: Decimal | None = None
    accepted: Decimal | None = None

    @property
    def amounts(self) -> Amounts:
        """An order takes the place of the award that it carries out; what reserves withhold is no longer awaited."""
        if self.ordered is None:
            return Amounts(engaged=self.awarded, contracts=1)
        if self.accepted is None:
            return Amounts(self.ordered, self.ordered, contracts=1)
        return Amounts(self.ordered, self.ordered, self.accepted, self.ordered - self.accepted, 1)


@dataclass(frozen=True, slots=True)
class Account:
    """The contracts of a system, what its mini-tenders without contract may still engage, and the maximum its notice announced."""

    maximum: Decimal
    expected: Decimal
    contracts: tuple[Contract, ...]

    @property
    def total(self) -> Amounts:
        """Of all contracts."""
        return total_of(self.contracts)

    @property
    def remaining(self) -> Decimal:
        """What may still be engaged once all that is expected is; below zero when the maximum is passed."""
        return self.maximum - self.expected - self.total.engaged

    def left_after(self, year: int) -> Decimal:
        """What the contracts of that year and of those before it leave of the maximum."""
        return self.maximum - total_of(each for each in self.contracts if each.year <= year).engaged


def total_of(contracts: Iterable[Contract]) -> Amounts:
    """The sums over these contracts."""
    return reduce(Amounts.__add__, (each.amounts for each in contracts), Amounts())


def by_service(contracts: Iterable[Contract]) -> dict[str, Amounts]:
    """The sums of each service, by name."""
    return _grouped(contracts, lambda each: each.service)


def by_category(contracts: Iterable[Contract]) -> dict[str, Amounts]:
    """The sums of each category, by label."""
    return _grouped(contracts, lambda each: each.category)


def by_year(contracts: Iterable[Contract]) -> dict[int, Amounts]:
    """The sums of each year, the oldest first."""
    return _grouped(contracts, lambda each: each.year)


def _grouped(contracts: Iterable[Contract], key: Callable[[Contract], Key]) -> dict[Key, Amounts]:
    found: dict[Key, Amounts] = {}
    for each in contracts:
        found[key(each)] = found.get(key(each), Amounts()) + each.amounts
    return dict(sorted(found.items()))
