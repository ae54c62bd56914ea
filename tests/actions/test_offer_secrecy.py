"""Before the opening nobody who holds the disk reads a price, a file or its name; and two deposits at once never both count."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from sad.actions.attempts import attempt_deposit
from sad.actions.offer_drafts import save_offer_draft
from sad.actions.offers import offers_of
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.publications import invitees_of
from sad.db import Base, session, transaction
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer, OfferState
from sad.models.suppliers import Supplier
from sad.trust.envelopes import EnvelopeFile
from tests.factories.evaluations import make_offer_row
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, make_published
from tests.factories.offers import IN_TIME, make_deposit, make_opener, offered
from tests.factories.suppliers import member_of

PLANTED = {"prices": ("7319.37", "4.00"), "note": "Chocolatines au beurre d’Isigny"}
FILE = EnvelopeFile("Tarif-negocie-2026.pdf", "application/pdf", b"%PDF-1.4 remise de 12,75 pour cent")
SECRETS = ("7319.37", "7319,37", "731937", "Isigny", "Tarif-negocie", "12,75 pour cent")


@pytest.fixture
def mini_tender(database):
    found = make_published(suppliers=2)
    session.commit()
    return found


@pytest.fixture
def supplier(mini_tender):
    return invitees_of(mini_tender)[0]


def said_on_disk(folder: Path) -> bytes:
    """Every byte under the folder (database, its log, documents, journal, letters), or of each table on a server."""
    session.commit()
    if session.get_bind().dialect.name == "sqlite":
        return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    tables = [session.execute(text(f'SELECT CAST(t AS text) FROM "{name}" t')).scalars().all() for name in Base.metadata.tables]
    return "\n".join(line for lines in tables for line in lines).encode()


def secrets_in(content: bytes) -> list[str]:
    """Those found, as text or in the hexadecimal in which a server shows bytes."""
    return [each for each in SECRETS if each.encode() in content or each.encode().hex().encode() in content]


@pytest.mark.own_database
def test_a_draft_then_a_deposit_leave_no_clear_price_anywhere_until_the_opening(mini_tender, supplier, tmp_path):
    by, at = member_of(supplier), IN_TIME
    with transaction():
        attempt_deposit(mini_tender, supplier, started_at=at, received_at=at, size=99, by=by, at=at)
        save_offer_draft(
            mini_tender, supplier, offered(mini_tender, supplier, **PLANTED), [FILE], stamp="", seal_key=SEAL_KEY, by=by, at=at
        )
    assert secrets_in(said_on_disk(tmp_path)) == []
    with transaction():
        make_deposit(mini_tender, supplier, files=[FILE], **PLANTED)
    with transaction():
        make_deposit(mini_tender, supplier, files=[FILE], at=CLOSES.replace(hour=13), **PLANTED)
    assert secrets_in(said_on_disk(tmp_path)) == []
    openers = [make_opener(mini_tender) for _ in range(2)]
    session.commit()
    after = CLOSES.replace(hour=14)
    with transaction():
        ask_opening(mini_tender, by=openers[0], at=after)
    assert secrets_in(said_on_disk(tmp_path)) == []
    with transaction():
        confirm_opening(mini_tender, seal_key=SEAL_KEY, by=openers[1], at=after)
    assert "7319.37" in secrets_in(said_on_disk(tmp_path)), "the search would find it"


def at_once(mini_tender, supplier, *keys: str) -> set[int]:
    """Deposit with each of these keys at the same time, each on its own connection; the offers that were acknowledged."""
    numbers, start, found, failures = (mini_tender.id, supplier.id), threading.Barrier(len(keys)), set(), []
    session.commit()

    def deposit(key: str) -> None:
        start.wait()
        try:
            with transaction():
                found.add(make_deposit(session.get(MiniTender, numbers[0]), session.get(Supplier, numbers[1]), key=key).id)
        except Exception as failure:
            failures.append(failure)
        finally:
            session.remove()

    threads = [threading.Thread(target=deposit, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    session.rollback()
    return found


def test_people_of_one_supplier_who_deposit_at_once_leave_one_offer_that_counts(mini_tender, supplier):
    assert len(at_once(mini_tender, supplier, "one", "two", "three", "four")) == 4
    states = sorted(each.state for each in offers_of(mini_tender, supplier))
    assert states == [OfferState.DEPOSITED, OfferState.REPLACED, OfferState.REPLACED, OfferState.REPLACED]


def test_the_same_sending_received_many_times_at_once_is_one_offer(mini_tender, supplier):
    assert len(at_once(mini_tender, supplier, "one", "one", "one", "one")) == 1
    assert session.scalar(select(func.count(Offer.id))) == 1


def test_the_database_itself_lets_only_one_offer_of_a_supplier_count(mini_tender, supplier):
    make_offer_row(mini_tender, supplier, received_at=IN_TIME)
    with pytest.raises(IntegrityError):
        make_offer_row(mini_tender, supplier, received_at=IN_TIME)
    session.rollback()


@pytest.mark.parametrize("late", [False, True])
def test_the_database_itself_refuses_a_late_mark_that_the_deadline_denies(mini_tender, supplier, late):
    offer = make_offer_row(mini_tender, supplier, received_at=IN_TIME if not late else CLOSES.replace(hour=13))
    with pytest.raises(IntegrityError):
        offer.late = not late
        session.flush()
    session.rollback()
