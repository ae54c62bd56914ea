"""The way back in, on the server, for an administrator whom no other can help."""

import pytest
from sqlalchemy import select

from sad.cli.commands import register
from sad.db import session, transaction
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.people import Person, Role
from tests.factories.people import make_person
from tests.factories.second_factors import give_factor


@pytest.fixture
def run(app, settings, monkeypatch: pytest.MonkeyPatch):
    """A command of the application, on the test's database."""
    monkeypatch.setenv("SAD_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("SAD_DATA_DIR", str(settings.data_dir))
    register(app)
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=list(words))


@pytest.fixture
def ada(database):
    with transaction():
        ada = make_person(None, Role.ADMINISTRATOR, name="Ada", email="ada@agglo.example")
        give_factor(ada)
    session.expunge_all()
    return ada


def test_the_last_administrator_gets_back_in_and_is_told(run, ada):
    result = run("remove-factor", "Ada@agglo.example")
    assert result.exit_code == 0
    assert "ne demande plus de code" in result.stdout
    session.remove()
    assert not session.get_one(Person, ada.id).has_factor
    letter = session.scalars(select(Letter).where(Letter.kind == "factor_removed")).one()
    assert "la personne qui exploite ce service a retiré" in letter.body
    line = session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc()).limit(1)).one()
    assert (line.action, line.actor) == ("remove_factor", "system")


@pytest.mark.parametrize("times, email, words", [(1, "ada@agglo.example", "n’a pas d’application"), (0, "x@y.example", "Aucun compte")])
def test_what_cannot_be_done_is_said(run, ada, times, email, words):
    for _ in range(times):
        run("remove-factor", email)
    result = run("remove-factor", email)
    assert result.exit_code == 1
    assert words in result.stderr
