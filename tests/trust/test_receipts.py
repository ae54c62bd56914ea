"""Receipts: the five items of the law, and what proves the deposit later."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sad.trust.canonical import canonical_json
from sad.trust.chain import Head
from sad.trust.envelopes import EnvelopeFile
from sad.trust.receipts import Receipt, listed_documents, receipt_body

SALT = b"s" * 32
CLOSES_AT = datetime(2026, 12, 3, 11, 0, tzinfo=UTC)
FILES = (EnvelopeFile("Fiche.pdf", "application/pdf", b"one"), EnvelopeFile("Fiche.pdf", "application/pdf", b"twoo"))
RECEIPT = Receipt(
    deposit_id="0b7e4b1e-54f2-4a4e-9a53-6f9bb1a0a2c1",
    depositor="GAEC des Abricotiers, SIRET 123 456 789 00012",
    buyer="Agglomération du Val",
    title="Petit-déjeuner du 17 décembre",
    object="Petit-déjeuner pour 40 personnes",
    started_at=CLOSES_AT - timedelta(minutes=1),
    received_at=CLOSES_AT - timedelta(seconds=30),
    closes_at=CLOSES_AT,
    documents=listed_documents(SALT, FILES),
    salt=SALT,
    content_commitment="c" * 64,
    sealed_sha256="d" * 64,
    journal_head=Head(41, "e" * 64),
)


def test_a_receipt_states_the_five_items_of_the_law():
    body = receipt_body(RECEIPT)
    assert body["depositor"] == RECEIPT.depositor
    assert body["buyer"] == RECEIPT.buyer
    assert (body["title"], body["object"]) == (RECEIPT.title, RECEIPT.object)
    assert body["received_at"] == "2026-12-03T10:59:30.000000Z"
    assert [(document["name"], document["size"]) for document in body["documents"]] == [("Fiche.pdf", 3), ("Fiche.pdf", 4)]


def test_a_receipt_proves_each_document_with_its_salt():
    body = receipt_body(RECEIPT)
    proofs = [hashlib.sha256(bytes.fromhex(body["salt"]) + file.body).hexdigest() for file in FILES]
    assert [document["salted_sha256"] for document in body["documents"]] == proofs


def test_a_receipt_carries_the_deposit_and_the_head_of_the_journal():
    body = receipt_body(RECEIPT)
    assert body["deposit_id"] == RECEIPT.deposit_id
    assert body["started_at"] == "2026-12-03T10:59:00.000000Z"
    assert body["closes_at"] == "2026-12-03T11:00:00.000000Z"
    assert body["content_commitment"] == "c" * 64
    assert body["sealed_sha256"] == "d" * 64
    assert body["journal"] == {"seq": 41, "hash": "e" * 64}


@pytest.mark.parametrize(("microseconds", "late"), [(-1, False), (0, False), (1, True)])
def test_a_receipt_says_late_from_the_first_microsecond_after_the_deadline(microseconds, late):
    receipt = replace(RECEIPT, received_at=CLOSES_AT + timedelta(microseconds=microseconds))
    assert receipt_body(receipt)["late"] is late


def test_a_receipt_can_be_written_as_canonical_json_and_read_back():
    assert json.loads(canonical_json(receipt_body(RECEIPT))) == receipt_body(RECEIPT)


def test_a_receipt_without_documents_lists_none():
    assert receipt_body(replace(RECEIPT, documents=()))["documents"] == []
