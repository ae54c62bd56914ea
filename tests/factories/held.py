"""Mini-tenders held under a chosen stage, with their offers opened, some irregular, and one that won."""

from collections.abc import Collection

from sad.db import session
from sad.domain.stages import stage_to_dict
from sad.models.awards import Award, AwardState
from sad.models.evaluations import RankedOffer, Ranking
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Classification
from sad.models.people import Role
from sad.models.stages import Stage
from tests.factories.evaluations import EXAMINED, Tender, make_opened, offers_of
from tests.factories.mini_tenders import make_mini_tender
from tests.factories.people import make_person


def make_held(
    stage: Stage, *tenders: Tender, winner: int | None = 0, irregular: Collection[int] = (), service=None, **values
) -> MiniTender:
    """The offers are those of the tenders, in order; `winner` and `irregular` are places among them."""
    mini_tender = make_opened(*tenders, mini_tender=make_mini_tender(service, system=stage.system, **values))
    mini_tender.stage_content, mini_tender.stage_fingerprint = stage_to_dict(stage.as_value()), stage.fingerprint
    offers = offers_of(mini_tender)
    for place, offer in enumerate(offers):
        offer.classification = Classification.IRREGULAR if place in irregular else Classification.REGULAR
        offer.classification_reason = "Vu."
    if winner is not None:
        _award(mini_tender, offers[winner].id)
    session.flush()
    return mini_tender


def _award(mini_tender: MiniTender, offer_id: int) -> None:
    buyer, chief = (make_person(mini_tender.organisation, role) for role in (Role.BUYER, Role.AWARD_AUTHORITY))
    ranking = Ranking(
        organisation_id=mini_tender.organisation_id,
        mini_tender_id=mini_tender.id,
        ranked_by=buyer.id,
        ranked_at=EXAMINED,
        scoring_file={},
        result={},
        frozen_fingerprint=mini_tender.frozen_fingerprint or "",
    )
    place = RankedOffer(ranking=ranking, offer_id=offer_id, ref="La première", rank=1, total="90,00", points={})
    session.add_all((ranking, place))
    session.flush()
    session.add(
        Award(
            organisation_id=mini_tender.organisation_id,
            mini_tender_id=mini_tender.id,
            ranked_offer_id=place.id,
            state=AwardState.APPROVED,
            reason="La première.",
            proposed_by=buyer.id,
            proposed_at=EXAMINED,
            decided_by=chief.id,
            decided_at=EXAMINED,
        )
    )
    mini_tender.state = MiniTenderState.AWARDED
