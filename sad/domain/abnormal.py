"""Which offers are so low that their tenderer must be asked to explain (ANA-03, L2152-6): people decide, never this."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from sad.domain.scoring.numbers import printed


@dataclass(frozen=True, slots=True)
class PricedOffer:
    """A regular offer and its total, in EUR excl. VAT."""

    ref: str
    total: Decimal


@dataclass(frozen=True, slots=True)
class LowOffer:
    """An offer that calls for an explanation.

    `gap` is the exact share by which its total is under `reference` (EUR excl. VAT): the mean of the other offers, or
    the buyer's estimate. `sentence` says it in French.
    """

    ref: str
    total: Decimal
    reference: Fraction
    gap: Fraction
    against: Literal["others", "estimate"]
    sentence: str


def offers_to_explain(
    offers: Iterable[PricedOffer], *, alert_percent: Decimal, minimum_offers: int, estimate: Decimal | None
) -> tuple[LowOffer, ...]:
    """The offers at least `alert_percent` under the mean of the others, in the order given.

    With fewer than `minimum_offers` regular offers a mean says little: the buyer's estimate is the reference, and without
    an estimate nothing can be said.
    """
    regular = tuple(offers)
    found = []
    for offer in regular:
        if len(regular) >= max(minimum_offers, 2):
            low = _under(offer, _mean_of_others(offer, regular), "others")
        else:
            low = _under(offer, Fraction(estimate or 0), "estimate")
        if low is not None and low.gap * 100 >= Fraction(alert_percent):
            found.append(low)
    return tuple(found)


_REFERENCE_NAMES = {"others": "la moyenne des autres", "estimate": "l’estimation de l’acheteur"}


def _under(offer: PricedOffer, reference: Fraction, against: Literal["others", "estimate"]) -> LowOffer | None:
    if reference <= 0:
        return None
    gap = 1 - Fraction(offer.total) / reference
    sentence = f"{printed(gap * 100, 0)}\u00a0% sous {_REFERENCE_NAMES[against]}"
    return LowOffer(offer.ref, offer.total, reference, gap, against, sentence)


def _mean_of_others(offer: PricedOffer, offers: Sequence[PricedOffer]) -> Fraction:
    everything = sum((Fraction(each.total) for each in offers), Fraction(0))
    return (everything - Fraction(offer.total)) / (len(offers) - 1)
