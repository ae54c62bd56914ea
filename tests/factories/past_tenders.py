"""Past mini-tenders as plain values, ranked with the grid of their own stage."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sad.domain.bids import bid_of
from sad.domain.replay import PastOffer, PastTender
from sad.domain.scoring.grid_file import grid_from_dict
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.values import Bid
from sad.domain.stages import Stage, grid_of
from tests.factories.systems import stage_value

STAGES = tuple(stage_value(number, date(2025 + number, 1, 15)) for number in (1, 2, 3))
MARKS = {"quality": "8", "delivery": "8"}
FULL = {"intermediaries": "0", "direct_supply_pct": "80", "organic_or_siqo_pct": "40", "reusable_packaging": True}


def offer_said(
    total: str, values: Mapping[str, Any] | None = None, marks: Mapping[str, str] | None = None, families: tuple[str, ...] = ("pain",)
) -> dict[str, Any]:
    """What one offer said, was marked, and costs in EUR excl. VAT."""
    return {"total": Decimal(total), "values": {**FULL, **(values or {})}, "marks": {**MARKS, **(marks or {})}, "families": families}


def past_tender(
    *said: Mapping[str, Any], stage: Stage = STAGES[0], weights: Mapping[str, Decimal] | None = None, **parts: Any
) -> PastTender:
    """A mini-tender with offers A, B, C... under this stage; the first by rank was retained."""
    grid = grid_of(stage, "pain", weights)
    offers = tuple(_offer(chr(65 + place), each, stage, grid) for place, each in enumerate(said))
    first = rank([_bid(each) for each in offers], grid_from_dict(grid)).refs[:1]
    given = {"id": 1, "title": "Petit-déjeuner", "sent_on": date(2026, 6, 1), "category": "pain", "retained": first[0] if first else None}
    return PastTender(**{**given, "stage": stage, "grid": grid, "offers": offers, **parts})


def _offer(ref: str, said: Mapping[str, Any], stage: Stage, grid: Mapping[str, Any]) -> PastOffer:
    content = {"values": dict(said["values"]), "answers": {}}
    bid = bid_of(ref, grid=grid_from_dict(grid), stage=stage, total=said["total"], content=content, marks=said["marks"])
    return PastOffer(ref, f"Ferme {ref}", tuple(said["families"]), said["total"], content, bid.values)


def _bid(offer: PastOffer) -> Bid:
    return Bid(offer.ref, offer.scored)
