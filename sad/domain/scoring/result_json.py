"""The result of a ranking as JSON text.

The same as `ranking_to_dict` through `json`, for a quarter of the time: of 100,000 offers, most say what others say, and each
text is escaped once.
"""

import json
from collections.abc import Iterable, Iterator, Sequence

from sad.domain.scoring.scoring_file import beside_the_places
from sad.domain.scoring.values import Ranking

_encode = json.JSONEncoder(ensure_ascii=False).encode


def ranking_to_json(ranking: Ranking) -> str:
    """The result with one offer, one tie, one warning a line."""
    sections: dict[str, Iterable[str]] = {"ranking": _places(ranking)}
    sections |= {name: map(_encode, rows) for name, rows in beside_the_places(ranking).items()}
    return "{" + ",\n ".join(_section(name, lines) for name, lines in sections.items()) + "}"


def _section(name: str, lines: Iterable[str]) -> str:
    rows = ",\n  ".join(lines)
    return f'"{name}": [\n  {rows}]' if rows else f'"{name}": []'


def _places(ranking: Ranking) -> Iterator[str]:
    """What `rank` prints of each ranked offer; put in order last, one text an offer rather than one a cell."""
    shown = ranking.shown
    points = _joined([_encoded(each.points, f"{_encode(each.key)}: ") for each in shown])
    sentences = _joined([_encoded(each.sentences) for each in shown])
    rows = zip(_encoded(ranking.printed_totals), points, sentences, strict=True)
    told = [f'"total": {total}, "points": {{{earned}}}, "explanation": [{why}]' for total, earned, why in rows]
    for ref, rank, said in zip(ranking.refs, ranking.ranks, ranking.in_order(told), strict=True):
        yield f'{{"ref": {_encode(ref)}, "rank": {rank}, {said}}}'


def _joined(columns: Sequence[Sequence[str]]) -> Iterator[str]:
    return map(", ".join, zip(*columns, strict=True))


def _encoded(texts: Sequence[str], before: str = "") -> list[str]:
    once = {text: before + _encode(text) for text in dict.fromkeys(texts)}
    return [once[text] for text in texts]
