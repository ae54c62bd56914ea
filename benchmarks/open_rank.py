"""`open-rank`: exact ranking of N offers on six criteria, against a plain integer loop that weighs and sorts them."""

import random
from collections.abc import Iterator

from benchmarks.pairs import Pair, measure
from sad.domain.scoring.grid_file import grid_from_dict
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.values import Bid

GRID = {
    "criteria": [
        {"key": "price", "label": "Prix", "weight": "40", "method": "lowest_ratio", "price": True},
        {"key": "quality", "label": "Qualité", "weight": "25", "method": "scale", "scale": "10"},
        {
            "key": "direct_supply",
            "label": "Approvisionnement direct",
            "weight": "15",
            "method": "linear_bounds",
            "best": "100",
            "worst": "0",
        },
        {"key": "organic", "label": "Bio", "weight": "8", "method": "linear_bounds", "best": "100", "worst": "0", "environmental": True},
        {"key": "packaging", "label": "Emballage", "weight": "7", "method": "yes_no", "environmental": True},
        {"key": "delivery", "label": "Livraison", "weight": "5", "method": "scale", "scale": "10"},
    ],
    "decimals": 2,
    "tie_rule": ["packaging", "price"],
    "minimum_total": None,
}
SIZES = (20, 1_000, 10_000)


def run() -> Iterator[Pair]:
    """One pair for each size."""
    grid = grid_from_dict(GRID)
    for size in SIZES:
        bids, columns = _offers(size)
        repeat = max(1, 2_000 // size)
        yield measure(
            f"open-rank {size}",
            lambda bids=bids, repeat=repeat: [rank(bids, grid) for _ in range(repeat)],
            lambda columns=columns, repeat=repeat: [_plain(columns) for _ in range(repeat)],
            units=repeat,
        )


def _offers(size: int) -> tuple[list[Bid], list[tuple[int, ...]]]:
    draw = random.Random(size)
    columns = [
        (
            draw.randint(10_000, 300_000),
            draw.randint(0, 10),
            draw.randint(0, 100),
            draw.randint(0, 100),
            draw.randint(0, 1),
            draw.randint(0, 10),
        )
        for _ in range(size)
    ]
    bids = [
        Bid(
            f"{number:06d}",
            {
                "price": f"{cents // 100}.{cents % 100:02d}",
                "quality": str(quality),
                "direct_supply": str(direct),
                "organic": str(organic),
                "packaging": bool(packaging),
                "delivery": str(delivery),
            },
        )
        for number, (cents, quality, direct, organic, packaging, delivery) in enumerate(columns)
    ]
    return bids, columns


def _plain(columns: list[tuple[int, ...]]) -> list[int]:
    """Millionths of points in integers, then a sort: what a hurried program would do."""
    lowest = min(row[0] for row in columns)
    totals = [
        40_000_000 * lowest // cents
        + 2_500_000 * quality
        + 150_000 * direct
        + 80_000 * organic
        + 7_000_000 * packaging
        + 500_000 * delivery
        for cents, quality, direct, organic, packaging, delivery in columns
    ]
    return sorted(range(len(totals)), key=lambda number: (-totals[number], number))
