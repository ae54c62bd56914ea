"""`flask --app app backup` and `restore`: the database and the documents in a folder, and back; keys apart."""

import json
import re
from pathlib import Path

import click

from sad import clock
from sad.backups.approval import Approval, Signature
from sad.backups.manifest import BadBackup, Manifest
from sad.backups.restoring import There, check_backup, lost_heads, restore_backup, what_is_there
from sad.backups.saving import save_backup, save_keys
from sad.cli.context import open_current_database, settings_or_exit
from sad.cli.output import give_up, print_lines
from sad.trust.canonical import instant
from sad.trust.chain import Head

INCOMPLETE = 1
LINE = re.compile(r"\b(\d{1,9}):([0-9a-f]{64})\b")


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--keys", type=click.Path(path_type=Path), help="Écrit aussi les clés, dans un autre dossier, à garder sur un autre support.")
def backup(folder: Path, keys: Path | None) -> None:
    """Sauvegarde la base et les documents dans FOLDER, sans arrêter le service : code 0, ou 1 si un document manque."""
    settings = settings_or_exit()
    open_current_database()
    try:
        if keys:
            save_keys(keys, folder, settings)
        saved = save_backup(folder, settings, at=clock.now())
    except BadBackup as refused:
        give_up(*refused.faults)
    except OSError as error:
        give_up(_unwritable(error))
    print_lines([*saved.faults, *_told(saved.manifest)])
    print_lines([f"Clés : {keys}" if keys else "Les clés n’y sont pas : les sauvegarder une fois, à part, avec --keys."])
    raise SystemExit(INCOMPLETE if saved.faults else 0)


@click.command("restore")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Remplace une base qui n’est pas vide.")
@click.option("--head", "kept", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="Empreinte du journal gardée ailleurs : un accusé de réception, ou un texte qui contient LIGNE:EMPREINTE.")
@click.option("--by", "first", prompt="Adresse de l’administrateur", help="Adresse de la première personne, administrateur.")
@click.option("--with", "second", prompt="Adresse de la seconde personne", help="Adresse de la seconde personne.")
@click.option("--reason", prompt="Raison de la restauration", help="Ce que le journal en gardera.")
def restore(folder: Path, force: bool, kept: tuple[Path, ...], first: str, second: str, reason: str) -> None:
    """Remet la base et les documents comme dans FOLDER : service arrêté, et deux personnes qui tapent leur mot de passe et leur code."""
    settings = settings_or_exit()
    try:
        manifest, there = check_backup(folder, settings), what_is_there(settings)
        if there.is_filled and not force:
            give_up("La base n’est pas vide : rien n’est restauré.", "Pour la remplacer tout de même : --force.")
        heads = _heads(kept)
        print_lines([*_told(manifest), *_losses(manifest, heads, there)])
        approval = Approval(_signature(first), _signature(second), reason)
        head = restore_backup(folder, manifest, settings, kept=heads, approval=approval, there=there, at=clock.now())
    except BadBackup as refused:
        give_up(*refused.faults)
    except OSError as error:
        give_up(_unwritable(error))
    print_lines([f"Restauré. Le journal est intact et le dit à la ligne {head.seq} ({head.hash}).", "Vérifier : flask --app app doctor"])


def _unwritable(error: OSError) -> str:
    return f"{error.filename or 'Le disque'} ne peut pas être lu ou écrit ({error.strerror}) : l’opération est incomplète, la recommencer."


def _told(manifest: Manifest) -> list[str]:
    return [
        f"Sauvegarde du {instant(manifest.made_at)} : base {manifest.engine}, migration {manifest.revision}.",
        f"{len(manifest.parts)} fichiers, tous relus.",
        f"Journal : {manifest.head.seq}:{manifest.head.hash}",
    ]


def _losses(manifest: Manifest, heads: list[Head], there: There) -> list[str]:
    """What goes back in time, against what somebody kept elsewhere and against the database that is there."""
    lost = lost_heads(manifest, heads, there)
    if not lost:
        return ["Aucune empreinte donnée ne va au-delà de cette sauvegarde." if heads else "Aucune empreinte gardée ailleurs n’est donnée."]
    last = max(lost, key=lambda head: head.seq)
    where = "la base qui est là" if last == there.head else "une empreinte gardée ailleurs"
    return [
        f"RETOUR EN ARRIÈRE : {where} connaît la ligne {last.seq} du journal ({last.hash}).",
        f"Les actes des lignes {manifest.head.seq + 1} à {last.seq} seront perdus, dépôts compris. Le journal gardera cette empreinte.",
    ]


def _heads(files: tuple[Path, ...]) -> list[Head]:
    return [head for file in files for head in _heads_of(file)]


def _heads_of(file: Path) -> list[Head]:
    """What a receipt, a mail or a list of heads says of the journal; ends the command when it says nothing of it."""
    text = file.read_text(errors="replace")
    try:
        journal = json.loads(text)["journal"]
        found = [Head(int(journal["seq"]), str(journal["hash"]))]
    except (ValueError, KeyError, TypeError):
        found = [Head(int(seq), hash) for seq, hash in LINE.findall(text)]
    if not found:
        give_up(f"{file} : aucune empreinte du journal dans ce fichier (LIGNE:EMPREINTE, ou un accusé de réception).")
    return found


def _signature(email: str) -> Signature:
    password = click.prompt(f"Mot de passe de {email}", hide_input=True, err=True)
    asked = f"Code de l’application de {email} (rien s’il n’en a pas)"
    return Signature(email, password, click.prompt(asked, default="", show_default=False, err=True))
