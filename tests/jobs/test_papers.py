"""Letters set on paper by the job: once each, in batches, outside any transaction, again after a failure or a kill."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from sad import clock, storage
from sad.actions.awards import approve_award, propose_award
from sad.actions.papers import BATCH, claim_papers, note_paper, paper_progress
from sad.actions.ties import first_places
from sad.db import session, transaction
from sad.jobs import papers as job
from sad.jobs.papers import set_papers
from sad.models.awards import Award
from sad.models.letters import ON_PAPER, Letter, LetterPaper
from sad.models.people import Person, Role
from sad.reports.letter import letter_pdf
from tests.factories.evaluations import EXAMINED, make_evaluator
from tests.factories.generated import DECIDED
from tests.factories.many import make_crowded
from tests.web.counting import statements_of

TENDERERS = BATCH + 5


@pytest.fixture
def award(database) -> Award:
    with transaction():
        return decided(TENDERERS)


def decided(tenderers: int) -> Award:
    ranking = make_crowded(tenderers)
    chief = make_evaluator(ranking.mini_tender, Role.AWARD_AUTHORITY)
    place, by = first_places(ranking)[0], session.get_one(Person, ranking.ranked_by)
    return approve_award(propose_award(place, "La mieux notée.", by=by, at=EXAMINED), by=chief, at=DECIDED)


def papers() -> list[LetterPaper]:
    return list(session.scalars(select(LetterPaper).order_by(LetterPaper.id).execution_options(populate_existing=True)))


def run(turn, at=DECIDED) -> int:
    with clock.frozen(at):
        return set_papers(turn(at))


def progress(award: Award) -> tuple[int, int, int]:
    found = paper_progress(award.mini_tender, ON_PAPER)
    return found.made, found.failures, found.total


def test_every_tenderer_has_its_letter_in_the_act_and_its_pdf_from_the_job(award, turn, settings):
    assert progress(award) == (0, 0, TENDERERS)
    assert run(turn) == TENDERERS
    assert progress(award) == (TENDERERS, 0, TENDERERS)
    for paper in papers():
        body = storage.get(settings.data_dir, paper.storage_key)
        assert body == letter_pdf(paper.letter, award.mini_tender.organisation) and len(body) == paper.size
        assert paper.made_at == DECIDED
    assert run(turn, DECIDED + timedelta(days=1)) == 0


def test_five_hundred_tenderers_read_an_answer_at_once_and_their_letters_come_batch_by_batch(database, turn, monkeypatch):
    with transaction():
        award = decided(500)
    shown = [progress(award)]
    monkeypatch.setattr(job, "claim_papers", lambda **said: (shown.append(progress(award)), claim_papers(**said))[1])
    assert run(turn) == 500
    made = [each for each, _, _ in shown]
    assert made[0] == 0 and made == sorted(made) and len(set(made)) > 500 // BATCH
    assert progress(award) == (500, 0, 500)


def test_nothing_is_locked_while_a_page_is_set_and_progress_shows_between_batches(award, turn, monkeypatch):
    seen = []

    def looked(paper: LetterPaper) -> bytes:
        assert not session().in_transaction()
        return b"%PDF-"

    monkeypatch.setattr(job, "paper_pdf", looked)
    monkeypatch.setattr(job, "_note", lambda kept, note=job._note: (note(kept), seen.append(progress(award)[0]), session.rollback()))
    run(turn)
    assert seen == [BATCH, TENDERERS]


def test_a_kill_between_two_batches_loses_nothing_and_leaves_no_file_behind(award, turn, settings, monkeypatch):
    def killed(_kept) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(job, "_note", killed)
        run(turn)
    assert progress(award) == (0, 0, TENDERERS)
    assert run(turn) == TENDERERS - BATCH, "those that were claimed wait a minute"
    assert run(turn, DECIDED + timedelta(minutes=1)) == BATCH
    kept = [path for path in (settings.data_dir / "documents").rglob("*") if path.is_file()]
    assert len(kept) == TENDERERS, "what is made twice is kept once"


def test_two_workers_never_take_the_same_letter(award):
    with transaction():
        first = {paper.id for paper in claim_papers(at=DECIDED)}
    with transaction():
        second = {paper.id for paper in claim_papers(at=DECIDED)}
    assert len(first) == BATCH and len(second) == TENDERERS - BATCH and not first & second


def test_what_a_slower_worker_made_does_not_replace_what_is_kept(award, turn, settings):
    run(turn)
    paper = papers()[0]
    before, other = paper.storage_key, storage.StoredFile("x.pdf", "application/pdf", 1, "0" * 64, "ab/other")
    assert note_paper(paper, other, at=DECIDED + timedelta(hours=1)).storage_key == before


def test_one_that_fails_stops_no_other_is_named_and_is_tried_again(award, turn, monkeypatch):
    bad = papers()[3]
    name = bad.letter.supplier.name
    whole = job.paper_pdf

    def fails(paper: LetterPaper) -> bytes:
        if paper.id == bad.id:
            raise ValueError("caractère illisible")
        return whole(paper)

    with monkeypatch.context() as patched:
        patched.setattr(job, "paper_pdf", fails)
        assert run(turn) == TENDERERS - 1
    found = paper_progress(award.mini_tender, ON_PAPER)
    assert (found.made, found.failures, found.waiting) == (TENDERERS - 1, 1, 0)
    (failed,) = found.failed
    assert failed.letter.supplier.name == name and "caractère illisible" in failed.error
    assert failed.again_at == DECIDED + timedelta(minutes=1)
    assert run(turn, DECIDED + timedelta(seconds=59)) == 0
    assert run(turn, DECIDED + timedelta(minutes=1)) == 1
    assert progress(award) == (TENDERERS, 0, TENDERERS)


def test_a_stop_ends_after_the_batch_that_is_running(award, turn, monkeypatch):
    given = turn(DECIDED)
    monkeypatch.setattr(job, "_kept", lambda paper, data_dir, kept=job._kept: (given.stop.set(), kept(paper, data_dir))[1])
    with clock.frozen(DECIDED):
        assert set_papers(given) == BATCH


def test_deciding_reads_no_more_for_many_tenderers_than_for_few(database):
    def asked(tenderers: int) -> int:
        with transaction():
            ranking = make_crowded(tenderers)
            chief = make_evaluator(ranking.mini_tender, Role.AWARD_AUTHORITY)
            by = session.get_one(Person, ranking.ranked_by)
            award = propose_award(first_places(ranking)[0], "La mieux notée.", by=by, at=EXAMINED)
        session.remove()
        with statements_of(database) as statements, transaction():
            approve_award(session.get_one(Award, award.id), by=session.get_one(Person, chief.id), at=DECIDED)
        sent = select(func.count()).where(Letter.mini_tender_id == award.mini_tender_id, Letter.kind.in_(("award", "rejected")))
        assert session.scalar(sent) == tenderers
        return sum(each.startswith("SELECT") for each in statements)

    assert asked(4) == asked(40)
