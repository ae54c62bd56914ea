"""The journal as the database keeps it: intact, or its first bad line and the damage, however it was made."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, event, insert, select, text, update

from sad.actions.journal import NotKept, record
from sad.actions.journal_checks import is_sound_line, verify_journal
from sad.actions.published_heads import publish_head
from sad.db import session, transaction
from sad.models.journal import JournalBody, JournalEntry, JournalHead, Occasion, PublishedHead
from sad.trust.chain import Damage, Head, entry_hash
from tests.factories.organisations import make_organisation
from tests.factories.tampering import unguarded

LINES = 8
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
FAKE = "f" * 64


@pytest.fixture
def written(database):
    """A journal of eight lines."""
    with transaction():
        organisation = make_organisation()
        for number in range(LINES - journal_length()):
            record("note_thing", organisation, by=None, at=NOW + timedelta(seconds=number), word=f"é {number}")


def journal_length() -> int:
    return session.scalars(select(JournalHead.seq)).one()


def head_of(seq: int) -> Head:
    return Head(seq, session.scalars(select(JournalEntry.hash).where(JournalEntry.seq == seq)).one())


def tamper(statement, *more) -> None:
    with unguarded():
        for each in (statement, *more):
            session.execute(each)


def line(seq: int):
    return update(JournalEntry).where(JournalEntry.seq == seq)


def rebuild(first: int, **values) -> None:
    """Change a line and compute again every hash from there, and the head: all that the owner of the database can do."""
    with unguarded():
        session.execute(line(first).values(**values))
        session.expire_all()
        rows = session.scalars(select(JournalEntry).order_by(JournalEntry.seq)).all()
        before = rows[first - 2].hash if first > 1 else "0" * 64
        for row in rows[first - 1 :]:
            names = ("seq", "at", "actor", "action", "object", "body_commit")
            before, prev = entry_hash(prev_hash=before, **{name: getattr(row, name) for name in names}), before
            session.execute(line(row.seq).values(hash=before, prev_hash=prev))
        session.execute(update(JournalHead).values(hash=before))


def verdict(kept: Head | None = None):
    session.rollback()
    session.expire_all()
    report = verify_journal(kept)
    return report.first_bad_seq, report.damage


def test_a_journal_that_nobody_touched_is_intact_whole_and_from_any_line(written):
    assert verdict() == (None, None)
    assert all(verdict(head_of(seq)) == (None, None) for seq in range(1, LINES + 1))
    assert str(verify_journal()) == f"Le journal est intact jusqu’à la ligne {LINES} (0 contenus effacés)."


@pytest.mark.parametrize(
    "values",
    [{"actor": "person:7"}, {"action": "x"}, {"object": "x:1"}, {"at": NOW}, {"hash": FAKE}, {"body_commit": FAKE}, {"prev_hash": FAKE}],
)
def test_a_line_that_was_altered_is_named(written, values):
    tamper(line(4).values(**values))
    assert verdict() == (4, Damage.ALTERED)
    assert not is_sound_line(4) and is_sound_line(3)


@pytest.mark.parametrize("body", [{"word": "autre"}, {}, {"word": 1.5}, ["é"]])
def test_a_body_that_was_altered_is_named(written, body):
    tamper(update(JournalBody).where(JournalBody.seq == 3).values(body=body))
    assert verdict() == (3, Damage.BODY)


def test_what_is_no_date_and_no_json_any_more_is_damage_and_not_a_breakdown(written, database):
    if database.dialect.name != "sqlite":
        pytest.skip("PostgreSQL refuse d’écrire une date ou un JSON qui n’en sont pas")
    tamper(text("UPDATE journal_bodies SET body = '{' WHERE seq = 6"))
    assert verdict() == (6, Damage.BODY)
    tamper(text("UPDATE journal_bodies SET salt = 'texte' WHERE seq = 5"))
    assert verdict() == (5, Damage.BODY)
    tamper(text("UPDATE journal SET at = 'jamais' WHERE seq = 4"), text("UPDATE journal SET actor = x'00' WHERE seq = 3"))
    assert verdict() == (3, Damage.ALTERED)
    tamper(text("UPDATE journal SET at = 'jamais' WHERE seq = 2"))
    assert verdict() == (2, Damage.ALTERED)


def test_a_body_that_was_erased_leaves_the_journal_intact_and_is_counted(written):
    with transaction():
        session.execute(delete(JournalBody).where(JournalBody.seq == 3))
    report = verify_journal()
    assert report.is_sound and report.erased == 1


def test_lines_taken_from_the_middle_from_the_beginning_and_from_the_end_are_told_apart(written):
    for seq, damage in ((LINES, Damage.CUT), (5, Damage.MISSING), (1, Damage.MISSING)):
        tamper(delete(JournalBody).where(JournalBody.seq == seq), delete(JournalEntry).where(JournalEntry.seq == seq))
        assert verdict() == (seq, damage)


def test_two_lines_that_changed_places_are_found(written):
    tamper(line(3).values(seq=99), line(4).values(seq=3), line(99).values(seq=4))
    assert verdict() == (3, Damage.ALTERED)


def test_a_line_added_by_another_way_is_found(written):
    last = head_of(LINES)
    values = {"seq": LINES + 1, "prev_hash": last.hash, "at": NOW, "actor": "system", "action": "x", "object": "x:1", "body_commit": FAKE}
    tamper(insert(JournalEntry).values(**values, hash=entry_hash(**values)))
    assert verdict() == (LINES + 1, Damage.ADDED)


def test_an_end_cut_with_its_head_is_found_by_a_head_kept_elsewhere(written):
    kept, before = head_of(LINES), head_of(LINES - 2)
    for model in (JournalBody, JournalEntry):
        tamper(delete(model).where(model.seq > before.seq))
    tamper(update(JournalHead).values(seq=before.seq, hash=before.hash))
    assert verdict() == (None, None)
    assert verdict(kept) == (LINES, Damage.CUT)
    assert verdict(before) == (None, None)


def test_a_journal_rebuilt_whole_is_found_by_a_head_kept_elsewhere_and_by_nothing_else(written):
    kept = head_of(6)
    rebuild(4, actor="person:7")
    assert verdict() == (None, None)
    assert verdict(kept) == (6, Damage.REWRITTEN)


def test_a_journal_rebuilt_whole_is_found_by_the_heads_that_were_published(written):
    with transaction():
        publish_head(Occasion.DAY, "2026-12-01", at=NOW)
    rebuild(4, actor="person:7")
    assert verdict() == (LINES, Damage.REWRITTEN)


def test_a_head_kept_elsewhere_holds_its_own_line_too(written):
    kept = head_of(5)
    tamper(line(5).values(actor="person:7"))
    assert verdict(kept) == (5, Damage.ALTERED)


def test_a_head_is_published_once_for_each_occasion(written):
    with transaction():
        first = publish_head(Occasion.DAY, "2026-12-01", at=NOW)
        assert publish_head(Occasion.DAY, "2026-12-01", at=NOW + timedelta(hours=1)) is first
        assert publish_head(Occasion.DAY, "2026-12-02", at=NOW).seq == LINES + 1
    assert (first.seq, verdict()) == (LINES, (None, None))


@pytest.mark.parametrize("verb", [update(PublishedHead).values(hash=FAKE), delete(PublishedHead)])
def test_a_head_once_published_is_neither_changed_nor_taken_away(written, verb):
    with transaction():
        publish_head(Occasion.DAY, "2026-12-01", at=NOW)
    with pytest.raises(Exception, match="append-only"), transaction():
        session.execute(verb)


@pytest.mark.parametrize(("model", "name", "value"), [(JournalBody, "body", {"word": "autre"}), (JournalEntry, "actor", "person:7")])
def test_a_line_that_is_kept_otherwise_than_written_undoes_the_act(written, model, name, value):
    def alter(_mapper, _connection, row) -> None:
        setattr(row, name, value)

    event.listen(model, "before_insert", alter)
    try:
        with pytest.raises(NotKept), transaction():
            record("note_thing", make_organisation(), by=None, at=NOW, word="é")
    finally:
        event.remove(model, "before_insert", alter)
    assert (journal_length(), verdict()) == (LINES, (None, None))
