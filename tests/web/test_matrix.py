"""Every address x every role x every owner: who is let in, who is turned away, and what does not exist for whom.

The application is asked for all its addresses, so that a new page is in the matrix on the day it is born.
"""

import contextlib
import importlib
import itertools
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from werkzeug.routing import Rule

from sad import clock, db
from sad.models.people import Role
from sad.settings import Settings
from sad.web.access import STATIC, permission_of
from tests.factories.mini_tenders import SEAL_KEY
from tests.factories.people import PASSWORD, make_person
from tests.factories.suppliers import member_of
from tests.factories.world import NOW, Half, make_half
from tests.web.ownership import Place, hidden, places

pytestmark = pytest.mark.engine_free
ROLES = {"public": frozenset(), "supplier": frozenset(), "account": frozenset(), "agent": {Role.REQUESTER}, "admin": {Role.ADMINISTRATOR}}
PROCUREMENT = {Role.BUYER, Role.OPENER, Role.EVALUATOR, Role.AWARD_AUTHORITY, Role.AUDITOR}
OPENS, TURNED_AWAY = {200, 302, 303, 409, 422}, {302, 303}
# Addresses whose argument is nobody's: a link that is not ours says so, a category is open to every supplier.
OF_NOBODY: dict[str, list[Place]] = {
    "account.reset": [{"token": "inconnu"}],
    "public.register": [{"token": "inconnu"}],
    "public.join": [{"token": "inconnu"}],
    "public.demo_mail": [{"letter_id": 1}],
}
# Addresses open to every account, that name a thing of one of them.
OF_ONE_ACCOUNT = {"account.choose_supplier": {"supplier"}}
# Pages of the administrators of the whole instance, which those of one organisation do not have.
OF_THE_INSTANCE = {"admin.administrators", "admin.create_administrator", "admin.create_organisation"}
OF_ALL = {("public", frozenset(names)) for names in ({"system_id"}, {"system_id", "number"}, {"system_id", "document_id"})}
OF_ALL |= {("public", frozenset({"system_id", "number", "revision"}))}
OF_ALL |= {("supplier", frozenset({"category_id"}))}
BRIEF = "application/json"  # a refusal in JSON says the same and takes less time to write than a page
MOST_PLACES, FEW = 20, 2


@dataclass
class World:
    """Two halves with the same kinds of objects, who may ask for what, and a way back to the first day."""

    app: object
    folder: Path
    sessions: dict[str, str] = field(default_factory=dict)
    own: dict[str, list[Place]] = field(default_factory=dict)
    foreign: dict[str, list[Place]] = field(default_factory=dict)
    crossed: dict[str, list[Place]] = field(default_factory=dict)

    def rules(self) -> list[Rule]:
        return sorted((rule for rule in self.app.url_map.iter_rules() if rule.endpoint not in STATIC), key=lambda rule: rule.endpoint)

    def ask(self, who: str, rule: Rule, place: Place, method: str, *, kind: str = "text/html") -> int:
        """The status of the answer; whatever it changed is put back."""
        url = self.app.url_map.bind("localhost").build(rule.endpoint, place, method=method)
        client = self.app.test_client(use_cookies=False)  # the same session for each request, whatever the one before did to it
        headers = {"Cookie": self.sessions[who], "Accept": kind}
        with clock.frozen(NOW), contextlib.closing(client.open(url, method=method, headers=headers)) as answer:
            status = answer.status_code
        if method == "POST" and status < 400:
            self.restore()
        return status

    def sign_in(self, who: str, email: str) -> None:
        client = self.app.test_client()
        with clock.frozen(NOW):
            assert client.post("/connexion", data={"email": email, "password": PASSWORD}).status_code == 302
        self.sessions[who] = f"sad={client.get_cookie('sad').value}"

    def keep(self) -> None:
        self._rest()
        shutil.copy(self.folder / "sad.sqlite", self.folder / "kept.sqlite")

    def restore(self) -> None:
        self._rest()
        shutil.copy(self.folder / "kept.sqlite", self.folder / "sad.sqlite")

    def _rest(self) -> None:
        """Nothing open, nothing waiting in the write-ahead log."""
        db.session.remove()
        self.app.engine.dispose()
        with contextlib.closing(sqlite3.connect(self.folder / "sad.sqlite")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    shutil.copy(sqlite_template, folder / "sad.sqlite")
    url = f"sqlite:///{folder / 'sad.sqlite'}"
    secret = "a-key-for-tests-only-0123456789-abcdef"
    settings = Settings("development", url, folder, secret, SEAL_KEY, "http://localhost", None, "sad@agglo.example")
    app = importlib.import_module("sad.web").create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    found = World(app, folder)
    with clock.frozen(NOW), db.transaction():
        mine, theirs = make_half(folder), make_half(folder)
        emails = {role.value: mine.people[role].email for role in Role} | {"supplier": member_of(mine.supplier).email}
        emails |= {"nobody": make_person().email, "instance": make_person(None, Role.ADMINISTRATOR).email}
        found.own = {rule.endpoint: own_places(mine, rule) for rule in found.rules()}
        found.foreign = {rule.endpoint: foreign_places(mine, theirs, rule) for rule in found.rules()}
        found.crossed = {rule.endpoint: crossed_places(mine, theirs, rule) for rule in found.rules()}
    found.sessions["anonymous"] = ""
    for who, email in emails.items():
        found.sign_in(who, email)
    found.keep()
    yield found
    db.session.remove()
    app.engine.dispose()


def audience(rule: Rule) -> str:
    return rule.endpoint.split(".")[0]


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) & {"GET", "POST"})


