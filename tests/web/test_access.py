"""Every view declares who may see it, and the declaration is held."""

import pytest
from flask import Blueprint
from sqlalchemy import delete, select

from sad import db
from sad.models.people import Person, PersonRole, Role
from sad.models.suppliers import Supplier
from sad.web import access
from sad.web.access import allow, allow_supplier, own_or_404, public, signed_in, undeclared_views
from tests.factories.organisations import make_organisation
from tests.factories.people import PASSWORD, make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.web.counting import statements_of
from tests.web.test_login import sign_in

PAGES = Blueprint("pages_of_tests", __name__, url_prefix="/essai")


@PAGES.get("/tous")
@public
def for_all():
    return "tous"


@PAGES.route("/compte", methods=["GET", "POST"])
@signed_in
def for_accounts():
    return access.current_person().name


@PAGES.get("/acheteur")
@allow(Role.BUYER, Role.AWARD_AUTHORITY)
def for_buyers():
    return access.current_organisation().name


@PAGES.get("/fournisseur")
@allow_supplier
def for_suppliers():
    return access.current_supplier().name


@PAGES.get("/personne/<int:number>")
@allow(Role.BUYER)
def colleague(number):
    mine = access.current_organisation().id
    return own_or_404(select(Person).where(Person.id == number, Person.organisation_id == mine)).name


@pytest.fixture
def app(new_app):
    new_app.register_blueprint(PAGES)
    return new_app


@pytest.fixture
def people(database):
    with db.transaction():
        organisation = make_organisation(name="Agglo du Vercors")
        return {
            "buyer": make_person(organisation, Role.BUYER, name="Claire"),
            "requester": make_person(organisation, Role.REQUESTER, name="Samir"),
            "supplier": member_of(make_supplier(name="Le Fournil")),
            "stranger": make_person(make_organisation(), Role.BUYER, name="Paul"),
            "nobody": make_person(name="Personne"),
        }


PUBLIC, SIGNED, BUYERS, SUPPLIERS = "/essai/tous", "/essai/compte", "/essai/acheteur", "/essai/fournisseur"


@pytest.mark.parametrize(
    "who, statuses",
    [
        (None, (200, 302, 302, 302)),
        ("nobody", (200, 200, 403, 403)),
        ("buyer", (200, 200, 200, 403)),
        ("requester", (200, 200, 403, 403)),
        ("supplier", (200, 200, 403, 200)),
    ],
)
def test_each_sees_what_its_role_opens(client, people, who, statuses):
    if who:
        sign_in(client, people[who])
    assert tuple(client.get(path).status_code for path in (PUBLIC, SIGNED, BUYERS, SUPPLIERS)) == statuses


def test_a_wrong_role_is_told_in_a_plain_sentence(client, people):
    sign_in(client, people["requester"])
    assert "demande un rôle que votre compte n’a pas" in client.get(BUYERS).text
    assert "votre compte n’agit pour aucun" in client.get(SUPPLIERS).text


def test_the_object_of_another_organisation_does_not_exist(client, people):
    mine, foreign = people["requester"].id, people["stranger"].id
    sign_in(client, people["buyer"])
    assert client.get(f"/essai/personne/{mine}").text == "Samir"
    assert client.get(f"/essai/personne/{foreign}").status_code == 404
    assert client.get("/essai/personne/999999").status_code == 404


def test_nobody_signed_in_is_asked_to_and_comes_back_where_it_wanted(client, people):
    answer = client.get(f"{SIGNED}?page=2")
    assert answer.location == "/connexion?next=/essai/compte?page%3D2"
    answer = client.post(answer.location, data={"email": people["buyer"].email, "password": PASSWORD})
    assert answer.location == "/essai/compte?page=2"


def test_what_was_sent_without_a_session_is_said_not_to_be_kept(client):
    answer = client.post(SIGNED, follow_redirects=True)
    assert "rien n’a été enregistré" in answer.text


def test_a_program_is_answered_in_json(client):
    answer = client.get(SIGNED, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["status"]) == (401, 401)


def test_a_view_without_a_declaration_is_found_and_never_served(new_app):
    new_app.add_url_rule("/oubli", "forgotten", lambda: "secret")
    assert undeclared_views(new_app) == ["forgotten"]
    new_app.config.update(TESTING=False)
    assert new_app.test_client().get("/oubli").status_code == 500


def test_every_view_of_the_product_declares_its_permission(app):
    assert undeclared_views(app) == []


def test_a_person_acts_for_one_of_its_suppliers_and_chooses_which(client, people):
    jeanne = people["supplier"]
    with db.transaction():
        second = make_supplier(jeanne, name="Zébu et fils").id
        foreign = make_supplier(name="Ailleurs").id
    sign_in(client, jeanne)
    assert client.get(SUPPLIERS).text == "Le Fournil"
    client.post(f"/compte/fournisseur/{second}")
    assert client.get(SUPPLIERS).text == "Zébu et fils"
    assert client.post(f"/compte/fournisseur/{foreign}").status_code == 404
    assert client.get(SUPPLIERS).text == "Zébu et fils"


def test_leaving_a_supplier_takes_effect_at_the_next_request(client, people):
    jeanne = people["supplier"]
    sign_in(client, jeanne)
    assert client.get(SUPPLIERS).status_code == 200
    with db.transaction():
        left = db.session.scalars(select(Supplier).where(Supplier.name == "Le Fournil")).one().members[0]
        left.left_at = left.joined_at
    assert client.get(SUPPLIERS).status_code == 403


def test_a_person_who_is_put_off_is_out_at_the_next_request(client, people):
    sign_in(client, people["buyer"])
    with db.transaction():
        db.session.get(Person, people["buyer"].id).is_active = False
    assert client.get(BUYERS).status_code == 302


@pytest.mark.parametrize("who, path, most", [("buyer", BUYERS, 1), ("supplier", SUPPLIERS, 2)])
def test_knowing_who_asks_costs_a_statement_and_one_more_for_its_suppliers(app, client, people, who, path, most):
    sign_in(client, people[who])
    with statements_of(app.engine) as statements:
        assert client.get(path).status_code == 200
    selects = [statement for statement in statements if statement.startswith("SELECT")]
    assert len(selects) == most, selects


def test_losing_a_role_takes_effect_at_the_next_request(client, people):
    sign_in(client, people["buyer"])
    with db.transaction():
        db.session.execute(delete(PersonRole).where(PersonRole.person_id == people["buyer"].id))
    assert client.get(BUYERS).status_code == 403


@pytest.mark.parametrize("path, status", [(SUPPLIERS, 403), ("/essai/personne/999999", 404), ("/nulle-part", 404)])
def test_who_was_refused_what_is_logged(client, people, caplog, path, status):
    sign_in(client, people["buyer"])
    client.get(path)
    (event,) = [record for record in caplog.records if record.message == "refused"]
    assert (event.about["status"], event.about["person"], event.about["method"]) == (status, str(people["buyer"].id), "GET")


def test_an_unknown_address_asked_by_nobody_in_particular_is_no_news(client, caplog):
    client.get("/wp-login.php")
    assert not caplog.records
