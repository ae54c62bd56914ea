"""What a stage changed, compared with the one before: offers, prices for one guest, shares, offers that it made irregular."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sad.domain.requirements import Nature, read_answer
from sad.domain.stages import Stage, meets


@dataclass(frozen=True, slots=True)
class OpenedOffer:
    """An offer received in time and opened; `total` in EUR excl. VAT, `values` by requirement key."""

    total: Decimal
    values: Mapping[str, Any]
    families: tuple[str, ...]
    is_irregular: bool = False


@dataclass(frozen=True, slots=True)
class Consultation:
    """A mini-tender whose offers are opened, under the stage that was in force when it was sent."""

    template: str
    guests: int | None
    category: str | None
    offers: tuple[OpenedOffer, ...]
    winner: OpenedOffer | None = None


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean and on how many things it was taken; no value over none."""

    value: Fraction | None
    count: int


@dataclass(frozen=True, slots=True)
class Compared:
    """The same thing under the stage before and under this one, called `label`; None when no stage came before."""

    label: str
    before: Mean | None
    after: Mean


@dataclass(frozen=True, slots=True)
class Side:
    """The consultations of one stage, in counts."""

    consultations: int
    awarded: int
    offers: int
    irregular: int

    @property
    def offers_each(self) -> Fraction | None:
        """Offers for one consultation, on average."""
        return Fraction(self.offers, self.consultations) if self.consultations else None


@dataclass(frozen=True, slots=True)
class StageEffects:
    """All that is compared. `made_irregular`: offers irregular here that met the stage before.

    `prices` are winning totals for one guest, EUR excl. VAT, by template of need; `shares` are those of the winning offers, in percent,
    weighted by their totals, by requirement key.
    """

    before: Side | None
    after: Side
    made_irregular: int | None
    prices: Mapping[str, Compared]
    shares: Mapping[str, Compared]

    def is_conclusive(self, fewest: int) -> bool:
        """Whether there are enough consultations under both stages to say anything."""
        return self.before is not None and min(self.before.consultations, self.after.consultations) >= fewest


def effects_of(
    stage: Stage, here: Sequence[Consultation], earlier: Stage | None, there: Sequence[Consultation], templates: Mapping[str, str]
) -> StageEffects:
    """Compare the consultations of a stage (`here`) with those of the stage before it (`there`); `templates` gives labels by key."""
    used = [key for key in templates if any(each.template == key and each.winner for each in (*here, *there))]
    percents = [each for each in stage.of_nature(Nature.SPECIFICATION) if each.unit == "percent"]
    return StageEffects(
        before=_side(there) if earlier else None,
        after=_side(here),
        made_irregular=_made_irregular(stage, earlier, here) if earlier else None,
        prices={key: Compared(templates[key], _price(there, key) if earlier else None, _price(here, key)) for key in used},
        shares={
            each.key: Compared(each.label, _share(stage, there, each.key) if earlier else None, _share(stage, here, each.key))
            for each in percents
        },
    )


def _side(consultations: Sequence[Consultation]) -> Side:
    return Side(
        consultations=len(consultations),
        awarded=sum(each.winner is not None for each in consultations),
        offers=sum(len(each.offers) for each in consultations),
        irregular=sum(offer.is_irregular for each in consultations for offer in each.offers),
    )


def _made_irregular(stage: Stage, earlier: Stage, consultations: Sequence[Consultation]) -> int:
    return sum(
        offer.is_irregular
        and not meets(stage, offer.values, offer.families, each.category)
        and meets(earlier, offer.values, offer.families, each.category)
        for each in consultations
        for offer in each.offers
    )


def _price(consultations: Sequence[Consultation], template: str) -> Mean:
    """The mean, over the consultations, of what the winner asks for one guest."""
    each_guest = [
        Fraction(each.winner.total) / each.guests for each in consultations if each.template == template and each.winner and each.guests
    ]
    return Mean(sum(each_guest, Fraction(0)) / len(each_guest) if each_guest else None, len(each_guest))


def _share(stage: Stage, consultations: Sequence[Consultation], key: str) -> Mean:
    """The share over all that was won: a large order counts for more than a small one."""
    requirement = stage.requirement(key)
    assert requirement is not None
    said = [(each.winner.total, read_answer(requirement, each.winner.values.get(key))) for each in consultations if each.winner]
    known = [(Fraction(total), Fraction(share)) for total, share in said if isinstance(share, Decimal)]
    worth = sum((total for total, _ in known), Fraction(0))
    return Mean(sum((total * share for total, share in known), Fraction(0)) / worth if worth else None, len(known))
