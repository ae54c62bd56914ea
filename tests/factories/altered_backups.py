"""A backup altered in each way that somebody or a disk may alter it, with the words that refuse it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def cut(folder: Path) -> None:
    path = _biggest(folder)
    path.write_bytes(path.read_bytes()[:-1])


def flip(folder: Path) -> None:
    path = _biggest(folder)
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)


def lose_a_document(folder: Path) -> None:
    next((folder / "documents").glob("*/*")).unlink()


def swap_a_hash(folder: Path) -> None:
    _rewrite(folder, lambda said: said["parts"][0].update(sha256="0" * 64))


def go_out(folder: Path) -> None:
    _rewrite(folder, lambda said: said["parts"][0].update(path="../../etc/passwd"))


def move_the_head(folder: Path) -> None:
    _rewrite(folder, lambda said: said["journal"].update(seq=7))


def interrupt(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def tear(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes()[:-20])


def _biggest(folder: Path) -> Path:
    return max((folder / "database").iterdir(), key=lambda path: path.stat().st_size)


def _rewrite(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "manifest.json"
    said = json.loads(path.read_text())
    change(said)
    path.write_text(json.dumps(said))


ALTERED = [
    (cut, "le fichier est coupé"),
    (flip, "ce fichier a été modifié"),
    (lose_a_document, "ce fichier manque"),
    (swap_a_hash, "a été modifié, ou la sauvegarde a été faite avec un autre fichier de clé"),
    (go_out, "a été modifié, ou la sauvegarde a été faite avec un autre fichier de clé"),
    (move_the_head, "a été modifié, ou la sauvegarde a été faite avec un autre fichier de clé"),
    (interrupt, "la sauvegarde a été interrompue"),
    (tear, "il ne se lit pas"),
]
