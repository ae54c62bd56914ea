"""Every address x every role x every owner: the table that is published (`sad/web/rights.py`), each cell compared with what is answered.

The application is asked for all its addresses, so that a new page is in the table on the day it is born.
"""

import csv
import html
import re
from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from sad.actions.shared_acts import APPROVERS
from sad.models.people import Role
from sad.web import rights
from sad.web.access import permission_of
from sad.web.rights import Answer, Line, Owner, Seat
from tests.web.ownership import Place
from tests.web.world import MOST_PLACES, World, audience, methods

pytestmark = pytest.mark.engine_free
ROLES = {"public": frozenset(), "supplier": frozenset(), "agent": {Role.REQUESTER}, "admin": {Role.ADMINISTRATOR}, "account": {*APPROVERS}}
PROCUREMENT = {Role.BUYER, Role.OPENER, Role.EVALUATOR, Role.AWARD_AUTHORITY, Role.AUDITOR}
OPENS = {200, 302, 303, 409, 422}
SAID = {Answer.OPENS: OPENS, Answer.DOOR: {302, 303}, Answer.FORBIDDEN: {403}, Answer.ABSENT: {404}}
BRIEF = "application/json"  # a refusal in JSON says the same and takes less time to write than a page
FEW = 2
MOST_AT_HOME = 30


def allowed(world: World, rule: Rule, method: str) -> set[str]:
    """Who may ask for the address, by the published table."""
    found = (line for line in rights.lines(world.app) if (line.endpoint, line.method) == (rule.endpoint, method))
    return {seat.key for line in found for seat in line.admitted}


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
    acts = [rule.endpoint for rule, method in asked(world) if method == "POST" and audience(rule) not in ("account", "public")]
    statuses = {name: {world.ask("auditor", name, place, "POST") for place in world.own[name][:FEW]} for name in acts}
    assert {name: found for name, found in statuses.items() if found != {403}} == {"supplier.add_supplier": {422}}


def test_each_cell_of_the_published_table_is_what_is_answered(world):
    faults, count, opened = [], dict.fromkeys(Answer, 0), {}
    for line, seat, whose, answer in rights.cells(world.app):
        if answer == Answer.OPENS:
            fault = fault_of_what_opens(world, line, seat, world.at(whose, line.endpoint), opened)
        else:
            fault = fault_of_a_refusal(world, line, seat, world.at(whose, line.endpoint), answer)
        faults += [f"{line.method} {line.endpoint}, {seat.key}, {whose.name}: {answer.name} is said, {fault}"] if fault else []
        count[answer] += 1
    assert not faults, "\n".join(faults)
    assert min(count.values()) > 200 and sum(count.values()) > 8000
    assert not world.faults, "\n".join(world.faults[:50])
    assert {status for _, status in world.pages} >= {200, 302, 403, 404, 422}


def fault_of_what_opens(world: World, line: Line, seat: Seat, found: list[Place], opened: dict[Line, list[Place]]) -> str:
    """One's own things open, each in its time: to the first who asks all are shown, to the others one that opened."""
    seen, known = [], opened.get(line)
    for place in found if known is None else [*known, *found]:
        seen.append(world.ask(seat.key, line.endpoint, place, line.method))
        if seen[-1] in OPENS:
            opened.setdefault(line, []).append(place)
            if known is not None:
                break
    by_person = line.owner == Owner.LINK or (line.owner == Owner.APPROVER and known is not None)
    is_there = by_person or (line in opened and bool(set(seen) & OPENS))
    return "" if is_there and set(seen) <= OPENS | {404} else f"{seen} answered"


def fault_of_a_refusal(world: World, line: Line, seat: Seat, found: list[Place], answer: Answer) -> str:
    """Asked for in brief, which takes less time; of another's things, each is asked for."""
    most = MOST_PLACES if answer == Answer.ABSENT else 1
    kind = "text/html" if answer == Answer.DOOR else BRIEF
    seen = [world.ask(seat.key, line.endpoint, place, line.method, kind=kind) for place in found[:most]]
    return "" if seen and set(seen) <= SAID[answer] else f"{seen} answered"


def test_each_address_says_what_it_does_in_french(world):
    assert {line.endpoint for line in rights.lines(world.app)} == set(rights.words()), "à écrire dans config/addresses.yaml"


@pytest.mark.parametrize(("who", "space"), [("auditor", "procurement"), ("administrator", "admin"), ("instance", "admin")])
def test_the_page_and_the_file_say_the_table_and_nothing_else(world, who, space):
    page, file = shown(world, who, f"{space}.rights", espace=""), shown(world, who, f"{space}.rights_file")
    expected = {
        words_of("".join((row.line.words, row.line.path, "Code redemandé" * row.line.is_grave, row.reading, row.acting, row.line.owner)))
        for row in rights.rows_of(rights.lines(world.app))
    }
    rows = re.findall(r'<tr role="row">(?!\s*<th scope="col")(.*?)</tr>', page, re.DOTALL)
    assert {words_of(re.sub("<[^>]*>", "", row)) for row in rows} == expected
    told = [[line.address, line.method, seat.label, answer.value] for line, seat, _, answer in rights.cells(world.app)]
    assert [[row[1], row[2], row[4], row[6]] for row in csv.reader(file.splitlines()[1:], delimiter=";")] == told


def test_the_page_shows_what_is_asked_for(world):
    everything = shown(world, "auditor", "procurement.rights", espace="")
    own = shown(world, "auditor", "procurement.rights")
    assert "/achats/journal" in re.sub("<wbr>", "", own) and "/fournisseur/" not in re.sub("<wbr>", "", own)
    opener = shown(world, "auditor", "procurement.rights", qui="opener")
    assert "Confirmer l’ouverture" in opener and "Décider l’attribution" not in opener and "Décider l’attribution" in own
    assert "Aucune adresse" in shown(world, "auditor", "procurement.rights", mot="<script>") and len(own) < len(everything)


def test_addresses_fold_under_subjects_all_of_them_used_and_a_search_unfolds_them(world):
    """Another page in a subject that nobody named would be under the first page of its space, where it is looked for last."""
    assert {line.subject for line in rights.lines(world.app)} == set(rights.subjects())
    homes = ("/", "/compte", "/fournisseur", "/service", "/achats", "/administration")
    assert max(sum(line.subject == start for line in rights.lines(world.app)) for start in homes) < MOST_AT_HOME
    folded, searched = shown(world, "auditor", "procurement.rights"), shown(world, "auditor", "procurement.rights", mot="ouverture")
    assert "<details>" in folded and "<details open>" not in folded
    assert "<details open>" in searched and "<details>" not in searched


def shown(world: World, who: str, endpoint: str, **asked: str) -> str:
    return world.send(who, world.url(endpoint, asked)).text


def words_of(text: str) -> str:
    return "".join(html.unescape(text).split())


def test_nothing_is_reached_through_what_it_does_not_belong_to(world):
    faults = []
    for rule, method in asked(world):
        for number, who in enumerate(sorted(allowed(world, rule, method) - {"anonymous", "nobody", "instance"})):
            for place in _some(world.crossed[rule.endpoint], number):
                status = world.ask(who, rule.endpoint, place, method, kind=BRIEF)
                if status not in (404, 409, 422):
                    faults.append(f"{method} {rule.endpoint} as {who}: {status} at {place}")
    assert not faults, "\n".join(faults)


def _some(found: list[Place], number: int) -> list[Place]:
    """All of them for the first who asks, a few for the others, who pass the same way."""
    return found if number == 0 else found[:FEW]
