"""What became of each offer once an award is proposed or decided: the stored ranking read for one tenderer."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad import parameters
from sad.actions.evaluations import live_award, marks_of
from sad.actions.ties import tie_decision_of
from sad.actions.unproved import unproved_offers
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.classification import ARTICLES, WORDS
from sad.domain.scoring.numbers import french
from sad.domain.sentences import of
from sad.letters import results as letters
from sad.letters.results import Result, french_value, points_of
from sad.letters.text import LetterText
from sad.letters.wording import long_date, moment, money, number
from sad.models.awards import Award, AwardState
from sad.models.evaluations import Mark, RankedOffer, Ranking
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Classification, Offer, OfferState
from sad.models.suppliers import Supplier

UNPROVED = (
    "Elle était en tête du classement, mais les attestations exigées avant la notification du marché ne sont pas venues dans le délai : "
    "la loi impose alors de la rejeter (R2144-7)."
)
DECIDED = (MiniTenderState.AWARDED, MiniTenderState.NOTIFIED)


def results_of(award: Award) -> list[Result]:
    """What becomes of every tenderer under this award: the ranked ones by rank, then those set aside, late ones included."""
    return sorted(_results(award, tenderers_of(award.mini_tender)), key=_order)


def result_for(mini_tender: MiniTender, supplier: Supplier) -> Result | None:
    """The result of one tenderer, once an award is decided; None before, for whoever did not tender, and once it is given up."""
    if mini_tender.state not in DECIDED:
        return None
    decided = select(Award).where(Award.mini_tender_id == mini_tender.id, Award.state == AwardState.APPROVED)
    award = session.scalar(decided)
    own = [offer for offer in tenderers_of(mini_tender) if offer.supplier_id == supplier.id]
    return next(_results(award, own), None) if award else None


def outcome_line(mini_tender: MiniTender) -> str:
    """Who is retained and for how much, in a sentence for the service; empty until an award is decided."""
    if mini_tender.state not in DECIDED:
        return ""
    award = live_award(mini_tender)
    if award is None or award.decided_at is None:
        return ""
    offer = award.place.offer
    next_step = f"Marché notifié le {long_date(award.notified_at)}." if award.notified_at else "Le marché n’est pas encore notifié."
    return f"L’offre {of(offer.supplier.name)} est retenue, pour {money(offer.total)} hors taxe. {next_step}"


def tenderers_of(mini_tender: MiniTender) -> list[Offer]:
    """The offer of each tenderer that neither withdrew it nor replaced it: the one in time, else the late one."""
    deposited = select(Offer).where(Offer.mini_tender_id == mini_tender.id, Offer.state == OfferState.DEPOSITED)
    offers = session.scalars(deposited.options(joinedload(Offer.supplier)).order_by(Offer.late.desc(), Offer.id))
    return list({offer.supplier_id: offer for offer in offers}.values())


def letters_for(results: Sequence[Result], *, at: datetime) -> list[tuple[Result, LetterText]]:
    """The letter of each tenderer, as it leaves when the award is decided at that instant."""
    reply_days = parameters.value("reply_to_requests_days", on=paris_day(at))
    return [
        (result, letters.retained(result, at=at) if result.is_winner else letters.rejected(result, at=at, reply_days=reply_days))
        for result in results
    ]


def why_set_aside(offer: Offer, place: RankedOffer | None) -> str:
    """Why an offer has no rank, in a sentence that its tenderer reads; empty when it has one."""
    if place is not None:
        return "" if place.rank is not None else f"Elle est sous un minimum publié. {place.elimination_reason}."
    if offer.late and offer.late_ground is None:
        return (
            f"Elle est arrivée le {moment(offer.received_at)}, après la date limite du {moment(offer.closes_at)}, heure de Paris : "
            "elle n’a pas été ouverte (R2151-5)."
        )
    if not offer.is_opened:
        return f"Elle n’a pas pu être lue à l’ouverture. {offer.seal_fault or ''}".strip()
    if offer.classification in (None, Classification.REGULAR):
        return ""
    return f"Elle est jugée {WORDS[offer.classification]} ({ARTICLES[offer.classification]}). {offer.classification_reason}"


def words_of(place: RankedOffer, marks: Mapping[str, Mark]) -> dict[str, str]:
    """What a ranked offer says on each criterion but its price: its value in words, or its mark with the reason."""
    mini_tender, values = place.ranking.mini_tender, _values(place.ranking, place.ref)
    stage, words = mini_tender.frozen_stage(), {}
    for leaf in mini_tender.frozen_grid().scored:
        value = values[leaf.key]
        if leaf.method == "scale":
            words[leaf.key] = f"Note {french(value)} sur {number(leaf.options['scale'])} : {marks[leaf.key].reason}"
        elif not leaf.price:
            words[leaf.key] = french_value(value, stage.scored_value(leaf.key))
    return words


def _results(award: Award, offers: Sequence[Offer]) -> Iterator[Result]:
    places = {place.offer_id: place for place in award.place.ranking.places}
    ranked = sum(place.rank is not None for place in places.values())
    tie, marks = tie_decision_of(award.place.ranking), marks_of(offers)
    unproved = unproved_offers(award.mini_tender_id)
    for offer in offers:
        place = places.get(offer.id)
        if offer.id in unproved:
            yield Result(award, offer, place, ranked, set_aside=UNPROVED, is_unproved=True)
            continue
        lines = _lines(offer, place, award.place, marks[offer.id])
        yield Result(award, offer, place, ranked, lines, why_set_aside(offer, place), tie)


def _order(result: Result) -> tuple[bool, int, str]:
    rank = result.place.rank if result.place else None
    return rank is None, rank or 0, result.supplier.name


def _lines(
    offer: Offer, place: RankedOffer | None, winner: RankedOffer, marks: Mapping[str, Mark]
) -> tuple[letters.CriterionPoints, ...]:
    if place is None or place.rank is None:
        return ()
    return points_of(place, winner, _said(offer, place, marks))


def _said(offer: Offer, place: RankedOffer, marks: Mapping[str, Mark]) -> dict[str, str]:
    """Where the points of an offer come from, by criterion: its own value, or the mark and its reason; nothing of the others."""
    values, words, said = _values(place.ranking, place.ref), words_of(place, marks), {}
    for leaf in offer.mini_tender.frozen_grid().scored:
        if leaf.price:
            said[leaf.key] = f"Votre total : {money(Decimal(values[leaf.key]))} hors taxe."
        else:
            said[leaf.key] = words[leaf.key] if leaf.method == "scale" else f"Vous avez indiqué : {words[leaf.key]}."
    return said


def _values(ranking: Ranking, ref: str) -> Mapping[str, str]:
    return next(each["values"] for each in ranking.scoring_file["offers"] if each["ref"] == ref)
