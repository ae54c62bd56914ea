"""A stored ranking as its page and its report tell it: rows with where their points come from and what would have changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sad.domain.scoring.numbers import french
from sad.domain.sentences import listed
from sad.letters.results import ways_to_be_first
from sad.models.evaluations import Mark, RankedOffer
from sad.models.offers import Offer

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Detail:
    """A line under an offer: points on a criterion as printed, out of a weight, where they come from, the mark given if any."""

    key: str
    label: str
    points: str
    weight: str
    why: str
    mark: Mark | None
    is_part: bool


@dataclass(frozen=True, slots=True)
class Row:
    """An offer with its place, its details, and what alone would have made it first (`is_first`: it is, alone)."""

    place: RankedOffer
    details: tuple[Detail, ...]
    ways: tuple[str, ...]
    is_first: bool
    shares_rank: bool

    @property
    def offer(self) -> Offer:
        return self.place.offer

    @property
    def parts(self) -> list[tuple[str, str, str]]:
        """What the bar of points shows: label, points and weight of each criterion."""
        return [(each.label, each.points, each.weight) for each in self.details if not each.is_part]


def rows_of(places: Sequence[RankedOffer], marks: Mapping[int, Mapping[str, Mark]]) -> list[Row]:
    """The ranked offers by rank, then those under a minimum; `marks` by offer id, then by criterion."""
    ranks = [place.rank for place in places if place.rank is not None]
    ordered = sorted(places, key=lambda place: (place.rank is None, place.rank or 0, place.offer.supplier.name))
    return [
        Row(
            place=place,
            details=tuple(_details(place, marks.get(place.offer_id, {}))) if place.rank is not None else (),
            ways=tuple(ways_to_be_first(place, place.offer.mini_tender)),
            is_first=place.rank == 1 and ranks.count(1) == 1,
            shares_rank=ranks.count(place.rank) > 1 if place.rank is not None else False,
        )
        for place in ordered
    ]


def proposed_reason(first: Row) -> str:
    """A first draft of the reasons of a choice, from its own points: nothing of the others."""
    weighed = sorted((each for each in first.details if not each.is_part), key=lambda each: -Decimal(each.points) / Decimal(each.weight))
    best = listed([f"« {each.label} » ({french(each.points)} sur {french(each.weight)})" for each in weighed[:3]])
    rank = first.place.rank
    ranked = "première" if rank == 1 else f"{rank}e, la première de celles qui peuvent encore être retenues,"
    return f"Offre classée {ranked} avec {french(first.place.total or '')} points. Ses points forts : {best}."


def per_person(offer: Offer) -> Decimal | None:
    """EUR excl. VAT for one guest, when their number is known."""
    guests = offer.mini_tender.guests
    return (offer.total / guests).quantize(CENT, rounding=ROUND_HALF_UP) if guests and offer.total is not None else None


def _details(place: RankedOffer, marks: Mapping[str, Mark]) -> Iterator[Detail]:
    criteria = [
        (each, each is not parent)
        for parent in place.ranking.scoring_file["grid"]["criteria"]
        for each in (parent, *parent.get("sub_criteria", ()))
    ]
    for (each, is_part), sentence in zip(criteria, place.explanation, strict=True):
        why = sentence.split(f" sur {french(each['weight'])}, ", 1)[-1]
        yield Detail(each["key"], each["label"], place.points[each["key"]], each["weight"], why, marks.get(each["key"]), is_part)
