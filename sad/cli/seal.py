"""`flask --app app seal`: change the key file that protects what is sealed."""

import os
import secrets
from pathlib import Path

import click
from flask.cli import AppGroup

from sad import clock
from sad.actions.seal_rotation import Rotation, is_of_key, rotate_seal_key
from sad.actions.spooled import hold_back_while_spooled
from sad.cli.context import open_current_database, settings_or_exit
from sad.cli.output import print_lines
from sad.db import transaction
from sad.domain.errors import Refused
from sad.settings import seal_key_file

STOPPED = "Le service et le planificateur sont-ils arrêtés ?"
AGAIN = "Un changement de clé interrompu est terminé : la base était déjà sous la nouvelle clé."

seal = AppGroup("seal", help="Le fichier de clé qui protège ce qui est scellé.")


@seal.command("rotate")
@click.option("--stopped", is_flag=True, help="Dit que le service et le planificateur sont arrêtés ; sinon la question est posée.")
def rotate(stopped: bool) -> None:
    """Met un nouveau fichier de clé à la place de l’ancien, qui reste à côté sous le nom .old ; interrompu, il se relance."""
    settings = settings_or_exit()
    file = seal_key_file(settings.data_dir)
    open_current_database()
    if not stopped:
        click.confirm(STOPPED, abort=True)
    try:
        hold_back_while_spooled(settings.data_dir)
        new = _new_key(file.with_name(f"{file.name}.new"))
        if is_of_key(new) and not is_of_key(settings.seal_key):
            told = [AGAIN]
        else:
            with transaction():
                told = _told(rotate_seal_key(old=settings.seal_key, new=new, by=None, at=clock.now()))
    except Refused as refused:
        raise click.ClickException(" ".join(map(str, refused.refusals))) from None
    old = _take_place(file)
    print_lines([*told, f"Le nouveau fichier de clé est {file} : le sauvegarder à part de la base, puis redémarrer.", _advice(old)])


def _new_key(path: Path) -> bytes:
    """The key being put in place: one drawn now, or the one that an interrupted change left."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        if not path.read_bytes().strip():
            raise click.ClickException(f"{path} est vide : l’effacer, puis relancer.") from None
    return path.read_bytes().strip()


def _take_place(file: Path) -> Path:
    old = file.with_name(f"{file.name}.old")
    file.replace(old)
    file.with_name(f"{file.name}.new").replace(file)
    return old


def _told(done: Rotation) -> list[str]:
    lines = [f"{count} sous la nouvelle clé : {name}" for name, count in done.kept.items()]
    if done.unopened:
        lines.append(f"L’ancienne clé n’ouvrait déjà pas : {', '.join(done.unopened)}. Rien n’y est changé.")
    if done.without_codes:
        names = ", ".join(person.email for person in done.without_codes)
        lines.append(f"Leurs codes de secours ne servent plus, les prévenir d’en imprimer d’autres : {names}")
    return lines


def _advice(old: Path) -> str:
    return f"L’ancien est {old} : le détruire, sauf pour relire les sauvegardes faites avec lui."
