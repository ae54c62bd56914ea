"""Documents on disk: each one that the database knows is there as it was received, and none is there that it does not know."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import literal, select, union_all

from sad.db import session
from sad.doctor.findings import AT_ONCE, Finding, Site
from sad.models.destructions import Destruction
from sad.models.documents import Document
from sad.models.letters import LetterPaper
from sad.storage import path_of

BEING_WRITTEN = timedelta(hours=1)  # a document is on disk before its row: one so young may still be waiting for it
FROM_BACKUP = "Reprendre ce fichier dans une sauvegarde : son chemin y est le même, sous « documents »."
UNKNOWN = "Sans ligne dans la base, personne ne le lit : le mettre de côté hors de SAD_DATA_DIR, puis chercher d’où il vient."


class Kept(NamedTuple):
    """A document that the database knows: `about` (`documents:3`), `size` in bytes, `sha256` in hexadecimal."""

    about: str
    key: str
    size: int
    sha256: str


def kept_papers() -> Iterator[Kept]:
    """Every document that the database says is on disk, by key."""
    known = union_all(
        select(literal("documents").label("kind"), Document.id, Document.storage_key.label("key"), Document.size, Document.sha256),
        select(literal("letter_papers"), LetterPaper.id, LetterPaper.storage_key, LetterPaper.size, LetterPaper.sha256).where(
            LetterPaper.storage_key.is_not(None)
        ),
    ).subquery()
    listed = select(known).order_by(known.c.key).execution_options(yield_per=AT_ONCE)
    for row in session.execute(listed):
        yield Kept(f"{row.kind}:{row.id}", row.key, row.size, row.sha256)


def paper_fault(kept: Kept, data_dir: Path) -> str:
    """What is wrong with a document on disk, in French; empty when it is the one that was kept."""
    try:
        with path_of(data_dir, kept.key).open("rb") as stream:
            is_same = hashlib.file_digest(stream, "sha256").hexdigest() == kept.sha256
    except (OSError, ValueError):
        return f"Le fichier {kept.key} n’est plus sur le disque."
    return "" if is_same else f"Le fichier {kept.key} n’est plus celui qui a été gardé."


def missing_papers(site: Site) -> Iterator[Finding]:
    """Documents that the database knows and that are not on disk as they were kept."""
    for kept in kept_papers():
        fault = paper_fault(kept, site.data_dir)
        if fault:
            yield Finding(kept.about, fault, FROM_BACKUP)


def unknown_papers(site: Site) -> Iterator[Finding]:
    """Documents on disk that no row knows, but those that are being written."""
    for path in sorted((site.data_dir / "documents").glob("*/*")):
        key = f"{path.parent.name}/{path.name}"
        if not _is_known(key) and site.at.timestamp() - path.stat().st_mtime > BEING_WRITTEN.total_seconds():
            yield Finding(f"documents/{key}", "Ce fichier n’est connu d’aucune ligne de la base.", UNKNOWN)


def _is_known(key: str) -> bool:
    if any(key in keys for keys in session.scalars(select(Destruction.paper_keys))):
        return True  # until a job has taken it away
    document = select(Document.id).where(Document.storage_key == key)
    return session.scalar(document) is not None or session.scalar(select(LetterPaper.id).where(LetterPaper.storage_key == key)) is not None
