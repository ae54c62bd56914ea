"""`flask --app app seal rotate`: the new key takes the place of the old one, which stays beside; an interrupted change is finished."""

import pytest
from sqlalchemy import select

from sad import spool
from sad.actions.seal_rotation import is_of_key, rotate_seal_key
from sad.db import session, transaction
from sad.models.journal import JournalEntry
from tests.factories.mini_tenders import SEAL_KEY, SENT, make_published

NEW = b"the-next-seal-key-of-tests-9876543210"


@pytest.fixture
def file(run, tmp_path, monkeypatch):
    """The key file in use, with a mini-tender sent under it."""
    path = tmp_path / "apart" / "seal.key"
    path.parent.mkdir()
    path.write_bytes(SEAL_KEY)
    monkeypatch.setenv("SAD_SEAL_KEY_FILE", str(path))
    with transaction():
        make_published(suppliers=1)
    session.expunge_all()
    return path


def holds(path) -> bool:
    session.rollback()
    return is_of_key(path.read_bytes().strip())


def test_the_new_key_takes_the_place_of_the_old_one(run, file):
    result = run("seal", "rotate", "--stopped")
    assert result.exit_code == 0, result.output
    assert file.with_name("seal.key.old").read_bytes() == SEAL_KEY != file.read_bytes()
    assert not file.with_name("seal.key.new").exists() and file.stat().st_mode & 0o077 == 0
    assert holds(file) and not holds(file.with_name("seal.key.old"))
    assert "1 sous la nouvelle clé" in result.output.replace("\u00a0", " ") and file.read_text() not in result.output
    assert session.scalars(select(JournalEntry).where(JournalEntry.action == "rotate_seal_key")).one().actor == "system"


def test_it_asks_whether_the_service_is_stopped(run, file):
    result = run("seal", "rotate", input="n\n")
    assert result.exit_code == 1 and file.read_bytes() == SEAL_KEY and holds(file)


@pytest.mark.parametrize("committed", [False, True])
def test_an_interrupted_change_is_taken_up_again(run, file, committed):
    """Cut before the commit, the drawn key serves; cut after it, before the files changed places, they change places now."""
    file.with_name("seal.key.new").write_bytes(NEW)
    if committed:
        with transaction():
            rotate_seal_key(old=SEAL_KEY, new=NEW, by=None, at=SENT)
    result = run("seal", "rotate", "--stopped")
    assert result.exit_code == 0, result.output
    assert file.read_bytes() == NEW and holds(file)
    assert ("interrompu est terminé" in result.output) is committed
    assert len(session.scalars(select(JournalEntry).where(JournalEntry.action == "rotate_seal_key")).all()) == 1


def test_a_key_that_opens_nothing_changes_nothing(run, file):
    file.write_bytes(b"a-key-that-opens-nothing-here-0123456789")
    result = run("seal", "rotate", "--stopped")
    assert result.exit_code == 1 and "rien n’est changé" in result.output
    assert not file.with_name("seal.key.old").exists()


def test_it_waits_for_deposits_that_the_database_does_not_have_yet(run, file, monkeypatch):
    monkeypatch.setattr(spool, "waiting", lambda _: ["one"])
    result = run("seal", "rotate", "--stopped")
    assert result.exit_code == 1 and file.read_bytes() == SEAL_KEY and holds(file)


def test_an_empty_new_file_is_not_taken_for_a_key(run, file):
    file.with_name("seal.key.new").write_bytes(b"\n")
    result = run("seal", "rotate", "--stopped")
    assert result.exit_code == 1 and "est vide" in result.output and holds(file)
