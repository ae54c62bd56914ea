"""Deciding between offers that the published tie rule leaves equal (CRI-11): people do, before a witness."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad.actions.evaluations import take_up
from sad.actions.journal import record
from sad.actions.rankings import currency_faults
from sad.actions.unproved import unproved_offers
from sad.db import session
from sad.domain.errors import Refusal, Refused
from sad.models.evaluations import RankedOffer, Ranking, TieDecision
from sad.models.people import Person


def choose_between_ties(place: RankedOffer, reason: str, *, witness: Person, by: Person, at: datetime) -> TieDecision:
    """Retain one of the offers that share the first place, before a witness, saying how (a draw, as the grid's editor proposes).

    Raises `Refused` with every fault.
    """
    ranking = place.ranking
    mini_tender = take_up(ranking.mini_tender, by=by, at=at)
    faults = [*currency_faults(ranking), *_tie_faults(place, reason, witness, by)]
    if faults:
        raise Refused(*faults)
    decision = TieDecision(
        organisation_id=mini_tender.organisation_id,
        ranking_id=ranking.id,
        ranked_offer_id=place.id,
        reason=reason.strip(),
        decided_by=by.id,
        witness_id=witness.id,
        decided_at=at,
    )
    session.add(decision)
    record("choose_between_ties", decision, by=by, at=at, mini_tender=mini_tender.id, offer=place.offer_id, witness=witness.id)
    return decision


def first_places(ranking: Ranking) -> list[RankedOffer]:
    """Who is first: several when the published tie rule left them equal; the next in rank where the first could not prove (R2144-7)."""
    unproved = unproved_offers(ranking.mini_tender_id)
    remaining = [place for place in ranking.places if place.rank is not None and place.offer_id not in unproved]
    best = min((place.rank for place in remaining if place.rank is not None), default=None)
    return [place for place in remaining if place.rank == best]


def tie_decision_of(ranking: Ranking) -> TieDecision | None:
    """What was decided between the offers that share the first place, if anything; it falls with an offer that could not prove."""
    decision = select(TieDecision).where(TieDecision.ranking_id == ranking.id)
    people = (joinedload(person).lazyload(Person.roles) for person in (TieDecision.decider, TieDecision.witness))
    found = session.scalar(decision.options(joinedload(TieDecision.place), *people))
    return None if found is not None and found.place.offer_id in unproved_offers(ranking.mini_tender_id) else found


def _tie_faults(place: RankedOffer, reason: str, witness: Person, by: Person) -> Iterator[Refusal]:
    tied = first_places(place.ranking)
    if len(tied) < 2 or place.id not in {each.id for each in tied}:
        yield Refusal("Cette offre ne partage pas la première place.", "Il n’y a rien à départager.", "CRI-11")
    if tie_decision_of(place.ranking) is not None:
        yield Refusal("Les offres à égalité sont déjà départagées.", "La décision est au procès-verbal.", "CRI-11")
    elif session.scalar(select(TieDecision.id).where(TieDecision.ranking_id == place.ranking.id)) is not None:
        message = "L’offre retenue en départageant les premières n’a pas pu être prouvée."
        yield Refusal(message, "Classer à nouveau, puis départager celles qui restent.", "CRI-11")
    if witness.id == by.id or witness.organisation_id != by.organisation_id or not witness.is_active:
        yield Refusal("Il faut un témoin : un autre agent de votre collectivité.", "Choisir qui était présent.", "CRI-11", "witness")
    if not reason.strip():
        yield Refusal("La manière n’est pas écrite.", "Dire comment le tirage s’est passé.", "CRI-11", "reason")
