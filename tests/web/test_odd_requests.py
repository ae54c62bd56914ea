"""The first of the generated requests (`tests/campaigns/requests.py`), and each one that broke a page, by name."""

import io

import pytest

from tests.campaigns.requests import check_request
from tests.web.odd_requests import Drawer
from tests.web.world import World

pytestmark = pytest.mark.engine_free
FIRST = 150
JSON = {"content_type": "application/json"}


def test_no_generated_request_breaks_a_page_or_changes_what_it_may_not(world):
    drawer = Drawer(world)
    for seed in range(FIRST):
        check_request(drawer, seed)


def answered(world: World, who: str, url: str, method: str = "POST", **sent: object) -> int:
    with world.undone():
        return world.send(who, url, method, **sent).status_code


@pytest.mark.parametrize("body", [b"NaN", b'"abc"', b"[1]", b'{"name": {"a": 1}}', b"{", b"null"])
def test_a_form_sent_as_json_is_a_form_left_empty(world, body):
    assert answered(world, "instance", "/administration/organisations/nouvelle", data=body, **JSON) == 422


def test_a_file_in_the_place_of_a_text_is_no_text(world):
    sent = {"name": (io.BytesIO(b"%PDF-1.4"), "a.pdf")}
    assert answered(world, "instance", "/administration/organisations/nouvelle", data=sent) == 422


@pytest.mark.parametrize("number", ["2147483648", "9223372036854775808", "9" * 40])
def test_a_number_that_no_column_holds_names_nothing(world, number):
    for who, url in (("buyer", "/achats/consultations/"), ("supplier", "/fournisseur/consultations/"), ("anonymous", "/systemes/")):
        assert answered(world, who, url + number, "GET") == 404


@pytest.mark.parametrize("url", ["/achats/journal?personne=%00", "/administration/?apres=%00", "/inscription/%00", "/demo/courrier?%00=1"])
def test_an_address_with_a_nul_is_not_read(world, url):
    assert answered(world, "instance", url, "GET") == 400


def test_a_proof_joined_twice_is_said_to_be_joined_already(world):
    answers = {world.ask("supplier", "supplier.use_certificate", place, "POST") for place in world.own["supplier.use_certificate"]}
    assert 409 in answers and max(answers) < 500
