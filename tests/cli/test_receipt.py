"""Receipts verified by command: codes and words, with the keys of the database or with a published list alone."""

import json

import pytest

from sad.actions.publications import invitees_of
from sad.actions.receipt_keys import receipt_keys
from sad.actions.receipts import receipt_text
from sad.db import session, transaction
from sad.models.journal import JournalEntry
from sad.models.mini_tenders import MiniTender
from tests.factories import offers
from tests.factories.mini_tenders import SEAL_KEY, make_published
from tests.factories.offers import PDF, make_deposit


@pytest.fixture
def mini_tender(database):
    with transaction():
        return make_published(suppliers=2)


@pytest.fixture
def file(mini_tender, tmp_path):
    with transaction():
        offer = make_deposit(mini_tender, invitees_of(mini_tender)[0], files=[PDF])
    path = tmp_path / "accuse.json"
    path.write_bytes(receipt_text(offer, seal_key=SEAL_KEY))
    return path


@pytest.fixture
def keys(file, run, tmp_path):
    path = tmp_path / "cles.json"
    path.write_text(run("receipt", "keys").stdout)
    return path


def test_a_good_receipt_is_accepted_with_what_it_says(file, run):
    result = run("receipt", "verify", str(file))
    assert result.exit_code == 0
    assert "authentique" in result.stdout and PDF.name in result.stdout


def test_a_published_list_of_keys_is_enough_without_the_database(file, keys, run, monkeypatch):
    monkeypatch.setenv("SAD_DATABASE_URL", "postgresql://nobody@localhost:1/nothing")
    assert run("receipt", "verify", str(file), "--key", str(keys)).exit_code == 0


def test_an_altered_receipt_is_refused_with_its_reason(file, run):
    file.write_bytes(file.read_bytes().replace(b'"late":false', b'"late":true'))
    result = run("receipt", "verify", str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("REFUSÉ.") and "signature" in result.stderr


def test_another_sites_keys_refuse_it(file, keys, run):
    listed = json.loads(keys.read_text())
    keys.write_text(json.dumps({**listed, "keys": []}))
    result = run("receipt", "verify", str(file), "--key", str(keys))
    assert result.exit_code == 1 and "ne connaît pas" in result.stderr


@pytest.mark.parametrize("words", [("nowhere.json",), ("{file}", "--key", "nowhere.json"), ("{file}", "--key", "{file}")])
def test_what_cannot_be_read_ends_with_one_line_and_code_2(file, run, words):
    result = run("receipt", "verify", *(word.format(file=file) for word in words))
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)


def test_after_a_change_of_key_old_receipts_are_still_genuine_and_new_ones_are_signed_with_the_new(
    mini_tender, file, run, tmp_path, monkeypatch
):
    before = receipt_keys()[0].key_id
    (tmp_path / "seal.key").write_bytes(SEAL_KEY)
    monkeypatch.setenv("SAD_SEAL_KEY_FILE", str(tmp_path / "seal.key"))
    assert run("receipt", "rotate").exit_code == 0
    with transaction():
        again = session.get(MiniTender, mini_tender.id)
        offer = make_deposit(again, invitees_of(again)[1])
    newer = tmp_path / "newer.json"
    newer.write_bytes(receipt_text(offer, seal_key=SEAL_KEY))
    after, retired = receipt_keys()
    assert (retired.key_id, retired.is_current, after.is_current) == (before, False, True)
    assert json.loads(newer.read_bytes())["key_id"] == after.key_id != before
    assert [run("receipt", "verify", str(each)).exit_code for each in (file, newer)] == [0, 0]


def test_each_key_has_a_line_of_the_journal_that_names_it(file, run):
    run("receipt", "rotate")
    lines = session.query(JournalEntry).filter_by(action="rotate_receipt_key").order_by(JournalEntry.seq).all()
    assert [line.body.body["public_key"] for line in lines] == [key.public.hex() for key in reversed(receipt_keys())]
    assert [line.actor for line in lines] == ["system", "system"]


def test_a_seal_key_put_in_place_of_another_refuses_no_deposit(mini_tender, file, monkeypatch):
    monkeypatch.setattr(offers, "SEAL_KEY", b"another-seal-key-for-tests-0123456789")
    with transaction():
        make_deposit(mini_tender, invitees_of(mini_tender)[1])
    assert len(receipt_keys()) == 2
