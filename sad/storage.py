"""Uploaded documents: what is accepted, and where it is kept.

One table of limits, shown before the upload, in the notice and in every refusal: a limit that was not shown cannot be held against
a supplier (CE 506640). Files of offers pass the same checks, then are sealed in their envelope instead of being stored here.
"""

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from uuid import NAMESPACE_URL, uuid4, uuid5

from sad.domain.errors import Refusal, Refused
from sad.file_types import FILE_TYPES, MAX_MEMBERS, has_too_many_members, is_zip, unpacked_size

MIB = 1024 * 1024
MAX_FILES = 10
MAX_FILE_BYTES = 10 * MIB
MAX_TOTAL_BYTES = 30 * MIB
MAX_UNPACKED_BYTES = 200 * MIB
CHUNK_BYTES = MIB // 2
MAX_NAME_LENGTH = 150
MAX_NAME_BYTES = 240  # discs take 255, and a browser adds its « (1) »
LONGEST_ENDING = 20
MANY = f"{MAX_MEMBERS // 1000} {MAX_MEMBERS % 1000:03}"
LIMITS_SENTENCE = (
    f"Au plus {MAX_FILES} fichiers, {MAX_FILE_BYTES // MIB} Mo par fichier et {MAX_TOTAL_BYTES // MIB} Mo en tout ; "
    f"formats acceptés : {', '.join(FILE_TYPES)} ; {MAX_UNPACKED_BYTES // MIB} Mo au plus par fichier une fois décompressé ; "
    f"ni mot de passe, ni macros, ni plus de {MANY} éléments dans une archive."
)
OF_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9]) *(\..*)?", re.IGNORECASE)  # Windows opens no file so named
KEY = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{6}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as somebody sent it: nothing of it is trusted, neither its name nor what it says it is."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that passed the checks; its name is clean and its media type is what the content is."""

    name: str
    media_type: str
    body: bytes

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.body)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on disk: `size` in bytes, `sha256` in hexadecimal, `key` to read it again."""

    name: str
    media_type: str
    size: int
    sha256: str
    key: str


def check_files(files: Sequence[UploadedFile], *, field: str = "files") -> list[CheckedFile]:
    """The files, cleaned, in the order given; two may bear the same name.

    Raises `Refused` with every fault found, each with the limits in force, on the form field `field`.
    """
    faults = list(_faults(files))
    if faults:
        raise Refused(*(Refusal(fault, LIMITS_SENTENCE, field=field) for fault in faults))
    return [_checked(file) for file in files]


def check_announced(name: str, size: int, beside: Sequence[int] = ()) -> None:
    """Whether a file about to be sent piece by piece could be accepted, by its name, its size and those of the files `beside`, in bytes.

    Raises `Refused` with every fault found and the limits in force; what it holds is judged once it is whole.
    """
    own = _announced_fault(name, size)
    faults = [*([f"« {clean_name(name)} » : {own}"] if own else []), *_sum_faults([*beside, size])]
    if faults:
        raise Refused(*(Refusal(fault, LIMITS_SENTENCE, field="files") for fault in faults))


def clean_name(name: str) -> str:
    """A file name to show and to send back: no folder, no invisible or direction-changing character, at most 150 characters.

    No device of Windows either, and at most 240 bytes, so that it can be saved anywhere.
    """
    last_part = re.split(r"[/\\]", name)[-1]
    visible = "".join(" " if letter.isspace() else letter for letter in last_part if letter.isspace() or _is_visible(letter))
    tidy = unicodedata.normalize("NFC", " ".join(visible.split())).strip(". ") or "document"
    safe = f"_{tidy}" if OF_DEVICES.fullmatch(tidy) else tidy
    return safe if len(safe) <= MAX_NAME_LENGTH and len(safe.encode()) <= MAX_NAME_BYTES else _shortened(safe)


def put(data_dir: Path, file: CheckedFile, *, name: str = "") -> StoredFile:
    """Keep a checked file under `data_dir`; once this returns, a power cut does not lose it. Raises `OSError`.

    The same `name` leads to the same place, so that what is made twice is kept once; without one each file has a place of its own.
    """
    identifier = str(uuid5(NAMESPACE_URL, name) if name else uuid4())
    key = f"{identifier[:2]}/{identifier}"
    path = path_of(data_dir, key)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_whole(path, file.body)
    for folder in path.parents[:3]:
        sync(folder)
    return StoredFile(file.name, file.media_type, file.size, hashlib.sha256(file.body).hexdigest(), key)


def get(data_dir: Path, key: str) -> bytes:
    """The bytes kept under `key`. Raises `ValueError` for what is not a key, `FileNotFoundError` when there is nothing."""
    return path_of(data_dir, key).read_bytes()


def path_of(data_dir: Path, key: str) -> Path:
    """Where the document `key` is kept. Raises `ValueError` for what is not a key, so that no key leads elsewhere."""
    if not KEY.fullmatch(key):
        raise ValueError(f"not a document key: {key!r}")
    return data_dir / "documents" / key


def discard(data_dir: Path, key: str) -> None:
    """Take a document off the disk for good; nothing is said of one that is not there any more."""
    path = path_of(data_dir, key)
    path.unlink(missing_ok=True)
    if path.parent.exists():
        sync(path.parent)


def write_beside(path: Path, body: bytes) -> Path:
    """A draft of `path` in the same folder, all of it on the disk, or nothing. Raises `OSError`."""
    draft = path.with_name(f"{path.name}.{uuid4().hex}.part")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def sync(folder: Path) -> None:
    """Once this returns, a power cut does not lose the names that are in the folder. Raises `OSError`."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _faults(files: Sequence[UploadedFile]) -> Iterator[str]:
    yield from _sum_faults([len(file.body) for file in files])
    for file in files:
        fault = _fault(file)
        if fault:
            yield f"« {clean_name(file.name)} » : {fault}"


