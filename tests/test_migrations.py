"""Migrations: they make the schema of the models on both engines, up and down."""

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Engine, inspect, text
from sqlalchemy.exc import DatabaseError

from sad import migrations
from sad.db import Base
from sad.models.registry import AGGREGATES

assert AGGREGATES
pytestmark = pytest.mark.own_database
VERSIONS = sorted((Path(__file__).resolve().parent.parent / "migrations" / "versions").glob("*.py"))


def test_migrations_are_numbered_without_a_gap():
    assert [path.name[:4] for path in VERSIONS] == [f"{number:04d}" for number in range(1, len(VERSIONS) + 1)]


def test_the_migrated_schema_is_the_one_of_the_models(database: Engine):
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [each for each in compare_metadata(context, Base.metadata) if not _is_comment(each)]
    assert differences == []


def test_every_check_constraint_of_the_models_is_in_the_database(database: Engine):
    """Autogenerate does not compare them, so a test does."""
    found = inspect(database)
    for table in Base.metadata.sorted_tables:
        wanted = {f"ck_{table.name}_{each.name}" if not str(each.name).startswith("ck_") else str(each.name)
                  for each in table.constraints if isinstance(each, CheckConstraint)}
        there = {check["name"] for check in found.get_check_constraints(table.name)}
        assert wanted <= there, table.name


def test_a_check_in_the_database_says_what_the_model_says(database: Engine):
    if database.dialect.name != "sqlite":
        pytest.skip("PostgreSQL récrit le texte des contraintes ; SQLite le garde mot pour mot")
    found = inspect(database)
    for table in Base.metadata.sorted_tables:
        there = {check["name"]: _plain(check["sqltext"]) for check in found.get_check_constraints(table.name)}
        for each in table.constraints:
            if isinstance(each, CheckConstraint):
                name = str(each.name) if str(each.name).startswith("ck_") else f"ck_{table.name}_{each.name}"
                assert there[name] == _plain(str(each.sqltext)), name


def test_partial_unique_indexes_keep_their_condition(database: Engine):
    found = inspect(database)
    dialect = database.dialect.name
    for table in Base.metadata.sorted_tables:
        there = {index["name"]: index for index in found.get_indexes(table.name)}
        for index in table.indexes:
            condition = index.dialect_options[dialect].get("where")
            assert index.name in there, index.name
            assert there[index.name]["unique"] == index.unique, index.name
            assert (there[index.name].get("dialect_options", {}).get(f"{dialect}_where") is None) == (condition is None), index.name


def test_migrations_go_all_the_way_down_and_up_again(database: Engine):
    migrations.downgrade(database, "base")
    assert set(inspect(database).get_table_names()) <= {"alembic_version"}
    migrations.upgrade(database)
    assert migrations.current(database) == migrations.newest()


def test_each_migration_goes_down_and_up(database: Engine):
    for path in reversed(VERSIONS):
        migrations.downgrade(database, "-1")
        assert migrations.current(database) == (f"{int(path.name[:4]) - 1:04d}" if path != VERSIONS[0] else None)
    migrations.upgrade(database)


def test_the_journal_refuses_to_be_rewritten(database: Engine):
    with database.connect() as connection:
        connection.execute(
            text(
                "INSERT INTO journal (seq, at, actor, action, object, body_commit, prev_hash, hash)"
                " VALUES (1, '2026-01-01 00:00:00', 'system', 'test', 'x:1', 'a', 'b', 'c')"
            )
        )
        connection.commit()
        for statement in ("UPDATE journal SET actor = 'nobody'", "DELETE FROM journal"):
            with pytest.raises(DatabaseError, match="append-only"):
                connection.execute(text(statement))
            connection.rollback()


def _is_comment(difference: object) -> bool:
    return "comment" in str(difference[0] if isinstance(difference, tuple) else difference[0][0])


def _plain(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()
