"""Deposits received while the database does not answer: kept on disk, signed, until it has them.

A folder beside the documents: the keys that sign, wrapped as in the database, kept at hand while it answers; and each reception under
the key of its form, so that the same sending twice is one.
"""

import os
import re
from pathlib import Path

from sad.storage import sync, write_beside
from sad.trust.signing import WrappedKey

NAME = re.compile("[0-9a-f]{32}")
KEY_ID = re.compile("[0-9a-f]{64}")
ENDING = ".json"


def lay_by(data_dir: Path, key: WrappedKey) -> None:
    """Keep at hand a key that signs: of no use without the seal key, and there already most of the time. Raises `OSError`."""
    path = _keys(data_dir) / key.key_id
    if not path.exists():
        _keep_once(path, key.public + key.wrapped_private)


def key_at_hand(data_dir: Path, key_id: str) -> WrappedKey | None:
    """A key that was laid by; None when it was not."""
    path = _keys(data_dir) / key_id
    if not KEY_ID.fullmatch(key_id) or not path.exists():
        return None
    kept = path.read_bytes()
    return WrappedKey(key_id, kept[:32], kept[32:])


def keep(data_dir: Path, name: str, signed: bytes) -> bytes:
    """Keep a reception under the key of its form; gives the one that came first. Once this returns, a power cut does not lose it.

    Raises `OSError`: nothing is kept then, and nothing may be said to be.
    """
    return _keep_once(_path(data_dir, name), signed)


def waiting(data_dir: Path) -> list[str]:
    """The names of the receptions that the database does not have yet, in no order that tells anything."""
    return sorted(path.name.removesuffix(ENDING) for path in _folder(data_dir).glob(f"*{ENDING}"))


def read(data_dir: Path, name: str) -> bytes:
    """A reception that waits, or anything else that somebody put there under that name. Raises `OSError`."""
    return (_folder(data_dir) / f"{name}{ENDING}").read_bytes()


def files(data_dir: Path) -> list[str]:
    """The files of the folder, keys that sign included, by their path within `data_dir`."""
    kept = [*_folder(data_dir).glob(f"*{ENDING}"), *(path for path in _keys(data_dir).glob("*") if KEY_ID.fullmatch(path.name))]
    return sorted(path.relative_to(data_dir).as_posix() for path in kept)


def take_out(data_dir: Path, name: str) -> None:
    """Forget a reception that the database has from now on."""
    (_folder(data_dir) / f"{name}{ENDING}").unlink(missing_ok=True)


def _folder(data_dir: Path) -> Path:
    return data_dir / "spool"


def _keys(data_dir: Path) -> Path:
    return _folder(data_dir) / "keys"


def _path(data_dir: Path, name: str) -> Path:
    if not NAME.fullmatch(name):
        raise ValueError(f"not the key of a form: {name!r}")
    return _folder(data_dir) / f"{name}{ENDING}"


def _keep_once(path: Path, body: bytes) -> bytes:
    """Under its name if nothing is; gives what is kept there, on the disk with the names of its folders."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = write_beside(path, body)
    is_first = False
    try:
        os.link(draft, path)
        is_first = True
    except FileExistsError:
        body = path.read_bytes()
    finally:
        draft.unlink(missing_ok=True)
    try:
        for folder in path.parents[:2]:
            sync(folder)
    except OSError:
        if is_first:
            path.unlink(missing_ok=True)
        raise
    return body
