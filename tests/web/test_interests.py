"""Nobody who may act sees an opened offer before declaring its interests; a link shuts every page of the offers for good."""

import html
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from sad import clock
from sad.actions.declarations import declare_interests
from sad.actions.letters import people_with
from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.models.evaluations import ConflictDeclaration
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.organisations import Organisation
from sad.models.people import Person, Role
from tests.factories.evaluations import EXAMINED, Tender, make_opened, offers_of
from tests.factories.mini_tenders import CLOSES, make_published
from tests.factories.people import make_person
from tests.factories.world import NOW, Half, make_half
from tests.web.ownership import Place, places
from tests.web.rows import again
from tests.web.test_login import sign_in
from tests.web.test_shell import check

ACTING = (Role.BUYER, Role.OPENER, Role.EVALUATOR, Role.AWARD_AUTHORITY)
OPENED = ("opened", "ranked", "proposed", "awarded", "notified")
# Addresses under a consultation that say nothing of who answered: what was asked, published, invited.
SAYS_NOTHING_OF_OFFERS = {
    "mini_tender", "publish_mini_tender", "mini_tender_deadline", "mini_tender_grid", "return_mini_tender",
    "extend_mini_tender", "change_mini_tender", "answer_question", "declare_interests",
    "deadline_agreement", "ask_deadline_agreement", "withdraw_deadline_agreement", "ask_newcomers", "take_ten_days",  # before the sending
    "ask_destruction",  # of papers, counted by kind
    "assist", "assisted_offer",  # of one supplier, that agreed to be helped: whether it deposits is said nowhere
}
LINK = "Mon frère travaille à la boulangerie."


@dataclass
class Known:
    """What of the world outlives the requests, which close the session that made it."""

    half: Half
    opened: dict[str, int]
    amounts: set[str]
    addresses: list[tuple[str, Place, set[str]]]


@pytest.fixture
def world(app, tmp_path) -> Known:
    with clock.frozen(NOW), transaction():
        half = make_half(tmp_path)
        numbers = {name: half.mini_tenders[name].id for name in OPENED}
        offers = [offer for name in OPENED for offer in offers_of(half.mini_tenders[name])]
        amounts = {f"{offer.total}".replace(".", ",") for offer in offers if offer.total}
        return Known(half, numbers, amounts, list(under_a_consultation(app, half, set(numbers.values()))))


