"""Lists read by key: a page begins after the last row of the one before, however deep, and never counts what it skips."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from flask import abort, request, url_for
from sqlalchemy import Select, func, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from sad import db
from sad.letters.wording import number

Row = TypeVar("Row")

SIZE = 20
CAP = 1000
GREATEST = 2**31 - 1  # what a column of whole numbers holds
AFTER, BEFORE = "apres", "avant"


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, and the addresses of the pages around them."""

    rows: list[Row]
    previous_url: str | None = None
    next_url: str | None = None


def page_of(
    query: Select[tuple[Row]], *keys: InstrumentedAttribute[Any], size: int = SIZE, descending: bool = False
) -> Page[Row]:
    """The page that the request asks for. `keys` order the list, end on the row's id, are never null and have an index."""
    mark, goes_back = request.args.get(AFTER), False
    if request.args.get(BEFORE):
        mark, goes_back = request.args[BEFORE], True
    falls = descending != goes_back
    if mark:
        here = tuple_(*keys)
        there = tuple_(*(literal(value, key.type) for key, value in zip(keys, _read(mark, keys), strict=True)))
        query = query.where(here < there if falls else here > there)
    found = list(db.session.scalars(query.order_by(*(key.desc() if falls else key for key in keys)).limit(size + 1)).unique())
    rows, has_more = found[:size], len(found) > size
    if goes_back:
        rows.reverse()
    has_next, has_previous = (bool(mark), has_more) if goes_back else (has_more, bool(mark))
    return Page(
        rows,
        _url(BEFORE, rows[0], keys) if has_previous and rows else None,
        _url(AFTER, rows[-1], keys) if has_next and rows else None,
    )


def capped_count(query: Select[Any], cap: int = CAP) -> str:
    """How many rows a query finds, in words that stop counting: `12`, `plus de 1 000`."""
    count = db.session.scalar(select(func.count()).select_from(query.limit(cap + 1).subquery())) or 0
    return number(count) if count <= cap else f"plus de {number(cap)}"


def _url(direction: str, row: Any, keys: Sequence[InstrumentedAttribute[Any]]) -> str:
    kept = {name: values for name, values in request.args.to_dict(flat=False).items() if name not in (AFTER, BEFORE)}
    mark = "_".join(_written(getattr(row, key.key)) for key in keys)
    assert request.endpoint is not None
    return url_for(request.endpoint, **{**(request.view_args or {}), **kept, direction: mark})


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _read(mark: str, keys: Sequence[InstrumentedAttribute[Any]]) -> list[Any]:
    """The values of a mark; an address that somebody bent leads nowhere: 404."""
    parts = mark.rsplit("_", len(keys) - 1)  # a name may hold one too
    if len(parts) != len(keys):
        abort(404)
    try:
        return [_value(part, _kind(key)) for part, key in zip(parts, keys, strict=True)]
    except ValueError:
        abort(404)


def _kind(key: InstrumentedAttribute[Any]) -> type:
    """What the column holds; a decorated type says so of what it decorates."""
    return getattr(key.type, "impl_instance", key.type).python_type


def _value(text: str, kind: type) -> Any:
    if kind is datetime:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(text)
        return moment
    if kind is int and abs(int(text)) > GREATEST:
        raise ValueError(text)
    return date.fromisoformat(text) if kind is date else kind(text)
