"""The file of a supplier in a campaign: filled with what is already held, then with what it adds (ADM-06, R2143-13, -14)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, subqueryload

from sad.actions.journal import record
from sad.actions.vault import add_certificate
from sad.db import session
from sad.domain.admission.capacity import can_decide
from sad.domain.campaigns import Point, holds_until, points_of
from sad.domain.errors import refuse
from sad.domain.requirements import Nature
from sad.domain.sentences import french_date
from sad.domain.stages import Stage
from sad.models.admissions import Admission
from sad.models.applications import Application, ApplicationDocument
from sad.models.campaigns import Campaign, CampaignDocument, CampaignRequest
from sad.models.certificates import Certificate
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.storage import StoredFile


@dataclass
class Held:
    """What is held of one supplier: answers by admission then by key, and the document that holds longest by requirement."""

    answers: dict[int, dict[str, Any]] = field(default_factory=dict)
    documents: dict[str, tuple[int, date | None]] = field(default_factory=dict)

    def keep(self, requirement: str, document_id: int, expires_on: date | None) -> None:
        """Note a document, unless one that holds longer is known."""
        known = self.documents.get(requirement)
        if known is None or (known[1] is not None and (expires_on is None or expires_on > known[1])):
            self.documents[requirement] = (document_id, expires_on)


def held_by_supplier(admissions: Collection[Admission], keys: Collection[str], due_on: date) -> dict[int, Held]:
    """What the organisation and the vaults hold of these suppliers and still holds on that day, in four statements."""
    suppliers = {each.supplier_id for each in admissions}
    held = {supplier_id: Held() for supplier_id in suppliers}
    for each in admissions:
        held[each.supplier_id].answers[each.id] = {key: value for key, value in each.application.answers.items() if key in keys}
    for supplier_id, admission_id, answers in _answered_before(admissions):
        held[supplier_id].answers[admission_id] |= {key: value for key, value in answers.items() if key in keys}
    organisations = {each.organisation_id for each in admissions}
    for supplier_id, requirement, document_id, expires_on in _documents_given(suppliers, organisations, keys):
        if holds_until(expires_on, due_on):
            held[supplier_id].keep(requirement, document_id, expires_on)
    return held


def fill_request(request: CampaignRequest, held: Held, stage: Stage, *, asked_at: datetime) -> CampaignRequest:
    """Put into a new request what is held for its category, so that only the rest is asked."""
    admission = request.admission
    asked = stage.of_nature(Nature.CAPACITY, admission.category.key, admission.supplier.families)
    keys = [each.key for each in asked if can_decide(each)]
    said = held.answers.get(admission.id, {})
    request.answers = {key: said[key] for key in keys if key in said}
    for key in keys:
        if key in held.documents:
            document_id, expires_on = held.documents[key]
            joined = CampaignDocument(document_id=document_id, requirement=key, expires_on=expires_on, added_at=asked_at, is_held=True)
            request.documents.append(joined)
    return request


def request_points(request: CampaignRequest) -> tuple[Point, ...]:
    """The capacities that the request confirms, each with what is held and what is still to be given."""
    return points_of(request.as_file(), request.campaign.stage.as_value(), request.campaign.due_on)


def hold_request(request: CampaignRequest) -> CampaignRequest:
    """Lock its row until the end of the transaction and read it again, so that two decisions never cross."""
    session.flush()
    session.refresh(request, with_for_update={"of": CampaignRequest})
    return request


def check_waits(request: CampaignRequest) -> None:
    """Raises `Refused` once the supplier may no longer change its file: decided, or the campaign closed."""
    if request.decision == "suspended":
        remedy = "Candidatez à nouveau dans cette catégorie, quand vous voulez."
        raise refuse("La décision est prise : votre admission est suspendue dans cette catégorie.", remedy, rule="PAL-05")
    if request.decided_at is not None:
        raise refuse("Votre admission est déjà confirmée.", "Il n’y a rien à refaire.")
    if request.campaign.closed_at is not None:
        raise refuse("Cette demande est close : vous restez admis.", "Il n’y a rien à faire.")


def join_document(
    request: CampaignRequest, requirement: str, file: StoredFile, *, expires_on: date | None, by: Person, at: datetime
) -> CampaignDocument:
    """Put a proof in the vault and join it, to the supplier's other requests that wait for the same one too.

    Raises `Refused` when it is not asked (ADM-05) or ends before the last day to answer.
    """
    label = _check_joined(request, requirement, expires_on)
    certificate = add_certificate(
        request.admission.supplier, file, kind=requirement, label=label, expires_on=expires_on, by=by, at=at
    )
    return _join_all(request, certificate, requirement, by=by, at=at)


def join_certificate(
    request: CampaignRequest, certificate: Certificate, requirement: str, *, by: Person, at: datetime
) -> CampaignDocument:
    """Join a proof that the vault already holds. Raises `Refused` as `join_document` does."""
    _check_joined(request, requirement, certificate.expires_on)
    return _join_all(request, certificate, requirement, by=by, at=at)


def waiting_siblings(request: CampaignRequest) -> Sequence[CampaignRequest]:
    """The other requests of the same campaign to the same supplier that are not decided."""
    return session.scalars(
        select(CampaignRequest)
        .join(Admission, Admission.id == CampaignRequest.admission_id)
        .where(
            CampaignRequest.campaign_id == request.campaign_id,
            CampaignRequest.id != request.id,
            CampaignRequest.decided_at.is_(None),
            Admission.supplier_id == request.admission.supplier_id,
        )
        .options(*around_request())
        .order_by(CampaignRequest.id)
    ).all()


def around_request() -> tuple[Any, ...]:
    """What is loaded with a request by whoever examines it."""
    admission = joinedload(CampaignRequest.admission)
    return (
        joinedload(CampaignRequest.campaign).joinedload(Campaign.stage),
        admission.joinedload(Admission.supplier),
        admission.joinedload(Admission.category),
        subqueryload(CampaignRequest.documents),
    )


def _check_joined(request: CampaignRequest, requirement: str, expires_on: date | None) -> str:
    """The name of what is proved, once nothing stands against joining it."""
    check_waits(hold_request(request))
    point = next((each for each in request_points(request) if each.requirement.key == requirement), None)
    if point is None:
        raise refuse("Ce document n’est pas demandé.", "Les attestations fiscales et sociales non plus : gardez-les.", rule="ADM-05")
    if not holds_until(expires_on, request.campaign.due_on):
        message = f"Ce document prend fin avant le {french_date(request.campaign.due_on)}."
        raise refuse(message, "Joindre celui qui vaut encore ce jour-là.", field="expires_on")
    return point.requirement.label


def _join_all(request: CampaignRequest, certificate: Certificate, requirement: str, *, by: Person, at: datetime) -> CampaignDocument:
    joined = _join(request, certificate, requirement, by=by, at=at)
    for other in waiting_siblings(request):
        if any(each.requirement.key == requirement and not each.has_document for each in request_points(other)):
            _join(other, certificate, requirement, by=by, at=at)
    return joined


def _join(request: CampaignRequest, certificate: Certificate, requirement: str, *, by: Person, at: datetime) -> CampaignDocument:
    joined = CampaignDocument(
        document=certificate.document, requirement=requirement, expires_on=certificate.expires_on, added_at=at
    )
    request.documents.append(joined)
    record("join_campaign_document", request, by=by, at=at, requirement=requirement, sha256=joined.document.sha256)
    return joined


def _answered_before(admissions: Collection[Admission]) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """What was answered in earlier campaigns, the last one last."""
    of_these = CampaignRequest.admission_id.in_([each.id for each in admissions])
    yield from session.execute(
        select(Admission.supplier_id, CampaignRequest.admission_id, CampaignRequest.answers)
        .join(Admission, Admission.id == CampaignRequest.admission_id)
        .where(of_these, CampaignRequest.answered_at.is_not(None))
        .order_by(CampaignRequest.answered_at, CampaignRequest.id)
    )


def _documents_given(
    suppliers: Collection[int], organisations: Collection[int], keys: Collection[str]
) -> Iterator[tuple[int, str, int, date | None]]:
    """Each document that proves one of these: joined to a sent application, to an earlier campaign, or kept in the vault."""
    applied = (
        select(Application.supplier_id, ApplicationDocument.requirement, ApplicationDocument.document_id, ApplicationDocument.expires_on)
        .join(Application, Application.id == ApplicationDocument.application_id)
        .where(Application.submitted_at.is_not(None), Application.organisation_id.in_(organisations))
        .where(Application.supplier_id.in_(suppliers), ApplicationDocument.requirement.in_(keys))
        .order_by(ApplicationDocument.id)
    )
    renewed = (
        select(Admission.supplier_id, CampaignDocument.requirement, CampaignDocument.document_id, CampaignDocument.expires_on)
        .join(CampaignRequest, CampaignRequest.id == CampaignDocument.request_id)
        .join(Admission, Admission.id == CampaignRequest.admission_id)
        .where(CampaignRequest.answered_at.is_not(None), CampaignRequest.organisation_id.in_(organisations))
        .where(Admission.supplier_id.in_(suppliers), CampaignDocument.requirement.in_(keys))
        .order_by(CampaignDocument.id)
    )
    kept = (
        select(Certificate.supplier_id, Certificate.kind, Certificate.document_id, Certificate.expires_on)
        .where(Certificate.supplier_id.in_(suppliers), Certificate.kind.in_(keys))
        .where(Certificate.withdrawn_at.is_(None), Certificate.document_id.is_not(None))
        .order_by(Certificate.id)
    )
    for query in (applied, renewed, kept):
        for supplier_id, requirement, document_id, expires_on in session.execute(query):
            assert document_id is not None
            yield supplier_id, requirement, document_id, expires_on


def suppliers_of(requests: Collection[CampaignRequest]) -> dict[Supplier, list[CampaignRequest]]:
    """The requests by supplier, in the order in which they come."""
    found: dict[Supplier, list[CampaignRequest]] = {}
    for each in requests:
        found.setdefault(each.admission.supplier, []).append(each)
    return found
