"""Files sent piece by piece: bit-identical however the line behaves, within the limits, sealed, destroyed when their time is over."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from sad.actions.offer_drafts import save_offer_draft
from sad.actions.publications import invitees_of
from sad.actions.staged_uploads import (
    KEPT_DAYS,
    add_chunk,
    as_files,
    begin_upload,
    discard_stale_uploads,
    discard_uploads,
    offset_of,
    read_head,
    read_upload,
    uploads_of,
)
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.journal import JournalEntry
from sad.models.offers import DepositAttempt
from sad.models.uploads import StagedChunk, StagedUpload
from sad.storage import CHUNK_BYTES, LIMITS_SENTENCE, MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES, MIB
from sad.trust.envelopes import SealBroken
from tests.factories.mini_tenders import SEAL_KEY, make_published
from tests.factories.offers import IN_TIME, make_deposit, offered
from tests.factories.suppliers import member_of

SECRET = b"%PDF-1.4 remise de 12,75 pour cent "
ONE_SECOND = timedelta(seconds=1)


@pytest.fixture
def mini_tender(database):
    found = make_published(suppliers=2)
    session.commit()
    return found


@pytest.fixture
def supplier(mini_tender):
    return invitees_of(mini_tender)[0]


def pdf(size: int) -> bytes:
    return SECRET + random.Random(size).randbytes(size - len(SECRET))


def begin(mini_tender, supplier, name="Menu.pdf", size=100, at=IN_TIME):
    with transaction():
        return begin_upload(mini_tender, supplier, name, size, seal_key=SEAL_KEY, by=member_of(supplier), at=at)


def send(upload, offset, body, at=IN_TIME):
    with transaction():
        return add_chunk(upload, offset, body, seal_key=SEAL_KEY, by=member_of(upload.supplier), at=at)


def send_all(upload, body):
    for offset in range(0, len(body), CHUNK_BYTES):
        send(upload, offset, body[offset : offset + CHUNK_BYTES])
    return upload


def rows(model) -> int:
    return session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize("size", [100, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES + 17])
def test_a_file_sent_piece_by_piece_is_bit_identical(mini_tender, supplier, size):
    body = pdf(size)
    upload = send_all(begin(mini_tender, supplier, size=size), body)
    assert upload.is_whole and read_upload(upload, seal_key=SEAL_KEY).body == body
    assert [(file.name, file.media_type, file.body) for file in as_files([upload], seal_key=SEAL_KEY)] == [
        ("Menu.pdf", "application/pdf", body)
    ]


@pytest.mark.parametrize("seed", range(6))
def test_pieces_lost_repeated_or_in_disorder_change_nothing_of_the_file(mini_tender, supplier, seed):
    body, drawn = pdf(4 * CHUNK_BYTES + 99), random.Random(seed)
    upload = begin(mini_tender, supplier, size=len(body))
    while not upload.is_whole:
        offset = drawn.randrange(5) * CHUNK_BYTES
        expected = offset_of(upload, len(body))
        if offset > expected:
            with pytest.raises(Refused, match="pas celui qui est attendu"):
                send(upload, offset, body[offset : offset + CHUNK_BYTES])
        else:
            send(upload, offset, body[offset : offset + CHUNK_BYTES])
        assert offset_of(upload, len(body)) in (expected, min(expected + CHUNK_BYTES, len(body)))
    assert read_upload(upload, seal_key=SEAL_KEY).body == body


@pytest.mark.parametrize(("offset", "length"), [(0, 99), (0, 101), (0, 0), (1, 99), (-1, 100), (100, 0), (CHUNK_BYTES, 100)])
def test_a_piece_that_is_not_the_one_expected_is_refused(mini_tender, supplier, offset, length):
    upload = begin(mini_tender, supplier, size=100)
    with pytest.raises(Refused, match="pas celui qui est attendu"):
        send(upload, offset, pdf(200)[:length])
    session.refresh(upload)
    assert (upload.received, rows(StagedChunk)) == (0, 0)


REFUSED = [
    ("menu.exe", 100, "type de fichier"), ("menu.pdf", 0, "vide"), ("menu.pdf", -1, "vide"), ("menu.pdf", MAX_FILE_BYTES + 1, "trop"),
    ("menu", 100, "type de fichier"), ("", 100, "type de fichier"), ("menu.pdf\u202e.exe", 10**11, "type de fichier"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "size", "said"), REFUSED)
def test_what_could_never_be_accepted_is_refused_before_anything_is_sent(mini_tender, supplier, name, size, said):
    with pytest.raises(Refused, match=said) as refused:
        begin(mini_tender, supplier, name, size)
    assert refused.value.refusals[0].remedy == LIMITS_SENTENCE and rows(StagedUpload) == 0


def test_the_limits_hold_on_the_sum_of_what_is_on_its_way(mini_tender, supplier):
    for _ in range(MAX_TOTAL_BYTES // MAX_FILE_BYTES):
        begin(mini_tender, supplier, size=MAX_FILE_BYTES)
    with pytest.raises(Refused, match=f"ensemble {MAX_TOTAL_BYTES // MIB},1"):
        begin(mini_tender, supplier, size=1)


def test_no_more_files_are_begun_than_may_be_joined(mini_tender, supplier):
    for _ in range(MAX_FILES):
        begin(mini_tender, supplier)
    with pytest.raises(Refused, match="11 fichiers"):
        begin(mini_tender, supplier)
    begin(None, supplier)
    begin(mini_tender, invitees_of(mini_tender)[1])


def test_two_files_may_bear_the_same_name_and_the_same_size(mini_tender, supplier):
    first, second = begin(mini_tender, supplier), begin(mini_tender, supplier)
    one, other = b"%PDF-1".ljust(100, b"1"), b"%PDF-1".ljust(100, b"2")
    send(second, 0, other)
    send(first, 0, one)
    files = as_files(uploads_of(mini_tender, supplier), seal_key=SEAL_KEY)
    assert [(file.name, file.body) for file in files] == [("Menu.pdf", one), ("Menu.pdf", other)]


def test_what_it_holds_is_judged_with_its_last_piece_and_a_false_one_is_never_whole(mini_tender, supplier):
    upload = begin(mini_tender, supplier, size=100)
    with pytest.raises(Refused, match="PDF lisible"):
        send(upload, 0, b"MZ".ljust(100))
    session.refresh(upload)
    assert not upload.is_whole and as_files([upload], seal_key=SEAL_KEY) == []


def test_an_upload_that_the_line_cuts_leaves_its_attempt_with_its_instants(mini_tender, supplier):
    upload = begin(mini_tender, supplier, size=3 * CHUNK_BYTES)
    send(upload, 0, pdf(CHUNK_BYTES), at=IN_TIME + ONE_SECOND)
    [tried] = session.scalars(select(DepositAttempt)).all()
    assert (tried.started_at, tried.received_at, tried.offer_id) == (IN_TIME, IN_TIME + ONE_SECOND, None)
    assert tried.size_class == 3 * CHUNK_BYTES // (64 * 1024) and "1/3 des morceaux" in tried.refused_because
    lines = session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc()).limit(2)).all()
    assert [(line.action, line.organisation_id) for line in lines] == [("begin_upload", None), ("attempt_deposit", None)]


def test_an_upload_that_came_whole_is_said_to_be_no_deposit(mini_tender, supplier):
    send_all(begin(mini_tender, supplier), pdf(100))
    assert "pas un dépôt" in session.scalars(select(DepositAttempt.refused_because)).one()


def test_a_piece_opens_neither_with_another_key_nor_in_another_place(mini_tender, supplier):
    first, second = (send_all(begin(mini_tender, supplier), pdf(100)) for _ in range(2))
    with pytest.raises(SealBroken):
        read_upload(first, seal_key=bytes(range(32)))
    with transaction():
        one, other = session.scalars(select(StagedChunk).order_by(StagedChunk.id)).all()
        one.sealed, other.sealed = other.sealed, one.sealed
    with pytest.raises(SealBroken):
        read_upload(second, seal_key=SEAL_KEY)


def test_nothing_of_a_file_is_in_clear_but_the_number_of_its_pieces(mini_tender, supplier):
    upload = send_all(begin(mini_tender, supplier, "Tarif-negocie.pdf", 300), pdf(300))
    sizes = session.scalars(select(func.length(StagedChunk.sealed))).all()
    kept = upload.sealed + b"".join(session.scalars(select(StagedChunk.sealed)))
    assert b"Tarif" not in kept and b"12,75" not in kept
    twin = send_all(begin(mini_tender, supplier, "x.pdf", 60_000), pdf(60_000))
    assert {len(upload.sealed), *sizes} == {len(twin.sealed), *session.scalars(select(func.length(StagedChunk.sealed)))}


def test_a_deposit_destroys_what_was_on_its_way(mini_tender, supplier):
    other = invitees_of(mini_tender)[1]
    send_all(begin(mini_tender, supplier), pdf(100))
    begin(mini_tender, supplier, size=MIB)
    kept = begin(mini_tender, other)
    with transaction():
        save_offer_draft(
            mini_tender, supplier, offered(mini_tender, supplier), (), stamp="", seal_key=SEAL_KEY, by=member_of(supplier), at=IN_TIME
        )
        make_deposit(mini_tender, supplier)
    assert session.scalars(select(StagedUpload.id)).all() == [kept.id] and rows(StagedChunk) == 0
    assert any("détruit" in (said or "") for said in session.scalars(select(DepositAttempt.refused_because)))


@pytest.mark.parametrize(("after", "left"), [(timedelta(days=KEPT_DAYS), 1), (timedelta(days=KEPT_DAYS, microseconds=1), 0)])
def test_what_nobody_takes_up_again_is_destroyed_after_a_week(mini_tender, supplier, after, left):
    upload = begin(mini_tender, supplier, size=3 * CHUNK_BYTES)
    send(upload, 0, pdf(CHUNK_BYTES))
    with transaction():
        assert discard_stale_uploads(at=IN_TIME + after) == 1 - left
    assert (rows(StagedUpload), rows(StagedChunk)) == (left, left)


def test_what_is_given_up_leaves_its_attempt_and_its_line_alone(mini_tender, supplier):
    upload = begin(mini_tender, supplier, size=3 * CHUNK_BYTES)
    send(upload, 0, pdf(CHUNK_BYTES))
    assert read_head(upload, seal_key=SEAL_KEY) == ("Menu.pdf", 3 * CHUNK_BYTES)
    with transaction():
        discard_uploads([upload], by=member_of(supplier), at=IN_TIME)
    assert (rows(StagedUpload), rows(StagedChunk), rows(DepositAttempt)) == (0, 0, 1)
    assert session.scalar(select(JournalEntry.action).order_by(JournalEntry.seq.desc()).limit(1)) == "discard_upload"
