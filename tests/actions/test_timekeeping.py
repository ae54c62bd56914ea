"""An hour in doubt stops openings and nothing else; each doubt begins and ends once, in the journal."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions import timekeeping
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.outages import note_watch
from sad.actions.timekeeping import (
    clock_faults,
    database_hour,
    declare_hour,
    found_skews,
    last_known,
    note_clock,
    running_skews,
    skew_limit,
    trusted_hour,
)  # fmt: skip
from sad.db import session, transaction
from sad.domain.clock_watch import Reading, Source
from sad.domain.errors import Refused
from sad.letters.timekeeping import WHY, hour_in_doubt
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.people import Role
from sad.models.timekeeping import ClockSkew, TrustedHour
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, make_published
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person

NOON = datetime(2026, 12, 7, 11, 0, tzinfo=UTC)
RAN = timedelta(days=3)
HOUR = timedelta(hours=1)


def read(after=timedelta(), moved=timedelta(), *, boot="first", database=None) -> Reading:
    return Reading(NOON + after + moved, RAN + after, boot, database)


def note(*given, **values) -> list[str]:
    reading = read(*given, **values)
    with transaction():
        return [each.source for each in note_clock(reading, at=reading.wall)]


def lines() -> list[str]:
    named = ("begin_clock_skew", "end_clock_skew", "declare_hour")
    return list(session.scalars(select(JournalEntry.action).where(JournalEntry.action.in_(named)).order_by(JournalEntry.seq)))


def test_a_clock_moved_back_or_forward_is_noted_once_and_ends_when_it_is_put_right(database):
    assert note() == [] and clock_faults() == []
    assert note(HOUR, -HOUR) == ["elapsed"]
    assert note(HOUR, -HOUR) == ["elapsed"]
    (fault,) = clock_faults()
    assert fault.rule == "REC-01" and "continuent d’être reçus" in fault.message and fault.remedy
    assert note(2 * HOUR) == [] and clock_faults() == []
    assert note(3 * HOUR, 9 * HOUR) == ["elapsed"]
    assert lines() == ["begin_clock_skew", "end_clock_skew", "begin_clock_skew"]
    assert [each.ahead for each in session.query(ClockSkew).order_by(ClockSkew.id)] == [-HOUR, 9 * HOUR]


def test_the_administrators_of_the_instance_are_told_once_of_each_doubt(database):
    with transaction():
        ada, gone = make_person(None, Role.ADMINISTRATOR), make_person(None, Role.ADMINISTRATOR)
        gone.is_active = False
        make_person(make_organisation(), Role.ADMINISTRATOR)
    for after, moved in ((timedelta(), timedelta()), (HOUR, -HOUR), (HOUR, -HOUR), (2 * HOUR, timedelta()), (3 * HOUR, 9 * HOUR)):
        note(after, moved)
    told = session.scalars(select(Letter).order_by(Letter.id)).all()
    assert [(each.kind, each.person_id) for each in told] == [("hour_in_doubt", ada.id)] * 2
    assert "aucune offre ne s’ouvre" in told[0].body and "7 décembre 2026" in told[0].body


@pytest.mark.parametrize("source", Source)
def test_each_doubt_has_its_sentence(database, source):
    with transaction():
        ada = make_person(None, Role.ADMINISTRATOR)
    assert WHY[source] in hour_in_doubt(ada, source, at=NOON).body


def test_small_corrections_alarm_nobody(database):
    note()
    assert note(HOUR, skew_limit()) == note(2 * HOUR, -skew_limit()) == []
    assert lines() == []


def test_the_hour_of_the_database_is_compared(database):
    assert note(database=NOON + HOUR) == ["database"]
    assert note(database=NOON + timedelta(seconds=1)) == []


def test_only_postgresql_has_a_clock_of_its_own(database):
    said = database_hour()
    assert (said is not None) == (database.dialect.name == "postgresql")
    assert said is None or abs(said - clock.read(database_hour).wall) < timedelta(seconds=30)


def test_a_machine_that_starts_again_behind_what_is_known_goes_on_from_there(database):
    with transaction():
        note_watch(at=NOON)
    assert Source.PAST in note(-HOUR, boot="second")
    assert trusted_hour(read(boot="second")).at == NOON


@pytest.mark.parametrize(
    ("off", "is_believed"),
    [(timedelta(minutes=30), True), (timedelta(minutes=31), False), (HOUR, False), (90 * 24 * HOUR, False)],
)
def test_a_machine_that_starts_long_after_what_is_known_is_believed_once_somebody_says_so(database, off, is_believed):
    with transaction():
        note_watch(at=NOON)
    assert note(moved=off, boot="second") == ([] if is_believed else ["start"])
    assert note(HOUR, off, boot="second") == ([] if is_believed else ["start"])
    assert bool(clock_faults()) != is_believed
    with transaction():
        later, chief = NOON + off + HOUR, make_person(None, Role.ADMINISTRATOR)
        note_watch(at=later)
        declare_hour(read(HOUR, off, boot="second"), "Une panne de courant.", by=chief, at=later)
    assert note(2 * HOUR, off, boot="second") == [] and clock_faults() == []
    assert lines() == ([] if is_believed else ["begin_clock_skew", "end_clock_skew"]) + ["declare_hour"]


def test_a_machine_that_starts_with_nothing_known_is_believed(database):
    assert note(moved=900 * HOUR) == []


def test_a_start_is_confirmed_by_a_database_on_another_machine_alone(database, monkeypatch):
    with transaction():
        note_watch(at=NOON)
    assert note(moved=9 * HOUR, boot="beside", database=NOON + 9 * HOUR) == ["start"]
    monkeypatch.setattr(timekeeping, "HERE", ())
    assert note(moved=9 * HOUR, boot="apart", database=NOON + 9 * HOUR) == []
    assert sorted(note(moved=9 * HOUR, boot="wrong", database=NOON)) == ["database", "start"]


def test_a_doubt_of_another_machine_is_not_lifted_by_a_sound_one(database):
    note(boot="first")
    note(HOUR, -HOUR, boot="first")
    assert note(boot="second") == []
    assert len(running_skews()) == 1 and clock_faults()


def test_an_administrator_of_the_instance_says_that_the_hour_is_right(database):
    note()
    with transaction():
        note_watch(at=NOON + 5 * HOUR)
    note(HOUR, -2 * HOUR)
    with transaction():
        chief = make_person(None, Role.ADMINISTRATOR)
        declare_hour(read(HOUR, -2 * HOUR), "Comparée à l’horloge parlante.", by=chief, at=NOON)
    assert running_skews() == [] and clock_faults() == []
    assert last_known() == NOON - HOUR
    assert note(2 * HOUR, -2 * HOUR) == []
    assert note(3 * HOUR) == ["elapsed"]
    assert session.query(TrustedHour).filter(TrustedHour.declared_by == chief.id).count() == 1


@pytest.mark.parametrize("case", ["no reason", "not of the instance", "database"])
def test_the_hour_is_not_declared_right_without_reason_right_or_while_the_database_disagrees(database, case):
    with transaction():
        chief = make_person(None, Role.ADMINISTRATOR)
        other = make_person(make_organisation(), Role.ADMINISTRATOR)
    said = {"no reason": "  "}.get(case, "Vérifiée.")
    reading = read(database=NOON + HOUR if case == "database" else None)
    with pytest.raises(Refused), transaction():
        declare_hour(reading, said, by=other if case == "not of the instance" else chief, at=NOON)
    assert session.query(TrustedHour).count() == 0


def test_nothing_opens_while_the_hour_is_in_doubt_and_deposits_go_on(database):
    with transaction():
        mini_tender = make_published(suppliers=1)
        first, second = (make_person(mini_tender.organisation, Role.OPENER) for _ in range(2))
    after = CLOSES + HOUR
    note()
    note(HOUR, 9 * HOUR)
    ask = partial(ask_opening, by=first, at=after)
    for act in (ask, partial(confirm_opening, seal_key=SEAL_KEY, by=second, at=after)):
        with pytest.raises(Refused) as refused, transaction():
            act(mini_tender)
        assert "en doute" in refused.value.refusals[0].message
    note(2 * HOUR)
    with pytest.raises(Refused) as refused, transaction():
        ask_opening(mini_tender, by=first, at=after)
    assert not any("en doute" in each.message for each in refused.value.refusals)


def test_looking_writes_nothing(database):
    assert [each.source for each in found_skews(read(database=NOON + HOUR))] == ["database"]
    assert session.query(TrustedHour).count() == session.query(ClockSkew).count() == 0


def test_two_processes_that_find_the_same_doubt_note_it_once(database, monkeypatch):
    note()
    note(HOUR, -HOUR)
    seen = iter([{}])
    real = timekeeping._running_here
    monkeypatch.setattr(timekeeping, "_running_here", lambda reading: next(seen, None) or real(reading))
    assert note(HOUR, -HOUR) == ["elapsed"]
    assert lines() == ["begin_clock_skew"]
