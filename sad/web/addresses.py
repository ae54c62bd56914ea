"""What an address may name: numbers that the database can hold, texts that it can keep."""

from flask import Flask, request
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter, Map

from sad.web.paging import GREATEST


class Number(IntegerConverter):
    """A whole number that a column of numbers holds; a greater one names nothing: 404."""

    def __init__(self, rules: Map, fixed_digits: int = 0, minimum: int | None = None) -> None:
        super().__init__(rules, fixed_digits=fixed_digits, min=minimum, max=GREATEST)


def register(app: Flask) -> None:
    """Read the addresses of all pages so."""
    app.url_map.converters["int"] = Number
    app.before_request(_refuse_unreadable)


def _refuse_unreadable() -> None:
    """Refuse (400) an address that holds a NUL: nothing here has such a name, and databases keep none."""
    if "\0" in request.path or any("\0" in text for pair in request.args.items(multi=True) for text in pair):
        raise BadRequest("Cette adresse contient un caractère illisible.")
