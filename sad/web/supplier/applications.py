"""The supplier's applications: choosing a category, following an application, withdrawing it."""

from datetime import datetime

from flask import Response, flash, redirect, render_template, url_for
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from sad import clock
from sad.actions import applications as acts
from sad.actions.completions import waiting_request
from sad.actions.limits import evaluation_days
from sad.db import session, transaction
from sad.domain.admission.grounds import ground_label
from sad.domain.calendar import paris_day
from sad.models.admissions import Admission, AdmissionState
from sad.models.applications import OPEN_STATES, PENDING_STATES, Application, ApplicationDocument, ApplicationState
from sad.models.consortiums import consortium_of
from sad.models.systems import Category, PurchasingSystem
from sad.web.access import allow_supplier, current_person, current_supplier, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.kept import still_there
from sad.web.supplier.forms import ConfirmForm

WORDS = {
    ApplicationState.DRAFT: ("Brouillon, pas encore envoyée", "apricot"),
    ApplicationState.SUBMITTED: ("Envoyée, en examen", "blue"),
    ApplicationState.COMPLETION_REQUESTED: ("À compléter", "apricot"),
    ApplicationState.HEARING: ("Vos observations sont attendues", "apricot"),
    ApplicationState.ADMITTED: ("Admise", "green"),
    ApplicationState.REFUSED: ("Non retenue", "red"),
    ApplicationState.WITHDRAWN: ("Retirée", "grey"),
}
MOST = 50


@allow_supplier
def applications() -> str:
    """The categories to which one may apply, and the applications made."""
    supplier, at = current_supplier(), clock.now()
    group = consortium_of(supplier)
    made = session.scalars(_own().options(joinedload(Application.category)).order_by(Application.id.desc()).limit(MOST)).all()
    busy = {each.category_id for each in made if each.state in OPEN_STATES} | set(
        session.scalars(
            select(Admission.category_id).where(Admission.supplier_id == supplier.id, Admission.state == AdmissionState.ADMITTED)
        )
    )
    categories = session.scalars(open_categories(at)).unique().all()
    return render_template(
        "supplier/applications.html",
        applications=made,
        categories=[each for each in categories if each.id not in busy and (group is None or each.id == group.category_id)],
        group=group,
        families=set(supplier.families),
        words=WORDS,
    )


@allow_supplier
def start(category_id: int) -> Response:
    """Begin a draft for a category; a system is for everybody, so any of its categories may be chosen."""
    category = own_or_404(
        select(Category).join(Category.system).where(Category.id == category_id, PurchasingSystem.opened_at.is_not(None))
    )
    with transaction():
        application = acts.start_application(current_supplier(), category, by=current_person(), at=clock.now())
    return redirect(url_for("supplier.application_answers", application_id=application.id))


@allow_supplier
def application(application_id: int) -> Response | str:
    """Where an application stands, with the legal date of its answer; a draft goes on where it was."""
    found = own_application(application_id)
    if found.state == ApplicationState.DRAFT:
        return redirect(url_for("supplier.application_answers", application_id=found.id))
    reasons = [] if found.submitted_at is None else [
        (ground_label(each["requirement"], found.frozen_stage()), each["sentence"]) for each in found.decision_reasons or ()
    ]
    return render_template(
        "supplier/application.html",
        application=found,
        words=WORDS[ApplicationState(found.state)],
        is_pending=found.state in PENDING_STATES,
        days=evaluation_days(found) if found.submitted_at else None,
        request_waiting=waiting_request(found),
        reasons=reasons,
    )


@allow_supplier
def withdraw(application_id: int) -> Response:
    """Give up an application, after reading what it entails."""
    found, form = own_application(application_id), ConfirmForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.withdraw_application(found, by=current_person(), at=clock.now())
        if done:
            flash("Votre candidature est retirée. Vous pouvez en commencer une autre quand vous voulez.", "success")
            return redirect(url_for("supplier.applications"))
    return form_page("supplier/withdraw_application.html", form, application=found)


def own_application(application_id: int) -> Application:
    """The supplier's own application, with all that its pages show; 404 for another's, 410 once destroyed."""
    found = own_or_404(
        _own()
        .where(Application.id == application_id)
        .options(
            joinedload(Application.category),
            joinedload(Application.system).joinedload(PurchasingSystem.organisation),
            selectinload(Application.documents).joinedload(ApplicationDocument.document),
            selectinload(Application.completion_requests),
            selectinload(Application.hearings),
        )
    )
    return still_there(found)


def _own():  # type: ignore[no-untyped-def]
    return select(Application).where(Application.supplier_id == current_supplier().id)


def open_categories(at: datetime) -> Select[Category]:
    """The categories of every open system, by system."""
    today = paris_day(at)
    return (
        select(Category)
        .join(Category.system)
        .where(
            PurchasingSystem.opened_at <= at,
            PurchasingSystem.valid_from <= today,
            PurchasingSystem.valid_until >= today,
            or_(PurchasingSystem.ended_at.is_(None), PurchasingSystem.ended_at > at),
        )
        .options(contains_eager(Category.system).joinedload(PurchasingSystem.organisation))
        .order_by(PurchasingSystem.id, Category.id)
    )
