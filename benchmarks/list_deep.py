"""`list-deep`: a logged-in list of consultations, 20 a page, at its first and deepest page, against bare Flask + 20 rows by key + Jinja."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Engine, insert, select, tuple_

from benchmarks.pairs import Pair, measure
from benchmarks.site import asking, served, signed_in, statements_of
from sad import db
from sad.models.mini_tenders import MiniTender
from sad.models.people import Role
from tests.factories.mini_tenders import WRITTEN, make_mini_tender
from tests.factories.people import make_person

ROWS, PAGE, REQUESTS = 5_000, 20, 15
BARE = "<!doctype html><title>x</title><table>{% for row in rows %}<tr><td>{{ row.title }}<td>{{ row.state }}</tr>{% endfor %}</table>"


def run() -> Iterator[Pair]:
    """The first page, the deepest, and the one against the other."""
    with served() as app:
        assert app.engine is not None
        email, last = _fill()
        address = "/achats/consultations"
        cookie, _ = signed_in(app, email, address)
        first, deep = asking(app, address, cookie=cookie), asking(app, f"{address}?apres={last}", cookie=cookie)
        bare = asking(_bare(app.engine), "/")
        for name, ask in (("première page", first), ("dernière page", deep)):
            pair = measure(f"list-deep {name}", _times(ask), _times(bare), units=REQUESTS, is_rate=True)
            yield replace(pair, notes=f"{statements_of(app.engine, ask)} requêtes SQL, {ROWS} lignes")
        yield measure("list-deep dernière/première", _times(deep), _times(first), units=REQUESTS)


def _times(ask: Callable[[], str]) -> Callable[[], Any]:
    return lambda: [ask() for _ in range(REQUESTS)]


def _fill() -> tuple[str, str]:
    """So many drafts of needs, an hour apart: the address of a buyer who lists them, and the mark before the last page."""
    with db.transaction():
        model = make_mini_tender()
        buyer = make_person(model.organisation, Role.BUYER)
        columns = {column.name for column in MiniTender.__table__.columns} - {"id", "created_at", "version"}
        kept = {name: getattr(model, name) for name in columns if getattr(model, name) is not None}
        moments = [WRITTEN + timedelta(hours=number) for number in range(ROWS)]
        db.session.execute(insert(MiniTender), [{**kept, "created_at": moment, "version": 1} for moment in moments])
        ordered = select(MiniTender.created_at, MiniTender.id).order_by(MiniTender.created_at, MiniTender.id)
        moment, number = db.session.execute(ordered.offset(PAGE)).first() or (WRITTEN, 0)
        mark = f"{moment.isoformat()}_{number}".replace("+", "%2B")
        return buyer.email, mark


def _bare(engine: Engine) -> Flask:
    """What a program that did nothing else would do."""
    app, table = Flask("bare"), MiniTender.__table__
    compiled = app.jinja_env.from_string(BARE)
    found = select(table.c.id, table.c.title, table.c.state, table.c.place, table.c.created_at)
    found = found.where(tuple_(table.c.created_at, table.c.id) > (WRITTEN, 0)).order_by(table.c.created_at, table.c.id).limit(PAGE)

    @app.get("/")
    def page() -> str:
        with engine.connect() as connection:
            return compiled.render(rows=connection.execute(found).all())

    return app
