"""No page asks more statements of the database when there are more rows: at 10 rows of each kind and at 500."""

import inspect
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from sad import clock
from sad.db import transaction
from sad.web.access import STATIC, permission_of
from tests.factories.crowd import NOW, Crowd
from tests.factories.people import PASSWORD
from tests.web.counting import statements_of

FEW, MANY = 10, 500
MOST = 20
GATHERING = {"supplier.home 200": 26, "procurement.home 200": 22}  # one statement for each kind of thing that may wait for somebody
# Pages of one thing whose lines may be many; the addresses without arguments are all there by themselves.
OF_ONE = {
    "admin.people", "admin.services", "admin.organisation", "agent.need", "procurement.campaign", "procurement.campaigns",
    "procurement.close_campaign", "procurement.open_campaign", "procurement.mini_tender", "procurement.opening",
    "procurement.system", "procurement.system_amounts", "procurement.system_documents", "public.concluded", "public.system",
    "public.system_suppliers", "supplier.mini_tender",
}
FILES = {"public.receipt_script", "public.receipt_verifier"}  # the same bytes for everybody: nothing is asked at all


@pytest.fixture
def crowd(database):
    with transaction():
        return Crowd()


@pytest.fixture
def clients(app, crowd) -> dict[str, FlaskClient]:
    found = {who: app.test_client() for who in crowd.emails}
    with clock.frozen(NOW):
        for who, email in crowd.emails.items():
            assert found[who].post("/connexion", data={"email": email, "password": PASSWORD}).status_code == 302
    return found


def pages(app, crowd: Crowd) -> Iterator[tuple[str, str, str]]:
    """Each page, who asks for it, and where."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in STATIC | FILES or (rule.arguments and rule.endpoint not in OF_ONE):
            continue
        is_suppliers = permission_of(app, rule.endpoint).kind == "supplier"
        who = "supplier" if is_suppliers else "instance" if rule.endpoint.startswith("admin.") else "agent"
        yield rule.endpoint, who, adapter.build(rule.endpoint, {name: crowd.ids[name] for name in rule.arguments})


def counted(app, clients: dict[str, FlaskClient], found: list[tuple[str, str, str]]) -> dict[str, int]:
    """The statements of each page, with its status, the second time it is asked."""
    counts = {}
    for endpoint, who, url in found:
        clients[who].get(url)
        with statements_of(app.engine) as statements:
            status = clients[who].get(url).status_code
        counts[f"{endpoint} {status}"] = len(statements)
    return counts


def test_no_page_asks_more_when_there_are_more_rows(app, crowd, clients):
    found = sorted(pages(app, crowd))
    with clock.frozen(NOW):
        with transaction():
            crowd.grow(FEW - 1)
        few = counted(app, clients, found)
        with transaction():
            crowd.grow(MANY - FEW)
        many = counted(app, clients, found)
    assert {name: (count, many.get(name)) for name, count in few.items() if many.get(name) != count} == {}
    assert {name: count for name, count in many.items() if count > GATHERING.get(name, MOST)} == {}


def test_every_list_read_by_key_is_counted(app, crowd):
    asked = {endpoint for endpoint, _, _ in pages(app, crowd)}
    lists = {endpoint for endpoint, view in app.view_functions.items() if "page_of" in inspect.unwrap(view).__code__.co_names}
    assert len(lists) > 10 and lists <= asked
