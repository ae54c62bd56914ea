"""Organisations and services: created by whom, corrected, closed, each act journalled."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sad.actions.organisations import (
    OrganisationProfile,
    ServiceProfile,
    change_organisation,
    change_service,
    close_service,
    create_organisation,
    create_service,
    reopen_service,
)
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.journal import JournalEntry
from sad.models.organisations import Organisation
from sad.models.people import Person, Role
from tests.factories.organisations import make_organisation, make_service
from tests.factories.people import make_person

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PROFILE = OrganisationProfile(
    name="Communauté de communes du Royans",
    siren="200068229",
    contact_email="achats@royans.example",
    review_body="Tribunal administratif de Grenoble, deux mois.",
    direct_publication_limit=Decimal("500.00"),
)
EDUCATION = ServiceProfile(name="Éducation", commune="Valence", postcode="26000")


@pytest.fixture
def instance(database) -> Person:
    with transaction():
        return make_person(None, Role.ADMINISTRATOR)


@pytest.fixture
def administrator(database) -> Person:
    with transaction():
        return make_person(make_organisation(), Role.ADMINISTRATOR)


def fields(refused: pytest.ExceptionInfo[Refused]) -> list[str | None]:
    return [one.field for one in refused.value.refusals]


def test_the_instance_s_administrator_creates_organisations(instance: Person):
    with transaction():
        create_organisation(PROFILE, by=instance, at=AT)
    made = session.query(Organisation).one()
    assert (made.name, made.siren, made.direct_publication_limit) == (PROFILE.name, PROFILE.siren, Decimal("500.00"))
    line = session.query(JournalEntry).one()
    assert (line.action, line.organisation_id, line.object) == ("create_organisation", made.id, f"organisations:{made.id}")


def test_nobody_else_does(administrator: Person):
    with pytest.raises(Refused, match="administrateur de l’instance"), transaction():
        create_organisation(PROFILE, by=administrator, at=AT)


def test_all_the_faults_of_an_organisation_are_told_at_once(instance: Person, administrator: Person):
    wrong = OrganisationProfile(
        name="", siren=administrator.organisation.siren, contact_email="a@b.example", review_body="", direct_publication_limit=Decimal(-1)
    )
    with pytest.raises(Refused) as refused, transaction():
        create_organisation(wrong, by=instance, at=AT)
    assert fields(refused) == ["name", "review_body", "direct_publication_limit", "siren"]


def test_an_administrator_corrects_its_own_organisation_only(administrator: Person):
    with transaction():
        other = make_organisation()
    with transaction():
        change_organisation(administrator.organisation, PROFILE, by=administrator, at=AT)
    assert session.get(Organisation, administrator.organisation_id).name == PROFILE.name
    with pytest.raises(Refused), transaction():
        change_organisation(other, replace(PROFILE, siren="200040459"), by=administrator, at=AT)


def test_a_siren_serves_once_and_may_be_kept(administrator: Person):
    with transaction():
        other = make_organisation(siren=PROFILE.siren)
    with pytest.raises(Refused) as refused, transaction():
        change_organisation(administrator.organisation, PROFILE, by=administrator, at=AT)
    assert fields(refused) == ["siren"]
    with transaction():
        own = replace(PROFILE, siren=administrator.organisation.siren)
        change_organisation(administrator.organisation, own, by=administrator, at=AT)
    assert other.name != PROFILE.name


def test_a_service_lives_in_its_organisation(administrator: Person):
    organisation = administrator.organisation
    with transaction():
        service = create_service(organisation, EDUCATION, by=administrator, at=AT)
    with pytest.raises(Refused) as refused, transaction():
        create_service(organisation, EDUCATION, by=administrator, at=AT)
    assert fields(refused) == ["name"]
    with transaction():
        change_service(service, replace(EDUCATION, commune="Chabeuil"), by=administrator, at=AT)
    assert service.commune == "Chabeuil"
    with transaction():
        close_service(service, by=administrator, at=AT)
    assert service.closed_at == AT
    with transaction():
        reopen_service(service, by=administrator, at=AT)
    assert service.closed_at is None
    assert [line.action for line in session.query(JournalEntry).order_by(JournalEntry.seq)] == [
        "create_service", "change_service", "close_service", "reopen_service",
    ]


def test_two_organisations_may_name_a_service_alike(administrator: Person, instance: Person):
    with transaction():
        make_service(make_organisation(), name=EDUCATION.name)
    with transaction():
        assert create_service(administrator.organisation, EDUCATION, by=instance, at=AT).name == "Éducation"


def test_a_service_of_another_organisation_is_out_of_reach(administrator: Person):
    with transaction():
        service = make_service(make_organisation())
    for act in (close_service, reopen_service):
        with pytest.raises(Refused, match="pas cette partie"), transaction():
            act(service, by=administrator, at=AT)
    with pytest.raises(Refused, match="pas cette partie"), transaction():
        change_service(service, EDUCATION, by=administrator, at=AT)
