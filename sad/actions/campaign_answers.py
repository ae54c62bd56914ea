"""What a supplier does of a request to confirm its admission: keeps a draft, sends, sends again while nothing is decided."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sad.actions.applications import keep_answer
from sad.actions.campaign_files import check_waits, hold_request, request_points, waiting_siblings
from sad.actions.journal import record
from sad.actions.letters import post_to_supplier
from sad.domain.admission.statement import STATEMENT
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused, refuse
from sad.letters import campaigns as letters
from sad.models.campaigns import CampaignRequest
from sad.models.people import Person


def save_campaign_answers(request: CampaignRequest, answers: Mapping[str, object], *, by: Person, at: datetime) -> CampaignRequest:
    """Keep a draft, as far as it goes; the supplier's other requests take the answers that they lack.

    Raises `Refused` with each answer that cannot be read (field: its key), and once the request was sent.
    """
    check_waits(hold_request(request))
    if request.answered_at is not None:
        raise refuse("Votre confirmation est envoyée : un brouillon ne la change pas.", "Envoyer à nouveau, corrigée.")
    faults = _keep(request, answers)
    if faults:
        raise Refused(*faults)
    record("save_campaign_answers", request, by=by, at=at, answers=request.answers)
    return request


def answer_request(
    request: CampaignRequest, answers: Mapping[str, object], *, is_sworn: bool, by: Person, at: datetime
) -> CampaignRequest:
    """Send the confirmation; the receipt is posted. After the last day too, and again, as long as nothing is decided.

    A proof may be missing: it can still be joined. Raises `Refused` with each question left without answer (field: its key)
    and without the sworn statement (field: `is_sworn`).
    """
    check_waits(hold_request(request))
    faults = [*_keep(request, answers), *_unanswered(request)]
    if not is_sworn:
        message = "La déclaration sur l’honneur n’est pas renouvelée (R2143-3)."
        faults.append(Refusal(message, "Cocher la déclaration : elle remplace toutes les attestations à ce stade.", "ADM-05", "is_sworn"))
    if faults:
        raise Refused(*faults)
    request.sworn_statement, request.answered_at, request.answered_by = True, at, by.id
    is_late = paris_day(at) > request.campaign.due_on
    missing = [point.requirement for point in request_points(request) if point.needs_document]
    text = letters.received(request, missing=missing, at=at)
    post_to_supplier(request.admission.supplier, text, at=at, organisation_id=request.organisation_id)
    record("answer_campaign_request", request, by=by, at=at, is_late=is_late, **_sent(request))
    return request


def _keep(request: CampaignRequest, answers: Mapping[str, object]) -> list[Refusal]:
    """Take what was answered to the questions of this request, and give it to the others that lack it; what cannot be read."""
    kept = dict(request.answers)
    faults: list[Refusal] = []
    for point in request_points(request):
        key = point.requirement.key
        if key in answers:
            faults.extend(keep_answer(point.requirement, answers[key], kept))
    if faults:
        return faults
    request.answers = kept
    for other in waiting_siblings(request):
        lacking = {each.requirement.key for each in request_points(other) if each.answer is None}
        found = {key: value for key, value in kept.items() if key in lacking}
        if found:
            other.answers = {**other.answers, **found}
    return []


def _unanswered(request: CampaignRequest) -> list[Refusal]:
    return [
        Refusal(f"« {point.requirement.label} » : il n’y a pas de réponse.", "Répondre à cette question.", "ADM-07", point.requirement.key)
        for point in request_points(request)
        if point.answer is None
    ]


def _sent(request: CampaignRequest) -> dict[str, Any]:
    """What the journal keeps of a confirmation, so that its examination can be done again."""
    return {
        "stage": request.campaign.stage.fingerprint,
        "statement": STATEMENT,
        "answers": request.answers,
        "documents": [
            {"requirement": each.requirement, "sha256": each.document.sha256, "expires_on": each.expires_on and each.expires_on.isoformat()}
            for each in request.documents
        ],
    }
