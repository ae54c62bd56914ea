"""A receipt verified away from the site: the good one is accepted, and nothing else, down to the bit."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.trust import receipt_check
from sad.trust.canonical import canonical_json
from sad.trust.envelopes import SealBroken
from sad.trust.receipt_check import BadKeys, NotGenuine, check_receipt, fingerprint, read_keys, told
from sad.trust.receipts import receipt_body
from sad.trust.sealing import take_signing_key
from sad.trust.signing import new_receipt_key, opens, sign_receipt
from tests.trust.test_receipts import RECEIPT

SEAL = b"a-seal-key-for-tests-only-0123456789"
KEY, OTHER = new_receipt_key(SEAL), new_receipt_key(SEAL)
BODY = receipt_body(RECEIPT)
FILE = sign_receipt(BODY, KEY, SEAL)
KEYS = {KEY.key_id: KEY.public}
LIST = canonical_json({"format": "sad-receipt-keys/1", "keys": [{"key_id": KEY.key_id, "public_key": KEY.public.hex()}]})


def refusal(file: bytes, keys=KEYS) -> str:
    with pytest.raises(NotGenuine) as refused:
        check_receipt(file, keys)
    return str(refused.value)


def changed(**values) -> bytes:
    """The receipt with other values, spelled as the good one is and signed by nobody."""
    return canonical_json({**json.loads(FILE), **values})


def another(value):
    """The same kind of value, hardly different."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value[:-1] + ("0" if value[-1] != "0" else "1")
    if isinstance(value, list):
        return value[1:]
    return {**value, "seq": value["seq"] + 1}


def test_a_good_receipt_is_accepted_and_says_what_was_signed():
    assert check_receipt(FILE, KEYS) == {**BODY, "key_id": KEY.key_id}
    assert check_receipt(FILE, {OTHER.key_id: OTHER.public, **KEYS})
    assert read_keys(LIST) == KEYS


def test_every_bit_of_the_file_is_held():
    wrong = bytearray(FILE)
    for place in range(len(wrong)):
        for bit in range(8):
            wrong[place] ^= 1 << bit
            with pytest.raises(NotGenuine):
                check_receipt(bytes(wrong), KEYS)
            wrong[place] ^= 1 << bit
    assert bytes(wrong) == FILE


@pytest.mark.parametrize("name", sorted(json.loads(FILE)))
def test_every_field_is_held(name):
    said = json.loads(FILE)
    assert refusal(changed(**{name: another(said[name])}))
    assert refusal(canonical_json({key: value for key, value in said.items() if key != name}))


@pytest.mark.parametrize("field", ["name", "size", "salted_sha256"])
@pytest.mark.parametrize("place", [0, 1])
def test_every_document_is_held(place, field):
    documents = json.loads(FILE)["documents"]
    documents[place][field] = another(documents[place][field])
    assert "La signature" in refusal(changed(documents=documents))


def test_nothing_can_be_added():
    assert "La signature" in refusal(changed(late_reason="panne"))
    assert "a été modifié" in refusal(FILE[:-1] + b',"late":true}')
    assert "a été modifié" in refusal(FILE.replace(b":", b": ", 1))


def test_a_receipt_is_refused_with_another_key():
    assert "clé que la liste ne connaît pas" in refusal(FILE, {OTHER.key_id: OTHER.public})
    assert "clé que la liste ne connaît pas" in refusal(FILE, {})
    assert "La signature ne correspond pas" in refusal(FILE, {KEY.key_id: OTHER.public})


def test_a_receipt_signed_anew_by_somebody_else_is_refused_whatever_key_it_claims():
    forged = sign_receipt({**BODY, "late": True}, OTHER, SEAL)
    assert "ne connaît pas" in refusal(forged)
    assert "ne correspond pas" in refusal(canonical_json({**json.loads(forged), "key_id": KEY.key_id}))


