"""Another seal key: everything opens as before, nothing opens with the old one, and nothing sealed is forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, select

from sad.actions.declarations import declare_interests
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.publications import invitees_of
from sad.actions.receipt_keys import current_key
from sad.actions.receipts import read_receipt
from sad.actions.rescue_codes import make_rescue_codes
from sad.actions.seal_rotation import KEPT, is_of_key, rotate_seal_key
from sad.actions.second_factors import secret_being_set, start_factor
from sad.actions.trials import trial_receipt_text
from sad.db import Base, session, transaction
from sad.domain.errors import Refused
from sad.models.journal import JournalEntry
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer, OfferDraft
from sad.models.people import RescueCode, Role
from sad.models.receipt_keys import ReceiptKey
from sad.models.registry import AGGREGATES
from sad.models.trials import TrialDeposit
from sad.trust import openers as crypto
from sad.trust.envelopes import SealBroken
from sad.trust.sealing import open_draft, seal_draft, seal_receipt, unwrap
from sad.trust.signing import WrappedKey, opens
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, SENT, make_published
from tests.factories.offers import IN_TIME, PDF, make_deposit, make_opener
from tests.factories.openers import PHRASES, make_shared
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of

assert AGGREGATES
NEW = b"the-next-seal-key-of-tests-9876543210"
AFTER = CLOSES + timedelta(hours=1)
# Bytes that the seal key does not keep: sealed to a public key or under a passphrase, signed, public, or opened.
APART = {
    "offers.sealed", "rehearsals.sealed", "opener_keys.wrapped_private", "receipt_keys.public", "offer_files.body",
    "journal_bodies.salt", "receptions.signed", "examination_files.body", "trial_deposits.sealed", "passkeys.credential_id",
    "passkeys.credential",
}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(crypto, "MEMORY_KIB", 64)


def rotate(old=SEAL_KEY, new=NEW, at=IN_TIME):
    with transaction():
        return rotate_seal_key(old=old, new=new, by=None, at=at)


def test_every_column_of_bytes_is_kept_again_or_said_apart():
    """A sealed column of tomorrow is noticed on the day it is born."""
    found = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    kept = {each.name for each in KEPT}
    assert kept <= found and found <= kept | APART


def test_all_opens_under_the_new_key_and_nothing_under_the_old_one(database):
    with transaction():
        mini_tender = make_published(suppliers=2)
        one, other = invitees_of(mini_tender)
        offer = make_deposit(mini_tender, one, files=[PDF])
        context = f"draft:{mini_tender.id}:{other.id}"
        draft = OfferDraft(
            mini_tender_id=mini_tender.id, supplier_id=other.id, sealed=seal_draft(SEAL_KEY, context, b"12,40"), saved_at=IN_TIME
        )
        person = make_person(mini_tender.organisation, Role.BUYER)
        session.add(draft)
        start_factor(person, seal_key=SEAL_KEY, by=person, at=IN_TIME)
        make_rescue_codes(person, seal_key=SEAL_KEY, by=person, at=IN_TIME)
        secret = secret_being_set(person, seal_key=SEAL_KEY, at=IN_TIME)
        told, signer = read_receipt(offer, seal_key=SEAL_KEY), current_key().key_id
    assert is_of_key(SEAL_KEY) and not is_of_key(NEW)
    done = rotate()
    assert is_of_key(NEW) and not is_of_key(SEAL_KEY)
    assert (done.unopened, done.without_codes) == ([], [person])
    assert open_draft(NEW, context, draft.sealed) == b"12,40"
    assert read_receipt(offer, seal_key=NEW) == told
    assert secret_being_set(person, seal_key=NEW, at=IN_TIME) == secret
    assert session.scalars(select(RescueCode)).all() == [] and current_key().key_id != signer
    assert all(opens(WrappedKey(key.key_id, key.public, key.wrapped_private), NEW) for key in session.scalars(select(ReceiptKey)))
    with pytest.raises(SealBroken):
        unwrap(mini_tender.wrapped_private_key, SEAL_KEY, f"mini_tender:{mini_tender.id}")
    for attempt in (lambda: open_draft(SEAL_KEY, context, draft.sealed), lambda: read_receipt(offer, seal_key=SEAL_KEY)):
        with pytest.raises(SealBroken):
            attempt()


def test_the_receipt_of_a_trial_is_read_as_before(database):
    with transaction():
        supplier = make_supplier()
        person, number = member_of(supplier), "0b7e4b1e-54f2-4a4e-9a53-6f9bb1a0a2c1"
        trial = TrialDeposit(
            supplier_id=supplier.id, deposit_id=number, idempotency_key="one", deposited_by=person.id, started_at=IN_TIME,
            received_at=IN_TIME, sealed=b"", sealed_sha256="0" * 64, receipt=seal_receipt(SEAL_KEY, f"trial-receipt:{number}", b"{}"),
        )  # fmt: skip
        session.add(trial)
    assert trial_receipt_text(trial, seal_key=SEAL_KEY) == b"{}"
    assert rotate().unopened == []
    assert trial_receipt_text(trial, seal_key=NEW) == b"{}"


def test_offers_sealed_before_open_after(database):
    with transaction():
        mini_tender = make_published(suppliers=1)
        make_deposit(mini_tender, invitees_of(mini_tender)[0])
        first, second = make_opener(mini_tender), make_opener(mini_tender)
    rotate()
    with transaction():
        ask_opening(mini_tender, by=first, at=AFTER)
    with pytest.raises(Refused), transaction():
        confirm_opening(mini_tender, seal_key=SEAL_KEY, by=second, at=AFTER)
    with transaction():
        confirm_opening(mini_tender, seal_key=NEW, by=second, at=AFTER)
    assert session.scalars(select(Offer.is_opened)).all() == [True]


def test_a_key_shared_among_openers_and_half_opened_goes_on(database):
    with transaction():
        mini_tender, openers = make_shared()
        make_deposit(mini_tender, invitees_of(mini_tender)[0])
        for person in openers:
            declare_interests(mini_tender, has_conflict=False, by=person, at=IN_TIME)
    with transaction():
        ask_opening(mini_tender, seal_key=SEAL_KEY, passphrase=PHRASES[0], by=openers[0], at=AFTER)
    assert rotate(at=AFTER).unopened == []
    with transaction():
        confirm_opening(mini_tender, seal_key=NEW, passphrase=PHRASES[1], by=openers[1], at=AFTER)
    assert session.scalars(select(Offer.is_opened)).all() == [True]


def test_it_is_journalled_by_names_that_tell_nothing_of_the_keys(database):
    with transaction():
        make_published(suppliers=1)
    rotate()
    line = session.scalars(select(JournalEntry).where(JournalEntry.action == "rotate_seal_key")).one()
    said = str(line.body.body)
    assert line.body.body["before"] != line.body.body["after"] and len(line.body.body["before"]) == 16
    assert SEAL_KEY.decode() not in said and SEAL_KEY.hex()[:16] not in said and NEW.decode() not in said


def test_with_a_wrong_key_nothing_is_changed(database):
    with transaction():
        mini_tender = make_published(suppliers=1)
    before = session.scalars(select(MiniTender.wrapped_private_key)).one()
    with pytest.raises(Refused):
        rotate(old=b"not-the-seal-key-of-anybody-0123456789")
    session.rollback()
    assert session.scalars(select(MiniTender.wrapped_private_key)).one() == before and is_of_key(SEAL_KEY)
    assert mini_tender.published_at == SENT


def test_what_the_old_key_no_longer_opened_is_told_and_left(database):
    with transaction():
        mini_tender = make_published(suppliers=1)
        supplier = invitees_of(mini_tender)[0]
        session.add(OfferDraft(mini_tender_id=mini_tender.id, supplier_id=supplier.id, sealed=b"not sealed at all", saved_at=IN_TIME))
    (number,) = session.scalars(select(OfferDraft.id))
    assert rotate().unopened == [f"offer_drafts.sealed:{number}"]
    assert session.scalars(select(OfferDraft.sealed)).one() == b"not sealed at all"


def test_an_empty_database_takes_any_key(database):
    assert is_of_key(SEAL_KEY) and is_of_key(NEW)
    assert not any(rotate().kept.values())
