"""The journal verified by command: the words, and a code that a watch can read."""

import pytest
from sqlalchemy import select, update

from sad.actions.journal import record
from sad.actions.published_heads import publish_head
from sad.db import session, transaction
from sad.models.journal import JournalEntry, Occasion
from tests.factories.mini_tenders import SENT
from tests.factories.organisations import make_organisation
from tests.factories.tampering import unguarded


@pytest.fixture
def head(database) -> JournalEntry:
    """A line that somebody kept the hash of; others follow."""
    with transaction():
        organisation = make_organisation()
        kept = record("note_thing", organisation, by=None, at=SENT)
        record("note_thing", organisation, by=None, at=SENT)
    return kept


def answer(run, *words: str) -> tuple[int, str]:
    result = run("journal", "verify", *words)
    return result.exit_code, result.stdout.replace("\N{NO-BREAK SPACE}", " ").strip()


def test_an_intact_journal_is_said_to_be_whole_and_from_a_head(head, run):
    for words in ((), ("--from", head.hash), ("--from", f"{head.seq}:{head.hash}"), ("--from", head.hash.upper())):
        code, said = answer(run, *words)
        assert code == 0 and said.startswith("Le journal est intact jusqu’à la ligne"), words


def test_damage_is_said_with_the_line_and_a_code(head, run):
    with unguarded():
        session.execute(update(JournalEntry).where(JournalEntry.seq == head.seq).values(actor="person:7"))
    assert answer(run) == (1, f"Le journal est abîmé à la ligne {head.seq} : ligne modifiée.")


def test_a_hash_that_no_line_has_is_damage(head, run):
    code, said = answer(run, "--from", "f" * 64)
    assert code == 1 and said.startswith("Aucune ligne du journal n’a cette empreinte")
    assert "chaîne réécrite" in answer(run, "--from", f"{head.seq}:{'f' * 64}")[1]
    assert "fin coupée" in answer(run, "--from", f"999:{'f' * 64}")[1]


@pytest.mark.parametrize("wrong", ["", "12", "12:zz", "f" * 63, "-1:" + "f" * 64])
def test_what_is_no_head_ends_with_one_line(head, run, wrong):
    if wrong:
        result = run("journal", "verify", f"--from={wrong}")
        assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)


def test_the_published_heads_are_listed_so_that_each_can_be_verified_from(head, run):
    with transaction():
        publish_head(Occasion.DAY, "2026-12-01", at=SENT)
    (listed,) = run("journal", "heads").stdout.splitlines()
    last = session.scalars(select(JournalEntry.hash).where(JournalEntry.action == "note_thing").order_by(JournalEntry.seq.desc())).first()
    assert listed.endswith(last) and " day " in listed
    assert answer(run, "--from", listed.split()[-1])[0] == 0
