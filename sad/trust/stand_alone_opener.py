"""Opens sealed offers without the program that received them: python ouvrir.py cle.txt offre-12.age [offre-13.age...]

Needs Python 3.11 and `pip install pyrage`, nothing else. With the age tool (https://age-encryption.org) the same is done by:

    age -d -i cle.txt offre-12.age | tar x

Each offer goes to a folder of its own name: envelope.json (which consultation, supplier and deposit; names of the files, in order),
content.json (prices, answers), files/1, files/2... Names that a supplier chose are read, never used.
"""

import io
import sys
import tarfile
from pathlib import Path

import pyrage
from pyrage.x25519 import Identity

KEY_MARK = "AGE-SECRET-KEY-"


def read_key(text: str) -> Identity:
    """The key of a file as the age tool writes it: comments, then the key alone on its line. Raises ValueError."""
    lines = [line.strip() for line in text.splitlines() if line.startswith(KEY_MARK)]
    if len(lines) != 1:
        raise ValueError("the file holds no age key")
    return Identity.from_str(lines[0])


def open_sealed(sealed: bytes, key: Identity) -> dict[str, bytes]:
    """What a sealed offer holds, by path. Raises `pyrage.DecryptError` when it was altered, or sealed to another key."""
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(sealed, [key])), mode="r:") as archive:
        found = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
        return {name: file.read() for name, file in found.items() if file is not None}


def is_ours(path: str) -> bool:
    """Whether a path is one that the program writes, and no other place of the disk."""
    kind, _, number = path.partition("/")
    return path in ("envelope.json", "content.json") or (kind == "files" and number.isascii() and number.isdigit())


def main(arguments: list[str]) -> int:
    """0 when every offer was opened, 1 when one was not, 2 when nothing could be tried."""
    if len(arguments) < 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        key = read_key(Path(arguments[0]).read_text())
    except (OSError, ValueError, pyrage.IdentityError) as fault:
        sys.stderr.write(f"{arguments[0]} : {fault}\n")
        return 2
    return max(_open(Path(name), key) for name in arguments[1:])


def _open(file: Path, key: Identity) -> int:
    try:
        held = open_sealed(file.read_bytes(), key)
    except (OSError, pyrage.DecryptError, tarfile.TarError) as fault:
        sys.stderr.write(f"{file} : ne s’ouvre pas ({fault})\n")
        return 1
    folder = file.with_suffix("")
    for path, body in held.items():
        if is_ours(path):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(body)
    sys.stdout.write(f"{file} : ouvert dans {folder}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
