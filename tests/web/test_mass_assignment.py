"""Nothing changes but through the fields that a form shows: each form is sent twice, alone and with every column of the database beside."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import Boolean, Date, DateTime, Integer, LargeBinary
from werkzeug.exceptions import HTTPException

from sad.db import Base
from sad.web import rights
from tests.web.answers import ShownForm, Written, forms_of, writes_to
from tests.web.world import World

pytestmark = pytest.mark.engine_free
MOST_WHERE = 3
# What a form sends of a column, by the type of the column; all differ from what the world holds.
PLANTED = ((Boolean, "y"), (DateTime, "2031-03-03"), (Date, "2031-03-03"), (Integer, "2"), (LargeBinary, "intrus"))


def columns() -> dict[str, str]:
    """Every column of every table, with something to write there."""
    found = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            found[column.name] = next((text for kind, text in PLANTED if isinstance(column.type, kind)), "intrus")
    return found


def shown(world: World) -> Iterator[tuple[str, str, str, ShownForm]]:
    """Each act with a form of some page that does it: the endpoint, who sees the form, the address it goes to."""
    for line in rights.lines(world.app):
        if line.method != "GET" or line.words.startswith("Télécharger"):
            continue
        for seat in line.admitted[:1]:
            for place in world.own[line.endpoint][:MOST_WHERE]:
                url = world.url(line.endpoint, place)
                with world.undone():
                    answer = world.send(seat.key, url)
                for form in forms_of(answer.get_data(as_text=True)) if answer.mimetype == "text/html" else ():
                    going = urlsplit(urljoin(url, form.action)).path
                    if endpoint := _endpoint(world, going):
                        yield endpoint, seat.key, going, form


def _endpoint(world: World, path: str) -> str | None:
    try:
        return world.app.url_map.bind("localhost").match(path, method="POST")[0]
    except HTTPException:
        return None


def sent(world: World, who: str, url: str, fields: list[tuple[str, str]]) -> tuple[int, list[Written]]:
    """What sending these fields answers and writes."""
    body: dict[str, list[str]] = {}
    for name, value in fields:
        body.setdefault(name, []).append(value)
    with world.undone(), writes_to(world.app.engine) as written:
        status = world.send(who, url, "POST", data=body).status_code
    return status, written


def difference(one: list[Written], other: list[Written]) -> set[str]:
    """Where the two do not write the same."""
    if [each.statement for each in one] != [each.statement for each in other]:
        return {"other statements"}
    found = set()
    for number, (here, there) in enumerate(zip(one, other, strict=True)):
        pairs = zip(flat(here.parameters), flat(there.parameters), strict=True)
        found |= {f"{number}, value {at}: {here.statement}" for at, (a, b) in enumerate(pairs) if a != b}
    return found


def flat(parameters: object) -> list[object]:
    return [value for each in parameters for value in flat(each)] if isinstance(parameters, list | tuple) else [parameters]


def test_no_column_is_written_through_a_field_that_the_form_does_not_show(world):
    planted, faults, done, wrote = columns(), [], set(), set()
    assert len(planted) > 250
    for endpoint, who, url, form in shown(world):
        if endpoint in wrote:
            continue
        done.add(endpoint)
        alone = sent(world, who, url, form.fields)
        if not alone[1]:
            continue
        wrote.add(endpoint)
        more = [*form.fields, *((name, value) for name, value in planted.items() if name not in form.names)]
        beside, again = sent(world, who, url, more), sent(world, who, url, form.fields)
        changed = difference(alone[1], beside[1]) - difference(alone[1], again[1])  # what is drawn at random differs each time
        if alone[0] != beside[0] or changed:
            faults.append(f"{endpoint} as {who} at {url}: {alone[0]} then {beside[0]}, {sorted(changed)}")
    assert not faults, "\n".join(faults)
    assert len(done) > 120 and len(wrote) > 70, (len(done), len(wrote))
