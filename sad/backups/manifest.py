"""What a backup says of itself: its parts with their hashes, marked under the seal key so that nobody else can write another.

The mark matters at a restore: passwords of people are in the backup, and whoever could alter it unseen could let itself in.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sad.trust.canonical import canonical_json, instant
from sad.trust.chain import Head

FORMAT = "sad-backup/1"
NAME = "manifest.json"
MOST_TOLD = 10


class BadBackup(Exception):
    """A folder that cannot be restored: every fault found, in French."""

    def __init__(self, *faults: str) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the backup: where it is in the folder, its size in bytes, its SHA-256 in hexadecimal."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """When it was made (aware), of which engine and migration, where its journal ends, and all its parts.

    On PostgreSQL `tables` gives the columns of each table in the order of its file, and `sequences` the last number given.
    """

    made_at: datetime
    engine: str
    revision: str
    head: Head
    parts: tuple[Part, ...]
    tables: Mapping[str, list[str]]
    sequences: Mapping[str, int]


def write_manifest(folder: Path, manifest: Manifest, seal_key: bytes) -> None:
    """Written last: a folder without one is a backup that was interrupted."""
    body = {
        "format": FORMAT,
        "made_at": instant(manifest.made_at),
        "engine": manifest.engine,
        "revision": manifest.revision,
        "journal": {"seq": manifest.head.seq, "hash": manifest.head.hash},
        "parts": [{"path": part.path, "size": part.size, "sha256": part.sha256} for part in manifest.parts],
        "tables": dict(manifest.tables),
        "sequences": dict(manifest.sequences),
    }
    write_whole(folder / NAME, canonical_json({**body, "mark": _mark(body, seal_key)}))


def read_manifest(folder: Path, seal_key: bytes) -> Manifest:
    """The manifest that was written with this seal key. Raises `BadBackup`."""
    try:
        said = json.loads((folder / NAME).read_bytes())
        mark = said.pop("mark")
        is_ours = hmac.compare_digest(str(mark), _mark(said, seal_key))
        manifest = _manifest(said)
    except FileNotFoundError:
        raise BadBackup(f"Le dossier {folder} n’est pas une sauvegarde, ou la sauvegarde a été interrompue : {NAME} manque.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise BadBackup(f"Le fichier {NAME} de la sauvegarde est abîmé : il ne se lit pas.") from fault
    if not is_ours:
        raise BadBackup(f"Le fichier {NAME} a été modifié, ou la sauvegarde a été faite avec un autre fichier de clé (SAD_SEAL_KEY_FILE).")
    return manifest


def check_parts(folder: Path, manifest: Manifest) -> None:
    """Raises `BadBackup` with every part that is missing, cut or altered."""
    faults = list(_part_faults(folder, manifest))
    if faults:
        more = [f"Et {len(faults) - MOST_TOLD} autres."] if len(faults) > MOST_TOLD else []
        raise BadBackup(*faults[:MOST_TOLD], *more)


def part_of(folder: Path, path: str) -> Part:
    """A file of the folder as it is now."""
    with (folder / path).open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return Part(path, stream.tell(), digest)


def write_whole(path: Path, body: bytes) -> None:
    """Written for its owner alone, and on disk once this returns."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(body)
        stream.flush()
        os.fsync(stream.fileno())


def _mark(body: Mapping[str, Any], seal_key: bytes) -> str:
    key = HKDF(SHA256(), 32, salt=None, info=b"sad/backup/1").derive(seal_key)
    return hmac.digest(key, canonical_json(body), "sha256").hex()


def _manifest(said: Mapping[str, Any]) -> Manifest:
    if said["format"] != FORMAT:
        raise ValueError(said["format"])
    return Manifest(
        made_at=datetime.fromisoformat(said["made_at"]),
        engine=said["engine"],
        revision=said["revision"],
        head=Head(said["journal"]["seq"], said["journal"]["hash"]),
        parts=tuple(Part(each["path"], each["size"], each["sha256"]) for each in said["parts"]),
        tables=said["tables"],
        sequences=said["sequences"],
    )


def _part_faults(folder: Path, manifest: Manifest) -> Iterator[str]:
    for part in manifest.parts:
        if PurePosixPath(part.path).is_absolute() or ".." in PurePosixPath(part.path).parts:
            yield f"{part.path} : ce chemin sort de la sauvegarde."
            continue
        try:
            found = part_of(folder, part.path)
        except OSError:
            yield f"{part.path} : ce fichier manque."
            continue
        if found.size != part.size:
            yield f"{part.path} : {found.size} octets au lieu de {part.size}, le fichier est coupé ou allongé."
        elif found.sha256 != part.sha256:
            yield f"{part.path} : ce fichier a été modifié."
