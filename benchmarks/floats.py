"""What a hurried program would do with a scoring file: binary floats, no check, neither eliminations nor warnings.

It is written to be quick: the yardsticks of the exact ranking owe their time to nothing but the work.
"""

import json
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

Row = tuple[float, ...]
ENCODE = json.JSONEncoder(ensure_ascii=False).encode


def weighed_and_sorted(rows: Sequence[Row]) -> list[int]:
    """The places of offers already read as floats, by total: price, quality, direct supply, organic, packaging, delivery."""
    lowest = min(row[0] for row in rows)
    totals = [
        40 * lowest / price + 25 * quality / 10 + 15 * direct / 100 + 8 * organic / 100 + 7 * packaging + 5 * delivery / 10
        for price, quality, direct, organic, packaging, delivery in rows
    ]
    return sorted(range(len(totals)), key=lambda place: (-totals[place], place))


def ranked_in_floats(source: Path, target: Path) -> None:
    """The whole job: read the scoring file, weigh, rank, say why, write what `rank` writes."""
    data = json.loads(source.read_bytes())
    grid, offers = data["grid"], data["offers"]
    criteria = grid["criteria"]
    keys = [criterion["key"] for criterion in criteria]
    columns = [[read(offer["values"][key]) for offer in offers] for key, read in zip(keys, map(_reader, criteria), strict=True)]
    scored = [
        [(weigh(value), say(value)) for value in column]
        for column, (weigh, say) in ((column, _method(criterion, column)) for criterion, column in zip(criteria, columns, strict=True))
    ]
    heads = [(each["label"], each["weight"]) for each in criteria]
    by_tie_rule = [keys.index(key) for key in grid["tie_rule"]]
    marked = []
    for offer, cells in zip(offers, zip(*scored, strict=True), strict=True):
        points = [cell[0] for cell in cells]
        total = sum(points)
        marked.append(((-total, *[-points[place] for place in by_tie_rule]), offer["ref"], total, cells))
    marked.sort(key=lambda each: each[:2])
    _write(target, marked, keys, heads)


def _write(target: Path, marked: Sequence[tuple[Any, ...]], keys: Sequence[str], heads: Sequence[tuple[str, str]]) -> None:
    lines, ties, rank = [], [], 1
    for _, group in groupby(marked, key=lambda each: each[0]):
        level = list(group)
        for _, ref, total, cells in level:
            texts = [f"{points:.2f}" for points, _ in cells]
            why = [
                f"{label} : {text.replace('.', ',')} sur {weight}, {said}"
                for (label, weight), text, (_, said) in zip(heads, texts, cells, strict=True)
            ]
            points = dict(zip(keys, texts, strict=True))
            lines.append("  " + ENCODE({"ref": ref, "rank": rank, "total": f"{total:.2f}", "points": points, "explanation": why}))
        if len(level) > 1:
            ties.append("  " + ENCODE([each[1] for each in level]))
        rank += len(level)
    parts = [f'"{name}": [\n' + ",\n".join(rows) + "]" if rows else f'"{name}": []' for name, rows in (("ranking", lines), ("ties", ties))]
    target.write_text("{" + f'{parts[0]},\n "eliminated": [],\n {parts[1]},\n "warnings": []' + "}\n", encoding="utf-8")


def _reader(criterion: dict[str, Any]) -> Callable[[Any], float]:
    return float if criterion["method"] != "yes_no" else bool


def _method(criterion: dict[str, Any], column: Sequence[float]) -> tuple[Callable[[float], float], Callable[[float], str]]:
    """How the values of a column earn points, and how that is said."""
    weight = float(criterion["weight"])
    if criterion["method"] == "lowest_ratio":
        low = min(column)
        tail = f" pour un minimum de {_bare(low)}"
        return lambda x: weight * low / x, lambda x: _bare(x) + tail
    if criterion["method"] == "scale":
        scale, tail = float(criterion["scale"]), f" sur {criterion['scale']}"
        return lambda x: weight * x / scale, lambda x: _bare(x) + tail
    if criterion["method"] == "linear_bounds":
        best, worst = float(criterion["best"]), float(criterion["worst"])
        tail = f", entre {_bare(min(best, worst))} et {_bare(max(best, worst))}"
        return lambda x: max(0.0, min(weight, weight * (worst - x) / (worst - best))), lambda x: _bare(x) + tail
    return lambda x: weight if x else 0.0, lambda x: "oui" if x else "non"


def _bare(number: float) -> str:
    return f"{number:.12g}".replace(".", ",")