def _sum_faults(sizes: Sequence[int]) -> Iterator[str]:
    if len(sizes) > MAX_FILES:
        yield f"Il y a {len(sizes)} fichiers : c’est trop."
    if sum(sizes) > MAX_TOTAL_BYTES:
        yield f"Les fichiers font ensemble {_megabytes(sum(sizes))} : c’est trop."


def _announced_fault(name: str, size: int) -> str | None:
    if _ending(name) not in FILE_TYPES:
        return "ce type de fichier n’est pas accepté."
    if size <= 0:
        return "le fichier est vide."
    return f"le fichier fait {_megabytes(size)}, c’est trop." if size > MAX_FILE_BYTES else None


def _fault(file: UploadedFile) -> str | None:
    announced, ending = _announced_fault(file.name, len(file.body)), _ending(file.name)
    if announced:
        return announced
    if has_too_many_members(file.body):
        return f"l’archive contient plus de {MANY} éléments, c’est trop."
    unpacked = unpacked_size(file.body, most=MAX_UNPACKED_BYTES) if is_zip(file.body) else 0
    if unpacked is None or not FILE_TYPES[ending].recognises(file.body):
        return f"ce n’est pas un fichier {ending.upper()} lisible ; l’enregistrer de nouveau dans ce format, sans mot de passe ni macros."
    return "le fichier est trop gros une fois décompressé." if unpacked > MAX_UNPACKED_BYTES else None


def _checked(file: UploadedFile) -> CheckedFile:
    return CheckedFile(clean_name(file.name), FILE_TYPES[_ending(file.name)].media_type, file.body)


def _ending(name: str) -> str:
    return PurePosixPath(clean_name(name)).suffix.lower().lstrip(".")


def _shortened(name: str) -> str:
    """The first 150 characters or 240 bytes, with the ending of the file kept."""
    ending = PurePosixPath(name).suffix
    ending = ending if len(ending) <= LONGEST_ENDING else ""
    stem = name[: MAX_NAME_LENGTH - len(ending)].encode()[: MAX_NAME_BYTES - len(ending.encode())].decode(errors="ignore")
    return stem.rstrip(". ") + ending


def _is_visible(letter: str) -> bool:
    """Neither a control, nor a format character (direction, zero width), nor one without a meaning of its own."""
    return not unicodedata.category(letter).startswith("C")


def _megabytes(size: int) -> str:
    """`size` in bytes as a person reads it, rounded up so that what is refused never shows as the limit itself."""
    tenths = -(-size * 10 // MIB)
    return f"{tenths // 10},{tenths % 10} Mo"


def _write_whole(path: Path, body: bytes) -> None:
    """All of it under its name, or nothing: written beside, synced, then renamed."""
    draft = write_beside(path, body)
    try:
        draft.rename(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
