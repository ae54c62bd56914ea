"""`flask --app app db`: bring the database up to its migrations, or down."""

import click
from flask.cli import AppGroup

from sad import migrations
from sad.cli.context import open_database

database = AppGroup("db", help="Migrations de la base de données.")


@database.command("upgrade")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Amène la base à REVISION (par défaut : la dernière)."""
    engine = open_database()
    migrations.upgrade(engine, revision)
    click.echo(migrations.current(engine) or "vide")


@database.command("downgrade")
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Ramène la base à REVISION (« base » : tout est retiré)."""
    engine = open_database()
    migrations.downgrade(engine, revision)
    click.echo(migrations.current(engine) or "vide")


@database.command("current")
def current() -> None:
    """Dit où en est la base, et où le code l'attend."""
    engine = open_database()
    click.echo(f"base {migrations.current(engine) or 'vide'}, code {migrations.newest()}")
