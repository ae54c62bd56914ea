"""`flask --app app receipt`: verify a receipt, list the keys that sign them, change the one that signs today."""

from pathlib import Path

import click
from flask.cli import AppGroup

from sad import clock
from sad.actions.receipt_keys import published_keys, rotate_receipt_key
from sad.cli.context import open_current_database, settings_or_exit
from sad.cli.output import give_up, print_json, print_lines
from sad.db import transaction
from sad.trust.canonical import canonical_json
from sad.trust.receipt_check import FORMAT, RECEPTION, BadKeys, NotGenuine, check_receipt, read_keys, told

NOT_GENUINE = 1

receipt = AppGroup("receipt", help="Les accusés de réception : en vérifier un, les clés qui les signent.")


@receipt.command("verify")
@click.argument("file")
@click.option("--key", "keys_file", metavar="KEYS", help="Liste des clés, prise sur le site public ; par défaut, celles de la base.")
def verify(file: str, keys_file: str | None) -> None:
    """Vérifie l’accusé de réception FILE : code 0 s’il est authentique, 1 s’il ne l’est pas, 2 si un fichier ne se lit pas."""
    content = _read(file)
    try:
        keys = read_keys(_read(keys_file) if keys_file else _keys_of_the_database())
        lines = told(check_receipt(content, keys, formats=(FORMAT, RECEPTION)))
    except BadKeys as fault:
        give_up(str(fault))
    except NotGenuine as refused:
        click.echo(f"REFUSÉ. {refused}", err=True)
        raise SystemExit(NOT_GENUINE) from None
    print_lines(lines)


@receipt.command("keys")
def keys() -> None:
    """Donne la liste des clés, telle que le site public la publie."""
    open_current_database()
    print_json(published_keys())


@receipt.command("rotate")
def rotate() -> None:
    """Change la clé qui signe ; l’ancienne vérifie toujours ce qu’elle a signé."""
    settings = settings_or_exit()
    open_current_database()
    with transaction():
        key = rotate_receipt_key(seal_key=settings.seal_key, by=None, at=clock.now())
    print_lines([f"La clé qui signe est maintenant {key.key_id}.", "Publier cette empreinte ailleurs que sur le site aussi."])


def _keys_of_the_database() -> bytes:
    open_current_database()
    return canonical_json(published_keys())


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except (OSError, ValueError):
        give_up(f"Le fichier « {name} » ne peut pas être lu.")