def test_a_key_retired_since_still_verifies_what_it_signed():
    both = {KEY.key_id: KEY.public, OTHER.key_id: OTHER.public}
    assert check_receipt(FILE, both)["key_id"] == KEY.key_id
    assert check_receipt(sign_receipt(BODY, OTHER, SEAL), both)["key_id"] == OTHER.key_id


@pytest.mark.parametrize("signature", ["", "00", "g" * 128, json.loads(FILE)["signature"].upper(), None, 7, ["0"]])
def test_what_is_not_a_signature_is_refused(signature):
    assert refusal(changed(signature=signature))


@pytest.mark.parametrize(
    "file", [b"", b"{", b"[]", b"null", b"\xff", b"{}", b'{"size":1.0}', b'{"a":NaN}', b'{"a":"\\ud800"}', b"[" * 100_000, b"9" * 5000]
)
def test_what_is_not_a_receipt_is_refused_without_a_breakdown(file):
    assert refusal(file)


def test_a_receipt_of_before_signatures_is_said_to_be_unsigned():
    assert "pas un accusé de réception signé" in refusal(canonical_json({**BODY, "format": "sad-receipt/1"}))


@given(st.text(" \t\r\n", max_size=4), st.text(" \t\r\n", max_size=4))
def test_a_line_added_at_the_end_by_an_editor_changes_nothing(before, after):
    assert check_receipt(before.encode() + FILE + after.encode(), KEYS)


@given(st.text(min_size=1))
def test_any_title_survives_being_signed(title):
    if title.isprintable():
        assert check_receipt(sign_receipt({**BODY, "title": title}, KEY, SEAL), KEYS)["title"] == title


@pytest.mark.parametrize(
    "file", [b"", b"[]", b"{}", b'{"format":"sad-receipt-keys/1"}', LIST.replace(b"keys/1", b"keys/2"), b"\xff", b"[" * 99999]
)
def test_a_list_of_keys_that_is_not_one_is_said(file):
    with pytest.raises(BadKeys, match="pas une liste"):
        read_keys(file)


def test_a_list_whose_key_was_put_in_place_of_another_is_said():
    with pytest.raises(BadKeys, match="modifiée"):
        read_keys(LIST.replace(KEY.public.hex().encode(), OTHER.public.hex().encode()))


def test_a_key_signs_with_its_own_seal_key_alone():
    assert opens(KEY, SEAL) and not opens(KEY, SEAL + b"!")
    with pytest.raises(SealBroken):
        sign_receipt(BODY, KEY, SEAL + b"!")
    with pytest.raises(SealBroken):
        take_signing_key(SEAL, OTHER.key_id, KEY.wrapped_private)
    assert KEY.key_id == fingerprint(KEY.public)


def test_what_is_told_of_a_receipt_names_its_key_and_each_document():
    lines = "\n".join(told(check_receipt(FILE, KEYS)))
    assert "authentique" in lines and "à temps" in lines and KEY.key_id in lines and lines.count("Fiche.pdf") == 2


def test_the_script_stands_alone():
    tree = ast.parse(Path(receipt_check.__file__).read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) == {"cryptography"}


@pytest.mark.parametrize(
    ("file", "keys", "code", "words"),
    [
        (FILE, LIST, 0, "authentique"),
        (FILE.replace(b'"late":false', b'"late":true'), LIST, 1, "REFUSÉ"),
        (FILE, b"{}", 2, "liste de clés"),
        (None, LIST, 2, "accuse.json"),
    ],
)
def test_the_script_taken_away_answers_with_words_and_a_code(tmp_path, file, keys, code, words):
    (tmp_path / "verifier.py").write_bytes(Path(receipt_check.__file__).read_bytes())
    (tmp_path / "keys.json").write_bytes(keys)
    if file is not None:
        (tmp_path / "accuse.json").write_bytes(file)
    command = [sys.executable, "-I", "verifier.py", "accuse.json", "keys.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert words in (done.stdout if code == 0 else done.stderr)
