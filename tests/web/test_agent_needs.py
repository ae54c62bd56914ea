"""A requester's home and list, a need's follow-up, starting again from a past one; what is another service's."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.publications import discontinue_mini_tender
from sad.actions.questions import answer_question, ask_question
from sad.db import session, transaction
from sad.models.invitations import Invitation
from sad.models.journal import JournalEntry
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import Role
from tests.factories.mini_tenders import SENT, SERVED, make_mini_tender, make_published
from tests.factories.organisations import make_organisation, make_service
from tests.factories.people import make_person
from tests.factories.suppliers import member_of
from tests.factories.systems import make_system
from tests.web.counting import statements_of
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
SCREENS = ("", "/convives", "/contraintes", "/budget", "/criteres", "/verifier", "/effacer")


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(AT):
        yield


@pytest.fixture
def system(database):
    with transaction():
        return make_system()


@pytest.fixture
def service(system):
    with transaction():
        return make_service(system.organisation, name="Direction générale")


@pytest.fixture
def requester(client, service):
    with transaction():
        person = make_person(service.organisation, Role.REQUESTER, service=service)
    sign_in(client, person)
    return person


def need(system, service, by=None, **values) -> MiniTender:
    with transaction():
        return make_mini_tender(again(service), system=again(system), by=again(by) if by else None, **values)


def published(system, service, suppliers: int = 3, **values) -> MiniTender:
    draft = need(system, service, **values)
    with transaction():
        return make_published(again(draft), suppliers=suppliers)


def make_service_of(system):
    with transaction():
        return make_service(again(system).organisation)


def test_a_newcomer_is_told_what_will_appear_and_how(client, requester):
    page = read(client.get("/service/"))
    assert "Vos besoins apparaîtront ici" in page and "Décrire un premier besoin" in page


def test_a_person_without_a_service_is_told_whom_to_ask(client, system):
    with transaction():
        person = make_person(again(system).organisation, Role.REQUESTER)
    sign_in(client, person)
    assert "Aucun service n’est relié à votre compte" in read(client.get("/service/"))
    assert "Aucun service n’est relié à votre compte" in read(client.get("/service/besoins/nouveau"))


def test_the_home_says_first_what_waits_then_what_is_under_way_then_what_is_coming(client, requester, system, service):
    need(system, service, title="Brouillon du jour")
    need(system, service, title="À revoir", returned_reason="Dire l’étage.")
    published(system, service, title="Partie hier")
    won, done = published(system, service, title="Bientôt servie"), published(system, service, title="Servie naguère")
    with transaction():
        again(won).state = again(done).state = MiniTenderState.NOTIFIED
        again(done).happens_at = AT - timedelta(days=1)
    page = read(client.get("/service/"))
    places = [page.index(words) for words in ("Ce qui vous attend", "À revoir", "Brouillon du jour", "En cours", "Partie hier")]
    places += [page.index(words) for words in ("À venir", "Bientôt servie", "Terminés", "Servie naguère")]
    assert places == sorted(places)
    assert "Le service achats demande : Dire l’étage." in page


def test_a_draft_goes_on_where_it_was_left(client, requester, system, service):
    unfinished = [need(system, service, guests=None), need(system, service, budget=None), need(system, service)]
    ids = [again(each).id for each in unfinished]
    found = [client.get(f"/service/besoins/{each}").location for each in ids]
    assert found == [f"/service/besoins/{each}/{screen}" for each, screen in zip(ids, ("convives", "contraintes", "verifier"), strict=True)]


def test_the_follow_up_says_where_it_is_and_never_who_answered(client, requester, system, service):
    mini_tender = published(system, service)
    suppliers = [each.supplier for each in session.scalars(select(Invitation).where(Invitation.mini_tender_id == again(mini_tender).id))]
    with transaction():
        question = ask_question(again(mini_tender), suppliers[0], "Y a-t-il un évier ?", by=member_of(suppliers[0]), at=AT)
        answer_question(question, "Oui, au fond.", by=make_person(), at=AT)
    names = [again(each).name for each in suppliers]
    page = read(client.get(f"/service/besoins/{again(mini_tender).id}"))
    assert "Ouverte aux offres" in page and "3 fournisseurs invités" in page
    assert "Y a-t-il un évier ?" in page and "Oui, au fond." in page
    assert [name for name in names if name not in page] == []  # all the invited alike
    assert page.count("déposé") == page.count("Qui a déposé une offre, et combien, ne se sait qu’à l’ouverture.") == 1
    assert "en repoussant la date limite" in page


def test_the_follow_up_of_a_mini_tender_given_up_says_why(client, requester, system, service):
    mini_tender = published(system, service)
    with transaction():
        discontinue_mini_tender(again(mini_tender), "La réunion est annulée.", by=make_person(), at=AT)
    page = read(client.get(f"/service/besoins/{again(mini_tender).id}"))
    assert "Déclarée sans suite" in page and "La réunion est annulée." in page


def test_a_past_need_starts_again_in_two_clicks(client, requester, system, service):
    past = again(published(system, service)).id
    response = client.post(f"/service/besoins/{past}/reprendre")
    draft = session.scalars(select(MiniTender).order_by(MiniTender.id.desc())).first()
    assert response.location == f"/service/besoins/{draft.id}/verifier"
    assert (draft.id != past, draft.title, draft.happens_at) == (True, "Petit-déjeuner des vice-présidents", SERVED)
    page = client.get(response.location).get_data(as_text=True)
    version = page.partition('name="version" type="hidden" value="')[2].partition('"')[0]
    assert client.post(response.location, data={"act": "publish", "version": version}).status_code == 302
    assert again(draft).state == MiniTenderState.PUBLISHED


def test_a_past_need_is_done_again_from_the_home_and_from_the_list(client, requester, system, service):
    past = published(system, service)
    with transaction():
        discontinue_mini_tender(again(past), "La réunion est annulée.", by=make_person(), at=AT)
    number = again(past).id
    for address in ("/service/", "/service/besoins"):
        page = client.get(address).get_data(as_text=True)
        assert f'action="/service/besoins/{number}/reprendre"' in page, address
    told = read(client.post(f"/service/besoins/{number}/reprendre", follow_redirects=True))
    assert "Proposés, à relire : la date, jeudi 17 décembre 2026 à 8 h, et le budget, 300,00 € hors taxe." in told


def test_what_is_not_sent_yet_is_not_done_again(client, requester, system, service):
    number = again(need(system, service)).id
    assert f"/service/besoins/{number}/reprendre" not in client.get("/service/besoins").get_data(as_text=True)


def test_a_draft_is_thrown_away_once_its_loss_is_confirmed(client, requester, system, service):
    identifier = again(need(system, service)).id
    assert "est perdu" in read(client.get(f"/service/besoins/{identifier}/effacer"))
    assert client.post(f"/service/besoins/{identifier}/effacer").status_code == 302
    session.rollback()
    assert session.get(MiniTender, identifier) is None
    assert "discard_mini_tender" in session.scalars(select(JournalEntry.action)).all()


@pytest.mark.parametrize("screen", SCREENS)
def test_another_service_or_another_organisation_has_no_such_need(client, requester, system, service, screen):
    with transaction():
        neighbour = make_service(again(system).organisation)
        elsewhere = make_system(make_organisation())
    for own_system, own_service in ((system, neighbour), (elsewhere, make_service_of(elsewhere))):
        identifier = again(need(own_system, own_service)).id
        assert client.get(f"/service/besoins/{identifier}{screen}").status_code == 404
        assert client.post(f"/service/besoins/{identifier}/reprendre").status_code == 404


def test_the_list_shows_only_the_needs_of_one_s_services(client, requester, system, service):
    need(system, service, title="Le nôtre")
    need(system, make_service_of(system), title="Celui d’à côté")
    for address in ("/service/", "/service/besoins"):
        page = read(client.get(address))
        assert "Le nôtre" in page and "Celui d’à côté" not in page


@pytest.mark.parametrize("role", [Role.BUYER, Role.OPENER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_other_roles_do_not_write_needs(client, system, role):
    with transaction():
        person = make_person(again(system).organisation, role)
    sign_in(client, person)
    assert client.get("/service/").status_code == 403
    assert client.get("/service/besoins/nouveau").status_code == 403


@pytest.mark.parametrize("address", ["/service/", "/service/besoins"])
def test_statements_do_not_depend_on_the_number_of_needs(client, requester, system, service, app, address):
    found = []
    for number in (10, 490):
        with transaction():
            here, by, of = again(service), again(requester), again(system)
            for _ in range(number):
                make_mini_tender(here, system=of, by=by, created_at=AT)
        with statements_of(app.engine) as statements:
            assert client.get(address).status_code == 200
        found.append(len(statements))
    assert found[0] == found[1] <= 7


def test_the_list_is_read_by_key_to_its_end(client, requester, system, service):
    with transaction():
        here, by, of = again(service), again(requester), again(system)
        for number in range(45):
            make_mini_tender(here, system=of, by=by, title=f"Besoin {number:02d}.", created_at=SENT + timedelta(minutes=number))
    seen, address = [], "/service/besoins"
    while address:
        page = client.get(address).get_data(as_text=True)
        seen += [number for number in range(45) if f"Besoin {number:02d}." in page]
        address = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert sorted(seen) == list(range(45))
