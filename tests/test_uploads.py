"""Hostile files: the verdict of each under each ending, names that were made to harm, files that were damaged at random.

The mutants of every test run are the first hundreds of the hundred thousand of `tests/campaigns/uploads.py`, which measures memory too.
"""

import functools
import io
import random
import subprocess
import sys
import unicodedata
import zipfile
import zlib

import pytest
import yaml

from sad.domain.errors import Refused
from sad.file_types import FILE_TYPES
from sad.storage import MAX_NAME_BYTES, MAX_NAME_LENGTH, MAX_UNPACKED_BYTES, CheckedFile, UploadedFile, check_files, clean_name
from tests.campaigns.ledger import ROOT
from tests.factories.hostile_files import MAKERS, made

CASES = yaml.safe_load((ROOT / "tests" / "cases" / "uploads.yaml").read_text(encoding="utf-8"))
VERDICTS = [(case, ending) for case in CASES for ending in FILE_TYPES]
SMALL = 20_000  # bytes: what is damaged a hundred thousand times
RUNS, PART = 1_500, 300
NAMES = (
    "menu.pdf", "MENU.PDF", "me\u0301nu.pdf", "\u202efdp.exe", "menu\0.pdf", "../../menu.pdf", "..\\menu.zip", "CON.pdf", "nul",
    "com1.jpg.zip",
    "é" * 200 + ".docx", "\U0001f35e" * 100 + ".png", "...", "  menu .pdf  ", "menu.pdf.", "menu.pdf\n", "\u200b.pdf", "a" * 300,
    "a." + "b" * 300,
    "menu.jpeg", "menu.xlsx", "menu.odt", "menu.ods", "menu.docx", "menu.zip", "menu.pdf:flux", "\ud800.pdf", "", ".",
)  # fmt: skip


def verdict(name: str, body: bytes) -> CheckedFile | str:
    """The file that passed, or the words of its refusal."""
    try:
        return check_files([UploadedFile(name, body)])[0]
    except Refused as refused:
        return " ".join(each.message for each in refused.refusals)


def expected(case: dict, ending: str) -> str | None:
    """The words of the refusal that the table asks; None when it passes."""
    if ending in case["accepted"]:
        return None
    says = case.get("says", "lisible")
    return says if isinstance(says, str) else says.get(ending, "lisible")


def check_verdict(seed: int) -> None:
    """One line of the table under one ending."""
    case, ending = VERDICTS[seed]
    found, asked = verdict(f"fiche.{ending}", made(case["file"])), expected(case, ending)
    if asked is None:
        assert isinstance(found, CheckedFile) and found.media_type == FILE_TYPES[ending].media_type, found
    else:
        assert isinstance(found, str) and asked in found, found


def check_mutant(seed: int) -> None:
    """A small file of the table, damaged, under any name: it passes whole and sound, or is refused in words."""
    draw = random.Random(seed)
    whole, accepted = draw.choice(small_files())
    body = damaged(whole, draw)
    name = draw.choice(NAMES) if draw.random() < 0.2 else f"fiche.{draw.choice(accepted or [*FILE_TYPES])}"
    found = verdict(name, body)
    check_name(clean_name(name))
    if isinstance(found, str):
        assert found.startswith("«")
        return
    assert found.body == body and found.name == clean_name(name)
    assert FILE_TYPES[found.name.rpartition(".")[2].lower()].media_type == found.media_type
    if body.startswith(b"PK"):
        check_unpacks(body)


