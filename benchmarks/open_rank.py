"""`open-rank`: `rank FILE` on N offers and six criteria, against floats: weighing and sorting alone, then the same whole job.

Both ratios are of processor time: what the disk does is the same on both sides.
"""

import io
import json
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.floats import Row, ranked_in_floats, weighed_and_sorted
from benchmarks.pairs import Pair, measure
from sad.cli.rank import rank_command

GRID = {
    "criteria": [
        {"key": "price", "label": "Prix", "weight": "40", "method": "lowest_ratio", "price": True},
        {"key": "quality", "label": "Qualité", "weight": "25", "method": "scale", "scale": "10"},
        {"key": "direct", "label": "Approvisionnement direct", "weight": "15", "method": "linear_bounds", "best": "100", "worst": "0"},
        {"key": "organic", "label": "Bio", "weight": "8", "method": "linear_bounds", "best": "100", "worst": "0", "environmental": True},
        {"key": "packaging", "label": "Emballage", "weight": "7", "method": "yes_no", "environmental": True},
        {"key": "delivery", "label": "Livraison", "weight": "5", "method": "scale", "scale": "10"},
    ],
    "decimals": 2,
    "tie_rule": ["packaging", "price"],
    "minimum_total": None,
}
KEYS = ("price", "quality", "direct", "organic", "packaging", "delivery")
SIZES = (20, 1_000, 100_000)
OFFERS_A_ROUND = 2_000  # the small sizes are repeated, so that a round lasts long enough to be timed


def run() -> Iterator[Pair]:
    """Two pairs for each size."""
    with tempfile.TemporaryDirectory() as name:
        for size in SIZES:
            yield from _pairs(size, Path(name))


def _pairs(size: int, folder: Path) -> Iterator[Pair]:
    rows, units = _draw(size), max(1, OFFERS_A_ROUND // size)
    source, exact, plain = (folder / name for name in ("file.json", "exact.json", "plain.json"))
    source.write_text(json.dumps({"title": "Mesure", "grid": GRID, "offers": list(map(_offer, range(size), rows))}))
    whole = _times(units, lambda: _rank(source, exact))
    sorting, same = (_times(units, work) for work in (lambda: weighed_and_sorted(rows), lambda: ranked_in_floats(source, plain)))
    yield measure(f"open-rank {size} / peser et trier", whole, sorting, units=units, is_cpu=True)
    pair = measure(f"open-rank {size} / même travail", whole, same, units=units, is_cpu=True)
    yield replace(pair, notes=_differences(exact, plain))


def _rank(source: Path, target: Path) -> None:
    """The command itself, its standard output in a file."""
    with io.TextIOWrapper(target.open("wb")) as shown, redirect_stdout(shown):
        rank_command.main([str(source)], standalone_mode=False)


def _times(units: int, work: Callable[[], Any]) -> Callable[[], Any]:
    return lambda: [work() for _ in range(units)]


def _draw(size: int) -> list[Row]:
    """What offers say: euros and cents, a mark, two percentages, a yes or no, a mark."""
    draw, tops = random.Random(size), (10, 100, 100, 1, 10)
    return [(draw.randint(10_000, 300_000) / 100, *(float(draw.randint(0, top)) for top in tops)) for _ in range(size)]


def _offer(number: int, row: Row) -> dict[str, Any]:
    values = {key: f"{value:.0f}" for key, value in zip(KEYS, row, strict=True)}
    return {"ref": f"{number:06d}", "values": values | {"price": f"{row[0]:.2f}", "packaging": bool(row[4])}}


def _differences(exact: Path, plain: Path) -> str:
    """How many offers the floats rank or print otherwise. Raises when they do on most: the two jobs would not be the same."""
    with exact.open() as ours, plain.open() as theirs:
        lines = list(zip(ours, theirs, strict=False))
    differ = sum(mine.rstrip(",\n") != other.rstrip(",\n") for mine, other in lines if mine.startswith('  {"ref"'))
    assert differ < len(lines) / 2, "the floats do another job"
    return f"{differ} offres classées ou écrites autrement en flottants"
