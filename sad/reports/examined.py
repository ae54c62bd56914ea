"""What an evaluation report says before any point: what was received, how each offer was classified, what its tenderer was asked."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sad.domain.classification import ARTICLES, WORDS
from sad.letters.wording import long_date, moment, money, plural, siret
from sad.models.examinations import PriceDecision, PriceRequest
from sad.models.offers import Classification, Offer
from sad.models.regularisations import Regularisation, RegularisationDecision, RegularisationRequest
from sad.reports.opening import OpeningRecord


def examined_parts(
    opening: OpeningRecord, offers: Sequence[Offer], price_requests: Mapping[int, PriceRequest], regularisation: Regularisation | None
) -> dict[str, Any]:
    """The rows and sentences of the examination; `offers` are the opened ones, `price_requests` go by offer id."""
    return {
        "received": _received(opening),
        "unread": [*map(_late, opening.late), *map(_broken, opening.broken)],
        "examined": [_examined(offer) for offer in offers],
        "regularisations": [*_round(regularisation)],
        "prices": [line for offer in offers for line in _price(offer, price_requests.get(offer.id))],
    }


def _received(opening: OpeningRecord) -> str:
    said = [f"{plural(len(opening.in_time), 'offre reçue à temps', 'offres reçues à temps')}, {len(opening.late)} hors délai."]
    if opening.replaced + opening.withdrawn:
        said.append(f"Remplacées par leur auteur : {opening.replaced} ; retirées : {opening.withdrawn} (R2151-6).")
    return " ".join(said)


def _late(offer: Offer) -> str:
    if offer.is_opened:
        return f"{offer.supplier.name} : arrivée le {moment(offer.received_at)}, hors délai à cause du service, ouverte à deux, examinée."
    return f"{offer.supplier.name} : arrivée le {moment(offer.received_at)}, hors délai, non ouverte (R2151-5)."


def _broken(offer: Offer) -> str:
    return f"{offer.supplier.name} : pli reçu à temps, qui ne s’est pas ouvert. {offer.seal_fault}"


def _examined(offer: Offer) -> list[str]:
    words = WORDS[offer.classification].capitalize() if offer.classification else "À classer"
    article = ARTICLES.get(offer.classification or "")
    mended = " Elle a été régularisée." if offer.regularised_values is not None and offer.classification == Classification.REGULAR else ""
    return [
        f"{offer.supplier.name}\nSIRET {siret(offer.supplier.siret)}",
        money(offer.total),
        f"{words} ({article})" if article else words,
        f"{offer.classification_reason or ''}{mended}",
    ]


def _round(regularisation: Regularisation | None) -> Iterator[str]:
    """The one round of regularisation: what was asked to whom, what came, what was decided (ANA-02)."""
    if regularisation is None:
        return
    day = long_date(regularisation.due_on)
    yield f"Demandée le {moment(regularisation.asked_at)} à tous les concernés, avec la même date : {day} inclus."
    yield from (_mended(request) for request in regularisation.requests)
    yield from (f"{each.offer.supplier.name} : non demandée. {each.reason}" for each in regularisation.exclusions)


def _mended(request: RegularisationRequest) -> str:
    said = f"{request.offer.supplier.name} : {' ; '.join(request.points)}. {_answers([each.answered_at for each in request.answers])}"
    if request.decision is None:
        return f"{said} À décider."
    outcome = "acceptée" if request.decision == RegularisationDecision.ACCEPTED else "rejetée"
    return f"{said} Correction {outcome} le {moment(request.decided_at)}. {request.decision_reason}"


def _price(offer: Offer, request: PriceRequest | None) -> Iterator[str]:
    """The written exchange about a very low price, or the explanation that was kept of it (ANA-03)."""
    if request is not None:
        asked = f"Demande écrite du {moment(request.asked_at)}, à répondre le {long_date(request.due_on)} inclus."
        answers = _answers([each.answered_at for each in request.answers])
        yield f"{offer.supplier.name} : {request.low_price}. {asked} {answers} {_decided(request)}"
    elif offer.price_justification is not None:
        yield f"{offer.supplier.name} : prix expliqué. {offer.price_justification}"


def _decided(request: PriceRequest) -> str:
    if request.decision is None:
        return "À décider."
    accepted = request.decision == PriceDecision.ACCEPTED
    return f"{'Explication acceptée' if accepted else 'Explication refusée, offre rejetée (L2152-6)'}. {request.decision_reason}"


def _answers(moments: Sequence[datetime]) -> str:
    return f"Réponse du {' ; '.join(map(moment, moments))}." if moments else "Aucune réponse."
