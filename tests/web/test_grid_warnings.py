"""What is unwise in a grid, on the pages where needs and stages are published: whose reason it asks for."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sad import clock
from sad.actions.mini_tenders import submit_for_check
from sad.actions.stage_changes import examine_corrigendum
from sad.actions.stages import stages_of
from sad.db import session, transaction
from sad.domain.stages import stage_to_dict
from sad.models.mini_tenders import MiniTenderState
from sad.models.people import Role
from tests.factories.mini_tenders import make_admitted, make_mini_tender
from tests.factories.people import make_person
from tests.factories.stage_drafts import make_stage_draft
from tests.factories.systems import make_system
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINMAX = {"method": "linear_minmax", "better": "higher"}


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(AT):
        yield


@pytest.fixture
def draft(database):
    with transaction():
        system = make_system()
        make_admitted(system.categories[0], 3, by=make_person(system.organisation, Role.BUYER))
        return make_mini_tender(system=system)


def change(row, key: str, **parts) -> None:
    """Another criterion in the place of the one of that key, as if the stage had been published so."""
    stage = row.as_value()
    changed = tuple(replace(each, **parts) if each.key == key else each for each in stage.requirements)
    row.content = stage_to_dict(replace(stage, requirements=changed))


def in_force(draft):
    return stages_of(again(draft).system)[0]


def sign_in_as(client, draft, role: Role) -> None:
    with transaction():
        here = again(draft)
        person = here.creator if role == Role.REQUESTER else make_person(here.organisation, role)
    sign_in(client, person)


def post(client, address: str, **data):
    version = re.search(r'name="version" type="hidden" value="(\d+)"', client.get(address).get_data(as_text=True))[1]
    return client.post(address, data={"version": version, **data})


def test_a_method_that_exaggerates_sends_the_need_to_the_buyers_and_asks_nothing_of_its_author(client, draft):
    with transaction():
        change(in_force(draft), "direct_supply", method=MINMAX)
    sign_in_as(client, draft, Role.REQUESTER)
    told = read(client.get(f"/service/besoins/{again(draft).id}/verifier"))
    assert "Le service achats relit la notation" in told and "Envoyer au service achats" in told
    assert "Votre raison" not in told and "l’une aurait tous les points" not in told
    assert post(client, f"/service/besoins/{again(draft).id}/verifier", act="publish", reason_CRI_13="Je le veux.").status_code == 422
    assert post(client, f"/service/besoins/{again(draft).id}/verifier", act="submit").status_code == 302
    assert again(draft).state == MiniTenderState.TO_CHECK


def test_the_buyer_reads_why_and_what_would_be_better_and_writes_a_reason_that_is_kept(client, draft):
    with transaction():
        change(in_force(draft), "direct_supply", method=MINMAX)
        submit_for_check(again(draft), by=again(draft).creator, at=AT)
    sign_in_as(client, draft, Role.BUYER)
    address = f"/achats/consultations/{again(draft).id}/publier"
    told = read(client.get(address))
    assert "entre deux offres presque égales, l’une aurait tous les points" in told and "deux valeurs fixées d’avance" in told
    assert "Votre raison (CRI-13)" in told
    assert "Écrivez une raison" in read(post(client, address, act="publish", reason_CRI_13=" "))
    assert post(client, address, act="publish", reason_CRI_13="Les écarts sont toujours grands ici.").status_code == 302
    sent = again(draft)
    assert (sent.state, sent.justifications) == (MiniTenderState.PUBLISHED, {"CRI-13": "Les écarts sont toujours grands ici."})


def test_a_price_that_puts_the_dearest_first_lets_nobody_publish(client, draft):
    with transaction():
        change(in_force(draft), "price", method={"method": "highest_ratio"})
        submit_for_check(again(draft), by=again(draft).creator, at=AT)
    sign_in_as(client, draft, Role.BUYER)
    address = f"/achats/consultations/{again(draft).id}/publier"
    assert "une offre plus chère peut avoir plus de points" in read(client.get(address))
    assert post(client, address, act="publish", reason_CRI_13="Nous y tenons.").status_code == 422
    assert again(draft).state == MiniTenderState.TO_CHECK


def test_weights_by_which_one_criterion_decides_alone_ask_their_author_for_a_reason(client, draft):
    with transaction():
        change(in_force(draft), "price", weight_max=Decimal(60))
        again(draft).weights = {"price": "52", "quality": "20", "direct_supply": "10", "organic": "6", "packaging": "6", "delivery": "6"}
    sign_in_as(client, draft, Role.REQUESTER)
    address = f"/service/besoins/{again(draft).id}/verifier"
    told = read(client.get(address))
    assert "pèse 52 sur 100, plus que tous les autres ensemble." in told and "Votre raison (CRI-14)" in told
    assert post(client, address, act="publish").status_code == 422
    assert post(client, address, act="publish", reason_CRI_14="Le budget est très serré.").status_code == 302
    assert again(draft).justifications == {"CRI-14": "Le budget est très serré."}


def test_a_stage_drafted_with_such_a_method_asks_for_a_reason_before_its_corrigendum(client, draft):
    with transaction():
        buyer = make_person(again(draft).organisation, Role.BUYER)
        stage = make_stage_draft(again(draft).system)
        change(stage, "direct_supply", method=MINMAX)
        session.flush()
        rules = [each.rule for each in examine_corrigendum(stage, AT).warnings]
        address = f"/achats/systemes/{stage.system_id}/paliers/{stage.number}/brouillon"
    assert "CRI-13" in rules
    sign_in(client, buyer)
    told = read(client.get(address))
    assert "l’une aurait tous les points et l’autre aucun" in told
