"""Lists read by key, forwards and backwards."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from sad.db import session
from sad.models.people import Person
from sad.web.paging import capped_count, page_of
from tests.factories.people import make_person

BEYOND = f"2026-11-23T09:00:00+00:00_{2**31}"  # what no column of whole numbers holds

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def people(app, database):
    """Seven people, three of whom came at the same instant."""
    moments = [0, 1, 2, 2, 2, 3, 4]
    made = [make_person(created_at=AT + timedelta(hours=hours)) for hours in moments]
    session.commit()
    return [person.id for person in made]


def page(app, url: str, **options):
    with app.test_request_context(url):
        found = page_of(select(Person), Person.created_at, Person.id, size=3, **options)
        return [person.id for person in found.rows], found.previous_url, found.next_url


@pytest.mark.parametrize("descending", [False, True])
def test_following_next_shows_each_row_once_in_order(app, people, descending):
    expected = people[::-1] if descending else people
    seen, url = [], "/?etat=tous"
    while url:
        rows, _, url = page(app, url, descending=descending)
        seen += rows
    assert seen == expected


@pytest.mark.parametrize("descending", [False, True])
def test_previous_leads_back_to_the_same_pages(app, people, descending):
    first, _, next_url = page(app, "/", descending=descending)
    second, previous_url, _ = page(app, next_url, descending=descending)
    back, before, after = page(app, previous_url, descending=descending)
    assert back == first and before is None and page(app, after, descending=descending)[0] == second


def test_what_was_filtered_stays_filtered_on_the_next_page(app, people):
    assert "etat=tous" in page(app, "/?etat=tous")[2]


@pytest.mark.parametrize(
    "mark",
    ["x", "2026-11-23T09:00:00_1", "hier_1", "2026-11-23T09:00:00+00:00_1_2", "2026-11-23T09:00:00+00:00_un", BEYOND],
)
def test_an_address_that_somebody_bent_leads_nowhere(app, people, mark):
    with pytest.raises(NotFound):
        page(app, f"/?apres={mark.replace('+', '%2B')}")


def test_a_count_stops_at_its_cap(app, people):
    with app.test_request_context("/"):
        assert capped_count(select(Person.id), cap=7) == "7"
        assert capped_count(select(Person.id), cap=6) == "plus de 6"
