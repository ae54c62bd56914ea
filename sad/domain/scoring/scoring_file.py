"""The scoring file: a title, a grid and offers, read with every fault and written back; and the result of a ranking."""

from collections.abc import Iterable, Sequence
from typing import Any

from sad.domain.scoring.faults import Faults, ScoringFaults, check_values, is_text, named
from sad.domain.scoring.grid_file import grid_from_dict, grid_to_dict, read_grid
from sad.domain.scoring.sheet import Sheet
from sad.domain.scoring.strict_json import read_json
from sad.domain.scoring.values import Bid, Grid, Ranking

__all__ = ["grid_from_dict", "grid_to_dict", "ranking_to_dict", "read_json", "read_scoring_file", "scoring_file_to_dict"]

OF_AN_OFFER = {"ref", "values"}


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


def ranking_to_dict(ranking: Ranking) -> dict[str, Any]:
    """A ranking as `rank` prints it: points and totals as decimal texts, half away from zero."""
    keys = [each.key for each in ranking.shown]
    points = [ranking.in_order(each.points) for each in ranking.shown]
    sentences = [ranking.in_order(each.sentences) for each in ranking.shown]
    totals = ranking.in_order(ranking.printed_totals)
    rows = zip(ranking.refs, ranking.ranks, totals, zip(*points, strict=True), zip(*sentences, strict=True), strict=True)
    placed = [
        {"ref": ref, "rank": rank, "total": total, "points": dict(zip(keys, earned, strict=True)), "explanation": list(why)}
        for ref, rank, total, earned, why in rows
    ]
    return {"ranking": placed, **beside_the_places(ranking)}


def beside_the_places(ranking: Ranking) -> dict[str, list[Any]]:
    """The rest of what `rank` prints: who left, who shares a rank, what to know of the grid."""
    return {
        "eliminated": [{"ref": gone.ref, "criterion": gone.criterion, "reason": gone.reason} for gone in ranking.eliminated],
        "ties": [list(group) for group in ranking.ties],
        "warnings": [{"code": said.code, "criterion": said.criterion, "message": said.message} for said in ranking.warnings],
    }


def read_offers(items: Sequence[Any], grid: Grid, faults: Faults) -> list[Bid]:
    """The bids of a list of offers, as far as they can be read."""
    sound = [] if faults else sound_bids(items, grid)
    return sound or read_one_by_one(items, grid, faults)


def sound_bids(items: Sequence[Any], grid: Grid) -> list[Bid]:
    """The bids of offers that have no fault at all, held against a grid that has none; [] when any of them may have one.

    Looking at the whole list at once, column by column, costs a tenth of looking for the faults of each offer.
    """
    keys = {leaf.key for leaf in grid.scored}
    if not all(type(item) is dict and item.keys() == OF_AN_OFFER for item in items):  # an object with a key twice is another type
        return []
    bids = [Bid(item["ref"], item["values"]) for item in items]
    refs = [bid.ref for bid in bids]
    if not all(type(ref) is str and ref.strip() for ref in refs) or len(set(refs)) < len(refs) or not is_text("".join(refs)):
        return []
    if not all(type(bid.values) is dict and bid.values.keys() == keys for bid in bids):
        return []
    try:
        Sheet(bids, grid)
    except ValueError:
        return []
    return bids


def read_one_by_one(items: Iterable[Any], grid: Grid, faults: Faults) -> list[Bid]:
    """The bids that can be read, and every fault of each offer."""
    bids: list[Bid] = []
    seen: set[str] = set()
    for number, item in enumerate(items, start=1):
        ref = item.get("ref") if isinstance(item, dict) else None
        where = named("offre", ref, number)
        fields = faults.object(item, where, known=OF_AN_OFFER, required=("ref", "values"))
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
