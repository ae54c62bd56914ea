"""The last day before a limit of a supplier: to the microsecond, for each kind, and no more once nothing is awaited of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from sad.actions.known_devices import has_only_mail_on_the_last_day
from sad.actions.low_prices import explain_price
from sad.actions.proof_decisions import decide_proof
from sad.actions.rescue_codes import make_rescue_codes
from sad.db import session
from sad.domain.calendar import PARIS
from sad.domain.proofs import is_asked
from sad.models.applications import ApplicationState, CompletionRequest, Hearing
from sad.models.awards import AwardState
from sad.models.consortiums import MemberReplacement
from sad.models.examinations import PriceRequest
from sad.models.mini_tenders import MiniTenderState
from sad.models.people import Person, Role
from sad.models.proofs import GivenProof
from sad.models.suppliers import Supplier, SupplierMember
from tests.factories.admissions import make_application
from tests.factories.agreements import make_agreement, make_hurried, say
from tests.factories.campaigns import make_field
from tests.factories.consortiums import make_consortium
from tests.factories.evaluations import EXAMINED, OPENED, Tender, make_evaluator, make_offer_row, make_opened, offers_of
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, invited, make_published
from tests.factories.orders import make_awarded
from tests.factories.people import make_person
from tests.factories.proofs import asked_for, give
from tests.factories.regularisations import SHORT, make_irregular, make_mended, make_round
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system
from tests.factories.tastings import ANNOUNCED, make_announced, make_prepared, make_received

INSTANT, DAY = timedelta(microseconds=1), timedelta(hours=24)
DUE = date(2026, 12, 8)


@dataclass
class Limit:
    """One limit of a supplier: its last instant, and all that ends it, each alone."""

    supplier: Supplier
    last: datetime
    ends: dict[str, Callable[[], object]]


def closing_of(due_on: date) -> datetime:
    """The last instant of a last day, in Paris."""
    return datetime.combine(due_on + timedelta(days=1), time.min, PARIS) - INSTANT


def sets(thing, **values) -> Callable[[], object]:
    return lambda: [setattr(thing, name, value) for name, value in values.items()]


def a_deadline() -> Limit:
    sent = make_published(suppliers=1)
    ends = {
        "opened": sets(sent, state=MiniTenderState.OPENED),
        "discontinued": sets(sent, state=MiniTenderState.DISCONTINUED, discontinued_at=OPENED),
    }
    return Limit(invited(sent)[0].supplier, CLOSES, ends)


def an_application(state: ApplicationState):
    system = make_system()
    return make_application(make_supplier(), system.categories[0], state), make_person(system.organisation, Role.BUYER)


def a_completion() -> Limit:
    application, buyer = an_application(ApplicationState.COMPLETION_REQUESTED)
    asked = CompletionRequest(asked=[], days=5, asked_at=OPENED, asked_by=buyer.id, due_on=DUE)
    application.completion_requests.append(asked)
    ends = {"answered": sets(asked, answered_at=OPENED), "withdrawn": sets(application, state=ApplicationState.WITHDRAWN)}
    return Limit(application.supplier, closing_of(DUE), ends)


def a_hearing() -> Limit:
    application, buyer = an_application(ApplicationState.HEARING)
    asked = Hearing(ground="L2141-7", facts="Retards.", asked_at=OPENED, asked_by=buyer.id, due_on=DUE)
    application.hearings.append(asked)
    ends = {"answered": sets(asked, answer="Non.", answered_at=OPENED), "withdrawn": sets(application, state=ApplicationState.WITHDRAWN)}
    return Limit(application.supplier, closing_of(DUE), ends)


def a_campaign() -> Limit:
    field = make_field()
    asked, by = field.request("Noyers"), field.buyer
    ends = {
        "answered": sets(asked, answered_at=OPENED, answered_by=by.id, sworn_statement=True),
        "decided": sets(asked, decision="kept", decided_at=OPENED, decided_by=by.id),
        "closed": sets(asked.campaign, closed_at=OPENED, closed_by=by.id),
    }
    return Limit(field.suppliers["Noyers"], closing_of(field.campaign.due_on), ends)


def a_replacement() -> Limit:
    group, buyer = make_consortium(make_system().categories[0]), make_person()
    told = {"organisation_id": group.organisation_id, "ground": "L2141-2", "facts": "Impôts.", "asked_at": OPENED, "asked_by": buyer.id}
    asked = MemberReplacement(consortium=group, member_id=group.members[1].id, due_on=DUE, **told)
    session.add(asked)
    ends = {
        "presented": sets(asked, newcomer_id=group.members[2].id, presented_at=OPENED),
        "decided": sets(asked, decided_at=OPENED, decided_by=buyer.id, is_accepted=False, decision="Trop tard."),
    }
    return Limit(group.supplier, closing_of(DUE), ends)


def an_explanation() -> Limit:
    mini_tender = make_opened(Tender(), Tender())
    offer, by = offers_of(mini_tender)[0], make_evaluator(mini_tender)
    told = {"organisation_id": offer.organisation_id, "low_price": "32 %", "days": 5, "asked_at": EXAMINED, "asked_by": by.id}
    asked = PriceRequest(offer=offer, due_on=date(2026, 12, 15), **told)
    session.add(asked)
    session.flush()
    ends = {
        "answered": lambda: explain_price(asked, "Surplus.", (), by=member_of(offer.supplier), at=EXAMINED),
        "decided": sets(asked, decision="rejected", decision_reason="Muet.", decided_at=EXAMINED, decided_by=by.id),
        "awarded": sets(mini_tender, state=MiniTenderState.AWARDED),
    }
    return Limit(offer.supplier, closing_of(asked.due_on), ends)


def a_regularisation() -> Limit:
    mini_tender = make_irregular(SHORT)
    by = make_evaluator(mini_tender)
    (asked,) = make_round(mini_tender, by=by).requests
    ends = {
        "answered": lambda: make_mended(asked, {"direct_supply_pct": "45"}),
        "decided": sets(asked, decision="rejected", decision_reason="Muet.", decided_at=EXAMINED, decided_by=by.id),
        "discontinued": sets(mini_tender, state=MiniTenderState.DISCONTINUED, discontinued_at=EXAMINED),
    }
    return Limit(asked.offer.supplier, closing_of(asked.due_on), ends)


def the_proofs() -> Limit:
    award = make_awarded()
    asked = asked_for(award)

    def send(decision: str = "") -> None:
        for each in asked.awaited:
            if is_asked(each.proof):
                given = give(each, at=award.decided_at)
                if decision:
                    decide_proof(given, decision, "", by=award.proposer, at=award.decided_at)

    ends = {
        "given": send,
        "accepted": lambda: send("accepted"),
        "failed": sets(asked, failed_at=OPENED, failed_by=award.proposer.id, failed_reason="Rien."),
        "cancelled": sets(award, state=AwardState.CANCELLED, cancelled_at=OPENED),
        "notified": sets(award, notified_at=OPENED),
    }
    return Limit(asked.awaited[0].supplier, closing_of(asked.due_on), ends)


def an_agreement() -> Limit:
    request = make_agreement(make_hurried())
    ends = {
        "agreed": lambda: say(request.answers[0], "agreed"),
        "dropped": sets(request, ended_at=request.asked_at, ended_because="withdrawn"),
        "sent": sets(request, used_at=request.asked_at),
    }
    return Limit(request.answers[0].supplier, request.answers_by, ends)


def a_sample() -> Limit:
    tasting = make_prepared()
    sample, by = tasting.samples[0], tasting.preparer
    ends = {
        "received": lambda: make_received(sample, by=by),
        "missing": sets(sample, missing_reason="Panne.", missing_by=by.id),
        "stopped": sets(tasting, closed_at=EXAMINED, closed_by=by.id, stopped_reason="Trop peu."),
        "discontinued": sets(tasting.mini_tender, state=MiniTenderState.DISCONTINUED, discontinued_at=EXAMINED),
    }
    return Limit(sample.offer.supplier, tasting.mini_tender.announced_tasting.happens_at, ends)


ENDS = {
    a_deadline: ["opened", "discontinued"],
    a_completion: ["answered", "withdrawn"],
    a_hearing: ["answered", "withdrawn"],
    a_campaign: ["answered", "decided", "closed"],
    a_replacement: ["presented", "decided"],
    an_explanation: ["answered", "decided", "awarded"],
    a_regularisation: ["answered", "decided", "discontinued"],
    the_proofs: ["given", "accepted", "failed", "cancelled", "notified"],
    an_agreement: ["agreed", "dropped", "sent"],
    a_sample: ["received", "missing", "stopped", "discontinued"],
}
kinds = pytest.mark.parametrize("make", ENDS, ids=lambda make: make.__name__)


def is_soon(person: Person, at: datetime) -> bool:
    session.flush()
    return has_only_mail_on_the_last_day(person, at=at)


@kinds
@pytest.mark.parametrize("left, expected", [(DAY + INSTANT, False), (DAY, True), (timedelta(), True), (-INSTANT, False)])
def test_a_limit_counts_from_its_last_day_to_its_last_instant(database, make, left, expected):
    limit = make()
    assert is_soon(member_of(limit.supplier), limit.last - left) is expected


@pytest.mark.parametrize("make, end", [(make, end) for make, ends in ENDS.items() for end in ends])
def test_what_is_answered_or_over_does_not_count(database, make, end):
    limit = make()
    assert set(limit.ends) == set(ENDS[make])
    person = member_of(limit.supplier)
    assert is_soon(person, limit.last)
    limit.ends[end]()
    assert not is_soon(person, limit.last)


@kinds
def test_a_limit_is_of_those_who_act_for_its_supplier_now(database, make):
    limit = make()
    person, stranger = member_of(limit.supplier), member_of(make_supplier())
    assert is_soon(person, limit.last) and not is_soon(stranger, limit.last)
    member = session.scalars(select(SupplierMember).where(SupplierMember.person_id == person.id)).one()
    member.left_at = limit.last
    assert not is_soon(person, limit.last)
    session.add(SupplierMember(supplier_id=limit.supplier.acting_id, person_id=stranger.id, joined_at=limit.last))
    assert is_soon(stranger, limit.last)
    make_rescue_codes(stranger, seal_key=SEAL_KEY, by=stranger, at=limit.last)
    assert not is_soon(stranger, limit.last), "the paper is a way in"


def test_a_proof_refused_is_awaited_again(database):
    limit = the_proofs()
    limit.ends["given"]()
    given = session.scalars(select(GivenProof).order_by(GivenProof.id)).first()
    proposer = given.awaited.request.award.proposer
    decide_proof(given, "refused", "Illisible.", by=proposer, at=given.given_at)
    assert is_soon(member_of(limit.supplier), limit.last)


def test_a_sample_is_awaited_before_its_codes_and_of_those_who_count_only(database):
    sent = make_published(make_announced(), suppliers=3)
    in_time, late, silent = (each.supplier for each in invited(sent))
    make_offer_row(sent, in_time, received_at=CLOSES)
    tardy = make_offer_row(sent, late, received_at=CLOSES + INSTANT)
    assert [is_soon(member_of(each), ANNOUNCED) for each in (in_time, late, silent)] == [True, False, False]
    sent.state = MiniTenderState.OPENED
    names = [make_person().id for _ in range(2)]
    sets(tardy, late_ground="service", late_reason="Panne.", late_asked_by=names[0], late_approved_by=names[1])()
    assert [is_soon(member_of(each), ANNOUNCED) for each in (in_time, late, silent)] == [True, True, False]


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 3, 28)])
def test_a_day_of_twenty_five_hours_or_of_twenty_three_is_counted_in_hours(database, day):
    application, buyer = an_application(ApplicationState.HEARING)
    asked = Hearing(ground="L2141-7", facts="Retards.", asked_at=OPENED, asked_by=buyer.id, due_on=day)
    application.hearings.append(asked)
    person, last = member_of(application.supplier), closing_of(day).astimezone(UTC)
    assert [is_soon(person, last - left) for left in (DAY + INSTANT, DAY, -INSTANT)] == [False, True, False]
