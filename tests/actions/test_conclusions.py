"""What is told once a contract is notified: its conclusion to everybody invited, its award notice by quarter."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from sad.actions.award_notices import awaited_notices, awards_of, mark_published
from sad.actions.awards import notify_contract
from sad.actions.conclusions import challenge_until, conclusion_of, untold_of
from sad.db import session
from sad.domain.conclusions import Quarter
from sad.domain.errors import Refused
from sad.letters.wording import money
from sad.models.awards import Award
from sad.models.conclusions import AwardNotice, Conclusion
from sad.models.invitations import Invitation
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.suppliers import SupplierMember
from tests.factories.evaluations import Tender
from tests.factories.mini_tenders import SENT
from tests.factories.orders import NOTIFIED, make_awarded
from tests.factories.proofs import prove
from tests.factories.suppliers import make_supplier

LATER = datetime(2027, 1, 12, 9, 0, tzinfo=UTC)
NOTICE = {"published_on": date(2027, 1, 11), "reference": "BOAMP 27-1234"}
FOURTH = Quarter(2026, 4)


@pytest.fixture
def award(database) -> Award:
    """Two tenders among three invited."""
    decided = prove(make_awarded(Tender(("3.11", "4.07")), Tender(("2.93", "4.21"), marks={"quality": "6"})))
    silent = Invitation(
        organisation_id=decided.organisation_id, mini_tender_id=decided.mini_tender_id, supplier_id=make_supplier().id, sent_at=SENT
    )
    session.add(silent)
    return notify_contract(decided, contract_reference="2026-41", by=decided.proposer, at=NOTIFIED)


def invited(award: Award) -> set[int]:
    return set(session.scalars(select(Invitation.supplier_id).where(Invitation.mini_tender_id == award.mini_tender_id)))


def told(kind: str = "conclusion") -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def test_nobody_is_told_before_the_contract_is_notified(database):
    award = make_awarded()
    assert told() == [] and conclusion_of(award) is None


def test_everybody_invited_but_the_holder_learns_who_holds_the_contract_why_and_the_judges_last_day(award):
    holder = award.place.offer.supplier
    assert len(told()) == 2 and {letter.supplier_id for letter in told()} == invited(award) - {holder.id}
    for letter in told():
        assert holder.name in letter.body and award.reason in letter.body and "vendredi 8 janvier 2027" in letter.body
        assert not any(money(line.unit_price) in letter.body for line in award.place.offer.as_content().lines)
        assert money(award.place.offer.total) not in letter.body
    concluded = conclusion_of(award)
    assert concluded.told_at == award.notified_at
    assert "tell_conclusion" in {line.action for line in session.scalars(select(JournalEntry))}
    assert challenge_until(award, concluded) == date(2027, 1, 8)
    assert challenge_until(award, None) == date(2027, 6, 9)


def test_an_invitee_for_which_nobody_acts_any_more_is_not_told_and_is_named(database):
    award = make_awarded()
    loser = next(each for each in invited(award) if each != award.place.offer.supplier_id)
    gone = session.scalars(select(SupplierMember).where(SupplierMember.supplier_id == loser)).one()
    gone.left_at = NOTIFIED
    notify_contract(prove(award), contract_reference="2026-41", by=award.proposer, at=NOTIFIED)
    assert [each.id for each in untold_of(award)] == [loser]


def test_one_conclusion_for_one_award(award):
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(Conclusion(organisation_id=award.organisation_id, award=award, told_at=NOTIFIED))
        session.flush()


def test_a_notified_contract_waits_for_its_notice_until_thirty_days_after_the_quarter(award):
    organisation = award.mini_tender.organisation
    (awaited,) = awaited_notices(organisation, LATER)
    assert (awaited.quarter, awaited.count, awaited.due_on) == (FOURTH, 1, date(2027, 2, 1))
    assert [(awaited.is_over(day), awaited.is_late(day)) for day in (date(2026, 12, 31), date(2027, 1, 1), date(2027, 2, 2))] == [
        (False, False), (True, False), (True, True),
    ]
    assert list(awards_of(organisation, FOURTH)) == [award] and list(awards_of(organisation, Quarter(2027, 1))) == []
    mark_published([award], **NOTICE, by=award.proposer, at=LATER)
    assert awaited_notices(organisation, LATER) == []


@pytest.mark.parametrize(
    ("notified_at", "quarter"),
    [
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), FOURTH),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), Quarter(2027, 1)),
    ],
)
def test_the_quarter_is_that_of_the_day_in_paris(award, notified_at, quarter):
    award.notified_at = notified_at
    session.flush()
    assert [each.quarter for each in awaited_notices(award.mini_tender.organisation, LATER)] == [quarter]
    assert list(awards_of(award.mini_tender.organisation, quarter)) == [award]


def test_a_system_under_the_threshold_calls_for_no_award_notice(award):
    system = award.mini_tender.system
    system.estimated_value = system.max_value = Decimal(90000)
    session.flush()
    assert awaited_notices(award.mini_tender.organisation, LATER) == []


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"reference": " "}, "reference"),
        ({"published_on": None}, "published_on"),
        ({"published_on": date(2027, 1, 13)}, "published_on"),
        ({"published_on": date(2026, 12, 7)}, "published_on"),
    ],
)
def test_what_is_said_of_a_notice_must_hold(award, said, field):
    with pytest.raises(Refused) as refused:
        mark_published([award], **NOTICE | said, by=award.proposer, at=LATER)
    assert [(each.rule, each.field) for each in refused.value.refusals] == [("PUB-01", field)]
    assert session.query(AwardNotice).count() == 0


def test_a_notice_is_marked_once_and_for_some_contract(award):
    mark_published([award], **NOTICE, by=award.proposer, at=LATER)
    for chosen, words in (([award], "déjà marqué, sous la référence BOAMP 27-1234"), ([], "Aucun marché")):
        with pytest.raises(Refused, match=words):
            mark_published(chosen, **NOTICE, by=award.proposer, at=LATER + timedelta(days=1))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(AwardNotice(organisation_id=award.organisation_id, award=award, recorded_at=LATER, recorder=award.proposer, **NOTICE))
        session.flush()