def check_unpacks(body: bytes) -> None:
    """Another reading of the archive: each listed member inflates, alone, to the size it states."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        total = 0
        for member in archive.infolist():
            start = member.header_offset + 30 + sum(int.from_bytes(body[member.header_offset + at :][:2], "little") for at in (26, 28))
            packed = body[start:][: member.compress_size]
            plain = packed if member.compress_type == 0 else zlib.decompressobj(-15).decompress(packed)
            assert len(plain) == member.file_size and not member.flag_bits & 1
            total += len(plain)
    assert total <= MAX_UNPACKED_BYTES


def check_name(name: str) -> None:
    assert 1 <= len(name) <= MAX_NAME_LENGTH and len(name.encode()) <= MAX_NAME_BYTES
    assert name == unicodedata.normalize("NFC", name) == clean_name(name) and name.isprintable()
    assert not set(name) & set("/\\\0") and name.strip(". ") == name
    assert name.partition(".")[0].strip().upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}


@functools.cache
def small_files() -> list[tuple[bytes, list[str]]]:
    """Those of the table that are quick to damage, each with the endings under which it passes."""
    light = [case for case in CASES if not case["file"].startswith(("bomb", "zips", "zip of t"))]
    return [(body, case["accepted"]) for case in light if len(body := made(case["file"])) <= SMALL]


def damaged(body: bytes, draw: random.Random) -> bytes:
    """One to four damages: bytes changed, cut, doubled, taken from another file, or a field of an archive set to an extreme."""
    changed = bytearray(body)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(changed) + 1)
        match draw.randrange(6):
            case 0:
                changed[at : at + 1] = bytes([draw.randrange(256)])
            case 1:
                del changed[at : at + draw.randint(1, 40)]
            case 2:
                changed[at:at] = changed[at : at + draw.randint(1, 60)]
            case 3:
                other, _ = draw.choice(small_files())
                changed[at:at] = other[: draw.randint(1, len(other))]
            case 4:
                del changed[at:]
            case _:
                _set_field(changed, draw)
    return bytes(changed)


def _set_field(body: bytearray, draw: random.Random) -> None:
    """A number of the list or of the end of an archive takes an extreme value."""
    signature = draw.choice([b"PK\x01\x02", b"PK\x05\x06", b"PK\x03\x04"])
    places = [at for at in range(len(body)) if body.startswith(signature, at)]
    if places:
        at, size = draw.choice(places) + draw.randint(4, 44), draw.choice([1, 2, 4])
        body[at : at + size] = draw.choice([b"\xff" * size, bytes(size), (1).to_bytes(size, "little"), (0x7F).to_bytes(size, "big")])


def test_the_table_holds_every_file_once_and_four_hundred_verdicts():
    assert [case["file"] for case in CASES] == list(MAKERS)
    assert len(VERDICTS) >= 400


@pytest.mark.parametrize("seed", range(len(VERDICTS)), ids=lambda seed: f"{VERDICTS[seed][0]['file']} as {VERDICTS[seed][1]}")
def test_each_file_has_its_verdict(seed):
    check_verdict(seed)


@pytest.mark.parametrize("start", range(0, RUNS, PART))
def test_a_damaged_file_passes_whole_or_is_refused_in_words(start):
    for seed in range(start, start + PART):
        check_mutant(seed)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("CON.pdf", "_CON.pdf"), ("nul", "_nul"), ("Aux .jpg", "_Aux .jpg"), ("com1.tar.zip", "_com1.tar.zip"), ("LPT9", "_LPT9"),
        ("console.pdf", "console.pdf"), ("com10.pdf", "com10.pdf"), ("menu con.pdf", "menu con.pdf"),
        ("é" * 146 + ".pdf", "é" * 118 + ".pdf"), ("\U0001f35e" * 80 + ".pdf", "\U0001f35e" * 59 + ".pdf"),
        ("e\u0301" * 100 + ".pdf", "é" * 100 + ".pdf"), ("x" * 149 + ". .zip", "x" * 146 + ".zip"),
    ],
)  # fmt: skip
def test_a_name_can_be_saved_on_any_machine(name, clean):
    assert clean_name(name) == clean
    check_name(clean)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_made_to_harm_is_made_harmless(name):
    check_name(clean_name(name))


def test_the_whole_table_and_some_mutants_stay_under_300_mb_of_memory():
    arguments = [sys.executable, "-m", "tests.campaigns.uploads", "--memory"]
    ended = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
