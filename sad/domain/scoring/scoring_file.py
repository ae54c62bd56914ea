"""The scoring file: a title, a grid and offers, read with every fault and written back; and the result of a ranking."""

from collections.abc import Iterable
from typing import Any

from sad.domain.scoring.faults import Faults, ScoringFaults, check_values, named
from sad.domain.scoring.grid_file import grid_from_dict, grid_to_dict, read_grid
from sad.domain.scoring.numbers import printed
from sad.domain.scoring.strict_json import read_json
from sad.domain.scoring.values import Bid, Grid, Placed, Ranking

__all__ = ["grid_from_dict", "grid_to_dict", "ranking_to_dict", "read_json", "read_scoring_file", "scoring_file_to_dict"]


def read_scoring_file(data: object) -> tuple[str, Grid, list[Bid]]:
    """Title, grid and bids of a scoring file, from JSON as `read_json` gives it. Raises ScoringFaults with every fault."""
    faults = Faults()
    fields = faults.object(data, "fichier", known=("title", "grid", "offers"), required=("grid", "offers"))
    title = faults.text(fields, "title", "fichier") or ""
    grid = read_grid(fields["grid"], faults) if "grid" in fields else Grid(())
    bids = read_offers(faults.list(fields, "offers", "fichier"), grid, faults)
    if faults:
        raise ScoringFaults(faults)
    return title, grid, bids


def scoring_file_to_dict(title: str, grid: Grid, bids: Iterable[Bid]) -> dict[str, Any]:
    """The scoring file of a grid and its bids: what an auditor needs to recompute the ranking."""
    offers = [{"ref": bid.ref, "values": dict(bid.values)} for bid in bids]
    return {"title": title, "grid": grid_to_dict(grid), "offers": offers}


def ranking_to_dict(ranking: Ranking, grid: Grid) -> dict[str, Any]:
    """A ranking as `rank` prints it: points and totals as decimal texts, half away from zero."""
    return {
        "ranking": [placed_to_dict(placed, grid.decimals) for placed in ranking.ranking],
        "eliminated": [{"ref": gone.ref, "criterion": gone.criterion, "reason": gone.reason} for gone in ranking.eliminated],
        "ties": [list(group) for group in ranking.ties],
        "warnings": [{"code": said.code, "criterion": said.criterion, "message": said.message} for said in ranking.warnings],
    }


def placed_to_dict(placed: Placed, decimals: int) -> dict[str, Any]:
    """A ranked offer as `rank` prints it."""
    return {
        "ref": placed.ref,
        "rank": placed.rank,
        "total": printed(placed.total, decimals),
        "points": {key: printed(points, decimals) for key, points in placed.points.items()},
        "explanation": list(placed.explanation),
    }


def read_offers(items: Iterable[Any], grid: Grid, faults: Faults) -> list[Bid]:
    """The bids of a list of offers, as far as they can be read."""
    bids: list[Bid] = []
    seen: set[str] = set()
    for number, item in enumerate(items, start=1):
        ref = item.get("ref") if isinstance(item, dict) else None
        where = named("offre", ref, number)
        fields = faults.object(item, where, known=("ref", "values"), required=("ref", "values"))
        ref = faults.text(fields, "ref", where) or ""
        if ref in seen:
            faults.add(where, "cette référence est donnée deux fois")
        if ref:
            seen.add(ref)
        if "values" in fields:
            values = faults.object(fields["values"], f"{where}, « values »")
            check_values(values, grid, where, faults)
            bids.append(Bid(ref, values))
    return bids
