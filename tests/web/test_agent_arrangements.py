"""Service, tableware and leftovers on the screen of the constraints; a draft goes on where it was left."""

import re

import pytest

from sad import clock
from sad.actions.mini_tenders import NeedChange, save_need, start_mini_tender
from sad.db import transaction
from sad.models.people import Role
from sad.need_templates import need_templates
from tests.factories.mini_tenders import WRITTEN
from tests.factories.organisations import make_service
from tests.factories.people import make_person
from tests.factories.systems import make_system
from tests.web.rows import again
from tests.web.test_login import sign_in


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(WRITTEN):
        yield


@pytest.fixture
def draft(client, database):
    with transaction():
        system = make_system()
        service = make_service(system.organisation)
        requester = make_person(system.organisation, Role.REQUESTER, service=service)
        found = start_mini_tender(service, need_templates()["cocktail_dinatoire"], system=system, by=requester, at=WRITTEN)
    sign_in(client, requester)
    return found


def post(client, draft, **data):
    address = f"/service/besoins/{again(draft).id}/contraintes"
    version = re.search(r'name="version" type="hidden" value="(\d+)"', client.get(address).get_data(as_text=True))[1]
    return client.post(address, data={"version": version, "packaging": "reusable", **data})


def ticked(page: str) -> set[str]:
    inputs = (tag for tag in re.findall(r"<input[^>]*>", page) if " checked" in tag and 'type="radio"' in tag)
    return {re.search(r'value="([^"]*)"', tag)[1] for tag in inputs}


def test_what_the_template_says_is_ticked_and_the_rest_is_written(client, draft):
    page = client.get(f"/service/besoins/{again(draft).id}/contraintes").get_data(as_text=True)
    assert {"served", "reusable", "donated"} <= ticked(page)
    written = re.search(r'<textarea[^>]*name="constraints"[^>]*>([^<]*)', page)[1]
    assert written.strip() == "Un tiers de pièces végétariennes au moins"


def test_each_choice_is_a_line_that_suppliers_read(client, draft):
    choices = {"serving": "set_up", "tableware": "ours", "leftovers": "taken_back"}
    assert post(client, draft, **choices, constraints="Sans alcool").status_code == 302
    assert again(draft).constraints.splitlines() == [
        "Livraison et mise en place avant l’heure de début",
        "Vaisselle et verres fournis par le service",
        "Restes repris par le fournisseur",
        "Sans alcool",
    ]


def test_a_refused_screen_keeps_what_was_ticked(client, draft):
    response = post(client, draft, serving="delivered", leftovers="composted", vegetarian_meals="douze", constraints="Sans alcool")
    page = response.get_data(as_text=True)
    assert response.status_code == 422 and {"delivered", "composted"} <= ticked(page) and "Sans alcool" in page


def test_a_choice_that_is_not_offered_is_refused(client, draft):
    assert post(client, draft, serving="helicopter").status_code == 422


@pytest.mark.parametrize(
    ("changes", "screen"),
    [([], "convives"), ([{"guests": 30}], "contraintes"), ([{"guests": 30}, {"guests": 31}], "contraintes"),
     ([{"guests": 30}, {"packaging": "reusable"}], "budget"), ([{"guests": 30}, {"packaging": "reusable"}, {"budget": 900}], "verifier")],
)
def test_the_home_leads_where_the_tab_was_closed(client, draft, changes, screen):
    with transaction():
        here = again(draft)
        for change in changes:
            save_need(here, NeedChange(**change), version=here.version, by=here.creator, at=WRITTEN)
    number = again(draft).id
    assert f'href="/service/besoins/{number}/{screen}"' in client.get("/service/").get_data(as_text=True)
    assert client.get(f"/service/besoins/{number}").location == f"/service/besoins/{number}/{screen}"
