"""Once a need is sent, no page left open changes what it asks, nor how offers are scored (CRI-12)."""

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule

from sad import clock
from sad.actions.publications import frozen_fingerprint, invitees_of
from sad.db import session, transaction
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import Person, Role
from tests.factories.mini_tenders import SENT, make_mini_tender, make_published
from tests.factories.people import make_person
from tests.web.answers import forms_of
from tests.web.test_login import sign_in

TYPED_IN_EMPTY = "Ferme des Aubépines"
Sent = tuple[str, list[tuple[str, str]]]


@pytest.fixture(autouse=True)
def now():
    with clock.frozen(SENT):
        yield


def writing_addresses(app) -> list[Rule]:
    """All that an agent can send about a need, by its number alone."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.arguments == {"mini_tender_id"} and "POST" in rule.methods]
    return [rule for rule in rules if not rule.endpoint.startswith("supplier.")]


def filled(app, client, number: int) -> list[Sent]:
    """What the pages of this draft would send, each figure one more than what stands there."""
    found: list[Sent] = []
    for rule in writing_addresses(app):
        url = rule.rule.replace("<int:mini_tender_id>", str(number))
        text = client.get(url).get_data(as_text=True) if "GET" in rule.methods else ""
        found += [(url, [(name, changed(name, value)) for name, value in form.fields]) for form in forms_of(text)] or [(url, [])]
    return found


def changed(name: str, value: str) -> str:
    """Another figure, another title; what stood empty stays so."""
    if name == "title":
        return "Un tout autre repas"
    return str(int(value) + 1) if value.isdigit() and name != "version" else value.replace(TYPED_IN_EMPTY, "")


def as_it_stands(number: int) -> tuple[str, MiniTenderState, object]:
    session.remove()
    mini_tender = session.get_one(MiniTender, number)
    return frozen_fingerprint(mini_tender, [each.id for each in invitees_of(mini_tender)]), mini_tender.state, mini_tender.grid


def test_what_the_pages_of_a_draft_send_changes_nothing_once_it_is_sent(app, database):
    with transaction():
        draft = make_mini_tender()
        buyer, number = make_person(draft.organisation, Role.BUYER), draft.id
        author = session.get_one(Person, draft.created_by)
    author_client, buyer_client = app.test_client(), app.test_client()
    sign_in(author_client, author)
    sign_in(buyer_client, buyer)
    tabs = [(client, *sent) for client in (author_client, buyer_client) for sent in filled(app, client, number)]
    assert any(url.endswith("/criteres") and fields for _, url, fields in tabs), "the weights are among them"
    with transaction():
        make_published(session.get_one(MiniTender, number))
    before = as_it_stands(number)
    assert before[0] == session.get_one(MiniTender, number).frozen_fingerprint
    for client, url, fields in tabs:
        version = ("version", str(session.get_one(MiniTender, number).version))
        client.post(url, data=MultiDict([version, *(field for field in fields if field[0] != "version")]))
        assert as_it_stands(number) == before, url
