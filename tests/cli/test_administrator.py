"""The first administrator of a new instance."""

import pytest

from sad import migrations
from sad.cli.commands import COMMANDS, register
from sad.db import session
from sad.models.letters import Letter
from sad.models.people import Person


@pytest.fixture
def run(app, settings, monkeypatch: pytest.MonkeyPatch):
    """A command of the application, on the test's database."""
    monkeypatch.setenv("SAD_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("SAD_DATA_DIR", str(settings.data_dir))
    register(app)
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=list(words))


def test_the_link_that_is_printed_lets_the_first_administrator_in(run, client):
    result = run("administrator", "ada@agglo.example", "--name", "Ada")
    assert result.exit_code == 0
    link = result.stdout.strip()
    assert session.query(Letter).one().secret == link
    password = "cinq pommes dans la brouette"
    client.post(link.removeprefix("http://localhost:8000"), data={"password": password, "again": password})
    assert "Collectivités" in client.get("/administration/").text


def test_there_is_only_one_first_administrator(run):
    run("administrator", "ada@agglo.example")
    result = run("administrator", "autre@agglo.example")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "déjà un administrateur" in result.stderr
    assert session.query(Person).count() == 1


def test_an_address_that_is_none_is_refused(run):
    result = run("administrator", "ada")
    assert result.exit_code == 1
    assert "n’est pas une adresse" in result.stderr


@pytest.mark.own_database
def test_a_database_behind_its_migrations_names_the_command_to_run(run, database):
    migrations.downgrade(database, "-1")
    result = run("administrator", "ada@agglo.example")
    assert result.exit_code == 1
    assert "flask --app app db upgrade" in result.stderr


def test_every_command_explains_itself(app):
    assert all(command.help for command in COMMANDS)
    assert {"rank", "deadline", "db", "scheduler", "administrator"} <= {command.name for command in COMMANDS}
