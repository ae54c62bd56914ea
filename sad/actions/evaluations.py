"""The evaluation of opened offers: who may work on it and when, and what is found in each offer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from sad import parameters
from sad.actions.declarations import check_interests
from sad.actions.journal import record
from sad.actions.mini_tenders import hold
from sad.db import session
from sad.domain.abnormal import PricedOffer, offers_to_explain
from sad.domain.calendar import paris_day
from sad.domain.classification import Findings, is_over
from sad.domain.errors import refuse
from sad.domain.stages import gaps
from sad.models.awards import Award, AwardState
from sad.models.evaluations import Mark, RankedOffer
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Classification, Offer
from sad.models.people import Person
from sad.models.regularisations import Regularisation, RegularisationRequest

COMPARED = (Classification.REGULAR, Classification.ABNORMALLY_LOW)  # setting one aside for its price makes no other look low
UNDER_EVALUATION = (MiniTenderState.OPENED, MiniTenderState.RANKED)
PROPOSAL_LASTS = timedelta(hours=24)


def take_up(mini_tender: MiniTender, *, by: Person, at: datetime) -> MiniTender:
    """Hold the mini-tender for an act on its opened offers.

    Refused before the opening, while an award stands, and to whoever has not declared to have no interest (ANA-05).
    """
    hold(mini_tender)
    check_interests(mini_tender, by)
    if mini_tender.state not in UNDER_EVALUATION:
        raise refuse("L’analyse n’a lieu qu’entre l’ouverture des offres et l’attribution.", rule="REC-01")
    award = live_award(mini_tender)
    if award is not None and has_lapsed(award, at):
        _lapse(award, at)
    elif award is not None:
        raise refuse(
            "Une attribution est déjà proposée : plus rien ne change tant qu’elle tient.",
            "Annuler d’abord la proposition, avec son motif.",
            rule="ANA-05",
        )
    return mini_tender


def live_award(mini_tender: MiniTender) -> Award | None:
    """The award proposed or decided, if there is one that was not cancelled, with its offer and its people."""
    award = select(Award).where(Award.mini_tender_id == mini_tender.id, Award.state != AwardState.CANCELLED)
    place = joinedload(Award.place).joinedload(RankedOffer.offer).joinedload(Offer.supplier)
    people = (joinedload(person).lazyload(Person.roles) for person in (Award.proposer, Award.decider))
    return session.scalar(award.options(place, *people))


def has_lapsed(award: Award, at: datetime) -> bool:
    """Whether nobody decided in time on a proposal, so that it no longer stands."""
    return award.state == AwardState.PROPOSED and at > award.proposed_at + PROPOSAL_LASTS


def _lapse(award: Award, at: datetime) -> None:
    award.state, award.cancelled_at, award.cancelled_reason = AwardState.CANCELLED, at, "Sans décision dans les 24 heures."
    session.flush()
    record("lapse_award", award, by=None, at=at, mini_tender=award.mini_tender_id)


def opened_offers(mini_tender: MiniTender) -> list[Offer]:
    """Its opened offers, by supplier's name; in as many statements for a hundred as for one."""
    opened = select(Offer).where(Offer.mini_tender_id == mini_tender.id, Offer.is_opened)
    offers = session.scalars(opened.options(joinedload(Offer.supplier), selectinload(Offer.files)))
    return sorted(offers, key=lambda offer: (offer.supplier.name, offer.id))


def marks_of(offers: Sequence[Offer]) -> dict[int, dict[str, Mark]]:
    """The marks given to these offers: offer id -> criterion -> mark; an offer without mark has an empty line."""
    found: dict[int, dict[str, Mark]] = {offer.id: {} for offer in offers}
    for mark in session.scalars(select(Mark).where(Mark.offer_id.in_(found)).options(joinedload(Mark.evaluator).lazyload(Person.roles))):
        found[mark.offer_id][mark.criterion] = mark
    return found


def findings_of(mini_tender: MiniTender, offers: Sequence[Offer]) -> Mapping[int, Findings]:
    """What rules say of each opened offer, by its id: the frozen stage, the frozen budget, prices that call for an explanation."""
    stage, category = mini_tender.frozen_stage(), mini_tender.category.key if mini_tender.category else ""
    regularisations = _regularisations_of(offers)
    found = {
        offer.id: Findings(
            shortfalls=tuple(gap.sentence for gap in gaps(stage, offer.as_content().values, offer.supplier.families, category)),
            is_over_budget=offer.total is not None and is_over(offer.total, mini_tender.budget),
            is_justified=offer.price_justification is not None,
            is_price_rejected=offer.classification == Classification.ABNORMALLY_LOW,
            regularisation=regularisations.get(offer.id, ""),
        )
        for offer in offers
    }
    return _with_low_prices(found, offers, mini_tender.published_at)


def _with_low_prices(found: Mapping[int, Findings], offers: Sequence[Offer], sent_at: datetime | None) -> dict[int, Findings]:
    """The same, with the prices that call for an explanation: of the offers in the running, then of all once they are put right."""
    said = {offer.id: offer.classification or found[offer.id].proposal for offer in offers}
    running = [offer for offer in offers if said[offer.id] in COMPARED]
    irregular = [offer for offer in offers if said[offer.id] == Classification.IRREGULAR]
    low = low_prices(running, sent_at) if sent_at else {}
    once_regular = low_prices([*running, *irregular], sent_at) if sent_at and irregular else {}
    mended = {offer.id: once_regular.get(offer.id, "") for offer in irregular}
    return {key: replace(one, low_price=low.get(key, ""), low_if_regular=mended.get(key, "")) for key, one in found.items()}


def _regularisations_of(offers: Sequence[Offer]) -> dict[int, str]:
    """Where the regularisation of each of these offers that had one stands, by offer id: `open`, `accepted` or `rejected`."""
    asked = select(RegularisationRequest.offer_id, RegularisationRequest.decision)
    found = session.execute(asked.where(RegularisationRequest.offer_id.in_([offer.id for offer in offers])))
    return {offer_id: decision or "open" for offer_id, decision in found}


def has_open_regularisation(mini_tender: MiniTender) -> bool:
    """Whether irregular offers may still be put right, or answers wait for a decision (ANA-02)."""
    asked = select(RegularisationRequest.id).join(RegularisationRequest.regularisation)
    waiting = asked.where(Regularisation.mini_tender_id == mini_tender.id, RegularisationRequest.decision.is_(None))
    return session.scalar(waiting.limit(1)) is not None


def low_prices(offers: Sequence[Offer], sent_at: datetime) -> dict[int, str]:
    """Why a price calls for an explanation, by offer id (ANA-03, L2152-6).

    The budget is a ceiling, not an estimate of the market: with too few offers for a mean, nothing can be said.
    """
    day = paris_day(sent_at)
    low = offers_to_explain(
        [PricedOffer(str(offer.id), offer.total) for offer in offers if offer.total is not None],
        alert_percent=parameters.value("abnormally_low_alert_percent", on=day),
        minimum_offers=parameters.value("abnormally_low_minimum_offers", on=day),
        estimate=None,
    )
    return {int(each.ref): each.sentence for each in low}