def own_places(mine: Half, rule: Rule) -> list[Place]:
    """Where the address leads for its owner."""
    if not rule.arguments:
        return [{}]
    return OF_NOBODY.get(rule.endpoint) or spread(places(mine, audience(rule), frozenset(rule.arguments)) or [])


def foreign_places(mine: Half, theirs: Half, rule: Rule) -> list[Place]:
    """Somebody else's things; what is open to everybody is nobody else's."""
    names = frozenset(rule.arguments)
    if not names or rule.endpoint in OF_NOBODY:
        return []
    own = places(mine, audience(rule), names) or []
    abroad = hidden(theirs, audience(rule), names) if (audience(rule), names) in OF_ALL else places(theirs, audience(rule), names) or []
    return spread([place for place in (*abroad, *hidden(mine, audience(rule), names)) if place not in own])


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


def allowed(world: World, rule: Rule, method: str) -> set[str]:
    """Who may ask for the address, by what its view declares."""
    if rule.endpoint in OF_ONE_ACCOUNT:
        return OF_ONE_ACCOUNT[rule.endpoint]
    permission = permission_of(world.app, rule.endpoint)
    if permission.kind == "public":
        return set(world.sessions)
    if permission.kind == "signed_in":
        return set(world.sessions) - {"anonymous"}
    if permission.kind == "supplier":
        return {"supplier"}
    roles = permission.roles if method == "GET" else permission.acting
    return {role.value for role in roles} | ({"instance"} if Role.ADMINISTRATOR in roles else set())


def asked(world: World) -> Iterator[tuple[Rule, str]]:
    yield from ((rule, method) for rule in world.rules() for method in methods(rule))


def test_every_address_with_an_argument_has_an_owner_in_the_world(world):
    assert [rule.endpoint for rule in world.rules() if not world.own[rule.endpoint]] == []


def test_each_space_is_for_its_own_roles(world):
    faults = []
    for rule in world.rules():
        permission = permission_of(world.app, rule.endpoint)
        if not permission.roles <= (PROCUREMENT if audience(rule) == "procurement" else ROLES[audience(rule)]):
            faults.append(f"{rule.endpoint}: {sorted(permission.roles)}")
        if audience(rule) == "supplier" and permission.kind not in ("supplier", "signed_in"):
            faults.append(f"{rule.endpoint}: {permission.kind}")
    assert not faults, "\n".join(faults)


def test_an_auditor_changes_nothing(world):
    acts = [rule for rule, method in asked(world) if method == "POST" and audience(rule) not in ("account", "public")]
    statuses = {rule.endpoint: {world.ask("auditor", rule, place, "POST") for place in world.own[rule.endpoint][:FEW]} for rule in acts}
    assert {endpoint: found for endpoint, found in statuses.items() if found != {403}} == {"supplier.add_supplier": {422}}


def test_whoever_is_not_signed_in_is_led_to_the_door_save_on_public_pages(world):
    faults = []
    for rule, method in asked(world):
        for place in world.own[rule.endpoint][:1]:
            status = world.ask("anonymous", rule, place, method)
            if status not in (OPENS | {404} if "anonymous" in allowed(world, rule, method) else TURNED_AWAY):
                faults.append(f"{method} {rule.endpoint}: {status}")
    assert not faults, "\n".join(faults)


def test_a_wrong_role_is_told_so(world):
    faults = []
    for rule, method in asked(world):
        for who in sorted(set(world.sessions) - allowed(world, rule, method) - {"anonymous"}):
            for place in world.own[rule.endpoint][:1]:
                status = world.ask(who, rule, place, method, kind=BRIEF)
                if status != (404 if rule.endpoint in OF_ONE_ACCOUNT else 403):
                    faults.append(f"{method} {rule.endpoint} as {who}: {status}")
    assert not faults, "\n".join(faults)


def test_ones_own_things_open(world):
    faults = []
    for rule, method in asked(world):
        for number, who in enumerate(sorted(allowed(world, rule, method) - {"anonymous"})):
            expected = {403} if rule.endpoint in OF_THE_INSTANCE and who == "administrator" else OPENS
            statuses = [world.ask(who, rule, place, method) for place in _some(world.own[rule.endpoint], number)]
            refused = set(statuses) - expected - {404}
            if rule.endpoint not in OF_NOBODY and (refused or not (number or set(statuses) & expected)):
                faults.append(f"{method} {rule.endpoint} as {who}: {statuses}")
    assert not faults, "\n".join(faults)


def test_what_is_somebody_elses_does_not_exist(world):
    faults = []
    for rule, method in asked(world):
        for number, who in enumerate(sorted(allowed(world, rule, method) - {"anonymous", "nobody", "instance"})):
            for place in _some(world.foreign[rule.endpoint], number):
                status = world.ask(who, rule, place, method, kind=BRIEF)
                if status != 404:
                    faults.append(f"{method} {rule.endpoint} as {who}: {status} at {place}")
    assert not faults, "\n".join(faults)


def test_nothing_is_reached_through_what_it_does_not_belong_to(world):
    faults = []
    for rule, method in asked(world):
        for number, who in enumerate(sorted(allowed(world, rule, method) - {"anonymous", "nobody", "instance"})):
            for place in _some(world.crossed[rule.endpoint], number):
                status = world.ask(who, rule, place, method, kind=BRIEF)
                if status not in (404, 409, 422):
                    faults.append(f"{method} {rule.endpoint} as {who}: {status} at {place}")
    assert not faults, "\n".join(faults)


def _some(found: list[Place], number: int) -> list[Place]:
    """All of them for the first who asks, a few for the others, who pass the same way."""
    return found if number == 0 else found[:FEW]
