"""Uploaded documents: what is accepted, under which name, and where it is kept."""

import io
import os
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sad import storage
from sad.domain.errors import Refused
from sad.file_types import FILE_TYPES
from sad.storage import (
    LIMITS_SENTENCE,
    MAX_FILE_BYTES,
    MAX_FILES,
    MAX_NAME_LENGTH,
    MAX_UNPACKED_BYTES,
    CheckedFile,
    UploadedFile,
    check_files,
    clean_name,
    get,
    path_of,
    put,
)

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRITER = "application/vnd.oasis.opendocument.text"
CALC = "application/vnd.oasis.opendocument.spreadsheet"
MACROS = "application/vnd.ms-word.document.macroEnabled"


def archive(**members: str | bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in members.items():
            file.writestr(name, body)
    return stream.getvalue()


def open_xml(main_type: str) -> bytes:
    return archive(**{"[Content_Types].xml": f'<Types><Override ContentType="{main_type}.main+xml"/></Types>', "main.xml": "<x/>"})


def open_document(media_type: str) -> bytes:
    return archive(mimetype=media_type, **{"content.xml": "<x/>"})


SAMPLES = {
    "pdf": b"%PDF-1.7\n%%EOF",
    "docx": open_xml(WORD),
    "xlsx": open_xml(EXCEL),
    "odt": open_document(WRITER),
    "ods": open_document(CALC),
    "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01",
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01",
    "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "zip": archive(**{"été.txt": "bonjour"}),
}


def refusals(*files: UploadedFile, field: str = "files") -> list[str]:
    with pytest.raises(Refused) as caught:
        check_files(files, field=field)
    assert all(refusal.field == field and refusal.remedy == LIMITS_SENTENCE for refusal in caught.value.refusals)
    return [refusal.message for refusal in caught.value.refusals]


def test_every_accepted_type_has_its_sample():
    assert SAMPLES.keys() == FILE_TYPES.keys()


@pytest.mark.parametrize("ending", SAMPLES)
@pytest.mark.parametrize("style", [str.lower, str.upper])
def test_a_file_of_an_accepted_type_passes_with_the_media_type_of_its_content(ending, style):
    [checked] = check_files([UploadedFile(f"Fiche été.{style(ending)}", SAMPLES[ending])])
    assert checked == CheckedFile(f"Fiche été.{style(ending)}", FILE_TYPES[ending].media_type, SAMPLES[ending])


@pytest.mark.parametrize("ending", SAMPLES)
@pytest.mark.parametrize("content", SAMPLES)
def test_a_content_that_is_not_what_the_name_says_is_refused(ending, content):
    file = UploadedFile(f"fiche.{ending}", SAMPLES[content])
    is_same = FILE_TYPES[ending].media_type == FILE_TYPES[content].media_type
    is_archive = ending == "zip" and SAMPLES[content].startswith(b"PK")
    if is_same or is_archive:
        assert check_files([file])
    else:
        assert f"ce n’est pas un fichier {ending.upper()} lisible" in refusals(file)[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("macros.docx", open_xml(MACROS)),
        ("modele.odt", open_document(f"{WRITER}-template")),
        ("vide.zip", archive()),
        ("chiffre.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("coupe.zip", SAMPLES["zip"][:-10]),
        ("coupe.docx", SAMPLES["docx"][:-10]),
        ("page.pdf", b"<html><script>alert(1)</script></html>"),
        ("double.zip", b"MZ program" + SAMPLES["zip"]),
        ("bruit.xlsx", b"PK\x03\x04" + bytes(100)),
    ],
)
def test_a_content_that_only_looks_like_its_type_is_refused(name, content):
    assert "lisible" in refusals(UploadedFile(name, content))[0]


@pytest.mark.parametrize("name", ["programme.exe", "page.html", "image.svg", "macro.docm", "sans extension", "fiche.pdf.exe", ".pdf", ""])
def test_a_type_that_is_not_in_the_list_is_refused(name):
    assert "ce type de fichier n’est pas accepté" in refusals(UploadedFile(name, SAMPLES["pdf"]))[0]


def test_an_empty_file_is_refused():
    assert "le fichier est vide" in refusals(UploadedFile("fiche.pdf", b""))[0]


def test_a_file_of_exactly_the_limit_passes_and_one_byte_more_is_refused():
    limit = SAMPLES["pdf"].ljust(MAX_FILE_BYTES)
    assert check_files([UploadedFile("fiche.pdf", limit)])
    assert "fait 10,1 Mo" in refusals(UploadedFile("fiche.pdf", limit + b" "))[0]


def test_files_that_weigh_too_much_together_are_refused():
    body = SAMPLES["pdf"].ljust(MAX_FILE_BYTES)
    three = [UploadedFile("fiche.pdf", body)] * 3
    assert len(check_files(three)) == 3
    assert refusals(*three, UploadedFile("petit.pdf", SAMPLES["pdf"])) == ["Les fichiers font ensemble 30,1 Mo : c’est trop."]


def test_too_many_files_are_refused():
    file = UploadedFile("fiche.pdf", SAMPLES["pdf"])
    assert len(check_files([file] * MAX_FILES)) == MAX_FILES
    assert refusals(*[file] * (MAX_FILES + 1)) == ["Il y a 11 fichiers : c’est trop."]


def test_a_file_that_grows_too_much_once_unpacked_is_refused_without_unpacking_it():
    stream = io.BytesIO(archive(**{"fiches.txt": bytes(MAX_UNPACKED_BYTES)}))
    assert check_files([UploadedFile("fiches.zip", stream.getvalue())])
    with zipfile.ZipFile(stream, "a") as file:
        file.writestr("une de plus.txt", "x")
    bomb = stream.getvalue()
    assert "trop gros une fois décompressé" in refusals(UploadedFile("fiches.zip", bomb))[0]


def test_all_faults_of_all_files_are_given_on_the_field_asked():
    messages = refusals(UploadedFile("a.exe", b"x"), UploadedFile("b.pdf", b""), UploadedFile("c.png", b"x"), field="proof")
    assert [message[:7] for message in messages] == ["« a.exe", "« b.pdf", "« c.png"]


def test_two_files_may_bear_the_same_name():
    file = UploadedFile("fiche.pdf", SAMPLES["pdf"])
    assert [checked.name for checked in check_files([file, file])] == ["fiche.pdf", "fiche.pdf"]


def test_no_file_at_all_is_no_fault():
    assert check_files([]) == []


def test_the_sentence_shown_before_the_upload_states_every_limit():
    for limit in ("10 fichiers", "10 Mo par fichier", "30 Mo en tout", "200 Mo au plus par fichier une fois décompressé", *FILE_TYPES):
        assert limit in LIMITS_SENTENCE


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Fiche d’été – pâté.pdf", "Fiche d’été – pâté.pdf"),
        ("Fiche e\u0301te\u0301.pdf", "Fiche été.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Jeanne\\offre.pdf", "offre.pdf"),
        ("offre\0.pdf", "offre.pdf"),
        ("offre\r\nX-Header: 1.pdf", "offre X-Header: 1.pdf"),
        ("facture\u202efdp.exe", "facturefdp.exe"),
        ("\u2066offre\u2069\u200b.pdf", "offre.pdf"),
        ("  ..offre.pdf. ", "offre.pdf"),
        ("offre\ud800.pdf", "offre.pdf"),
        ("..", "document"),
        ("", "document"),
        ("dossier/", "document"),
        ("a" * 300 + ".pdf", "a" * 146 + ".pdf"),
        ("a." + "b" * 300, "a." + "b" * 148),
    ],
)
def test_names_are_cleaned_and_keep_their_accents(name, clean):
    assert clean_name(name) == clean


