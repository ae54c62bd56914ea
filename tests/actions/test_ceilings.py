"""What a system engages of its maximum, and who is asked or refused before more is sent (SAD-02, THR-01)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from sad.actions.ceilings import ceiling_law, ceiling_of, neighbours_of
from sad.actions.launches import prospect_of
from sad.actions.mini_tenders import submit_for_check
from sad.actions.publications import discontinue_mini_tender, publish_mini_tender
from sad.db import session
from sad.domain.errors import Refused
from sad.models.awards import Award, AwardState
from sad.models.mini_tenders import MiniTenderState
from sad.models.people import Role
from tests.factories.evaluations import EXAMINED, Tender, make_ranked, total_of
from tests.factories.mini_tenders import HOME, SEAL_KEY, SENT, SERVED, make_admitted, make_mini_tender, make_published
from tests.factories.organisations import make_service
from tests.factories.people import make_person
from tests.factories.systems import make_system
from tests.web.counting import statements_of

LATER = SENT + timedelta(hours=1)


@pytest.fixture
def system(database):
    return make_system()


@pytest.fixture
def buyer(system):
    return make_person(system.organisation, Role.BUYER)


@pytest.fixture
def service(system):
    return make_service(system.organisation)


def award(ranking, state=AwardState.APPROVED) -> Decimal:
    """The award of the first offer in that state; its total, EUR excl. VAT."""
    mini_tender, place = ranking.mini_tender, ranking.places[0]
    proposer, decider = (make_person(mini_tender.organisation, Role.AWARD_AUTHORITY) for _ in range(2))
    ends = {
        AwardState.PROPOSED: {},
        AwardState.APPROVED: {"decided_by": decider.id, "decided_at": EXAMINED},
        AwardState.CANCELLED: {"cancelled_at": EXAMINED, "cancelled_reason": "Erreur."},
    }
    session.add(
        Award(
            organisation_id=mini_tender.organisation_id,
            mini_tender_id=mini_tender.id,
            ranked_offer_id=place.id,
            state=state,
            reason="La mieux classée.",
            proposed_by=proposer.id,
            proposed_at=EXAMINED,
            **ends[state],
        )
    )
    session.flush()
    return total_of(place.offer)


def send(draft, buyer, **reasons):
    rules = {rule.replace("_", "-"): reason for rule, reason in reasons.items()}
    return publish_mini_tender(draft, seal_key=SEAL_KEY, justifications=rules, home=HOME, by=buyer, at=LATER)


def refused(act) -> set[str | None]:
    with pytest.raises(Refused) as error:
        act()
    return {each.rule for each in error.value.refusals}


def amounts(system, at=EXAMINED) -> dict[str, tuple[int, Decimal, Decimal]]:
    return {each.key: (each.sent, each.awarded, each.expected) for each in ceiling_of(system, at).categories}


def test_a_mini_tender_counts_for_its_budget_from_its_sending(system, service):
    draft = make_mini_tender(service, system=system)
    assert amounts(system) == {"pain": (0, 0, 0), "traiteur": (0, 0, 0)}
    make_published(draft)
    make_published(make_mini_tender(service, system=system, budget=Decimal("1000.50"), category_id=system.categories[1].id))
    assert amounts(system) == {"pain": (1, 0, 300), "traiteur": (1, 0, Decimal("1000.50"))}


@pytest.mark.parametrize("state", AwardState)
def test_an_approved_award_replaces_the_budget_by_its_amount(database, state):
    ranking = make_ranked(Tender(), Tender(prices=("4.00", "5.00")))
    total = award(ranking, state)
    counted = (1, total, 0) if state == AwardState.APPROVED else (1, 0, 300)
    assert amounts(ranking.mini_tender.system)["pain"] == counted
    assert ceiling_of(ranking.mini_tender.system, EXAMINED).recent == counted[1] + counted[2]


def test_what_is_given_up_no_longer_counts(system, service, buyer):
    sent = make_published(make_mini_tender(service, system=system))
    discontinue_mini_tender(sent, "La réunion est annulée.", by=buyer, at=LATER)
    found = ceiling_of(system, EXAMINED)
    assert (found.expected, found.first_sent_on) == (0, None)


def test_another_system_does_not_count(system, service):
    make_published(make_mini_tender(system=make_system(system.organisation)))
    assert amounts(system)["pain"] == (0, 0, 0)


def test_only_the_last_twelve_months_make_the_pace(system, service):
    old = make_published(make_mini_tender(service, system=system))
    make_published(make_mini_tender(service, system=system, budget=Decimal(500)))
    old.published_at = SENT - timedelta(days=365)
    session.flush()
    found = ceiling_of(system, SENT)
    assert (found.expected, found.recent, found.first_sent_on) == (800, 500, date(2025, 11, 24))
    old.published_at = SENT - timedelta(days=364)
    session.flush()
    assert ceiling_of(system, SENT).recent == 800


def test_near_the_maximum_a_buyer_gives_a_reason_and_then_sends(system, service, buyer):
    system.estimated_value, system.max_value = Decimal(1), Decimal(375)
    make_admitted(system.categories[0], 3, by=buyer)
    draft = make_mini_tender(service, system=system)
    assert refused(lambda: send(draft, buyer)) == {"SAD-02"}
    assert send(draft, buyer, SAD_02="Le nouvel avis est en préparation.").state == MiniTenderState.PUBLISHED
    assert draft.justifications == {"SAD-02": "Le nouvel avis est en préparation."}


def test_under_the_share_of_the_law_nothing_is_asked(system, service, buyer):
    system.estimated_value, system.max_value = Decimal(1), Decimal("375.01")
    make_admitted(system.categories[0], 3, by=buyer)
    assert send(make_mini_tender(service, system=system), buyer).state == MiniTenderState.PUBLISHED


def test_beyond_the_maximum_no_reason_is_enough(system, service, buyer):
    make_published(make_mini_tender(service, system=system))
    system.estimated_value, system.max_value = Decimal(1), Decimal("599.99")
    session.flush()
    draft = make_mini_tender(service, system=system)
    assert refused(lambda: send(draft, buyer, SAD_02="Il le faut.")) == {"SAD-02"}
    assert draft.state == MiniTenderState.DRAFT


def test_a_requester_hands_over_what_only_the_maximum_stops(system, service, buyer):
    system.estimated_value, system.max_value = Decimal(1), Decimal("299.99")
    make_admitted(system.categories[0], 3, by=buyer)
    draft = make_mini_tender(service, system=system)
    assert submit_for_check(draft, by=draft.creator, at=LATER).state == MiniTenderState.TO_CHECK


def test_near_needs_of_one_service_that_reach_a_threshold_together_ask_for_a_reason(system, service, buyer):
    make_published(make_mini_tender(service, system=system, budget=Decimal(3000), title="Buffet du matin"))
    draft = make_mini_tender(service, system=system, budget=Decimal(2000), happens_at=SERVED + timedelta(days=29))
    (warning,) = prospect_of(draft, LATER).warnings
    assert warning.rule == "THR-01" and "Buffet du matin" in warning.message
    assert refused(lambda: send(draft, buyer)) == {"THR-01"}
    assert send(draft, buyer, THR_01="Deux publics, deux saisons.").state == MiniTenderState.PUBLISHED


@pytest.mark.parametrize("other", ["service", "category", "far", "draft", "given up"])
def test_what_is_not_near_is_no_neighbour(system, service, buyer, other):
    changes = {
        "service": {"service_id": make_service(system.organisation).id},
        "category": {"category_id": system.categories[1].id},
        "far": {"happens_at": SERVED + timedelta(days=30)},
    }
    near = make_mini_tender(service, system=system, **changes.get(other, {}))
    if other != "draft":
        make_published(near)
    if other == "given up":
        discontinue_mini_tender(near, "Annulé.", by=buyer, at=LATER)
    assert neighbours_of(make_mini_tender(service, system=system), ceiling_law(LATER)) == []


def test_one_statement_is_enough_whatever_was_sent(system, service, database):
    assert system.max_value and system.valid_until
    make_published(make_mini_tender(service, system=system))
    session.flush()
    with statements_of(database) as statements:
        ceiling_of(system, EXAMINED)
    assert len(statements) == 1
