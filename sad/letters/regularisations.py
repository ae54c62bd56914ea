"""Letters to a tenderer whose offer is irregular: what may be put right and until when, then what was decided."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sad.domain.regularisations import Exchange
from sad.letters.results import spoken
from sad.letters.text import LetterText, write_letter
from sad.models.offers import Offer
from sad.models.regularisations import RegularisationRequest


def regularisation_request(offer: Offer, points: Sequence[str], keys: Sequence[str], *, days: int, due_on: date) -> LetterText:
    """Your offer is irregular on these points, you may put it right: what may be answered, by when, and that prices stay (R2152-2)."""
    stage = offer.mini_tender.frozen_stage()
    labels = [found.label for key in keys if (found := stage.requirement(key)) is not None]
    context = {"offer": offer, "mini_tender": offer.mini_tender, "points": points, "labels": labels}
    return write_letter("regularisation_request", **context, days=days, due_on=due_on)


def regularisation_outcome(request: RegularisationRequest, exchange: Exchange, *, is_changed: bool) -> LetterText:
    """What was decided of the answer, and why; `is_changed`: it takes the place of another decision."""
    offer = request.offer
    context = {"request": request, "offer": offer, "mini_tender": offer.mini_tender, "exchange": exchange, "is_changed": is_changed}
    return write_letter("regularisation_outcome", **context, values=said_anew(offer, offer.regularised_values or {}))


def said_anew(offer: Offer, values: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Values given anew by key of specification: the label of each, what the offer said at its opening, what it says now."""
    stage, before = offer.mini_tender.frozen_stage(), (offer.content or {}).get("values", {})
    known = [(found, key) for key in values if (found := stage.requirement(key)) is not None]
    return [(found.label, spoken(found, before.get(key)), spoken(found, values[key])) for found, key in known]
