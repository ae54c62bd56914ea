"""What commands that touch data begin with."""

import click
from sqlalchemy import Engine

from sad import db, migrations
from sad.settings import Settings, SettingsError, load_settings


def settings_or_exit() -> Settings:
    """The settings; a missing or weak one ends the command with its name and what to do."""
    try:
        return load_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def open_database() -> Engine:
    """The database of the settings, bound to `db.session`."""
    return db.bind(settings_or_exit().database_url)


def open_current_database() -> Engine:
    """The same; a database behind its migrations ends the command with the one to run first."""
    engine = open_database()
    there, expected = migrations.current(engine), migrations.newest()
    if there != expected:
        behind = f"La base en est à {there or 'rien'}, le programme attend {expected}."
        raise click.ClickException(f"{behind} Lancer : flask --app app db upgrade")
    return engine