def under_a_consultation(app, half: Half, opened: set[int]) -> Iterator[tuple[str, Place, set[str]]]:
    """Each address under an opened consultation, once for each phase: its name, where it leads, its methods."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("procurement.") and "mini_tender_id" in rule.arguments:
            found = places(half, "procurement", frozenset(rule.arguments)) or []
            name, methods = rule.endpoint.removeprefix("procurement."), rule.methods & {"GET", "POST"}
            yield from ((name, place, methods) for place in found if place["mini_tender_id"] in opened)


def ask(app, client, name: str, place: Place, method: str):
    with clock.frozen(NOW):
        return client.open(app.url_map.bind("localhost").build(f"procurement.{name}", place, method=method), method=method)


def enter_world(client, world: Known, *, has_conflict: bool | None = None) -> None:
    """Somebody who may do everything there, and has declared nothing or a link."""
    with transaction():
        person = make_person(again(world.half.organisation), *ACTING)
        for number in world.opened.values() if has_conflict else ():
            declare_interests(session.get_one(MiniTender, number), has_conflict=True, link=LINK, by=person, at=NOW)
    with clock.frozen(NOW):
        sign_in(client, again(person))


@pytest.mark.parametrize("has_conflict", [None, True])
@pytest.mark.engine_free
def test_every_address_of_opened_offers_asks_for_the_declaration_first(app, client, world, has_conflict):
    enter_world(client, world, has_conflict=has_conflict)
    asked, faults = set(), []
    for name, place, methods in world.addresses:
        for method in sorted(methods):
            answer = ask(app, client, name, place, method)
            led = answer.status_code == 302 and f"/consultations/{place['mini_tender_id']}/liens" in answer.location
            asked.add(name)
            if name not in SAYS_NOTHING_OF_OFFERS and not led:
                faults.append(f"{method} {name}: {answer.status_code} at {place}")
    assert not faults, "\n".join(faults)
    assert {"evaluation", "examine_offer", "offer_file", "ranking", "scoring_file", "award", "opening", "result_letter"} <= asked


@pytest.mark.engine_free
def test_what_opens_before_the_declaration_shows_nothing_of_the_offers(app, client, world):
    enter_world(client, world)
    read = 0
    for name, place, methods in world.addresses:
        if name in SAYS_NOTHING_OF_OFFERS and "GET" in methods:
            page = html.unescape(ask(app, client, name, place, "GET").text)
            read += "Besoin" in page
            assert [amount for amount in world.amounts if amount in page] == [], name
    assert read > 5 and len(world.amounts) > 1


@pytest.mark.engine_free
def test_an_auditor_reads_without_any_declaration(app, client, world):
    with transaction():
        session.query(ConflictDeclaration).delete()
    with clock.frozen(NOW):
        sign_in(client, again(world.half.people[Role.AUDITOR]))
        for page in ("examen", "classement", "attribution", "ouverture"):
            assert client.get(at(world.opened["ranked"], page)).status_code == 200


@pytest.fixture
def opened(database) -> int:
    """Two offers opened, of the same service."""
    with transaction():
        return make_opened(Tender(), Tender(("2.90", "4.20"))).id


def organisation_of(mini_tender: int) -> Organisation:
    found = session.get_one(MiniTender, mini_tender).organisation
    assert found is not None
    return found


def enter(client, mini_tender: int, *roles: Role) -> int:
    with transaction():
        person = make_person(organisation_of(mini_tender), *roles)
        number = person.id
    with clock.frozen(EXAMINED):
        sign_in(client, session.get_one(Person, number))
    return number


def at(mini_tender: int, page: str) -> str:
    return f"/achats/consultations/{mini_tender}/{page}"


def post(client, mini_tender: int, data, *, then: str = ""):
    with clock.frozen(EXAMINED):
        return client.post(at(mini_tender, f"liens{f'?next={then}' if then else ''}"), data=data)


def test_the_page_names_the_consultation_and_the_invited_whether_they_answered_or_not(app, client, database):
    with transaction():
        made = make_published(suppliers=3)
        number, names = made.id, [*(each.name for each in invitees_of(made)), made.service.name, made.title]
    enter(client, number, Role.EVALUATOR)
    with clock.frozen(CLOSES):
        page = client.get(at(number, "liens")).text
    check(page)
    for said in (*names, "Avez-vous un lien", "moins de trois ans", "parts", "conjoint"):
        assert said in html.unescape(page), said


def test_declaring_no_link_leads_where_one_was_going(app, client, opened):
    person = enter(client, opened, Role.BUYER)
    with clock.frozen(EXAMINED):
        led = client.get(at(opened, "classement?deplier=1")).location
        assert client.get(led).status_code == 200
        answer = client.post(led, data={"has_conflict": "no"})
        assert answer.location == at(opened, "classement?deplier=1")
        assert client.get(answer.location).status_code == 200
    declared = session.scalars(select(ConflictDeclaration).where(ConflictDeclaration.person_id == person)).one()
    assert (declared.has_conflict, declared.link) == (False, None)


@pytest.mark.parametrize("elsewhere", ["https://mechant.example/", "//mechant.example", "/\\mechant.example", "javascript:alert(1)"])
def test_the_declaration_never_leads_out_of_the_site(app, client, opened, elsewhere):
    enter(client, opened, Role.BUYER)
    assert post(client, opened, {"has_conflict": "no"}, then=elsewhere).location == at(opened, "examen")


def test_a_link_is_said_in_a_sentence_kept_once_and_colleagues_are_told_without_it(app, client, opened):
    with transaction():
        colleague = make_person(organisation_of(opened), Role.BUYER)
        number = colleague.id
    person = enter(client, opened, Role.BUYER)
    refused = post(client, opened, {"has_conflict": "yes", "link": "  "})
    assert refused.status_code == 422 and "Le lien n’est pas dit." in refused.text
    for _ in range(2):
        post(client, opened, {"has_conflict": "yes", "link": LINK})
    declared = session.scalars(select(ConflictDeclaration).where(ConflictDeclaration.person_id == person)).one()
    assert (declared.has_conflict, declared.link) == (True, LINK)
    told = session.scalars(select(Letter).where(Letter.kind == "stood_aside")).all()
    assert number in {letter.person_id for letter in told} and person not in {letter.person_id for letter in told}
    assert LINK not in told[0].body
    assert session.scalar(select(func.count()).select_from(JournalEntry).where(JournalEntry.action == "declare_interests")) == 1
    with clock.frozen(EXAMINED):
        page = client.get(at(opened, "liens")).text
        assert client.get(at(opened, "examen")).status_code == 302
    check(page)
    assert LINK in html.unescape(page) and "Enregistrer ma déclaration" not in page
    assert post(client, opened, {"has_conflict": "no"}).status_code == 422


def test_an_act_sent_before_the_declaration_does_nothing_and_says_so(app, client, opened):
    offer = offers_of(session.get_one(MiniTender, opened))[0].id
    enter(client, opened, Role.BUYER)
    with clock.frozen(EXAMINED):
        answer = client.post(at(opened, f"examen/offres/{offer}"), data={"classification": "regular", "reason": "Bien."})
        assert answer.location == at(opened, "liens")
        assert "Rien n’a été enregistré" in client.get(answer.location).text
    assert session.get_one(Offer, offer).classification is None


def test_without_another_buyer_somebody_else_is_told_to_take_over(app, client, opened):
    with transaction():
        for buyer in people_with(Role.BUYER, organisation_of(opened).id):
            buyer.is_active = False
        chief = make_person(organisation_of(opened), Role.AWARD_AUTHORITY)
        number = chief.id
        make_person(organisation_of(opened), Role.EVALUATOR)
    enter(client, opened, Role.BUYER)
    post(client, opened, {"has_conflict": "yes", "link": LINK})
    assert session.scalars(select(Letter.person_id).where(Letter.kind == "stood_aside")).all() == [number]
