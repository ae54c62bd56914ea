"""Prices that seem abnormally low: the written request, the tenderer's answer, the decision with its reason (ANA-03)."""

from collections.abc import Sequence
from datetime import date, datetime

from sad import parameters
from sad.actions.evaluations import findings_of, opened_offers, take_up
from sad.actions.examination_answers import price_requests_of, receive_answer
from sad.actions.journal import record
from sad.actions.letters import post_to_supplier
from sad.db import session
from sad.domain.calendar import last_day, paris_day
from sad.domain.errors import Refused, refuse
from sad.domain.low_prices import ACCEPTED, PriceExchange, asking_faults, decision_faults
from sad.letters import examinations as letters
from sad.models.examinations import ExaminationAnswer, PriceRequest
from sad.models.offers import Classification, Offer
from sad.models.people import Person
from sad.storage import CheckedFile


def ask_price(offer: Offer, asked: str = "", *, by: Person, at: datetime) -> PriceRequest:
    """Write to a tenderer whose price calls for an explanation; `asked` is added to the usual points (R2152-3).

    The letter gives the day of the answer and no figure of the other offers. Raises `Refused`.
    """
    low_price = _taken_up(offer, by, at)
    faults = asking_faults(low_price, is_asked=price_request_of(offer) is not None)
    if faults:
        raise Refused(*faults)
    request = PriceRequest(
        organisation_id=offer.organisation_id,
        offer=offer,
        low_price=low_price,
        asked=asked.strip(),
        days=explanation_days(at),
        due_on=explanation_due_on(at),
        asked_at=at,
        asked_by=by.id,
    )
    session.add(request)
    session.flush()
    letter = letters.price_request(offer, asked.strip(), days=request.days, due_on=request.due_on)
    post_to_supplier(offer.supplier, letter, at=at, organisation_id=offer.organisation_id, mini_tender=offer.mini_tender)
    due_on = request.due_on.isoformat()
    record("ask_price", request, by=by, at=at, offer=offer.id, low_price=low_price, asked=request.asked, due_on=due_on)
    return request


def explain_price(
    request: PriceRequest, text: str, files: Sequence[CheckedFile] = (), *, by: Person, at: datetime
) -> ExaminationAnswer:
    """Give the tenderer's explanation, in words, in files or both; after the day asked too, as long as nothing is decided."""
    if not text.strip() and not files:
        remedy = "Dire comment vous arrivez à ce prix, ou joindre un document qui le montre."
        raise refuse("Votre réponse est vide.", remedy, rule="ANA-03", field="text")
    return receive_answer(request, text.strip(), files, by=by, at=at)


def decide_price(offer: Offer, decision: str, reason: str, *, by: Person, at: datetime) -> PriceRequest:
    """Say whether the explanation holds: `accepted`, the offer is judged like the others; `rejected`, it is set aside (L2152-6).

    Until an award is proposed another decision may replace it; the journal keeps both. Raises `Refused` with every fault.
    """
    _taken_up(offer, by, at)
    request = price_request_of(offer)
    exchange = exchange_of(request) if request else None
    faults = decision_faults(decision, reason, exchange, today=paris_day(at))
    if faults or request is None or exchange is None:
        raise Refused(*faults)
    before = request.decision
    request.decision, request.decision_reason, request.decided_at, request.decided_by = decision, reason.strip(), at, by.id
    if decision == ACCEPTED:
        _accept(offer, reason.strip(), by)
    else:
        _set_aside(offer, f"{exchange.sentence} {reason.strip()}", by)
    record("decide_price", request, by=by, at=at, offer=offer.id, decision=decision, reason=reason.strip(), before=before)
    return request


def price_request_of(offer: Offer) -> PriceRequest | None:
    """What was asked of its tenderer about its price, with the answers, if anything was."""
    return price_requests_of([offer]).get(offer.id)


def exchange_of(request: PriceRequest) -> PriceExchange:
    """The days of the exchange, in Paris."""
    answered_on = paris_day(request.answers[-1].answered_at) if request.answers else None
    return PriceExchange(paris_day(request.asked_at), request.due_on, answered_on)


def explanation_days(at: datetime) -> int:
    """How many working days every tenderer has to explain its price."""
    return int(parameters.value("price_explanation_days", on=paris_day(at)))


def explanation_due_on(at: datetime) -> date:
    """The last day to answer a request sent at that instant: Monday to Friday, the reading that gives more time."""
    return last_day(paris_day(at), explanation_days(at), "working-eu")


def _taken_up(offer: Offer, by: Person, at: datetime) -> str:
    """Hold the mini-tender; why the price of the offer calls for an explanation, now or once put right; empty when it does not."""
    mini_tender = take_up(offer.mini_tender, by=by, at=at)
    session.refresh(offer)
    if not offer.is_opened:
        raise refuse("Cette offre est scellée : personne ne peut rien en dire.", rule="REC-01")
    findings = findings_of(mini_tender, opened_offers(mini_tender))[offer.id]
    return findings.low_price or findings.low_if_regular


def _accept(offer: Offer, reason: str, by: Person) -> None:
    offer.price_justification, offer.justification_recorded_by = reason, by.id
    if offer.classification == Classification.ABNORMALLY_LOW:
        offer.classification = offer.classification_reason = offer.classified_by = None


def _set_aside(offer: Offer, reason: str, by: Person) -> None:
    offer.price_justification = offer.justification_recorded_by = None
    offer.classification, offer.classification_reason, offer.classified_by = Classification.ABNORMALLY_LOW, reason, by.id
