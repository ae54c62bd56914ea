"""The short screens of an application: answers, proofs, what is usually offered, check and send."""

from flask import Response, abort, flash, redirect, render_template, url_for

from sad import clock
from sad.actions import applications as acts
from sad.actions import usual_offers, vault
from sad.actions.application_file import check_editable, questions, stage_of
from sad.actions.stages import roadmap_of
from sad.db import transaction
from sad.domain.admission.decision import examine
from sad.domain.calendar import paris_day
from sad.domain.requirements import Nature, Requirement
from sad.domain.stages import stage_in_force
from sad.models.applications import Application, ApplicationDocument, ApplicationState
from sad.models.certificates import Certificate
from sad.models.consortiums import consortium_of
from sad.reference import product_families
from sad.web.access import allow_supplier, current_person, current_supplier
from sad.web.acts import attempt, form_page
from sad.web.supplier.applications import own_application
from sad.web.supplier.forms import ProofForm, SubmitForm, questions_form
from sad.web.uploads import keep_file

DUME_LABEL = "DUME (document unique de marché européen), si vous en avez un"


@allow_supplier
def answers(application_id: int) -> Response:
    """First screen: the questions of the stage."""
    application = _editable(application_id)
    form = questions_form(_questions(application), application.answers)
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.save_answers(application, form.answers(), by=current_person(), at=clock.now())
        if done:
            return redirect(url_for("supplier.application_proofs", application_id=application.id))
    return form_page("supplier/application_answers.html", form, application=application, is_draft=_is_draft(application))


@allow_supplier
def proofs(application_id: int) -> str:
    """Second screen: the proofs that the notice asks for, each joined or not."""
    application = _editable(application_id)
    joined: dict[str, list[ApplicationDocument]] = {}
    for each in application.documents:
        joined.setdefault(each.requirement, []).append(each)
    return render_template(
        "supplier/application_proofs.html",
        application=application,
        is_draft=_is_draft(application),
        proved=[each for each in _questions(application) if _is_proved(each)],
        joined=joined,
        dume=(vault.DUME, DUME_LABEL),
    )


@allow_supplier
def proof(application_id: int, requirement: str) -> Response:
    """Send one proof, or take it from the vault."""
    application, form = _editable(application_id), ProofForm()
    label, accepted = _proved(application, requirement)
    if form.validate_on_submit():
        file = keep_file(form.files)
        with attempt(form) as done:
            vault.attach_document(
                application, requirement, file, expires_on=form.expires_on.data, by=current_person(), at=clock.now()
            )
        if done:
            return _joined(application)
    held = [each for each in vault.usable_certificates(current_supplier()) if each.document_id and _may_prove(each, requirement)]
    context = {"application": application, "requirement": requirement, "label": label, "accepted": accepted, "held": held}
    return form_page("supplier/application_proof.html", form, **context)


@allow_supplier
def use_certificate(application_id: int, requirement: str, certificate_id: int) -> Response:
    """Join a proof that the vault holds, or that of a member of the consortium."""
    application = _editable(application_id)
    usable = {each.id: each for each in vault.usable_certificates(current_supplier()) if _is_own(each) or each.kind == requirement}
    certificate = usable.get(certificate_id) or abort(404)
    with transaction():
        vault.attach_certificate(application, certificate, requirement, by=current_person(), at=clock.now())
    return _joined(application)


@allow_supplier
def remove_proof(application_id: int, document_id: int) -> Response:
    application = _editable(application_id)
    joined = next((each for each in application.documents if each.id == document_id), None)
    if joined is None:
        abort(404)
    with transaction():
        vault.detach_document(joined, by=current_person(), at=clock.now())
    flash("Le document n’est plus joint. Il reste dans votre coffre.", "success")
    return redirect(url_for("supplier.application_proofs", application_id=application.id))


@allow_supplier
def usual(application_id: int) -> Response:
    """Third screen: what is usually offered, as information."""
    application, supplier, at = _editable(application_id), current_supplier(), clock.now()
    form = questions_form(usual_offers.usual_questions(supplier, at), supplier.declared)
    if form.validate_on_submit():
        with attempt(form) as done:
            usual_offers.declare_usual_offer(supplier, form.answers(), by=current_person(), at=at)
        if done:
            return redirect(url_for("supplier.application_check", application_id=application.id))
    return form_page("supplier/application_usual.html", form, application=application)


@allow_supplier
def check(application_id: int) -> Response:
    """Last screen: read again, swear, send."""
    application, form = _draft(application_id), SubmitForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.submit_application(application, is_sworn=form.is_sworn.data, by=current_person(), at=clock.now())
        if done:
            flash("Votre candidature est envoyée. L’accusé de réception est dans vos courriers.", "success")
            return redirect(url_for("supplier.application", application_id=application.id))
    return form_page("supplier/application_check.html", form, **_summary(application))


def _summary(application: Application) -> dict[str, object]:
    """What the last screen shows: answers, proofs, and what will probably be asked or held against it."""
    at, stages = clock.now(), roadmap_of(application.system)
    stage, first = stage_in_force(stages, at), stage_in_force(stages, application.started_at)
    return {
        "application": application,
        "questions": questions(application, stage),
        "missing": acts.missing_proofs(application, stage),
        "insufficient": examine(application.as_file(), stage, paris_day(at)).of_kind("insufficient"),
        "new_stage": stage if stage.number != first.number else None,
        "families": [product_families().get(key, key) for key in application.supplier.families],
        "usual": usual_offers.usual_questions(application.supplier, at),
        "declared": application.supplier.declared,
        "group": consortium_of(application.supplier),
    }


def _questions(application: Application) -> tuple[Requirement, ...]:
    return questions(application, stage_of(application, clock.now()))


def _proved(application: Application, requirement: str) -> tuple[str, str]:
    """The name of what is proved, and the proof that the notice accepts; 404 for what it does not ask."""
    if requirement == vault.DUME:
        return DUME_LABEL, ""
    found = next((each for each in _questions(application) if each.key == requirement and _is_proved(each)), None)
    if found is None:
        abort(404)
    return found.label, found.proof


def _is_proved(requirement: Requirement) -> bool:
    return requirement.nature is Nature.CAPACITY and bool(requirement.document_required or requirement.proof)


def _may_prove(certificate: Certificate, requirement: str) -> bool:
    """A proof given for another requirement stays where it is; those of one's own vault without a requirement serve anywhere."""
    return certificate.kind == requirement or (certificate.kind == "other" and _is_own(certificate))


def _is_own(certificate: Certificate) -> bool:
    return certificate.supplier_id == current_supplier().id


def _joined(application: Application) -> Response:
    flash("Le document est joint.", "success")
    return redirect(url_for("supplier.application_proofs", application_id=application.id))


def _editable(application_id: int) -> Application:
    application = own_application(application_id)
    check_editable(application)
    return application


def _draft(application_id: int) -> Application:
    """404 for what has left: it is no draft any more."""
    application = own_application(application_id)
    if not _is_draft(application):
        abort(404)
    return application


def _is_draft(application: Application) -> bool:
    return application.state == ApplicationState.DRAFT