@settings(max_examples=500)
@given(st.text(max_size=400))
def test_a_clean_name_is_short_visible_and_of_one_part_and_cleaning_it_again_changes_nothing(name):
    clean = clean_name(name)
    assert 1 <= len(clean) <= MAX_NAME_LENGTH
    assert clean.isprintable()
    assert not re.search(r"[/\\\0\u202a-\u202e\u2066-\u2069]", clean)
    assert clean not in (".", "..")
    clean.encode()
    assert clean_name(clean) == clean


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_a_damaged_file_passes_or_is_refused_and_never_fails_otherwise(ending, data):
    content = bytearray(SAMPLES[ending])
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=6)):
        content[place] = data.draw(st.integers(0, 255))
    try:
        [checked] = check_files([UploadedFile(f"fiche.{ending}", bytes(content))])
    except Refused:
        return
    assert checked.media_type == FILE_TYPES[ending].media_type


def test_a_stored_document_reads_back_with_its_size_and_fingerprint(tmp_path):
    stored = put(tmp_path, CheckedFile("fiche.pdf", "application/pdf", b"abc"))
    assert get(tmp_path, stored.key) == b"abc"
    assert (stored.name, stored.media_type, stored.size) == ("fiche.pdf", "application/pdf", 3)
    assert stored.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_document_is_kept_under_a_name_that_nobody_chose_and_only_the_service_reads(tmp_path):
    stored = put(tmp_path, CheckedFile("fiche.pdf", "application/pdf", b"abc"))
    path = path_of(tmp_path, stored.key)
    assert path.relative_to(tmp_path).as_posix() == f"documents/{stored.key}"
    assert re.fullmatch(r"([0-9a-f]{2})/\1[0-9a-f-]{34}", stored.key)
    assert path.stat().st_mode & 0o077 == 0


def test_the_same_document_stored_twice_is_kept_twice(tmp_path):
    file = CheckedFile("fiche.pdf", "application/pdf", b"abc")
    assert put(tmp_path, file).key != put(tmp_path, file).key


@pytest.mark.parametrize(
    "key",
    [
        "", "../secret", "ab/../../secret", "/etc/passwd", "ab/abcdef", "ab/cd000000-0000-0000-0000-000000000000",
        "ab/ab000000-0000-0000-0000-000000000000\n", "ab/ab000000-0000-0000-0000-000000000000/..",
        "AB/AB000000-0000-0000-0000-000000000000",
    ],
)  # fmt: skip
def test_a_key_leads_nowhere_else(tmp_path, key):
    with pytest.raises(ValueError, match="not a document key"):
        get(tmp_path, key)


def test_a_key_under_which_nothing_is_kept_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        get(tmp_path, "ab/ab000000-0000-0000-0000-000000000000")


def test_a_full_disk_leaves_nothing_behind_and_no_key(tmp_path, monkeypatch):
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        put(tmp_path, CheckedFile("fiche.pdf", "application/pdf", b"abc"))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_document_and_its_folders_are_on_disk_before_its_key_is_given(tmp_path, monkeypatch):
    synced, sync = [], os.fsync

    def note(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(storage.os, "fsync", note)
    path = path_of(tmp_path, put(tmp_path, CheckedFile("fiche.pdf", "application/pdf", b"abc")).key)
    assert synced == [kept.stat().st_ino for kept in (path, *path.parents[:3])]
