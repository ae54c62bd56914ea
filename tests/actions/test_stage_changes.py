"""Changing a roadmap after the notice, and what every decision goes by."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from sad.actions.applications import save_answers, start_application, submit_application
from sad.actions.publications import publish_mini_tender
from sad.actions.stage_changes import changes_of, examine_corrigendum, publish_corrigendum
from sad.actions.stage_drafts import change_requirement, move_stage_draft, start_revision, start_stage
from sad.actions.stages import roadmap_of, stages_of, versions_of
from sad.db import session, transaction
from sad.domain.calendar import PARIS, paris_day
from sad.domain.errors import Refused
from sad.domain.stages import fingerprint
from sad.models.letters import Letter
from sad.models.people import Role
from sad.models.stages import Stage
from tests.factories.mini_tenders import HOME, SEAL_KEY, make_admitted, make_mini_tender
from tests.factories.organisations import make_service
from tests.factories.people import make_person
from tests.factories.stage_changes import make_draft_stage, stage_row
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system, stage_value

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SAID = {"reason": "Les producteurs ont demandé du temps.", "notice_reference": "26-777777", "home": HOME}
REASONS = dict.fromkeys(("PAL-01", "PAL-03", "PAL-06", "CRI-03", "CRI-08", "CRI-13"), "Pour des raisons écrites au dossier.")


@pytest.fixture
def system(database):
    system = make_system()
    session.commit()
    return system


@pytest.fixture
def buyer(system):
    buyer = make_person(system.organisation, Role.BUYER)
    session.commit()
    return buyer


def publish(draft, by, at=AT, **said):
    with transaction():
        return publish_corrigendum(draft, **{**SAID, "justifications": REASONS, **said}, by=by, at=at)


def revised(system, number, by, at=AT):
    return _drafted(system, stage_row(system, number), by, at)


def moved(draft, day, by, at=AT):
    with transaction():
        return move_stage_draft(draft, day, version=draft.version, by=by, at=at)


def refused(act, *args, **options):
    with pytest.raises(Refused) as found:
        act(*args, **options)
    session.rollback()
    return [(each.rule, each.field) for each in found.value.refusals]


def on_roadmap(system):
    return [(row.number, row.revision, row.effective_on) for row in stages_of(system) if row.is_on_roadmap]


def test_a_postponed_stage_takes_the_place_of_the_one_before_which_stays_as_it_was(system, buyer):
    before = stage_row(system, 2)
    content, proof = before.content, before.fingerprint
    change = publish(moved(revised(system, 2, buyer), date(2027, 3, 15), buyer), buyer)
    assert (change.kind, change.replaced_id) == ("postponed", before.id)
    assert on_roadmap(system) == [(1, 1, date(2026, 1, 15)), (2, 2, date(2027, 3, 15)), (3, 1, date(2028, 1, 15))]
    assert (before.content, before.fingerprint, before.replaced_at) == (content, proof, AT)
    assert change.stage.announced_on == before.announced_on


def test_a_stage_in_force_that_is_softened_stays_until_the_new_date(system, buyer):
    value = replace(stage_value(1, date(2026, 12, 1)), label="Palier 1, adouci")
    kept = tuple(each for each in value.requirements if each.key != "liability_insurance")
    draft = make_draft_stage(system, replace(value, requirements=kept), revision=2)
    session.commit()
    change = publish(draft, buyer)
    assert change.kind == "softened"
    assert [(number, revision) for number, revision, _ in on_roadmap(system)] == [(1, 1), (1, 2), (2, 1), (3, 1)]


def test_a_revision_starts_from_the_last_version_even_while_the_one_before_is_still_in_force(system, buyer):
    softer = replace(stage_value(1, date(2026, 12, 1)), requirements=stage_value(1, AT.date()).requirements[1:])
    draft = make_draft_stage(system, softer, revision=2)
    session.commit()
    publish(draft, buyer)
    in_force = next(row for row in stages_of(system) if row.number == 1 and row.revision == 1)
    assert refused(start_revision, in_force, by=buyer, at=AT) == [("PAL-02", None)]
    assert revised(system, 1, buyer).revision == 3


def test_a_stage_of_more_is_told_to_everybody_with_its_text(system, buyer):
    make_admitted(system.categories[0], 2, by=buyer)
    session.commit()
    with transaction():
        draft = start_stage(system, by=buyer, at=AT)
    change = publish(draft, buyer)
    letters = list(session.scalars(select(Letter).where(Letter.kind == "stage_announced")))
    assert (change.kind, len(letters)) == ("added", 2)
    assert SAID["reason"] in change.corrigendum and "Palier 4" in change.corrigendum
    assert changes_of(system) == [change]


def test_nothing_is_published_without_a_reason_the_notice_and_a_reason_for_each_warning(system, buyer):
    with transaction():
        draft = start_stage(system, by=buyer, at=AT)
    assert refused(publish, draft, buyer, reason=" ", notice_reference="", justifications={}) == [
        ("PAL-02", "reason"), ("PAL-01", "notice_reference"), ("PAL-01", "announced_on"), ("CRI-13", "packaging"),
        ("PAL-06", "pain"), ("PAL-06", "traiteur"),
    ]  # fmt: skip
    assert on_roadmap(system)[-1][0] == 3


def test_a_published_stage_is_not_published_twice(system, buyer):
    draft = moved(revised(system, 2, buyer), date(2027, 3, 15), buyer)
    publish(draft, buyer)
    assert refused(publish, draft, buyer) == [("PAL-02", None)]


def test_a_harder_revision_is_refused_line_by_line(system, buyer):
    draft = revised(system, 2, buyer)
    for key, threshold in (("direct_supply_pct", "50"), ("organic_or_siqo_pct", "10")):
        harder = replace(draft.as_value().requirement(key), threshold=Decimal(threshold))
        with transaction():
            change_requirement(draft, key, harder, version=draft.version, by=buyer, at=AT)
    assert refused(publish, draft, buyer) == [("PAL-02", "direct_supply_pct"), ("PAL-02", "organic_or_siqo_pct")]


def test_what_the_page_shows_is_compared_with_what_the_draft_would_replace(system, buyer):
    before = stage_row(system, 2).as_value()
    examined = examine_corrigendum(moved(revised(system, 2, buyer), date(2027, 2, 1), buyer), AT)
    assert (examined.move, examined.before, examined.play.admitted) == ("postponed", before, 0)
    with transaction():
        added = start_stage(system, by=buyer, at=AT)
    assert examine_corrigendum(added, AT).before.number == 3


def test_the_day_before_and_the_day_of_a_stage_two_consultations_carry_two_stages_and_nothing_changes_them_afterwards(system, buyer):
    make_admitted(system.categories[0], 3, by=buyer)
    session.commit()
    eve, day = datetime(2027, 1, 14, 23, 59, 59, tzinfo=PARIS), datetime(2027, 1, 15, tzinfo=PARIS)
    first, second = sent(system, buyer, eve), sent(system, buyer, day)
    carried = [(each.frozen_stage().number, each.stage_fingerprint, each.frozen_fingerprint) for each in (first, second)]
    assert [number for number, *_ in carried] == [1, 2]
    later = day + timedelta(days=1)
    draft = moved(revised(system, 2, buyer, later), date(2027, 6, 1), buyer, later)
    assert refused(publish, draft, buyer, later) == [("PAL-02", "effective_on")]
    softer = replace(draft.as_value().requirement("direct_supply_pct"), threshold=Decimal(20))
    with transaction():
        change_requirement(draft, "direct_supply_pct", softer, version=draft.version, by=buyer, at=later)
    publish(draft, buyer, later)
    publish(moved(revised(system, 3, buyer, later), date(2028, 6, 1), buyer, later), buyer, later)
    session.expire_all()
    assert [(each.frozen_stage().number, each.stage_fingerprint, each.frozen_fingerprint) for each in (first, second)] == carried


def sent(system, buyer, at):
    """A mini-tender that leaves at that instant."""
    mini_tender = make_mini_tender(
        make_service(system.organisation), system=system, wanted_closes_at=at + timedelta(days=21), happens_at=at + timedelta(days=40)
    )
    session.commit()
    with transaction():
        publish_mini_tender(mini_tender, seal_key=SEAL_KEY, justifications={**REASONS, "SAD-16": "Vu."}, home=HOME, by=buyer, at=at)
    return mini_tender


@dataclass
class Played:
    """What a sequence of acts should have left, kept beside the database: each version with its date, and when its place was taken."""

    published: list[tuple[int, date, datetime, datetime | None]] = field(default_factory=list)
    prints: dict[int, str] = field(default_factory=dict)

    def demanded(self, at: datetime) -> int:
        """The row that the date demands: the last to have begun among those whose place was not taken."""
        alive = [(day, number) for number, day, since, taken in self.published if since <= at and taken is None and day <= paris_day(at)]
        return max(alive)[1]


DAYS, ACTS = st.integers(1, 200), st.sampled_from(("postpone", "soften", "add", "apply", "send", "wait"))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(ACTS, DAYS), min_size=3, max_size=8))
def test_whatever_happens_each_decision_goes_by_the_stage_of_its_date_and_no_published_stage_changes(database, acts):
    system = make_system(valid_until=date(2034, 1, 14))
    buyer = make_person(system.organisation, Role.BUYER)
    make_admitted(system.categories[0], 3, by=buyer)
    session.commit()
    at, played = datetime(2026, 10, 1, 9, 30, tzinfo=PARIS), Played()
    _note(system, played, at)
    for act, days in acts:
        at += timedelta(days=days)
        _play(act, days, system, buyer, played, at)
        _note(system, played, at)
    for row in versions_of(system):
        assert played.prints[row.id] == row.fingerprint == fingerprint(row.as_value())


def _play(act, days, system, buyer, played, at):
    """Do the act; a refusal of the law leaves everything as it was."""
    try:
        DO[act](days, system, buyer, played, at)
    except Refused:
        session.rollback()


def _postpone(days, system, buyer, played, at):
    row = stage_row(system, days % 3 + 1)
    draft = _drafted(system, row, buyer, at)
    publish(moved(draft, row.effective_on + timedelta(days=days), buyer, at), buyer, at)


def _soften(days, system, buyer, played, at):
    row = stage_row(system, days % 3 + 1)
    draft = moved(_drafted(system, row, buyer, at), max(row.effective_on, paris_day(at) + timedelta(days=days)), buyer, at)
    softer = replace(draft.as_value().requirement("direct_supply_pct"), threshold=None, comparison="any")
    with transaction():
        change_requirement(draft, "direct_supply_pct", softer, version=draft.version, by=buyer, at=at)
    publish(draft, buyer, at)


def _add(days, system, buyer, played, at):
    with transaction():
        draft = start_stage(system, by=buyer, at=at)
    publish(draft, buyer, at)


def _apply(days, system, buyer, played, at):
    supplier = make_supplier()
    session.commit()
    with transaction():
        application = start_application(supplier, system.categories[0], by=member_of(supplier), at=at)
        save_answers(application, {"liability_insurance": "oui"}, by=member_of(supplier), at=at)
        submit_application(application, is_sworn=True, by=member_of(supplier), at=at)
    assert application.stage_fingerprint == session.get(Stage, played.demanded(at)).fingerprint


def _send(days, system, buyer, played, at):
    assert sent(system, buyer, at).stage_fingerprint == session.get(Stage, played.demanded(at)).fingerprint


DO = {"postpone": _postpone, "soften": _soften, "add": _add, "apply": _apply, "send": _send, "wait": lambda *_: None}


def _drafted(system, row, buyer, at):
    """The draft that a refusal left, else a new one."""
    drafts = [each for each in stages_of(system) if each.number == row.number and each.published_at is None]
    if drafts:
        return drafts[0]
    with transaction():
        return start_revision(row, by=buyer, at=at)


def _note(system, played, at):
    """Keep the fingerprint of each version the first time it is seen, and what is now on the roadmap."""
    rows = versions_of(system)
    for row in rows:
        played.prints.setdefault(row.id, row.fingerprint)
    played.published = [(row.id, row.effective_on, row.published_at, row.replaced_at) for row in rows]
    assert [each.number for each in roadmap_of(system)] == sorted(each.number for each in roadmap_of(system))
