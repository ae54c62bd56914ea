"""Ranking the regular offers with the frozen grid."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from sad.actions.evaluations import findings_of, has_open_regularisation, marks_of, opened_offers, take_up
from sad.actions.examination_answers import waiting_requests
from sad.actions.journal import record
from sad.actions.panels import panel_faults, panel_of
from sad.actions.publications import frozen_fingerprint, invitees_of
from sad.actions.tastings import tasting_faults
from sad.db import session
from sad.domain.bids import unsaid
from sad.domain.errors import Refusal, Refused
from sad.domain.lifecycle import moved
from sad.domain.scoring.faults import ScoringFaults
from sad.domain.scoring.numbers import written
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.scoring_file import ranking_to_dict, scoring_file_to_dict
from sad.domain.scoring.sensitivity import best_value, weight_interval, what_would_change
from sad.domain.scoring.values import Bid, Grid
from sad.domain.sentences import listed, of
from sad.models.evaluations import Mark, RankedOffer, Ranking
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Classification, Offer
from sad.models.people import Person

ASK_FIRST = "Lui demander par écrit comment elle y arrive, puis dire si son explication tient."
MOST_EXPLAINED = 30  # what would have changed is worked out for the first ones: each costs a few dozen rankings


def compute_ranking(mini_tender: MiniTender, *, by: Person, at: datetime) -> Ranking:
    """Rank the regular offers; keep the inputs, the points as printed, and what would have changed the first place.

    Refused, with every reason, while an offer is not classified, a low price is not explained or a mark is missing, and when
    what was frozen before the invitation is no longer what it was (CRI-12).
    """
    take_up(mini_tender, by=by, at=at)
    state = moved("mini_tender", mini_tender.state, "rank")
    offers = opened_offers(mini_tender)
    marks = marks_of(offers)
    faults = [*_frozen_faults(mini_tender), *ranking_faults(mini_tender, offers, marks)]
    if faults:
        raise Refused(*faults)
    ranking = _ranked(mini_tender, offers, marks)
    ranking.ranked_by, ranking.ranked_at = by.id, at
    session.add(ranking)
    mini_tender.state = state
    record("compute_ranking", ranking, by=by, at=at, mini_tender=mini_tender.id, result=ranking.result)
    return ranking


def ranking_faults(mini_tender: MiniTender, offers: Sequence[Offer], marks: Mapping[int, Mapping[str, Mark]]) -> list[Refusal]:
    """All that is still missing before the opened offers can be ranked."""
    findings, grid = findings_of(mini_tender, offers), mini_tender.frozen_grid()
    regular = [offer for offer in offers if offer.classification == Classification.REGULAR]
    faults = [
        Refusal(f"L’offre {of(offer.supplier.name)} n’est pas classée.", "Dire si elle est régulière.", "ANA-01")
        for offer in offers
        if offer.classification is None
    ]
    faults += [_regularisation_fault(offer) for offer in offers if findings[offer.id].regularisation == "open"]
    waiting = waiting_requests(offers)
    faults += [_waiting_fault(offer) for offer in offers if offer.id in waiting]
    faults += [
        Refusal(f"Le prix {of(offer.supplier.name)} est à justifier : {findings[offer.id].low_price}.", ASK_FIRST, "ANA-03")
        for offer in regular
        if findings[offer.id].awaits_explanation and offer.id not in waiting
    ]
    consensus = [*panel_faults(panel_of(mini_tender))]
    faults += consensus
    for offer, bid in zip(regular, bids_of(mini_tender, regular, marks), strict=True):
        faults += _unsaid_faults(offer.supplier.name, bid, grid, is_early=bool(consensus))
    faults += review_faults(offers, marks)
    faults += tasting_faults(mini_tender) if regular else ()
    if not offers or (not regular and not faults):
        remedy = "Déclarer la consultation sans suite : elle est infructueuse."
        faults.append(Refusal("Il n’y a aucune offre régulière à classer.", remedy, "AWD-10"))
    return faults


def latest_ranking(mini_tender: MiniTender) -> Ranking | None:
    """The last ranking computed, with its places, their offers and suppliers."""
    ranking = select(Ranking).where(Ranking.mini_tender_id == mini_tender.id).order_by(Ranking.id.desc()).limit(1)
    return session.scalar(
        ranking.options(selectinload(Ranking.places).joinedload(RankedOffer.offer).joinedload(Offer.supplier)),
    )


def is_current(ranking: Ranking) -> bool:
    """Whether no mark and no classification has changed since it was computed."""
    offers = opened_offers(ranking.mini_tender)
    return still_holds(ranking, offers, marks_of(offers))


def still_holds(ranking: Ranking, offers: Sequence[Offer], marks: Mapping[int, Mapping[str, Mark]]) -> bool:
    """Whether these opened offers, all classified, and these marks say what they said when it was computed."""
    mini_tender = ranking.mini_tender
    if any(offer.classification is None for offer in offers):
        return False
    bids = bids_of(mini_tender, [offer for offer in offers if offer.classification == Classification.REGULAR], marks)
    return bool(scoring_file_to_dict(mini_tender.title, mini_tender.frozen_grid(), bids) == ranking.scoring_file)


def currency_faults(ranking: Ranking) -> Iterator[Refusal]:
    """Why nothing can be decided on this ranking: it is not the last one, or something changed since."""
    latest = latest_ranking(ranking.mini_tender)
    offers = opened_offers(ranking.mini_tender)
    yield from review_faults(offers, marks_of(offers))
    if latest is None or latest.id != ranking.id or not is_current(ranking):
        yield Refusal("Une note ou un classement d’offre a changé depuis ce classement.", "Le calculer à nouveau.", "CRI-12")
    if has_open_regularisation(ranking.mini_tender):
        yield Refusal("Une régularisation est en cours.", "Décider sur chaque réponse, puis classer à nouveau.", "ANA-02")


def _ranked(mini_tender: MiniTender, offers: Sequence[Offer], marks: Mapping[int, Mapping[str, Mark]]) -> Ranking:
    regular = {offer.ref: offer for offer in offers if offer.classification == Classification.REGULAR}
    grid, bids = mini_tender.frozen_grid(), bids_of(mini_tender, list(regular.values()), marks)
    try:
        result = ranking_to_dict(rank(bids, grid))
    except ScoringFaults as error:
        raise Refused(*(Refusal(f"{fault}.", "Vérifier la note ou l’offre.", "CRI-12") for fault in error.faults)) from None
    ranking = Ranking(
        organisation_id=mini_tender.organisation_id,
        mini_tender_id=mini_tender.id,
        scoring_file=scoring_file_to_dict(mini_tender.title, grid, bids),
        result=result,
        frozen_fingerprint=mini_tender.frozen_fingerprint,
        solidity=_solidity(bids, grid),
    )
    for number, placed in enumerate([*result["ranking"], *result["eliminated"]]):
        change = _would_be_first(bids, grid, placed["ref"]) if number < MOST_EXPLAINED else None
        ranking.places.append(_place(placed, regular[placed["ref"]], change))
    return ranking


def _place(placed: Mapping[str, Any], offer: Offer, change: dict[str, Any] | None) -> RankedOffer:
    return RankedOffer(
        offer=offer,
        ref=placed["ref"],
        rank=placed.get("rank"),
        total=placed.get("total"),
        points=placed.get("points", {}),
        explanation=placed.get("explanation", []),
        elimination_reason=placed.get("reason"),
        would_be_first=change,
    )


def _would_be_first(bids: Sequence[Bid], grid: Grid, ref: str) -> dict[str, Any]:
    change = what_would_change(bids, grid, ref)
    cut = None if change.price_cut is None else str(Decimal(change.price_cut) / 100)
    return {"price_cut": cut, "criteria": {key: best_value(bids, grid.criterion(key)) for key in change.criteria}}


def _solidity(bids: Sequence[Bid], grid: Grid) -> dict[str, Any]:
    """For each scored criterion, the lowest and the highest weight with the same first place, in points."""
    intervals = {leaf.key: weight_interval(bids, grid, leaf.key) for leaf in grid.scored}
    return {key: [written(each.low), written(each.high)] for key, each in intervals.items() if each is not None}


def bids_of(mini_tender: MiniTender, offers: Sequence[Offer], marks: Mapping[int, Mapping[str, Mark]]) -> list[Bid]:
    """What the frozen grid reads of these offers, by supplier's name."""
    grid, stage = mini_tender.frozen_grid(), mini_tender.frozen_stage()
    return [offer.as_bid(grid, stage, {key: mark.value for key, mark in marks[offer.id].items()}) for offer in offers]


