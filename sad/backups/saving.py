"""Making a backup while the service runs: what waits outside the database, the database of one instant, each document that it knows."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, text

from sad import spool
from sad.backups.databases import FOLDER, SQLITE_FILE, save_postgresql, save_sqlite, table_file
from sad.backups.manifest import BadBackup, Manifest, Part, part_of, write_manifest, write_whole
from sad.db import session, take_picture
from sad.doctor.papers import kept_papers, paper_fault
from sad.settings import Settings
from sad.storage import path_of
from sad.trust.chain import Head

DOCUMENTS, SPOOL = "documents", "spool"


@dataclass(frozen=True, slots=True)
class Saved:
    """A backup that was made, and the documents that could not be put in it, in French sentences."""

    manifest: Manifest
    faults: tuple[str, ...]


def save_backup(folder: Path, settings: Settings, *, at: datetime) -> Saved:
    """Write database, documents and manifest in an empty folder; no key is ever among them. Raises `BadBackup`.

    A document that is missing or altered on disk does not stop the backup: it is told, and the rest is saved.
    """
    _make_empty(folder)
    _make_empty(folder / FOLDER)
    faults: list[str] = []
    try:
        # Before the picture: a deposit that the database takes in meanwhile is in both, and counts once.
        spooled = list(_save_spool(folder, settings.data_dir))
        connection = take_picture()
        tables, sequences = _save_database(connection, folder)
        files = [SQLITE_FILE] if not tables else [table_file(name) for name in tables]
        parts = [part_of(folder, path) for path in files]
        parts += [*spooled, *_save_documents(folder, settings.data_dir, faults)]
        manifest = Manifest(at, connection.dialect.name, _revision(connection), _head(connection), tuple(parts), tables, sequences)
    finally:
        session.remove()
    for part in parts:
        _sync(folder / part.path)
    write_manifest(folder, manifest, settings.seal_key)
    return Saved(manifest, tuple(faults))


def save_keys(folder: Path, backup: Path, settings: Settings) -> None:
    """Write the keys in another folder, for their owner alone: with the backup, they open everything. Raises `BadBackup`."""
    if folder.resolve().is_relative_to(backup.resolve()) or backup.resolve().is_relative_to(folder.resolve()):
        raise BadBackup("Les clés ne vont jamais avec la sauvegarde : choisir un dossier ailleurs, sur un autre support.")
    _make_empty(folder)
    write_whole(folder / "seal.key", settings.seal_key)
    write_whole(folder / "secret.key", settings.secret_key.encode())


def _make_empty(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(folder.iterdir()):
            raise BadBackup(f"Le dossier {folder} n’est pas vide : une sauvegarde n’en remplace jamais une autre.")
        folder.chmod(0o700)
    except OSError as error:
        raise BadBackup(f"Le dossier {folder} ne peut pas être écrit ({error.strerror}).") from error


def _save_database(connection: Connection, folder: Path) -> tuple[dict[str, list[str]], dict[str, int]]:
    if connection.dialect.name == "postgresql":
        return save_postgresql(connection, folder)
    save_sqlite(connection, folder / SQLITE_FILE)
    return {}, {}


def _save_documents(folder: Path, data_dir: Path, faults: list[str]) -> Iterator[Part]:
    """Each document of the picture, whole as the database knows it, under the same path."""
    for kept in kept_papers():
        fault = paper_fault(kept, data_dir)
        if fault:
            faults.append(f"{kept.about} : {fault}")
            continue
        target = path_of(folder, kept.key)
        for parent in (folder / DOCUMENTS, target.parent):
            parent.mkdir(exist_ok=True, mode=0o700)
        shutil.copyfile(path_of(data_dir, kept.key), target)
        target.chmod(0o600)
        part = part_of(folder, f"{DOCUMENTS}/{kept.key}")
        if part.sha256 != kept.sha256:
            raise BadBackup(f"{kept.about} : le fichier {kept.key} change pendant la sauvegarde.")
        yield part


def _save_spool(folder: Path, data_dir: Path) -> Iterator[Part]:
    """What was received while the database did not answer and still waits for it, with the keys, wrapped, that signed it."""
    for path in spool.files(data_dir):
        try:
            body = (data_dir / path).read_bytes()
        except FileNotFoundError:
            continue  # the database has it since
        (folder / path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(folder / path, body)
        yield part_of(folder, path)


def _revision(connection: Connection) -> str:
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def _head(connection: Connection) -> Head:
    row = connection.execute(text("SELECT seq, hash FROM journal_head")).one()
    return Head(row.seq, row.hash)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
