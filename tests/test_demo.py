"""The demo: its counts, its soundness, and that a second run changes nothing."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from sad import db
from sad.db import Base, session
from sad.demo.calendar import DemoCalendar
from sad.demo.data import demo_suppliers
from sad.demo.loading import is_loaded, load
from sad.demo.plans import plans
from sad.doctor.checkup import examine
from sad.doctor.findings import Site as Examined
from sad.domain.phases import phase
from sad.domain.stages import gaps, meets
from sad.models.admissions import Admission
from sad.models.applications import Application
from sad.models.evaluations import Ranking
from sad.models.invitations import Invitation
from sad.models.journal import JournalEntry, JournalHead
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import DepositAttempt, Offer
from sad.models.stages import Stage
from sad.models.suppliers import Supplier
from sad.trust.chain import Entry, Head, verify

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture
def demo(database, settings):
    """The demo loaded as on a Sunday morning."""
    load(settings, now=NOW, told=lambda _count: None)
    return database


def counts() -> dict[str, int]:
    return {table.name: session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables}


def test_the_demo_is_a_sound_living_system(demo, settings):
    assert session.scalar(select(func.count(func.distinct(Admission.supplier_id)))) == 21
    states = Counter(session.scalars(select(Application.state)))
    assert {name: states[name] for name in ("submitted", "refused", "draft")} == {"submitted": 1, "refused": 1, "draft": 1}
    assert states["completion_requested"] == 2, "one supplier, in its two categories"
    _check_phases()
    _check_stages()
    _check_journal()
    _check_offers()
    assert session.scalar(select(func.count()).select_from(Letter).where(Letter.sent_at.is_(None))) == 0
    examined = examine(Examined(settings.data_dir, settings.seal_key, NOW))
    assert [str(finding) for _, findings in examined for finding in findings] == []


def test_a_demo_loaded_is_known_as_such_and_its_counts_stay(demo):
    before = counts()
    db.session.remove()
    assert is_loaded()
    assert counts() == before


@pytest.mark.parametrize(
    ("today", "shift"), [(date(2026, 11, 22), 0), (date(2028, 1, 14), 0), (date(2028, 1, 15), 1), (date(2031, 6, 1), 4)]
)
def test_dates_shift_by_whole_years_once_every_stage_has_begun(today: date, shift: int):
    assert DemoCalendar.around(today, date(2028, 1, 15)).shift == shift


def _check_phases() -> None:
    found = Counter(phase(mini_tender, NOW) for mini_tender in session.scalars(select(MiniTender)))
    assert found == {
        "draft": 1, "to_check": 1, "open": 2, "closed": 2, "opened": 1, "ranked": 2, "notified": 7, "discontinued": 1,
    }
    assert len(plans()) == sum(found.values())
    for invited, admitted in session.execute(
        select(func.count(Invitation.id), MiniTender.category_id)
        .join(MiniTender, MiniTender.id == Invitation.mini_tender_id)
        .group_by(MiniTender.id, MiniTender.category_id)
    ):
        assert invited == session.scalar(select(func.count()).select_from(Admission).where(Admission.category_id == admitted))
    assert session.scalar(select(func.count()).select_from(Ranking)) >= 6


def _check_stages() -> None:
    """The counts that the reference data expect of the suppliers' declared offers."""
    stages = [row.as_value() for row in session.scalars(select(Stage).order_by(Stage.number))]
    admitted = list(session.scalars(select(Supplier).where(Supplier.id.in_(select(Admission.supplier_id)))))
    assert [sum(meets(stage, each.declared, each.families) for each in admitted) for stage in stages] == [21, 17, 12]
    assert sum(each.declared["reusable_packaging"] for each in admitted) == 14
    by_name = {each.name: each for each in admitted}
    for key, stage in (("F04", stages[1]), ("F12", stages[2]), ("F02", stages[2])):
        supplier = by_name[next(each.name for each in demo_suppliers() if each.key == key)]
        assert len(gaps(stage, supplier.declared, supplier.families)) == 1, key


def _check_journal() -> None:
    rows = list(session.scalars(select(JournalEntry).order_by(JournalEntry.seq)))
    head = session.scalars(select(JournalHead)).one()
    columns = ("seq", "prev_hash", "at", "actor", "action", "object", "body_commit", "hash")
    entries = [Entry(**{name: getattr(row, name) for name in columns}) for row in rows]
    report = verify(entries, known_heads=[Head(head.seq, head.hash)])
    assert report.is_sound, str(report)
    assert [row.at for row in rows] == sorted(row.at for row in rows), "acts are played in the order of time"


def _check_offers() -> None:
    for offer in session.scalars(select(Offer)):
        opened = phase(offer.mini_tender, NOW) in ("opened", "ranked", "notified")
        assert offer.is_opened == opened
        assert not offer.late
        assert offer.received_at < NOW
        attempt = session.scalars(select(DepositAttempt).where(DepositAttempt.offer_id == offer.id)).one()
        assert attempt.received_at == offer.received_at, "as when a supplier deposits by itself"
