"""What commands that touch data begin with."""


import click
from sqlalchemy import Engine

from sad import db
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
