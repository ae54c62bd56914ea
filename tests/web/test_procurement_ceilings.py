"""« Où en sont les montants », and what the pages that send say of the maximum: buyers read figures, requesters words."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sad import clock
from sad.db import transaction
from sad.models.mini_tenders import MiniTenderState
from sad.models.people import Role
from tests.factories.mini_tenders import make_admitted, make_mini_tender, make_published
from tests.factories.organisations import make_service
from tests.factories.people import make_person
from tests.factories.systems import make_system
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
FOUR_MONTHS_AGO = datetime(2026, 7, 28, 9, 0, tzinfo=UTC)  # 120 days, both ends included


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(AT):
        yield


@pytest.fixture
def system(database):
    with transaction():
        return make_system()


@pytest.fixture
def buyer(client, system):
    with transaction():
        person = make_person(system.organisation, Role.BUYER)
    sign_in(client, person)
    return person


@pytest.fixture
def service(system):
    with transaction():
        return make_service(again(system).organisation)


def sent(system, service, budget: str, category: int = 0, at: datetime | None = None):
    with transaction():
        of = again(system)
        values = {"budget": Decimal(budget), "category_id": of.categories[category].id}
        row = make_published(make_mini_tender(again(service), system=of, **values))
        row.published_at = at or row.published_at
    return row


def draft(system, service, **values):
    with transaction():
        of = again(system)
        make_admitted(of.categories[0], 3, by=make_person(of.organisation, Role.BUYER))
        return make_mini_tender(again(service), system=of, **values)


def with_maximum(system, amount: str) -> None:
    with transaction():
        row = again(system)
        row.estimated_value, row.max_value = Decimal(1), Decimal(amount)


def shown(client, system) -> str:
    return read(client.get(f"/achats/systemes/{again(system).id}/montants"))


def test_before_the_first_sending_the_page_says_what_will_come(client, buyer, system):
    told = shown(client, system)
    assert "Rien n’est encore engagé" in told and "900 000,00 €" in told and "Pas encore de projection : il faut 90 jours" in told


def test_each_category_and_the_whole_are_shown_against_the_maximum(client, buyer, system, service):
    sent(system, service, "90000.00")
    sent(system, service, "45000.00", category=1)
    told = shown(client, system)
    assert "Tout le système 15 % du maximum" in told
    assert "Boulangerie et viennoiserie 10 % du maximum" in told
    assert "135 000,00 €" in told and "depuis la première consultation envoyée, le mardi 24 novembre 2026" in told
    assert "Le maximum annoncé" not in told


def test_the_projection_says_how_it_is_computed(client, buyer, system, service):
    sent(system, service, "12000.00", at=FOUR_MONTHS_AGO)
    told = shown(client, system)
    assert "depuis le mardi 28 juillet 2026 , 120 jours : 12 000,00 €" in told
    assert "multiplié par les 1 147 jours qui restent jusqu’au lundi 14 janvier 2030" in told
    assert "environ 126 700 €" in told
    assert "serait atteint" not in told


def test_a_maximum_reached_before_the_end_is_told_with_its_day(client, buyer, system, service):
    sent(system, service, "12000.00", at=FOUR_MONTHS_AGO)
    with_maximum(system, "22000.00")
    assert "le maximum serait atteint avant la fin" in shown(client, system)
    assert "Vers le jeudi 4 mars 2027" in shown(client, system)


@pytest.mark.parametrize(("maximum", "said"), [("375.00", "est proche"), ("299.99", "est dépassé")])
def test_a_maximum_near_or_passed_stands_on_top(client, buyer, system, service, maximum, said):
    sent(system, service, "300.00")
    with_maximum(system, maximum)
    assert f"Le maximum annoncé {said}" in shown(client, system)


def test_a_system_leads_to_its_amounts(client, buyer, system):
    number = again(system).id
    assert f"/achats/systemes/{number}/montants" in client.get(f"/achats/systemes/{number}").get_data(as_text=True)


def test_the_buyer_reads_the_figures_before_sending_and_gives_a_reason(client, buyer, system, service):
    row = draft(system, service, state=MiniTenderState.TO_CHECK)
    with_maximum(system, "375.00")
    address = f"/achats/consultations/{again(row).id}/publier"
    told = read(client.get(address))
    assert "Avec ce besoin : 300,00 € , 80 % du maximum annoncé, 375,00 €" in told and "Votre raison (SAD-02)" in told
    version = re.search(r'name="version" type="hidden" value="(\d+)"', client.get(address).get_data(as_text=True))[1]
    data = {"version": version, "act": "publish"}
    assert client.post(address, data={**data, "reason_SAD_02": ""}).status_code == 422
    assert client.post(address, data={**data, "reason_SAD_02": "Le nouvel avis part en janvier."}).status_code == 302
    assert again(row).justifications["SAD-02"] == "Le nouvel avis part en janvier."


def test_beyond_the_maximum_the_buyer_is_told_at_once(client, buyer, system, service):
    row = draft(system, service, state=MiniTenderState.TO_CHECK)
    with_maximum(system, "299.99")
    assert "dépasserait le maximum que son avis a annoncé" in read(client.get(f"/achats/consultations/{again(row).id}/publier"))


@pytest.mark.parametrize(("maximum", "said"), [("5000.00", "approche de son maximum"), ("4000.00", "dépasserait le maximum")])
def test_a_requester_reads_words_without_the_figures_of_others_and_hands_over(client, system, service, maximum, said):
    sent(system, other_service(system), "3950.17")
    row = draft(system, service)
    with_maximum(system, maximum)
    with transaction():
        requester = make_person(again(system).organisation, Role.REQUESTER, service=again(service))
    sign_in(client, requester)
    told = read(client.get(f"/service/besoins/{again(row).id}/verifier"))
    assert said in told and "Envoyer au service achats" in told and "Publier et inviter" not in told
    assert [figure for figure in ("3 950,17", maximum[:1] + " 000,00", "4 250,17", "Votre raison (SAD-02)") if figure in told] == []


def test_a_bent_form_does_not_let_a_requester_publish_near_the_maximum(client, system, service):
    row = draft(system, service)
    with_maximum(system, "375.00")
    with transaction():
        requester = make_person(again(system).organisation, Role.REQUESTER, service=again(service))
    sign_in(client, requester)
    address = f"/service/besoins/{again(row).id}/verifier"
    version = re.search(r'name="version" type="hidden" value="(\d+)"', client.get(address).get_data(as_text=True))[1]
    data = {"version": version, "act": "publish", "reason_SAD_02": "Je le veux."}
    assert client.post(address, data=data).status_code == 422
    assert again(row).state == MiniTenderState.DRAFT


def other_service(system):
    """Another service of the same organisation."""
    with transaction():
        return make_service(again(system).organisation)
