"""The tool that opens offers without the program: run alone, in a folder where the program is not."""

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.declarations import declare_interests
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.models.journal import JournalEntry
from sad.models.offers import Offer
from sad.models.people import Role
from sad.trust import stand_alone_opener
from sad.trust.sealing import ciphertext_sha256
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, make_published
from tests.factories.offers import PDF, make_deposit, make_opener
from tests.factories.people import PASSWORD, make_person

AFTER = CLOSES + timedelta(hours=1)
PLANTED = "7319.37"


@pytest.fixture
def need(database):
    with transaction():
        made = make_published(suppliers=2)
        first, second = invitees_of(made)
        make_deposit(made, first, prices=(PLANTED, "4.00"), files=[PDF])
        make_deposit(made, second, at=CLOSES + timedelta(minutes=1))
        openers = [make_opener(made) for _ in range(2)]
        buyer = make_person(made.organisation, Role.BUYER, email="claire@agglo.example")
        declare_interests(made, has_conflict=False, by=buyer, at=AFTER)
        made.openers = openers
    return made


def open_both(need) -> None:
    with transaction():
        ask_opening(need, by=need.openers[0], at=AFTER)
    with transaction():
        confirm_opening(need, seal_key=SEAL_KEY, by=need.openers[1], at=AFTER)


def taken(client, need) -> tuple[int, bytes]:
    number = need.id
    session.expunge_all()
    with clock.frozen(AFTER):
        client.post("/connexion", data={"email": "claire@agglo.example", "password": PASSWORD})
        answer = client.post(f"/achats/consultations/{number}/ouverture/offres-scellees.zip")
    return answer.status_code, answer.data


def run(folder: Path, *names: str) -> subprocess.CompletedProcess:
    """The script that was taken away, with no way to the program."""
    command = [sys.executable, "-I", str(folder / "ouvrir.py"), *(str(folder / name) for name in names)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_what_was_sealed_opens_in_ten_years_with_the_tool_alone(client, need, tmp_path):
    open_both(need)
    status, body = taken(client, need)
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        book.extractall(tmp_path)
    (opened,) = session.scalars(select(Offer).where(Offer.is_opened))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["LISEZ-MOI.txt", "cle.txt", f"offre-{opened.id}.age", "ouvrir.py"]
    assert ciphertext_sha256((tmp_path / f"offre-{opened.id}.age").read_bytes()) == opened.sealed_sha256
    assert run(tmp_path, "cle.txt", f"offre-{opened.id}.age").returncode == 0
    held = tmp_path / f"offre-{opened.id}"
    assert PLANTED in json.loads((held / "content.json").read_text())["prices"].values()
    assert json.loads((held / "envelope.json").read_text())["supplier_id"] == opened.supplier_id
    assert (held / "files" / "1").read_bytes() == PDF.body
    line = session.scalars(select(JournalEntry).where(JournalEntry.action == "release_key")).one()
    assert "AGE-SECRET-KEY" not in str(line.body.body)


@pytest.mark.skipif(shutil.which("age") is None, reason="l’outil « age » est absent : installez le paquet « age »")
def test_what_was_sealed_opens_with_age_by_the_very_command_of_the_read_me(client, need, tmp_path):
    open_both(need)
    with zipfile.ZipFile(io.BytesIO(taken(client, need)[1])) as book:
        book.extractall(tmp_path)
    (opened,) = session.scalars(select(Offer).where(Offer.is_opened))
    command = re.search(r"age -d -i cle\.txt offre-\d+\.age \| tar x", (tmp_path / "LISEZ-MOI.txt").read_text())[0]
    command = re.sub(r"offre-\d+", f"offre-{opened.id}", command)
    subprocess.run(command, shell=True, cwd=tmp_path, timeout=60, check=True)
    assert PLANTED in json.loads((tmp_path / "content.json").read_text())["prices"].values()
    assert (tmp_path / "files" / "1").read_bytes() == PDF.body


def test_before_the_opening_there_is_nothing_to_take(client, need):
    assert taken(client, need)[0] == 404
    assert session.scalars(select(JournalEntry).where(JournalEntry.action == "release_key")).all() == []


def test_another_key_an_altered_offer_and_a_missing_file_are_said(tmp_path):
    mine, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    (tmp_path / "cle.txt").write_text(f"# public key\n{other}\n")
    (tmp_path / "offre-1.age").write_bytes(pyrage.encrypt(b"", [mine.to_public()]))
    (tmp_path / "ouvrir.py").write_bytes(Path(stand_alone_opener.__file__).read_bytes())
    done = run(tmp_path, "cle.txt", "offre-1.age", "offre-2.age")
    assert done.returncode == 1 and done.stderr.count("ne s’ouvre pas") == 2
    assert run(tmp_path, "offre-1.age", "offre-1.age").returncode == 2
    assert run(tmp_path).returncode == 2


@pytest.mark.parametrize("path", ["../out", "/etc/passwd", "files/../1", "files/", "files/1/2", "files/²", "other.json", ""])
def test_nothing_is_written_but_where_the_program_writes(path):
    assert not stand_alone_opener.is_ours(path)


def test_what_the_program_writes_is_read():
    assert all(map(stand_alone_opener.is_ours, ("envelope.json", "content.json", "files/1", "files/12")))
