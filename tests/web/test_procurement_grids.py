"""A grid is tried from a stage or from a need to check: other weights, invented or past offers, what is found in it."""

import pytest
from sqlalchemy import inspect

from sad import clock
from sad.actions.stage_drafts import start_stage
from sad.actions.stages import stages_of
from sad.db import transaction
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import Role
from tests.factories.evaluations import EXAMINED, Tender, make_ranked, offers_of
from tests.factories.mini_tenders import make_mini_tender
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in

NEAR = Tender(("2.90", "3.10"), {"direct_supply_pct": "60"}, {"quality": "9"})
FAR = Tender(("3.50", "3.80"), {"direct_supply_pct": "100"}, {"quality": "7"})


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(EXAMINED):
        yield


@pytest.fixture
def ranked(database) -> MiniTender:
    with transaction():
        return make_ranked(NEAR, FAR).mini_tender


@pytest.fixture
def client(app, ranked):
    with transaction():
        person = make_person(again(ranked).organisation, Role.BUYER)
    client = app.test_client()
    sign_in(client, person)
    return client


@pytest.fixture
def address(ranked) -> str:
    return f"/achats/systemes/{again(ranked).system_id}/paliers/1/grille"


def test_the_grid_of_a_stage_is_tried_with_its_own_weights_on_invented_offers(client, address):
    shown = read(client.get(address))
    assert "Total : 100 points" in shown and "Cinq offres inventées" in shown
    assert "la moins chère, sans plus" in shown and "La même offre reste première" in shown


def test_a_stage_leads_to_its_grid(client, address):
    assert f"{address}?revision=1" in client.get(address.removesuffix("/grille")).text


def test_other_weights_change_what_the_grid_gives_and_nothing_is_kept(client, address, ranked):
    before = read(client.get(address))
    tried = read(client.get(f"{address}?poids_price=40&poids_organic=15"))
    assert "Total : 100 points" in tried and before.split("Ce qui décide")[1] != tried.split("Ce qui décide")[1]
    assert read(client.get(address)) == before and again(ranked).system is not None


def test_weights_out_of_what_was_announced_and_sums_are_told_with_their_rules(client, address):
    tried = read(client.get(f"{address}?poids_price=70"))
    for words in ("Cette grille ne peut pas être publiée ainsi", "SAD-20", "CRI-04", "Retirer 20 points"):
        assert words in tried, words
    assert "Ce que la grille donne" in tried


@pytest.mark.parametrize("typed", ["", "beaucoup", "-3", "0", "1000"])
def test_a_weight_that_is_none_is_said_beside_its_field_and_stays(client, address, typed):
    answer = client.get(f"{address}?poids_price={typed}")
    shown = read(answer)
    assert "Un point est à corriger" in shown and f'value="{typed}"' in answer.text
    assert "Ce que la grille donne" not in shown


def test_past_offers_are_tried_without_their_names_until_the_award(client, address, ranked):
    assert "Les offres de «" in read(client.get(address))
    shown = read(client.get(f"{address}?offres={again(ranked).id}"))
    assert "Les offres d’alors" in shown and "Cinq offres inventées, toujours" not in shown
    names = [offer.supplier.name for offer in offers_of(again(ranked))]
    assert len(names) == 2 and not any(name in shown for name in names)
    with transaction():
        again(ranked).state = MiniTenderState.AWARDED
    assert names[0] in read(client.get(f"{address}?offres={again(ranked).id}"))


def test_the_offers_of_another_organisation_are_never_tried(app, ranked):
    with transaction():
        elsewhere = make_ranked(NEAR, FAR).mini_tender
        other = make_organisation() if elsewhere.organisation_id == again(ranked).organisation_id else elsewhere.organisation
        person = make_person(other, Role.BUYER)
    mine = app.test_client()
    sign_in(mine, person)
    address = f"/achats/systemes/{again(elsewhere).system_id}/paliers/1/grille"
    assert "Cinq offres inventées, toujours" in read(mine.get(f"{address}?offres={inspect(ranked).identity[0]}"))


@pytest.mark.parametrize("asked", ["offres=999999", "offres=x", "categorie=nulle", "revision=x"])
def test_an_address_written_by_hand_falls_back_on_what_exists(client, address, asked):
    assert "Cinq offres inventées, toujours" in read(client.get(f"{address}?{asked}"))


@pytest.mark.parametrize("end", ["9/grille", "1/grille?revision=7"])
def test_a_version_that_does_not_exist_has_no_grid(client, address, end):
    assert client.get(address.removesuffix("1/grille") + end).status_code == 404


def test_a_draft_without_criteria_says_that_it_marks_nothing(client, ranked, address):
    with transaction():
        draft = start_stage(again(ranked).system, by=make_person(again(ranked).organisation, Role.BUYER), at=EXAMINED)
        draft.content = {**draft.content, "requirements": []}
    number = max(row.number for row in stages_of(again(ranked).system))
    assert "Ce palier ne note encore rien" in read(client.get(address.replace("paliers/1", f"paliers/{number}")))


def test_a_need_to_check_is_tried_with_the_weights_of_its_service(client, ranked):
    with transaction():
        need = make_mini_tender(system=again(ranked).system, state=MiniTenderState.TO_CHECK)
    page = f"/achats/consultations/{inspect(need).identity[0]}"
    assert f"{page}/grille" in client.get(page).text
    shown = read(client.get(f"{page}/grille"))
    assert "Les poids sont ceux que le service a choisis" in shown and "Ce que la grille donne" in shown


def test_a_published_mini_tender_has_a_frozen_grid_and_nothing_to_try(client, ranked):
    page = f"/achats/consultations/{again(ranked).id}"
    assert client.get(f"{page}/grille").status_code == 404 and f"{page}/grille" not in client.get(page).text
