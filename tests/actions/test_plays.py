"""A stage played on rows: asked once, run in batches, kept with the stage, the same as what was decided."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert, select

from sad import clock
from sad.actions import plays
from sad.actions.marks import give_mark
from sad.actions.past_tenders import Period, past_tender, past_tenders
from sad.actions.plays import ask_play, is_still_current, keep_step, next_step, plays_of, report_of
from sad.actions.publications import discontinue_mini_tender
from sad.actions.rankings import compute_ranking
from sad.actions.stages import stages_of
from sad.actions.ties import choose_between_ties, first_places
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.domain.replay import ranking_under
from sad.domain.scoring.numbers import printed
from sad.domain.stages import stage_to_dict
from sad.jobs.plays import play_stages
from sad.jobs.turn import Turn
from sad.models.awards import Award
from sad.models.evaluations import Ranking
from sad.models.journal import JournalEntry
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person, Role
from sad.models.stage_changes import StagePlay
from sad.models.stages import Stage
from tests.factories.evaluations import EXAMINED, Tender, make_ranked
from tests.factories.generated import DECIDED, make_generated_award
from tests.factories.people import make_person
from tests.factories.plays import make_play
from tests.web.counting import statements_of

FAR = Tender(("2.90", "3.10"), {"direct_supply_pct": "10", "organic_or_siqo_pct": "0"}, {"quality": "9"})
NEAR = Tender(("3.50", "3.80"), {"direct_supply_pct": "100"}, {"quality": "7"})


@pytest.fixture
def ranking(database) -> Ranking:
    return make_ranked(FAR, NEAR)


@pytest.fixture
def turn(settings) -> Turn:
    return Turn(settings, EXAMINED)


def stage_of(ranking: Ranking, number: int = 2) -> Stage:
    return next(row for row in stages_of(ranking.mini_tender.system) if row.number == number)


def buyer_of(ranking: Ranking) -> Person:
    return make_person(ranking.mini_tender.organisation, Role.BUYER)


def played(ranking: Ranking, number: int = 2):
    play = make_play(stage_of(ranking, number), by=buyer_of(ranking), at=EXAMINED)
    report = report_of(play)
    assert report is not None
    return report


@pytest.mark.parametrize("seed", range(12))
def test_the_replay_of_a_decided_mini_tender_under_its_own_stage_is_the_ranking_that_was_decided(database, seed):
    award = make_generated_award(seed)
    mini_tender, ranking = award.mini_tender, award.place.ranking
    period = Period(mini_tender.system_id, DECIDED - timedelta(days=365), DECIDED)
    (tender,) = past_tenders(period, limit=10)
    assert tender == past_tender(ranking) and tender.retained == award.place.ref
    postponed = replace(tender.stage, effective_on=tender.stage.effective_on + timedelta(days=90))
    for stage in (tender.stage, postponed):
        again = ranking_under(tender, stage).ranking
        decided = ranking.result
        assert [(placed.ref, placed.rank, printed(placed.total, 2)) for placed in again.ranking] == [
            (each["ref"], each["rank"], each["total"]) for each in decided["ranking"]
        ]
        assert [gone.ref for gone in again.eliminated] == [gone["ref"] for gone in decided["eliminated"]]
    report = report_of(make_play(stage_of(ranking, 1), by=buyer_of(ranking), at=DECIDED))
    assert (len(report.lines), report.changed, report.irregular, report.difference) == (1, (), 0, Decimal(0))


def test_whoever_people_retained_between_equals_is_the_winner_of_then(database):
    ranking = make_ranked(NEAR, NEAR)
    second = first_places(ranking)[1]
    by = session.get_one(Person, ranking.ranked_by)
    choose_between_ties(second, "Tirage au sort.", witness=make_person(ranking.mini_tender.organisation), by=by, at=EXAMINED)
    assert past_tender(ranking).retained == second.ref
    (line,) = played(ranking).lines
    assert line.before.name == line.after.name == second.offer.supplier.name and not line.is_changed


def test_a_harder_stage_says_who_falls_short_who_would_win_and_what_it_costs(ranking):
    report = played(ranking)
    (line,) = report.lines
    before, after = (session.scalars(select(Offer.total).order_by(Offer.id)).all())
    assert (line.before.total, line.after.total, line.difference) == (before, after, after - before)
    assert (report.admitted, report.irregular, line.left, line.is_changed) == (2, 1, 1, True)
    assert {each.label: (each.before, each.after) for each in report.mean_shares}["Approvisionnement direct"] == (Decimal(10), Decimal(100))


def test_suppliers_are_counted_by_requirement_and_by_category_with_a_warning_under_three(ranking):
    report = played(ranking)
    assert [(each.label, each.admitted, bool(each.warning)) for each in report.categories] == [
        ("Boulangerie et viennoiserie", 2, True),
        ("Traiteur : cocktails, buffets et repas assis", 0, True),
    ]
    assert "3" in report.categories[0].warning
    assert {each.key: len(each.meeting) for each in report.requirements} == {
        "intermediaries": 2, "direct_supply_pct": 2, "organic_or_siqo_pct": 2,
    }  # fmt: skip


def test_a_play_goes_on_where_it_was_cut_short(database, settings, monkeypatch):
    rankings = [make_ranked(FAR, NEAR)]
    system = rankings[0].mini_tender.system
    for _ in range(4):
        rankings.append(_another(rankings[0]))
    whole = report_of(make_play(stage_of(rankings[0]), by=buyer_of(rankings[0]), at=EXAMINED))
    monkeypatch.setattr(plays, "BATCH", 2)
    play = ask_play(stages_of(system)[1], by=buyer_of(rankings[0]), at=EXAMINED)
    progress = []
    for _ in range(3):
        keep_step(play, next_step(play), at=EXAMINED)
        session.flush()
        session.expire(play)
        progress.append((play.done, play.total))
    assert progress == [(2, 5), (4, 5), (5, 5)]
    assert report_of(play) == whole and len(whole.lines) == 5


def test_a_batch_takes_the_same_number_of_statements_however_many_offers(database):
    first = make_ranked(FAR, NEAR)
    period = Period(first.mini_tender.system_id, EXAMINED - timedelta(days=365), EXAMINED)
    session.flush()
    with statements_of(database) as few:
        past_tenders(period, limit=100)
    for _ in range(6):
        _another(first)
    with statements_of(database) as many:
        assert len(past_tenders(period, limit=100)) == 7
    assert len(many) == len(few) <= 5


def test_only_the_last_ranking_of_what_was_not_given_up_within_a_year_is_replayed(ranking):
    by = session.get_one(Person, ranking.ranked_by)
    first = session.scalars(select(Offer).order_by(Offer.id)).first()
    give_mark(first, "quality", "1", "Relue.", by=by, at=EXAMINED)
    again = compute_ranking(ranking.mini_tender, by=by, at=EXAMINED + timedelta(hours=1))
    late = EXAMINED + timedelta(hours=2)
    play = ask_play(stage_of(ranking), by=buyer_of(ranking), at=late)
    (line,) = next_step(play).lines
    assert line["before"]["name"] == again.places[0].offer.supplier.name != first.supplier.name
    assert line["id"] == again.mini_tender_id and play.total == 1
    assert ask_play(stage_of(ranking), by=buyer_of(ranking), at=late + timedelta(days=370)) == play, "the same content waits already"
    keep_step(play, next_step(play), at=late)
    assert ask_play(stage_of(ranking), by=buyer_of(ranking), at=late + timedelta(days=370)).total == 0
    discontinue_mini_tender(ranking.mini_tender, "Plus besoin.", by=session.get_one(Person, ranking.ranked_by), at=late)
    assert report_of(make_play(stage_of(ranking, 3), by=buyer_of(ranking), at=late + timedelta(minutes=1))).lines == ()


def test_a_play_stays_with_its_stage_and_says_when_the_draft_has_changed(ranking):
    stage = stage_of(ranking)
    play = make_play(stage, by=buyer_of(ranking), at=EXAMINED)
    assert plays_of(stage) == [play] and is_still_current(play, stage)
    value = stage.as_value()
    later = replace(value, announced_on=EXAMINED.date())
    stage.content = stage_to_dict(later)
    assert is_still_current(play, stage), "publishing writes the day of the announcement"
    for changed in (replace(value, effective_on=EXAMINED.date()), replace(value, requirements=value.requirements[1:])):
        stage.content = stage_to_dict(changed)
        assert not is_still_current(play, stage)


def test_nothing_is_played_before_the_system_opens(ranking):
    ranking.mini_tender.system.opened_at = None
    with pytest.raises(Refused) as refused:
        ask_play(stage_of(ranking), by=buyer_of(ranking), at=EXAMINED)
    assert "ouvert" in refused.value.refusals[0].message


def test_the_job_runs_what_waits_ends_a_play_that_fails_and_goes_on(turn, database):
    with transaction():
        ranking = make_ranked(FAR, NEAR)
        ids = [ask_play(stage_of(ranking, number), by=buyer_of(ranking), at=EXAMINED).id for number in (1, 2)]
    broken = {**session.get_one(StagePlay, ids[0]).content, "requirements": [{"key": "x"}]}
    with transaction():
        session.get_one(StagePlay, ids[0]).content = broken
    with clock.frozen(EXAMINED + timedelta(minutes=1)):
        assert play_stages(turn) == 2
        assert play_stages(turn) == 0
    failed, ended = (session.get_one(StagePlay, number) for number in ids)
    assert failed.error and report_of(failed) is None and failed.ended_at == EXAMINED + timedelta(minutes=1)
    assert ended.error is None and (ended.done, ended.total) == (1, 1) and len(report_of(ended).changed) == 1
    actions = session.scalars(select(JournalEntry.action).where(JournalEntry.action.like("%stage_play")).order_by(JournalEntry.seq)).all()
    assert actions == ["ask_stage_play", "ask_stage_play", "fail_stage_play", "end_stage_play"]


def test_a_play_changes_nothing_of_what_it_reads(ranking):
    session.flush()
    before = [(each.state, each.frozen_fingerprint) for each in session.scalars(select(MiniTender))]
    played(ranking)
    assert [(each.state, each.frozen_fingerprint) for each in session.scalars(select(MiniTender))] == before
    assert session.scalar(select(Award.id)) is None


def _another(ranking: Ranking) -> Ranking:
    """The same mini-tender, offers and ranking once more."""
    tender = _copy(ranking.mini_tender)
    copied = _copy(ranking, mini_tender_id=tender.id)
    for place in ranking.places:
        key = f"{tender.id}-{place.id}"
        offer = _copy(place.offer, mini_tender_id=tender.id, deposit_id=key, idempotency_key=key)
        _copy(place, ranking_id=copied.id, offer_id=offer.id)
    return copied


def _copy(row, **changes):  # type: ignore[no-untyped-def]
    model = type(row)
    values = {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key != "id"}
    number = session.scalar(insert(model).returning(model.id), [{**values, **changes}])
    return session.get_one(model, number)
