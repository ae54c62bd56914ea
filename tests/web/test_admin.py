"""The administrator's pages: what each kind of administrator sees and may do, and what does not exist for it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine

from sad.db import session, transaction
from sad.models.letters import Letter
from sad.models.organisations import Organisation, Service
from sad.models.people import Person, Role
from tests.factories.organisations import make_organisation, make_service
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.web.counting import statements_of
from tests.web.test_login import sign_in
from tests.web.test_shell import check

HOME = "/administration/"
ORGANISATION = {
    "name": "Communauté du Royans",
    "siren": "200 068 229",
    "address": "",
    "contact_email": "achats@royans.example",
    "review_body": "Tribunal administratif de Grenoble, deux mois.",
    "direct_publication_limit": "1 000,50",
}


@contextmanager
def given() -> Iterator[None]:
    """Rows that stay readable whatever the requests that follow do with the session."""
    with transaction():
        yield
    session.remove()


def found(model: type, **values):
    """The only row of its kind with these values."""
    session.remove()
    row = session.query(model).filter_by(**values).one()
    session.remove()
    return row


@pytest.fixture
def organisation(database) -> Organisation:
    with given():
        return make_organisation(name="Agglo du Vercors")


@pytest.fixture
def administrator(organisation: Organisation, client) -> Person:
    """An organisation's administrator, signed in."""
    with given():
        person = make_person(organisation, Role.ADMINISTRATOR, name="Ada")
    sign_in(client, person)
    return person


@pytest.fixture
def instance(database, client) -> Person:
    """The instance's administrator, signed in."""
    with given():
        person = make_person(None, Role.ADMINISTRATOR, name="Inès")
    sign_in(client, person)
    return person


def place(organisation: Organisation, rest: str = "") -> str:
    return f"/administration/organisations/{organisation.id}{rest}"


