"""Deciding on an admission after a campaign: kept or suspended, one by one or together when the cases are alike (PAL-05)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sad.actions.campaign_files import hold_request, request_points
from sad.actions.campaigns import proposal_for
from sad.actions.journal import record
from sad.actions.letters import post_to_supplier
from sad.domain.admission.decision import Reason
from sad.domain.campaigns import suspension_faults
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.lifecycle import moved
from sad.domain.requirements import Requirement
from sad.domain.sentences import french_date
from sad.letters import campaigns as letters
from sad.letters.text import LetterText
from sad.models.admissions import AdmissionEvent
from sad.models.campaigns import CampaignDecision, CampaignRequest
from sad.models.people import Person

KEPT, SUSPENDED = CampaignDecision.KEPT, CampaignDecision.SUSPENDED


def decide_request(
    request: CampaignRequest,
    decision: CampaignDecision,
    *,
    reasons: Sequence[Reason] = (),
    note: str = "",
    effective_on: date | None = None,
    by: Person,
    at: datetime,
) -> CampaignRequest:
    """Keep the admission, or suspend it in its category from 00:00 of `effective_on`; the letter leaves at once (SAD-12).

    A suspension cites published requirements (ADM-09); keeping against a finding says why in `note`. Raises `Refused` with
    every fault. Until the day of effect the supplier is invited as before.
    """
    hold_request(request)
    faults = decision_faults(request, decision, reasons=reasons, note=note, effective_on=effective_on, at=at)
    if faults:
        raise Refused(*faults)
    request.decision, request.decided_at, request.decided_by, request.note = decision, at, by.id, note.strip()
    if decision == SUSPENDED:
        request.effective_on = effective_on
        request.reasons = [{"requirement": each.requirement, "sentence": each.sentence.strip()} for each in reasons]
    _mark_admission(request, by=by, at=at)
    text = decision_letter(request, decision, reasons=reasons, effective_on=effective_on, at=at)
    key = f"campaign:{request.campaign_id}:{text.kind}:{request.id}"
    post_to_supplier(request.admission.supplier, text, at=at, organisation_id=request.organisation_id, dedupe_key=key)
    record("decide_campaign_request", request, by=by, at=at, **_decided(request))
    return request


def decide_alike(
    requests: Sequence[CampaignRequest],
    decision: CampaignDecision,
    *,
    reasons: Sequence[Reason] = (),
    note: str = "",
    effective_on: date | None = None,
    by: Person,
    at: datetime,
) -> list[CampaignRequest]:
    """Decide several cases the same way, each with its own letter. Raises `Refused` unless they are alike."""
    for each in requests:
        hold_request(each)
    fault = alike_fault(requests, at)
    if fault:
        raise Refused(fault)
    return [
        decide_request(each, decision, reasons=reasons, note=note, effective_on=effective_on, by=by, at=at) for each in requests
    ]


def alike_fault(requests: Sequence[CampaignRequest], at: datetime) -> Refusal | None:
    """Why these cannot be decided together, if they cannot: none, or not the same points in the same campaign."""
    if not requests:
        return Refusal("Aucun fournisseur n’est choisi.", "Cocher au moins un fournisseur.", "PAL-05", "requests")
    if len({(each.campaign_id, proposal_for(each, at).case) for each in requests}) > 1:
        message = "Ces cas ne sont pas semblables : ce qui est relevé n’est pas la même chose pour tous."
        return Refusal(message, "Les décider séparément, chacun avec ses raisons.", "PAL-05", "requests")
    return None


def decision_faults(
    request: CampaignRequest,
    decision: CampaignDecision,
    *,
    reasons: Sequence[Reason],
    note: str,
    effective_on: date | None,
    at: datetime,
) -> list[Refusal]:
    """All that forbids deciding so now."""
    campaign = request.campaign
    if request.decided_at is not None:
        return [Refusal("Ce cas est déjà décidé.", "Une suspension se lève par une nouvelle candidature.", "PAL-05")]
    if campaign.closed_at is not None:
        return [Refusal("Cette campagne est close.", "En ouvrir une autre.", "PAL-05")]
    if decision == KEPT:
        return _keeping_faults(request, note, at)
    stage, category = campaign.stage.as_value(), request.admission.category.key
    faults = suspension_faults(reasons, stage, category, due_on=campaign.due_on, effective_on=effective_on, at=at)
    if campaign.stage.replaced_at is not None:
        message = f"« {campaign.stage.label} » a été repoussé ou adouci depuis : ces conditions ne s’appliquent plus."
        faults.append(Refusal(message, "Clore cette campagne ; en ouvrir une sur le palier publié.", "PAL-02"))
    return faults


def decision_letter(
    request: CampaignRequest, decision: CampaignDecision, *, reasons: Sequence[Reason], effective_on: date | None, at: datetime
) -> LetterText:
    """The letter of that decision, as it leaves."""
    if decision == KEPT:
        return letters.kept(request, at=at)
    if effective_on is None:
        raise refuse("La date d’effet manque.", "Dire à partir de quel jour.", rule="PAL-05", field="effective_on")
    return letters.suspended(request, reasons, renewals=_renewals(request), effective_on=effective_on, at=at)


def _keeping_faults(request: CampaignRequest, note: str, at: datetime) -> list[Refusal]:
    if proposal_for(request, at).outcome == "kept" or note.strip():
        return []
    remedy = "Écrire pourquoi vous le gardez tout de même."
    return [Refusal("L’examen trouve des points qui ne vont pas, ou le fournisseur n’a pas répondu.", remedy, "PAL-05", "note")]


def _mark_admission(request: CampaignRequest, *, by: Person, at: datetime) -> None:
    """The decision in the life of the admission; only a suspension changes it."""
    admission, reason = request.admission, f"Admission confirmée. {request.note}".strip()
    if request.decision == SUSPENDED:
        admission.state = moved("admission", admission.state, "suspend")
        admission.suspended_from = request.effective_on
        assert request.effective_on is not None
        said = " ".join(each["sentence"] for each in request.reasons or ())
        reason = f"À partir du {french_date(request.effective_on)}. {said}"[:4000]
    admission.events.append(AdmissionEvent(state=admission.state, reason=reason, decided_by=by.id, decided_at=at))


def _renewals(request: CampaignRequest) -> list[Requirement]:
    return [point.requirement for point in request_points(request) if not point.is_held]


def _decided(request: CampaignRequest) -> dict[str, Any]:
    """What the journal keeps: the decision, and the file on which it was taken."""
    return {
        "decision": str(request.decision),
        "reasons": request.reasons,
        "note": request.note,
        "effective_on": request.effective_on and request.effective_on.isoformat(),
        "stage": request.campaign.stage.fingerprint,
        "is_answered": request.answered_at is not None,
        "answers": request.answers,
        "documents": [
            {"requirement": each.requirement, "expires_on": each.expires_on and each.expires_on.isoformat()} for each in request.documents
        ],
    }
