"""Receipts verified on the public site, and what is taken away to verify them without it."""

import io
import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import update

from sad.actions.publications import invitees_of
from sad.actions.receipt_keys import receipt_keys
from sad.actions.receipts import receipt_text
from sad.db import session, transaction
from sad.models.journal import JournalEntry
from sad.trust import receipt_check
from sad.trust.receipt_check import check_receipt, read_keys
from tests.factories.mini_tenders import SEAL_KEY, make_published
from tests.factories.offers import PDF, make_deposit
from tests.factories.tampering import unguarded

PAGE = "/accuses-de-reception"


@pytest.fixture
def receipt(database) -> bytes:
    with transaction():
        mini_tender = make_published(suppliers=1)
        offer = make_deposit(mini_tender, invitees_of(mini_tender)[0], files=[PDF])
    return receipt_text(offer, seal_key=SEAL_KEY)


def give(client, file: bytes):
    return client.post(PAGE, data={"file": (io.BytesIO(file), "accuse.json")})


def test_a_good_receipt_is_said_to_be_authentic_with_what_it_says(client, receipt):
    answer = give(client, receipt)
    said = json.loads(receipt)
    assert answer.status_code == 200
    for words in ("Authentique", said["depositor"], PDF.name, "à temps", f"n° {said['journal']['seq']} que l’accusé cite, avec"):
        assert words in answer.text, words


@pytest.mark.parametrize("change", [(b'"late":false', b'"late":true'), (b'"size":', b'"size": '), (b"sad-receipt/2", b"sad-receipt/1")])
def test_an_altered_one_is_refused(client, receipt, change):
    answer = give(client, receipt.replace(*change, 1))
    assert "Refusé" in answer.text and "Authentique" not in answer.text


@pytest.mark.parametrize("file", [b"", b"\xff\xfe", b"[" * 50_000, b"%PDF-1.4"])
def test_what_is_no_receipt_is_refused_and_breaks_nothing(client, receipt, file):
    answer = give(client, file)
    assert answer.status_code in (200, 422) and "Authentique" not in answer.text


def test_a_file_is_asked_for(client, database):
    answer = client.post(PAGE, data={})
    assert answer.status_code == 422 and "Choisissez le fichier." in answer.text


def test_a_journal_that_lost_the_line_of_a_good_receipt_is_denounced(client, receipt):
    seq = json.loads(receipt)["journal"]["seq"]
    with unguarded():
        session.execute(update(JournalEntry).where(JournalEntry.seq == seq).values(hash="0" * 64))
    answer = give(client, receipt)
    assert "Authentique" in answer.text and "le journal de ce site ne porte pas" in answer.text


def test_the_page_shows_the_fingerprint_of_each_key(client, receipt):
    page = client.get(PAGE).text
    assert all(key.key_id in page for key in receipt_keys())


def test_without_any_key_the_page_says_when_the_first_is_made(client, database):
    assert "Aucune clé n’a encore signé" in client.get(PAGE).text
    assert client.get(f"{PAGE}/page-a-garder").status_code == 200


def test_the_list_of_keys_and_the_script_taken_away_verify_the_receipt(client, receipt):
    keys, script = client.get(f"{PAGE}/cles.json"), client.get(f"{PAGE}/receipt_check.py")
    assert check_receipt(receipt, read_keys(keys.data))
    assert script.data == Path(receipt_check.__file__).read_bytes()
    for answer in (keys, script, client.get(f"{PAGE}/page-a-garder")):
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_page_to_keep_lets_its_own_script_and_style_act_and_calls_nobody(client, receipt):
    html = client.get(f"{PAGE}/page-a-garder").get_data(as_text=True)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html).group(1)
    assert policy.startswith("default-src 'none'")
    for name in ("script", "style"):
        inline = re.search(rf"<{name}>(.*?)</{name}>", html, re.DOTALL).group(1)
        assert f"{name}-src 'sha256-{b64encode(sha256(inline.encode()).digest()).decode()}'" in policy
    assert re.findall(r'(?:src|srcset|href)="([^"]+)"', html) == ["http://localhost"]
    assert receipt_keys()[0].public.hex() in html


def test_the_keys_tell_no_secret(client, receipt):
    session.expire_all()
    for end in ("", "/cles.json", "/page-a-garder"):
        body = client.get(PAGE + end).data
        assert all(key.wrapped_private not in body and key.wrapped_private.hex().encode() not in body for key in receipt_keys())
