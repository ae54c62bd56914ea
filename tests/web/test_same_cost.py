"""What an answer costs does not tell which addresses have an account: the same statements, in the same order."""

import pytest
from sqlalchemy import func, select

from sad.actions.journal_checks import verify_journal
from sad.db import session, transaction
from sad.models.letters import Letter
from sad.models.people import PasswordReset, Role
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.web.counting import statements_of

PATH = "/compte/mot-de-passe-oublie"
KNOWN, CLOSED, UNKNOWN = "claire@agglo.example", "rene@agglo.example", "personne@agglo.example"


@pytest.fixture
def people(database):
    with transaction():
        organisation = make_organisation()
        make_person(organisation, Role.ADMINISTRATOR, email="ada@agglo.example")
        make_person(organisation, Role.BUYER, email=KNOWN)
        make_person(organisation, Role.BUYER, email=CLOSED).is_active = False


def asked(app, email: str) -> list[str]:
    """The kind and the table of each statement."""
    with statements_of(app.engine) as found:
        answer = app.test_client().post(PATH, data={"email": email})
    assert answer.status_code == 302
    return [" ".join(statement.split()[:3]) for statement in found if "SAVEPOINT" not in statement]


@pytest.mark.parametrize("email", [UNKNOWN, CLOSED])
def test_asking_for_another_password_costs_the_same_for_an_unknown_address(app, people, email):
    asked(app, KNOWN)
    assert asked(app, email) == asked(app, KNOWN) and len(asked(app, email)) > 6


@pytest.mark.parametrize(("email", "number"), [(KNOWN, 1), (KNOWN.upper(), 1), (UNKNOWN, 0), (CLOSED, 0), ("ADA@agglo.example", 1)])
def test_only_an_active_account_is_sent_a_link(app, people, email, number):
    asked(app, email)
    sent = session.scalars(select(Letter).where(Letter.kind == "password_reset")).all()
    assert [each.to_email for each in sent] == [email.lower()] * number
    assert session.scalar(select(func.count(PasswordReset.id))) == number
    assert verify_journal().is_sound


def test_nobody_there_is_no_fault(app, database):
    assert app.test_client().post(PATH, data={"email": UNKNOWN}).status_code == 302