def page(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    check(answer.text)
    return answer.text.replace("\u00a0", " ").replace("\u202f", " ")


def roles_of(person: Person) -> set[tuple[str, int | None]]:
    session.remove()
    return {(held.role, held.service_id) for held in session.get(Person, person.id, populate_existing=True).roles}


def test_the_instance_s_administrator_adds_an_organisation_then_its_administrator(client, instance: Person):
    assert "Aucune collectivité" in page(client, HOME)
    page(client, "/administration/organisations/nouvelle")
    answer = client.post("/administration/organisations/nouvelle", data=ORGANISATION)
    made = found(Organisation)
    assert answer.location == place(made, "/personnes/nouvelle")
    assert (made.siren, str(made.direct_publication_limit)) == ("200068229", "1000.50")
    assert "Communauté du Royans" in page(client, HOME)
    answer = client.post(answer.location, data={"name": "Zoé", "email": "zoe@royans.example", "roles": ["administrator"]})
    zoe = found(Person, email="zoe@royans.example")
    assert answer.location == f"/administration/personnes/{zoe.id}"
    assert "Invitation envoyée" in page(client, answer.location)


def test_an_invited_person_chooses_a_password_by_the_link_and_comes_in(client, instance: Person, app):
    client.post("/administration/administrateurs/nouveau", data={"name": "Zoé", "email": "zoe@royans.example"})
    path = found(Letter, kind="account_invitation").secret.removeprefix("http://localhost")
    newcomer = app.test_client()
    password = "cinq pommes dans la brouette"
    assert newcomer.post(path, data={"password": password, "again": password}).status_code == 302
    assert "Communauté" not in page(newcomer, HOME)
    assert "Zoé" in page(newcomer, "/administration/administrateurs")


def test_a_form_full_of_faults_keeps_what_was_typed_and_says_each(client, instance: Person):
    answer = client.post("/administration/organisations/nouvelle", data={**ORGANISATION, "siren": "123456789", "contact_email": "achats"})
    check(answer.text)
    assert answer.status_code == 422
    assert "clé de contrôle" in answer.text and "n’est pas complète" in answer.text
    assert 'value="Communauté du Royans"' in answer.text


def test_a_siren_that_is_there_already_is_refused_beside_its_field(client, instance: Person, organisation: Organisation):
    with given():
        make_organisation(siren="200068229")
    answer = client.post("/administration/organisations/nouvelle", data=ORGANISATION)
    assert answer.status_code == 422
    assert 'id="siren-error"' in answer.text and "déjà ce SIREN" in answer.text


def test_an_organisation_s_administrator_goes_home_to_its_own(client, administrator: Person, organisation: Organisation):
    assert client.get(HOME).location == place(organisation)
    text = page(client, place(organisation))
    assert "1 compte" in text and "0 service" in text


@pytest.mark.parametrize("path", ["/organisations/nouvelle", "/administrateurs", "/administrateurs/nouveau"])
def test_the_instance_s_pages_are_refused_to_the_others(client, administrator: Person, path: str):
    assert client.get(f"/administration{path}").status_code == 403


@pytest.mark.parametrize("rest", ["", "/modifier", "/services", "/services/nouveau", "/personnes", "/personnes/nouvelle"])
def test_another_organisation_does_not_exist(client, administrator: Person, rest: str):
    with given():
        other = make_organisation()
    assert client.get(place(other, rest)).status_code == 404


def test_the_people_and_services_of_another_organisation_do_not_exist(client, administrator: Person, organisation: Organisation):
    with given():
        other = make_organisation()
        service, stranger = make_service(other), make_person(other, Role.BUYER)
        farmer, master = member_of(make_supplier()), make_person(None, Role.ADMINISTRATOR)
    for path in ("", "/fermer", f"/roles/{stranger.roles[0].id}/retirer"):
        assert client.get(f"/administration/personnes/{stranger.id}{path}").status_code == 404
    for person in (farmer, master):
        assert client.get(f"/administration/personnes/{person.id}").status_code == 404
    assert client.get(place(organisation, f"/services/{service.id}")).status_code == 404
    assert client.post(place(organisation, f"/services/{service.id}/fermer")).status_code == 404


def test_a_supplier_s_person_is_nobody_s_agent_even_for_the_instance(client, instance: Person):
    with given():
        farmer = member_of(make_supplier())
    assert client.get(f"/administration/personnes/{farmer.id}").status_code == 404


def test_a_role_of_somebody_else_cannot_be_taken_back_through_one_s_page(client, administrator: Person, organisation: Organisation):
    with given():
        one, other = make_person(organisation, Role.BUYER), make_person(organisation, Role.OPENER)
    assert client.post(f"/administration/personnes/{one.id}/roles/{other.roles[0].id}/retirer").status_code == 404


def test_services_are_added_corrected_closed_and_opened_again(client, administrator: Person, organisation: Organisation):
    assert "Aucun service" in page(client, place(organisation, "/services"))
    client.post(place(organisation, "/services/nouveau"), data={"name": "Éducation", "commune": "Valence", "postcode": "26000"})
    service = found(Service)
    path = place(organisation, f"/services/{service.id}")
    page(client, path)
    client.post(path, data={"name": "Éducation", "commune": "Chabeuil", "postcode": "26120"})
    assert "26120 Chabeuil" in page(client, place(organisation, "/services"))
    client.post(f"{path}/fermer")
    assert "Fermé le" in page(client, place(organisation, "/services")) and "Rouvrir ce service" in page(client, path)
    client.post(f"{path}/rouvrir")
    assert "Fermé le" not in page(client, place(organisation, "/services")) and "Fermer ce service" in page(client, path)


def test_the_profile_of_an_organisation_is_corrected(client, administrator: Person, organisation: Organisation):
    assert "Agglo du Vercors" in page(client, place(organisation, "/modifier"))
    assert client.post(place(organisation, "/modifier"), data=ORGANISATION).location == place(organisation)
    assert "1 000,50 € HT" in page(client, place(organisation))


def test_an_agent_gets_roles_and_loses_them(client, administrator: Person, organisation: Organisation):
    with given():
        service = make_service(organisation, name="Éducation")
        make_service(organisation, name="Sports", closed_at=organisation.created_at)
    path = place(organisation, "/personnes/nouvelle")
    assert "Sports" not in page(client, path)
    form = {"name": "Léa Morel", "email": "lea@agglo.example", "roles": ["buyer", "requester"], "service_id": str(service.id)}
    client.post(path, data=form)
    lea = found(Person, email="lea@agglo.example")
    assert roles_of(lea) == {("buyer", None), ("requester", service.id)}
    own = f"/administration/personnes/{lea.id}"
    page(client, own)
    client.post(own, data={"role": "opener", "service_id": str(service.id)})
    assert ("opener", None) in roles_of(lea)
    held = next(role for role in lea.roles if role.role == "buyer")
    text = page(client, f"{own}/roles/{held.id}/retirer")
    letter = text.partition('class="letter')[2]
    assert "Ouvreur" in letter and "Gestionnaire" not in letter
    client.post(f"{own}/roles/{held.id}/retirer")
    assert roles_of(lea) == {("requester", service.id), ("opener", None)}


def test_a_requester_without_service_is_refused_beside_the_field(client, administrator: Person, organisation: Organisation):
    answer = client.post(place(organisation, "/personnes/nouvelle"), data={"name": "Léa", "email": "l@a.example", "roles": ["requester"]})
    check(answer.text)
    assert answer.status_code == 422 and 'id="service_id-error"' in answer.text


def test_the_last_administrator_reads_why_it_cannot_go(client, administrator: Person):
    own = f"/administration/personnes/{administrator.id}"
    for path in (f"{own}/fermer", f"{own}/roles/{administrator.roles[0].id}/retirer"):
        page(client, path)
        answer = client.post(path)
        check(answer.text)
        assert answer.status_code == 422 and "dernier administrateur" in answer.text


def test_an_account_is_closed_with_its_sessions_then_opened_again(client, app, administrator: Person, organisation: Organisation):
    with given():
        lea = make_person(organisation, Role.ADMINISTRATOR, name="Léa")
    hers, own = app.test_client(), f"/administration/personnes/{lea.id}"
    sign_in(hers, lea)
    assert client.post(f"{own}/fermer").location == own
    assert hers.get(place(organisation)).status_code == 302
    assert "Rouvrir ce compte" in page(client, own)
    client.post(f"{own}/rouvrir")
    assert "Fermer ce compte" in page(client, own)


def test_another_invitation_may_be_sent_until_a_password_is_chosen(client, administrator: Person, organisation: Organisation):
    client.post(place(organisation, "/personnes/nouvelle"), data={"name": "Léa", "email": "lea@agglo.example", "roles": ["auditor"]})
    lea = found(Person, email="lea@agglo.example")
    assert client.post(f"/administration/personnes/{lea.id}/inviter").status_code == 302
    assert session.query(Letter).filter_by(kind="account_invitation").count() == 2
    assert client.post(f"/administration/personnes/{administrator.id}/inviter").status_code == 422


def test_people_are_found_by_a_part_of_their_name_or_address(client, administrator: Person, organisation: Organisation):
    with given():
        make_person(organisation, name="Léa Morel", email="lea@agglo.example")
        make_person(organisation, name="Zoé 100 % bio")
    listed = place(organisation, "/personnes")
    assert "Léa Morel" in page(client, f"{listed}?q=more") and "Léa Morel" in page(client, f"{listed}?q=LEA@")
    assert "Léa Morel" not in page(client, f"{listed}?q=%25")
    assert "Personne ne s’appelle ainsi" in page(client, f"{listed}?q=nobody")


def test_lists_cost_the_same_at_any_length_and_go_on_by_key(client, administrator: Person, organisation: Organisation, database: Engine):
    def statements() -> list[int]:
        found = []
        for rest in ("/personnes", "/services"):
            with statements_of(database) as made:
                page(client, place(organisation, rest))
            found.append(len(made))
        return found

    with given():
        make_person(organisation, Role.BUYER)
        make_service(organisation)
    few = statements()
    with given():
        services = [make_service(organisation) for _ in range(40)]
        for service in services:
            make_person(organisation, Role.REQUESTER, Role.EVALUATOR, service=service, name=f"Agent_{service.id}")
    assert statements() == few
    text = page(client, place(organisation, "/personnes"))
    following = text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "Agent_" in page(client, following) and "OFFSET" not in following