def _waiting_fault(offer: Offer) -> Refusal:
    message = f"Une demande écrite attend encore votre décision pour l’offre {of(offer.supplier.name)}."
    return Refusal(message, "Lire sa réponse, puis décider ; sans réponse, à la fin du délai.", "ANA-03")


def _regularisation_fault(offer: Offer) -> Refusal:
    message = f"La régularisation de l’offre {of(offer.supplier.name)} n’est pas décidée."
    return Refusal(message, "Lire sa réponse, puis décider ; sans réponse, à la fin du délai.", "ANA-02")


def review_faults(offers: Sequence[Offer], marks: Mapping[int, Mapping[str, Mark]]) -> Iterator[Refusal]:
    """The marks to be given again because who evaluates has changed since, regular offers only."""
    for offer in offers:
        said = {key for key, mark in marks[offer.id].items() if mark.is_to_review}
        if said and offer.classification == Classification.REGULAR:
            labels = listed([f"« {leaf.label} »" for leaf in offer.mini_tender.frozen_grid().scored if leaf.key in said])
            message = f"{offer.supplier.name} : à revoir sur {labels}, car qui évalue a changé."
            yield Refusal(message, "Donner la note à nouveau, même si elle reste la même.", "ANA-05")


def _unsaid_faults(name: str, bid: Bid, grid: Grid, *, is_early: bool) -> Iterator[Refusal]:
    """What an offer and its marks do not say; while evaluators are awaited, no mark is missing yet."""
    for leaf in unsaid(bid, grid):
        if leaf.method == "scale" and is_early:
            continue
        if leaf.method == "scale":
            yield Refusal(f"{name} : il manque la note « {leaf.label} ».", "La donner, avec sa raison.", "ANA-05")
        else:
            yield Refusal(f"{name} : l’offre ne dit rien sur « {leaf.label} ».", "La classer irrégulière (L2152-2).", "ANA-01")


def _frozen_faults(mini_tender: MiniTender) -> Iterator[Refusal]:
    """Whether grid, budget, lines, stage and invitees are those of the invitation, to the letter."""
    if frozen_fingerprint(mini_tender, [supplier.id for supplier in invitees_of(mini_tender)]) != mini_tender.frozen_fingerprint:
        message = "La grille, le budget, les lignes ou les invités ne sont plus ceux de l’envoi."
        yield Refusal(message, "Ne rien décider ; faire vérifier le journal par l’administrateur.", "CRI-12")
