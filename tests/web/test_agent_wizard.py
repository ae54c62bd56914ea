"""A requester's six screens, from a template to the invitation."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from sad import clock
from sad.actions.mini_tenders import NeedChange, return_to_requester, save_need
from sad.db import session, transaction
from sad.models.invitations import Invitation
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import PersonRole, Role
from tests.factories.admissions import make_application
from tests.factories.mini_tenders import CLOSES, WRITTEN, make_admitted, make_mini_tender
from tests.factories.organisations import make_service
from tests.factories.people import make_person
from tests.factories.suppliers import USUAL, make_supplier
from tests.factories.systems import make_system
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GUESTS = {
    "title": "Petit-déjeuner des vice-présidents",
    "guests": "22",
    "happens_at": ["2026-12-17", "08:00"],
    "place": "Salle du conseil",
    "access": "1er étage",
    "wanted_closes_at": ["2026-12-07", "12:00"],
}
LINES = {"lines-0-label": "Viennoiseries", "lines-0-quantity": "44", "lines-0-unit": "pièce"}
CUSTOM = {"price": "40", "quality": "30", "direct_supply": "12", "organic": "6", "packaging": "6", "delivery": "6"}


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(AT):
        yield


@pytest.fixture
def system(database):
    with transaction():
        system = make_system()
        make_admitted(system.categories[0], 3, by=make_person(system.organisation, Role.BUYER))
    return system


@pytest.fixture
def service(system):
    with transaction():
        return make_service(system.organisation, commune="Valence")


@pytest.fixture
def requester(client, service):
    with transaction():
        person = make_person(service.organisation, Role.REQUESTER, service=service)
    sign_in(client, person)
    return person


@pytest.fixture
def draft(service, system, requester):
    with transaction():
        return make_mini_tender(again(service), system=again(system), by=again(requester))


def post(client, draft, screen: str, expected: int, **data):
    """Send a screen with the version that its page shows."""
    page = client.get(f"/service/besoins/{draft.id}/{screen}").get_data(as_text=True)
    version = re.search(r'name="version" type="hidden" value="(\d+)"', page)[1]
    response = client.post(f"/service/besoins/{draft.id}/{screen}", data={"version": version, **data})
    assert response.status_code == expected, read(response)
    return response


def save(draft, **changes) -> None:
    """What a colleague of the same service saves meanwhile."""
    here = again(draft)
    save_need(here, NeedChange(**changes), version=here.version, by=here.creator, at=AT)


def newest() -> MiniTender:
    session.rollback()
    return session.scalars(select(MiniTender).order_by(MiniTender.id.desc())).first()


def test_a_breakfast_is_published_in_six_screens(client, requester, service):
    first = client.post("/service/besoins/nouveau", data={"template": "petit_dejeuner"})
    draft = newest()
    assert first.location == f"/service/besoins/{draft.id}/convives"
    assert post(client, draft, "convives", 302, **GUESTS).location.endswith("/contraintes")
    assert post(client, draft, "contraintes", 302, packaging="reusable", constraints="Tasses réemployables").location.endswith("/budget")
    assert post(client, draft, "budget", 302, budget="150,00 €", **LINES).location.endswith("/criteres")
    assert post(client, draft, "criteres", 302, emphasis="quality").location.endswith("/verifier")
    summary = read(client.get(f"/service/besoins/{draft.id}/verifier"))
    assert "Publier et inviter 3 fournisseurs" in summary
    assert "Répondre au plus tard le lundi 7 décembre 2026 à 12 h, heure de Paris" in summary
    assert post(client, draft, "verifier", 302, act="publish").location == f"/service/besoins/{draft.id}"
    service, sent = again(service), again(draft)
    assert (sent.state, sent.service_id, sent.guests, sent.budget) == (MiniTenderState.PUBLISHED, service.id, 22, Decimal("150.00"))
    assert [(line.label, line.quantity, line.unit) for line in sent.lines] == [("Viennoiseries", Decimal(44), "pièce")]
    assert {each["key"]: each["weight"] for each in sent.grid["criteria"]}["quality"] == "30"
    assert session.scalar(select(func.count(Invitation.id)).where(Invitation.mini_tender_id == sent.id)) == 3
    assert "Ouverte aux offres" in read(client.get(f"/service/besoins/{draft.id}"))


def test_only_what_is_bought_now_is_offered(client, requester, system):
    page = read(client.get("/service/besoins/nouveau"))
    assert "Petit-déjeuner de réunion" in page and "Cocktail" in page
    assert "Paniers garnis" not in page
    with transaction():
        again(system).ended_at = AT
    assert "Aucun système d’acquisition n’est ouvert" in read(client.get("/service/besoins/nouveau"))
    assert client.post("/service/besoins/nouveau", data={"template": "petit_dejeuner"}).status_code == 422


def test_a_person_of_two_services_says_for_which(client, requester, service):
    with transaction():
        other = make_service(again(service).organisation)
        session.add(PersonRole(person_id=requester.id, role=Role.REQUESTER, service_id=other.id, granted_at=AT))
    assert client.post("/service/besoins/nouveau", data={"template": "petit_dejeuner"}).status_code == 422
    stranger = {"template": "petit_dejeuner", "service": "9999"}
    assert client.post("/service/besoins/nouveau", data=stranger).status_code == 422
    client.post("/service/besoins/nouveau", data={"template": "petit_dejeuner", "service": str(other.id)})
    assert newest().service_id == other.id


def test_lines_and_budget_are_proposed_for_the_guests(client, requester):
    client.post("/service/besoins/nouveau", data={"template": "petit_dejeuner"})
    draft = newest()
    post(client, draft, "convives", 302, **{**GUESTS, "guests": "30"})
    page = client.get(f"/service/besoins/{draft.id}/budget").get_data(as_text=True)
    assert 'value="Viennoiseries et pogne"' in page and 'value="60"' in page
    assert 'value="240,00"' in page
    assert "135,00 € à 240,00 €" in read(client.get(f"/service/besoins/{draft.id}/budget"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"guests": "zéro"}, "Écrivez un nombre"),
        ({"guests": "0"}, "Au moins 1."),
        ({"happens_at": ["2026-12-17", ""]}, "Donnez le jour et l’heure."),
        ({"place": " "}, "Dites où servir ou livrer."),
        ({"wanted_closes_at": ["2026-12-03", "12:00"]}, "Première date possible : vendredi 4 décembre 2026"),
        ({"happens_at": ["2026-12-07", "18:00"]}, "avant la fin de la consultation"),
        ({"wanted_closes_at": ["2027-03-28", "02:30"], "happens_at": ["2027-04-15", "08:00"]}, "n’existe pas"),
        ({"happens_at": ["2030-02-01", "08:00"]}, "après la fin du système"),
        ({"title": "x" * 201}, "Au plus 200 caractères."),
    ],
)
def test_a_fault_shows_beside_its_field_and_keeps_what_was_typed(client, draft, change, said):
    typed = {**GUESTS, "access": "Monte-charge à gauche", **change}
    response = post(client, draft, "convives", 422, **typed)
    assert said in read(response)
    assert "Monte-charge à gauche" in read(response)
    assert 'aria-invalid="true"' in response.get_data(as_text=True)
    assert again(draft).access == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lines-0-label": ""}, "effacez aussi la quantité"),
        ({"lines-0-quantity": ""}, "Donnez la quantité."),
        ({"lines-0-quantity": "1,2345"}, "Au plus 3 chiffres"),
        ({"lines-0-unit": "wagon"}, "Unité"),
        ({"budget": ""}, "Donnez un montant"),
        ({"budget": "0"}, "Au moins 0,01."),
        ({"lines-0-label": "", "lines-0-quantity": ""}, "aucune ligne"),
    ],
)
def test_a_fault_of_the_budget_screen_shows_with_what_was_typed(client, draft, change, said):
    response = post(client, draft, "budget", 422, **{**LINES, "budget": "321,45", **change})
    assert said in read(response)
    assert ("321,45" in response.get_data(as_text=True)) == ("budget" not in change)


def test_more_lines_come_on_demand_and_blank_ones_are_forgotten(client, draft):
    blank = {"lines-1-label": "", "lines-1-quantity": "", "lines-1-unit": "pièce"}
    more = {"lines-2-label": "Jus", "lines-2-quantity": "4,4", "lines-2-unit": "litre", "more": "1"}
    assert post(client, draft, "budget", 302, budget="150", **LINES, **blank, **more).location.endswith("/budget")
    assert [(line.position, line.label, line.quantity) for line in again(draft).lines] == [
        (1, "Viennoiseries", Decimal(44)),
        (2, "Jus", Decimal("4.4")),
    ]


def test_one_may_weigh_by_hand_within_the_ranges_announced(client, draft):
    by_hand = {f"weight_{key}": weight for key, weight in CUSTOM.items()}
    post(client, draft, "criteres", 302, emphasis="custom", **by_hand)
    assert again(draft).weights == CUSTOM
    response = post(client, draft, "criteres", 422, emphasis="custom", **{**by_hand, "weight_price": "55"})
    assert "l’avis annonce un poids de 30 à 50" in read(response)
    assert "Retirer 15 points" in read(response)
    assert 'value="55"' in response.get_data(as_text=True)
    post(client, draft, "criteres", 302, emphasis="stage", **by_hand)
    assert again(draft).weights is None


def test_each_constraint_says_how_many_can_honour_it(client, draft, system):
    with transaction():
        make_admitted(again(system).categories[0], 2, by=make_person(), usual={"reusable_packaging": False})
    page = read(client.get(f"/service/besoins/{draft.id}/contraintes"))
    assert "Contenants repris ou réemployables 3 fournisseurs sur 5" in page
    assert "Compostable accepté 5 fournisseurs sur 5" in page
    assert "Un mot de cadre" in page and "CRI-08" in page


@pytest.mark.parametrize("screen", ["convives", "contraintes", "budget", "criteres", "verifier"])
def test_every_screen_says_what_each_constraint_costs_before_anything_leaves(client, draft, system, screen):
    with transaction():
        make_admitted(again(system).categories[0], 2, by=make_person(), usual={**USUAL, "reusable_packaging": False})
    page = read(client.get(f"/service/besoins/{draft.id}/{screen}"))
    assert "3 sur 5 fournisseurs admis" in page
    assert "Contenants repris ou réemployables (votre choix) : 2 fournisseurs de moins" in page
    assert "Approvisionnement direct, 0 % au moins (le palier) : aucun de moins" in page


def test_the_proposed_deadline_says_why_and_the_season_of_harvest_advises(client, draft):
    page = read(client.get(f"/service/besoins/{draft.id}/convives"))
    assert "Envoi le lundi 23 novembre 2026 : ce jour ne compte pas" in page
    assert "Première date limite possible : vendredi 4 décembre 2026 à 0 h." in page
    assert "Nous proposons le lundi 7 décembre 2026 à 12 h" in page
    assert "récoltes" not in page


def test_a_word_of_origin_is_told_at_once_and_needs_a_reason_at_the_end(client, draft):
    post(client, draft, "contraintes", 302, packaging="reusable", constraints="Produits de la commune")
    assert "« commune » : l’origine ou la distance" in read(client.get(f"/service/besoins/{draft.id}/budget"))
    response = post(client, draft, "verifier", 422, act="publish")
    assert "Écrivez une raison, ou corrigez ce point." in read(response)
    post(client, draft, "verifier", 302, act="publish", reason_CRI_08="C’est le lieu du service.")
    assert again(draft).justifications == {"CRI-08": "C’est le lieu du service."}


def test_above_its_limit_a_service_hands_over_to_the_buyers(client, draft):
    with transaction():
        save(draft, budget=Decimal("500.01"))
    assert "Envoyer au service achats" in read(client.get(f"/service/besoins/{draft.id}/verifier"))
    assert post(client, draft, "verifier", 422, act="publish").status_code == 422
    post(client, draft, "verifier", 302, act="submit")
    assert again(draft).state == MiniTenderState.TO_CHECK
    assert session.scalars(select(Letter.kind)).all() == ["mini_tender_to_check"]
    assert "En vérification" in read(client.get(f"/service/besoins/{draft.id}"))


def test_what_only_the_buyers_can_settle_goes_to_them(client, draft, system):
    with transaction():
        make_application(make_supplier(), again(system).categories[0], answer_due_on=date(2026, 11, 20))
    assert "Envoyer au service achats" in read(client.get(f"/service/besoins/{draft.id}/verifier"))


def test_all_that_stands_against_leaving_is_listed_with_where_to_mend_it(client, draft):
    with transaction():
        save(draft, wanted_closes_at=AT, budget=None)
    page = client.get(f"/service/besoins/{draft.id}/verifier").get_data(as_text=True)
    faults = page[page.index("À corriger avant l’envoi") : page.index("Votre besoin")]
    assert "SAD-17" in faults and "CRI-12" in faults
    assert faults.count("Corriger</a>") == 2
    assert f"/service/besoins/{draft.id}/budget" in faults and f"/service/besoins/{draft.id}/convives" in faults


def test_the_second_of_two_editors_is_told_and_keeps_what_was_typed(client, draft):
    stale = again(draft).version
    with transaction():
        save(draft, place="Mairie", guests=25)
    response = client.post(f"/service/besoins/{draft.id}/convives", data={**GUESTS, "version": str(stale)})
    assert response.status_code == 422
    page = read(response)
    assert "Une autre personne a modifié ce besoin" in page
    assert "Lieu : Mairie" in page and "Nombre de convives : 25" in page
    assert 'value="Salle du conseil"' in response.get_data(as_text=True)
    version = re.search(r'name="version" type="hidden" value="(\d+)"', response.get_data(as_text=True))[1]
    assert client.post(f"/service/besoins/{draft.id}/convives", data={**GUESTS, "version": version}).status_code == 302
    assert again(draft).place == "Salle du conseil"


@pytest.mark.parametrize("version", ["", "abc", "-1", "99999999999999999999"])
def test_a_bent_version_saves_nothing(client, draft, version):
    assert client.post(f"/service/besoins/{draft.id}/convives", data={**GUESTS, "version": version}).status_code == 422
    assert again(draft).place == "Salle du conseil, Valence"


def test_what_is_published_is_what_the_page_showed(client, draft):
    stale = again(draft).version
    with transaction():
        save(draft, guests=25)
    response = client.post(f"/service/besoins/{draft.id}/verifier", data={"act": "publish", "version": str(stale)})
    assert response.status_code == 422
    assert again(draft).state == MiniTenderState.DRAFT


def test_a_draft_that_comes_back_says_why_on_every_screen(client, draft, system):
    post(client, draft, "verifier", 302, act="submit")
    with transaction():
        return_to_requester(again(draft), "Dire l’étage.", by=make_person(), at=AT)
    assert "Dire l’étage." in read(client.get(f"/service/besoins/{draft.id}/convives"))
    assert "Dire l’étage." in read(client.get("/service/"))


def test_a_sent_need_is_no_longer_written(client, draft):
    post(client, draft, "verifier", 302, act="submit")
    for screen in ("convives", "contraintes", "budget", "criteres", "verifier", "effacer"):
        response = client.get(f"/service/besoins/{draft.id}/{screen}")
        assert (response.status_code, response.location) == (302, f"/service/besoins/{draft.id}")


def test_the_proposed_dates_are_lawful(client, requester):
    client.post("/service/besoins/nouveau", data={"template": "petit_dejeuner"})
    assert (newest().wanted_closes_at, newest().created_at) == (CLOSES, WRITTEN)


def test_each_clause_says_how_many_can_honour_it_and_those_ticked_are_kept(client, draft, system):
    with transaction():
        buyer = make_person(again(system).organisation, Role.BUYER)
        make_admitted(again(system).categories[0], 2, by=buyer, usual={**USUAL, "staff_break": True})
    shown = read(client.get(f"/service/besoins/{draft.id}/contraintes"))
    assert "ont une pause et un repas pendant la prestation Sociale · 2 fournisseurs sur 5" in shown
    ticked = {"packaging": "reusable", "clause_keys": ["staff_break", "grouped_delivery"]}
    post(client, draft, "contraintes", 302, **ticked)
    assert again(draft).clause_keys == ["grouped_delivery", "staff_break"]
    assert "ont une pause et un repas" in read(client.get(f"/service/besoins/{draft.id}/verifier"))
    post(client, draft, "contraintes", 422, packaging="reusable", clause_keys=["anything"])
    post(client, draft, "contraintes", 302, packaging="reusable")
    assert again(draft).clauses == []


def test_two_people_who_tick_clauses_at_once_are_told_what_the_other_chose(client, draft):
    page = client.get(f"/service/besoins/{draft.id}/contraintes").get_data(as_text=True)
    version = re.search(r'name="version" type="hidden" value="(\d+)"', page)[1]
    post(client, draft, "contraintes", 302, packaging="reusable", clause_keys=["staff_break"])
    late = {"version": version, "packaging": "reusable", "clause_keys": ["apprentices"]}
    answer = client.post(f"/service/besoins/{draft.id}/contraintes", data=late)
    assert answer.status_code == 422 and "Clauses à respecter" in read(answer)
    assert again(draft).clause_keys == ["staff_break"]
