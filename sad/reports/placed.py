"""What an evaluation report says of points: places, points by criterion, the sentence behind each, how solid the first place is."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sad.domain.scoring.numbers import french
from sad.letters.wording import money, number, short_date
from sad.models.evaluations import Mark, Ranking
from sad.reports.ranked import Detail, Row, rows_of
from sad.reports.solidity import intervals_of, sentences_of

OwnMarks = Mapping[tuple[int, str], Sequence[tuple[str, str]]]
COLUMNS = 8  # criteria side by side on a page; more go to a second table


def placed_parts(
    ranking: Ranking, marks: Mapping[int, Mapping[str, Mark]], own_marks: OwnMarks, unproved: Collection[int]
) -> dict[str, Any]:
    """The rows and sentences of a ranking; every number of points is the one stored, as it was printed.

    `marks` by offer id then criterion, `own_marks` by offer id and criterion, `unproved` the ids of the offers that could not prove.
    """
    rows = rows_of(ranking.places, marks)
    ranked = [row for row in rows if row.place.rank is not None]
    return {
        "ranking": [[_rank(row), row.offer.supplier.name, money(row.offer.total), _total(row)] for row in rows],
        "outs": [*_outs(rows, unproved)],
        "matrices": _matrices(ranking, ranked),
        "details": [_detail(row, own_marks) for row in ranked],
        "solidity": sentences_of(ranking),
        "intervals": [[each.label, number(each.weight), each.between] for each in intervals_of(ranking)] if len(ranked) > 1 else [],
    }


def _rank(row: Row) -> str:
    if row.place.rank is None:
        return "–"
    return f"{row.place.rank} ex æquo" if row.shares_rank else str(row.place.rank)


def _total(row: Row) -> str:
    return french(row.place.total) if row.place.total is not None else "–"


def _outs(rows: Sequence[Row], unproved: Collection[int]) -> Iterator[str]:
    """Why an offer has no rank, or can no longer be retained at its rank."""
    for row in rows:
        name = row.offer.supplier.name
        if row.place.rank is None:
            yield f"{name} : sous un minimum publié. {row.place.elimination_reason}."
        elif row.offer.id in unproved:
            yield f"{name} : rejetée, ses attestations ne sont pas venues dans le délai (R2144-7)."


def _matrices(ranking: Ranking, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Tables of points, so many criteria side by side, each under its number in the grid and its weight."""
    criteria = list(enumerate(ranking.scoring_file["grid"]["criteria"], 1))
    return [_matrix(criteria[start:][:COLUMNS], rows) for start in range(0, len(criteria), COLUMNS)]


def _matrix(criteria: Sequence[tuple[int, Mapping[str, Any]]], rows: Sequence[Row]) -> dict[str, Any]:
    return {
        "heads": [f"{place}\nsur {french(each['weight'])}" for place, each in criteria],
        "rows": [
            [str(row.place.rank), row.offer.supplier.name, *(french(row.place.points[each["key"]]) for _, each in criteria)] for row in rows
        ],
    }


def _detail(row: Row, own_marks: OwnMarks) -> dict[str, Any]:
    return {
        "title": f"{_rank(row)}. {row.offer.supplier.name} : {_total(row)} points",
        "lines": [_line(each, own_marks.get((row.offer.id, each.key), ())) for each in row.details],
        "ways": [f"Aurait été {'seule première' if row.place.rank == 1 else 'première'} avec {way}." for way in row.ways],
    }


def _line(detail: Detail, own: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """A criterion: its points out of its weight, where they come from, the reason written, what each evaluator had given."""
    said = [f"{detail.why}."]
    if detail.mark:
        said.append(f"{detail.mark.reason} ({detail.mark.evaluator.name}, {short_date(detail.mark.given_at)})")
    if own:
        said.append(f"Notes avant la note commune : {' ; '.join(f'{name}, {french(value)}' for name, value in own)}.")
    if detail.mark and detail.mark.apart_reason:
        said.append(f"Note commune hors de celles des évaluateurs : {detail.mark.apart_reason}")
    points = f"{french(detail.points)} sur {french(detail.weight)}"
    return {"label": detail.label, "points": points, "said": said, "is_part": detail.is_part}
