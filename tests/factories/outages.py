"""A database that does not answer, in the way that each engine has of not answering."""

import contextlib
from collections.abc import Iterator

from flask import Flask
from sqlalchemy import create_engine

from sad import db

STOPPED = {
    "sqlite": "sqlite:////nowhere/at/all/sad.sqlite",
    "postgresql": "postgresql+psycopg://nobody@127.0.0.1:1/nothing",
}


@contextlib.contextmanager
def database_down(app: Flask) -> Iterator[None]:
    """PostgreSQL is stopped, or the file of SQLite is out of reach; afterwards all is as before."""
    alive = app.engine
    dead = create_engine(STOPPED[alive.dialect.name])
    _bind(app, dead)
    try:
        yield
    finally:
        _bind(app, alive)


def _bind(app, engine):
    db.session.remove()
    db.session.configure(bind=engine)
    app.engine = engine
