"""Receipts: the five legal items, what proves them, and nobody else's eyes."""

import pytest
from sqlalchemy import select

from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.publications import invitees_of
from sad.actions.receipts import read_receipt, receipt_text
from sad.db import session, transaction
from sad.models.journal import JournalEntry
from sad.models.offers import Receipt
from sad.trust.canonical import canonical_json
from sad.trust.commitments import commitment
from sad.trust.envelopes import SealBroken
from sad.trust.sealing import ciphertext_sha256
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, make_published
from tests.factories.offers import PDF, make_deposit, make_opener


@pytest.fixture
def mini_tender(database):
    found = make_published(suppliers=2)
    session.commit()
    return found


@pytest.fixture
def offer(mini_tender):
    with transaction():
        return make_deposit(mini_tender, invitees_of(mini_tender)[0], files=[PDF])


def test_the_five_legal_items_are_there(mini_tender, offer):
    receipt = read_receipt(offer, seal_key=SEAL_KEY)
    assert receipt["depositor"] == f"{offer.supplier.name}, SIRET {offer.supplier.siret}"
    assert receipt["buyer"] == f"{mini_tender.organisation.name}, SIREN {mini_tender.organisation.siren}"
    assert receipt["title"] == mini_tender.title
    assert mini_tender.system.reference in receipt["object"]
    assert receipt["received_at"] == "2026-12-06T11:00:00.000000Z"
    assert [(each["name"], each["size"]) for each in receipt["documents"]][1:] == [(PDF.name, PDF.size)]
    assert receipt["late"] is False


def test_it_names_the_line_of_the_journal_and_the_fingerprint_of_what_was_kept(offer):
    receipt = read_receipt(offer, seal_key=SEAL_KEY)
    line = session.scalars(select(JournalEntry).where(JournalEntry.object == f"offers:{offer.id}")).one()
    assert receipt["journal"] == {"seq": line.seq, "hash": line.hash}
    assert receipt["sealed_sha256"] == ciphertext_sha256(offer.sealed) == offer.sealed_sha256


def test_what_is_opened_later_is_what_the_receipt_committed_to(mini_tender, offer):
    receipt = read_receipt(offer, seal_key=SEAL_KEY)
    openers = [make_opener(mini_tender) for _ in range(2)]
    session.commit()
    after = CLOSES.replace(hour=13)
    with transaction():
        ask_opening(mini_tender, by=openers[0], at=after)
    with transaction():
        confirm_opening(mini_tender, seal_key=SEAL_KEY, by=openers[1], at=after)
    salt = bytes.fromhex(receipt["salt"])
    opened = {key: value for key, value in offer.content.items() if key != "files"}
    assert commitment(salt, canonical_json(opened)) == receipt["content_commitment"] == receipt["documents"][0]["salted_sha256"]
    assert commitment(salt, offer.files[0].body) == receipt["documents"][1]["salted_sha256"]


def test_it_is_given_again_byte_for_byte_and_opens_with_its_own_key_alone(offer):
    assert receipt_text(offer, seal_key=SEAL_KEY) == canonical_json(read_receipt(offer, seal_key=SEAL_KEY))
    with pytest.raises(SealBroken):
        receipt_text(offer, seal_key=b"another-seal-key-for-tests-0123456789")


def test_a_receipt_put_under_another_offer_does_not_open(mini_tender, offer):
    with transaction():
        other = make_deposit(mini_tender, invitees_of(mini_tender)[1])
    mine, theirs = (session.scalars(select(Receipt).where(Receipt.offer_id == each.id)).one() for each in (offer, other))
    theirs.sealed = mine.sealed
    session.commit()
    with pytest.raises(SealBroken):
        read_receipt(other, seal_key=SEAL_KEY)
