"""Coming back from a backup: beside what is there until everything is verified, then in one go; or not at all."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from sad import db, migrations
from sad.actions.journal_checks import verify_journal
from sad.actions.restorations import note_restoration
from sad.backups.approval import Approval, check_approval, first_person, has_people
from sad.backups.databases import SQLITE_FILE, empty_postgresql, fill_postgresql, overwrite_sqlite
from sad.backups.manifest import BadBackup, Manifest, check_parts, read_manifest
from sad.backups.saving import DOCUMENTS, SPOOL
from sad.db import session, transaction
from sad.models.journal import JournalEntry, JournalHead
from sad.settings import Settings
from sad.trust.chain import Head

STOPPED = "Arrêter le service et le planificateur, puis recommencer."


@dataclass(frozen=True, slots=True)
class There:
    """The database that would be replaced: whether it holds anything, whether it has people, where its journal ends."""

    is_filled: bool
    has_people: bool
    head: Head | None


def check_backup(folder: Path, settings: Settings) -> Manifest:
    """The manifest of a backup whose every part is whole, for this database and this program. Raises `BadBackup`."""
    manifest = read_manifest(folder, settings.seal_key)
    engine = "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"
    if manifest.engine != engine:
        raise BadBackup(f"Cette sauvegarde est celle d’une base {manifest.engine} ; SAD_DATABASE_URL désigne une base {engine}.")
    if not migrations.is_known(manifest.revision):
        newer = f"Cette sauvegarde vient d’une version plus récente du programme (migration {manifest.revision})"
        raise BadBackup(f"{newer} : l’installer d’abord.")
    check_parts(folder, manifest)
    return manifest


def what_is_there(settings: Settings) -> There:
    """What a restore would replace. Raises `BadBackup` when it cannot be read."""
    if settings.database_url.startswith("sqlite"):
        _sqlite_file(settings).parent.mkdir(parents=True, exist_ok=True)
    engine = db.bind(settings.database_url)
    try:
        names = set(inspect(engine).get_table_names())
        if not names & {"journal_head", "people"}:
            return There(is_filled=bool(names - {"alembic_version"}), has_people=False, head=None)
        row = session.execute(select(JournalHead.seq, JournalHead.hash)).one_or_none()
        head = Head(row.seq, row.hash) if row is not None and row.seq else None
        return There(is_filled=head is not None or has_people(), has_people=has_people(), head=head)
    except (DBAPIError, sqlite3.Error) as error:
        remedy = "La mettre de côté (renommer le fichier, ou créer une base vide), puis recommencer."
        raise BadBackup(f"La base qui est là ne se lit pas. {remedy}") from error
    finally:
        session.remove()
        engine.dispose()


def lost_heads(manifest: Manifest, kept: Sequence[Head], there: There) -> list[Head]:
    """The heads of lines that the backup does not have, kept elsewhere or of the database that is there: it goes back in time."""
    known = [*kept, there.head] if there.head else kept
    return [each for each in known if each.seq > manifest.head.seq]


def restore_backup(
    folder: Path, manifest: Manifest, settings: Settings, *, kept: Sequence[Head], approval: Approval, there: There, at: datetime
) -> Head:
    """Put the backup in the place of the database, documents first; gives the journal's last line, which says the restore.

    `kept`: heads of the journal kept elsewhere. Nothing is replaced unless the two people are recognised (by the database that is
    there when it has people), the journal of the backup is sound, ends as the manifest says, and agrees with those heads. Raises
    `BadBackup`.
    """
    if there.has_people:
        _ask_whoever_is_there(settings, approval, at)
    with _beside(folder, manifest, settings):
        if not there.has_people:
            check_approval(approval, seal_key=settings.seal_key, at=at)
        _check_journal(manifest, kept)
        _put_documents(folder, manifest, settings.data_dir)
        session.remove()  # else undoing what it has read would undo the restore with it
        with transaction():
            said = (manifest.made_at, lost_heads(manifest, kept, there))
            line = note_restoration(*said, approvers=approval.emails, reason=approval.reason, by=first_person(approval), at=at)
    return Head(line.seq, line.hash)


def _ask_whoever_is_there(settings: Settings, approval: Approval, at: datetime) -> None:
    engine = db.bind(settings.database_url)
    try:
        check_approval(approval, seal_key=settings.seal_key, at=at)
    except DBAPIError as error:
        raise BadBackup("Les comptes de la base qui est là ne se lisent pas. Lancer d’abord : flask --app app db upgrade") from error
    finally:
        session.remove()
        engine.dispose()


@contextmanager
def _beside(folder: Path, manifest: Manifest, settings: Settings) -> Iterator[None]:
    """The restored database, up to date and bound to the session; it takes its place when the block ends well."""
    way = _beside_sqlite if manifest.engine == "sqlite" else _beside_postgresql
    try:
        with way(folder, manifest, settings):
            yield
    except (DBAPIError, sqlite3.Error) as error:
        raise BadBackup(f"La base n’a pas pu être remplacée, et n’a pas changé ({type(error).__name__}). {STOPPED}") from error
    finally:
        session.remove()


@contextmanager
def _beside_sqlite(folder: Path, manifest: Manifest, settings: Settings) -> Iterator[None]:
    target = _sqlite_file(settings)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="restore-") as place:
        copy = Path(place) / "sad.sqlite"
        shutil.copyfile(folder / SQLITE_FILE, copy)
        engine = db.bind(f"sqlite:///{copy}")
        migrations.upgrade(engine)
        yield
        session.remove()
        engine.dispose()
        overwrite_sqlite(copy, target)


def _sqlite_file(settings: Settings) -> Path:
    return Path(make_url(settings.database_url).database or "")


@contextmanager
def _beside_postgresql(folder: Path, manifest: Manifest, settings: Settings) -> Iterator[None]:
    """All in one transaction: whoever reads sees the database of before until the end."""
    engine = db.bind(settings.database_url)
    try:
        with engine.begin() as connection:
            empty_postgresql(connection)
            migrations.upgrade_within(connection, manifest.revision)
            fill_postgresql(connection, folder, manifest.tables, manifest.sequences)
            migrations.upgrade_within(connection)
            _bind_to(connection)
            yield
            session.remove()
    finally:
        engine.dispose()


def _bind_to(connection: Connection) -> None:
    """What the session keeps from now on is kept with the transaction of that connection, and not before."""
    session.remove()
    session.configure(bind=connection)


def _check_journal(manifest: Manifest, kept: Sequence[Head]) -> None:
    report = verify_journal()
    if not report.is_sound:
        raise BadBackup(f"Le journal de cette sauvegarde ne tient pas, rien n’est remplacé. {report}")
    if report.head != manifest.head:
        raise BadBackup("Le journal de cette sauvegarde ne finit pas là où elle le dit : rien n’est remplacé.")
    for head in kept:
        if head.seq <= manifest.head.seq and session.scalar(select(JournalEntry.hash).where(JournalEntry.seq == head.seq)) != head.hash:
            raise BadBackup(f"Une empreinte gardée ailleurs dit autre chose de la ligne {head.seq} du journal : rien n’est remplacé.")


def _put_documents(folder: Path, manifest: Manifest, data_dir: Path) -> None:
    """Each document and each waiting reception under its path; those of acts that the backup does not know stay where they are."""
    for part in manifest.parts:
        if not part.path.startswith((f"{DOCUMENTS}/", f"{SPOOL}/")):
            continue
        target = data_dir / part.path
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f"{target.name}.part")
        shutil.copyfile(folder / part.path, draft)
        draft.chmod(0o600)
        draft.replace(target)
