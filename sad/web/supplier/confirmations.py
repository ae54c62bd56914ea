"""« Confirmer votre admission »: what is held, the little that is asked, the sworn statement, and what was decided."""

from collections.abc import Iterable

from flask import Response, abort, flash, redirect, request, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from sad import clock
from sad.actions import campaign_answers as acts
from sad.actions.campaign_files import check_waits, join_certificate, join_document, request_points, waiting_siblings
from sad.actions.vault import held_certificates
from sad.db import session, transaction
from sad.domain.admission.grounds import ground_label
from sad.domain.campaigns import Point, holds_until, is_over
from sad.models.admissions import Admission
from sad.models.campaigns import Campaign, CampaignDocument, CampaignRequest
from sad.models.certificates import Certificate
from sad.models.suppliers import Supplier
from sad.models.systems import PurchasingSystem
from sad.web.access import allow_supplier, current_person, current_supplier, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.supplier.forms import ConfirmationForm, ProofForm, questions_form
from sad.web.uploads import keep_file

SHOWN = 5
DRAFT, JOIN = "brouillon", "joindre"


@allow_supplier
def confirmation(request_id: int) -> Response:
    """One admission to confirm: read again, complete, send; once decided, what was decided and why."""
    asked, at = own_confirmation(request_id), clock.now()
    points = request_points(asked)
    others = [] if asked.answered_at else _ready_too(asked)
    form = _form(asked, points, others)
    if form.validate_on_submit():
        with attempt(form) as done:
            _act(asked, form, others)
        if done:
            return _after(asked)
    stage = asked.campaign.stage.as_value()
    return form_page(
        "supplier/confirmation.html",
        form,
        asked=asked,
        points=points,
        waits=asked.decided_at is None and asked.campaign.closed_at is None,
        is_over=is_over(asked.campaign.due_on, at),
        reasons=[(ground_label(each["requirement"], stage), each["sentence"]) for each in asked.reasons or ()],
    )


@allow_supplier
def proof(request_id: int, requirement: str) -> Response:
    """Send one proof, or take it from the vault."""
    asked, form = _waiting(request_id), ProofForm()
    point = _point(asked, requirement)
    if form.validate_on_submit():
        file = keep_file(form.files)
        with attempt(form) as done:
            join_document(asked, requirement, file, expires_on=form.expires_on.data, by=current_person(), at=clock.now())
        if done:
            return _joined(asked)
    held = [each for each in held_certificates(current_supplier()) if _may_prove(each, requirement, asked)]
    return form_page("supplier/confirmation_proof.html", form, asked=asked, point=point, held=held)


@allow_supplier
def use_certificate(request_id: int, requirement: str, certificate_id: int) -> Response:
    """Join a proof that the vault holds."""
    asked = _waiting(request_id)
    _point(asked, requirement)
    mine = select(Certificate).where(
        Certificate.id == certificate_id,
        Certificate.supplier_id == current_supplier().id,
        Certificate.withdrawn_at.is_(None),
        Certificate.document_id.is_not(None),
    )
    certificate = own_or_404(mine)
    with transaction():
        join_certificate(asked, certificate, requirement, by=current_person(), at=clock.now())
    return _joined(asked)


def own_confirmation(request_id: int) -> CampaignRequest:
    """One of the supplier's own, with all that its pages show; 404 for another's."""
    documents = selectinload(CampaignRequest.documents).joinedload(CampaignDocument.document)
    return own_or_404(_own(current_supplier()).where(CampaignRequest.id == request_id).options(documents))


def last_confirmations(supplier: Supplier) -> list[CampaignRequest]:
    """The last ones asked of a supplier, the newest first."""
    return list(session.scalars(_own(supplier).order_by(CampaignRequest.id.desc()).limit(SHOWN)))


def _own(supplier: Supplier) -> Select[tuple[CampaignRequest]]:
    admission, campaign = joinedload(CampaignRequest.admission), joinedload(CampaignRequest.campaign)
    return (
        select(CampaignRequest)
        .join(Admission, Admission.id == CampaignRequest.admission_id)
        .where(Admission.supplier_id == supplier.id)
        .options(
            admission.joinedload(Admission.category),
            admission.joinedload(Admission.supplier),
            campaign.joinedload(Campaign.stage),
            campaign.joinedload(Campaign.system).joinedload(PurchasingSystem.organisation),
        )
    )


def _form(asked: CampaignRequest, points: Iterable[Point], others: Iterable[CampaignRequest]) -> ConfirmationForm:
    """The questions filled with what is held, and the other categories, all ticked."""
    form = questions_form([point.requirement for point in points], asked.answers, ConfirmationForm)
    form.others.choices = [(each.id, each.admission.category.label) for each in others]
    if request.method == "GET":
        form.others.data = [each.id for each in others]
    return form


def _ready_too(asked: CampaignRequest) -> list[CampaignRequest]:
    """The supplier's other requests that lack no answer, so that one declaration confirms them as well."""
    waiting = (each for each in waiting_siblings(asked) if each.answered_at is None)
    return [each for each in waiting if not any(point.needs_answer for point in request_points(each))]


def _act(asked: CampaignRequest, form: ConfirmationForm, others: Iterable[CampaignRequest]) -> None:
    """Keep the draft, or send: what the button that was pressed says."""
    person, at = current_person(), clock.now()
    if DRAFT in request.form or (JOIN in request.form and asked.answered_at is None):
        acts.save_campaign_answers(asked, form.answers(), by=person, at=at)
    elif JOIN not in request.form:
        acts.answer_request(asked, form.answers(), is_sworn=form.is_sworn.data, by=person, at=at)
        for each in others:
            if each.id in (form.others.data or ()):
                acts.answer_request(each, {}, is_sworn=form.is_sworn.data, by=person, at=at)


def _after(asked: CampaignRequest) -> Response:
    if JOIN in request.form:
        return redirect(url_for("supplier.confirmation_proof", request_id=asked.id, requirement=request.form[JOIN]))
    if DRAFT in request.form:
        flash("Le brouillon est gardé. Il n’est pas encore envoyé.", "success")
    else:
        flash("Votre confirmation est envoyée. L’accusé de réception est dans vos courriers.", "success")
    return redirect(url_for("supplier.confirmation", request_id=asked.id))


def _waiting(request_id: int) -> CampaignRequest:
    asked = own_confirmation(request_id)
    check_waits(asked)
    return asked


def _point(asked: CampaignRequest, requirement: str) -> Point:
    """The capacity that is proved; 404 for what is not asked."""
    return next((each for each in request_points(asked) if each.requirement.key == requirement), None) or abort(404)


def _may_prove(certificate: Certificate, requirement: str, asked: CampaignRequest) -> bool:
    """Kept for this requirement or under a name of the supplier's own, and still valid on the last day."""
    is_named = certificate.kind in (requirement, "other") and certificate.document_id is not None
    return is_named and holds_until(certificate.expires_on, asked.campaign.due_on)


def _joined(asked: CampaignRequest) -> Response:
    flash("Le document est joint. Il est aussi dans votre coffre.", "success")
    return redirect(url_for("supplier.confirmation", request_id=asked.id))
