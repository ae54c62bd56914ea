"""How much of a system's maximum its approved awards engage (SAD-02)."""

from decimal import Decimal

import pytest

from sad.actions.engagement import engagement_of
from sad.db import session
from sad.models.awards import Award, AwardState
from sad.models.people import Role
from tests.factories.evaluations import EXAMINED, Tender, make_ranked, total_of
from tests.factories.people import make_person


@pytest.fixture
def ranking(database):
    return make_ranked(Tender(), Tender(prices=("4.00", "5.00")))


def award(ranking, state=AwardState.APPROVED) -> Decimal:
    """The award of the first offer in that state; its total, EUR excl. VAT."""
    mini_tender, place = ranking.mini_tender, ranking.places[0]
    proposer, decider = (make_person(mini_tender.organisation, Role.AWARD_AUTHORITY) for _ in range(2))
    decided = {} if state == AwardState.PROPOSED else {"decided_by": decider.id, "decided_at": EXAMINED}
    session.add(
        Award(
            organisation_id=mini_tender.organisation_id,
            mini_tender_id=mini_tender.id,
            ranked_offer_id=place.id,
            state=state,
            reason="La mieux classée.",
            proposed_by=proposer.id,
            proposed_at=EXAMINED,
            **decided,
        )
    )
    session.flush()
    return total_of(place.offer)


def test_nothing_is_engaged_before_an_award_is_approved(ranking):
    award(ranking, AwardState.PROPOSED)
    assert engagement_of(ranking.mini_tender.system, EXAMINED).engaged == 0


def test_an_approved_award_engages_the_total_of_its_offer(ranking):
    total = award(ranking)
    found = engagement_of(ranking.mini_tender.system, EXAMINED)
    assert (found.engaged, found.remaining) == (total, ranking.mini_tender.system.max_value - total)
    assert not found.is_near_maximum


@pytest.mark.parametrize(("share", "is_near"), [(Decimal("0.80"), True), (Decimal("0.79"), False)])
def test_the_share_of_the_law_warns(ranking, share, is_near):
    total, system = award(ranking), ranking.mini_tender.system
    system.estimated_value = Decimal(1)
    system.max_value = (total / share).quantize(Decimal("0.01"), rounding="ROUND_FLOOR" if is_near else "ROUND_CEILING")
    session.flush()
    assert engagement_of(system, EXAMINED).is_near_maximum is is_near
