"""A world of two halves in which every address leads somewhere, asked from every seat; whatever a request changes is undone."""

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from sad import clock, db
from sad.models.people import Role
from sad.web.access import STATIC
from sad.web.rights import Whose
from tests.factories.people import PASSWORD, make_person
from tests.factories.suppliers import member_of
from tests.factories.world import NOW, Half, make_half
from tests.web.answers import header_faults, page_faults
from tests.web.kept_secret import nobodys, plant, readable
from tests.web.ownership import Place, hidden, places

# Once they are open, envelopes leave with their key, for whoever must read them in ten years.
GIVEN_AWAY = frozenset({"POST procurement.release_key"})
# Addresses whose argument is nobody's: a link that is not ours says so.
OF_NOBODY: dict[str, list[Place]] = {
    "account.reset": [{"token": "inconnu"}],
    "public.register": [{"token": "inconnu"}],
    "public.join": [{"token": "inconnu"}],
    "public.demo_mail": [{"letter_id": 1}],
}
MOST_PLACES = 20


@dataclass
class World:
    """Two halves with the same kinds of objects, who may ask for what, and where."""

    app: Flask
    halves: tuple[Half, Half] | None = None
    sessions: dict[str, str] = field(default_factory=dict)
    own: dict[str, list[Place]] = field(default_factory=dict)
    neighbour: dict[str, list[Place]] = field(default_factory=dict)
    stranger: dict[str, list[Place]] = field(default_factory=dict)
    crossed: dict[str, list[Place]] = field(default_factory=dict)
    secrets: dict[bytes, frozenset[str]] = field(default_factory=dict)
    nobodys: list[bytes] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    pages: set[tuple[str, int]] = field(default_factory=set)

    def rules(self) -> list[Rule]:
        return sorted((rule for rule in self.app.url_map.iter_rules() if rule.endpoint not in STATIC), key=lambda rule: rule.endpoint)

    def at(self, whose: Whose, endpoint: str) -> list[Place]:
        return {Whose.OWN: self.own, Whose.NEIGHBOUR: self.neighbour, Whose.STRANGER: self.stranger}[whose][endpoint]

    def url(self, endpoint: str, place: Place, method: str = "GET") -> str:
        return self.app.url_map.bind("localhost").build(endpoint, place, method=method)

    def ask(self, who: str, endpoint: str, place: Place, method: str, *, kind: str = "text/html") -> int:
        """The status of the answer; whatever it changed is undone."""
        url = self.url(endpoint, place, method)
        with self.undone() if method == "POST" else contextlib.nullcontext():
            answer = self.send(who, url, method, headers={"Accept": kind})
            with answer:
                self.faults += self.faults_of(answer, who, f"{method} {endpoint} as {who}: {answer.status_code}")
                return answer.status_code

    def faults_of(self, answer: TestResponse, who: str, asked: str) -> list[str]:
        """What the answer lacks or holds wrongly; each page is read once."""
        read, said = header_faults(answer), readable(answer.get_data())
        read += [f"a secret, {secret!r}" for secret, readers in self.secrets.items() if who not in readers and secret in said]
        if (page := (asked.partition(" as ")[0], answer.status_code)) not in self.pages:
            self.pages.add(page)
            kept = () if page[0] in GIVEN_AWAY else self.nobodys
            read += page_faults(answer) + [f"what is nobody's, {value[:20]!r}" for value in kept if value in said]
        return [f"{asked}: {fault}" for fault in read]

    def send(self, who: str, url: str, method: str = "GET", *, headers: dict[str, str] | None = None, **sent: object) -> TestResponse:
        """The answer to a request from a seat; the same session for each, whatever the one before did to it."""
        cookie = {"Cookie": self.sessions[who]} if self.sessions[who] else {}
        with clock.frozen(NOW):
            client = self.app.test_client(use_cookies=False)
            return client.open(url, method=method, headers={**(headers or {}), **cookie}, **sent)

    @contextlib.contextmanager
    def undone(self) -> Iterator[None]:
        """Every commit made within is in one transaction, which is given up at the end."""
        db.session.remove()
        with self.app.engine.connect() as connection, connection.begin() as outer:
            db.session.configure(bind=connection, join_transaction_mode="create_savepoint")
            try:
                yield
            finally:
                db.session.remove()
                db.session.configure(bind=self.app.engine, join_transaction_mode="conditional_savepoint")
                outer.rollback()

    def sign_in(self, who: str, email: str) -> None:
        client = self.app.test_client()
        with clock.frozen(NOW):
            assert client.post("/connexion", data={"email": email, "password": PASSWORD}).status_code == 302
        self.sessions[who] = f"sad={client.get_cookie('sad').value}"


def make_world(app: Flask) -> World:
    """In a fresh database, to which the application is bound."""
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    found, folder = World(app), app.settings.data_dir
    with clock.frozen(NOW), db.transaction():
        mine, theirs = make_half(folder), make_half(folder)
        found.secrets, found.nobodys = plant((mine, theirs)), list(nobodys())
        emails = {role.value: mine.people[role].email for role in Role} | {"supplier": member_of(mine.supplier).email}
        emails |= {"nobody": make_person().email, "instance": make_person(None, Role.ADMINISTRATOR).email}
        found.own = {rule.endpoint: own_places(mine, rule) for rule in found.rules()}
        found.neighbour = {rule.endpoint: hidden_places(mine, rule) for rule in found.rules()}
        found.stranger = {rule.endpoint: foreign_places(mine, theirs, rule) for rule in found.rules()}
        found.crossed = {rule.endpoint: crossed_places(mine, theirs, rule) for rule in found.rules()}
    found.halves, found.sessions["anonymous"] = (mine, theirs), ""
    for who, email in emails.items():
        found.sign_in(who, email)
    return found


def audience(rule: Rule) -> str:
    return rule.endpoint.split(".")[0]


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) & {"GET", "POST"})


def own_places(mine: Half, rule: Rule) -> list[Place]:
    """Where the address leads for its owner."""
    if not rule.arguments:
        return [{}]
    return OF_NOBODY.get(rule.endpoint) or spread(places(mine, audience(rule), frozenset(rule.arguments)) or [])


def hidden_places(mine: Half, rule: Rule) -> list[Place]:
    """What stands in the same organisation and is not for these eyes."""
    names = frozenset(rule.arguments)
    own = places(mine, audience(rule), names) or []
    return spread([place for place in hidden(mine, audience(rule), names) if place not in own])


def foreign_places(mine: Half, theirs: Half, rule: Rule) -> list[Place]:
    """The same things in the other organisation."""
    names = frozenset(rule.arguments)
    own = places(mine, audience(rule), names) or []
    return spread([place for place in places(theirs, audience(rule), names) or [] if place not in own])


def crossed_places(mine: Half, theirs: Half, rule: Rule) -> list[Place]:
    """Somebody else's thing through mine, mine through somebody else's, and one of mine through another of mine."""
    names = frozenset(rule.arguments)
    own, foreign = places(mine, audience(rule), names) or [], places(theirs, audience(rule), names) or []
    ids = sorted(name for name in names if name.endswith("_id"))
    pairs = [*zip(own, foreign, strict=False), *itertools.pairwise(own)] if len(ids) > 1 else []
    return spread([place for here, there in pairs for name in ids if (place := {**here, name: there[name]}) not in own])


def spread(found: list[Place]) -> list[Place]:
    """At most so many of them, from the first to the last."""
    step = max(1, -(-len(found) // MOST_PLACES))
    return found[::step]
