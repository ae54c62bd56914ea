"""The supplier's one page: what is asked of me, what I miss, what is coming, where my applications and offers stand."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from flask import render_template, url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from sad import clock
from sad.actions.supplier_roadmaps import roadmap_of
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.campaigns import is_over
from sad.letters.wording import long_date
from sad.models.admissions import Admission
from sad.models.applications import PENDING_STATES, Application, ApplicationState
from sad.models.campaigns import CampaignRequest
from sad.models.certificates import Certificate
from sad.models.suppliers import Supplier
from sad.models.systems import Category
from sad.web.access import allow_supplier, current_supplier
from sad.web.supplier.applications import WORDS
from sad.web.supplier.confirmations import last_confirmations
from sad.web.supplier.consortium_tasks import consortium_tasks
from sad.web.supplier.deadline_agreements import agreement_tasks
from sad.web.supplier.examinations import examination_tasks
from sad.web.supplier.orders import order_tasks
from sad.web.supplier.proofs import proof_tasks
from sad.web.supplier.regularisations import regularisation_tasks
from sad.web.supplier.results import requests_of
from sad.web.supplier.standings import standings_of
from sad.web.supplier.tasks import Task

SHOWN = 10
SOON = timedelta(days=30)


@allow_supplier
def home() -> str:
    """What waits for the supplier first, then what is coming, then what it did."""
    supplier, at = current_supplier(), clock.now()
    applications = list(session.scalars(_applications(supplier)))
    admissions = list(session.scalars(_admissions(supplier)))
    standings, confirmations = standings_of(supplier, at), last_confirmations(supplier)
    tasks = [*_confirmation_tasks(confirmations, at), *examination_tasks(supplier, at), *_tasks(supplier, applications, at)]
    tasks += order_tasks(supplier, at)
    tasks += [*regularisation_tasks(supplier, at), *proof_tasks(supplier, at)]
    tasks += agreement_tasks(supplier, at)
    tasks += consortium_tasks(supplier)
    return render_template(
        "supplier/home.html",
        supplier=supplier,
        admissions=[each for each in admissions if each.state == "admitted"],
        stopped=[each for each in admissions if each.state != "admitted"],
        confirmations=confirmations,
        tasks=sorted(tasks, key=lambda each: each.by or date.max),
        waiting=[each for each in standings if each.waits],
        standings=[each for each in standings if not each.waits][:SHOWN],
        applications=applications,
        words=WORDS,
        pending=PENDING_STATES,
        lines=roadmap_of(supplier, _categories(admissions, applications), at),
        has_any=bool(admissions or applications),
        requests=requests_of(supplier),
    )


def _applications(supplier: Supplier):  # type: ignore[no-untyped-def]
    """The last applications, those that wait with what is asked about them."""
    return (
        select(Application)
        .where(Application.supplier_id == supplier.id, Application.state != ApplicationState.WITHDRAWN)
        .options(
            joinedload(Application.category).joinedload(Category.system),
            selectinload(Application.completion_requests),
            selectinload(Application.hearings),
        )
        .order_by(Application.id.desc())
        .limit(SHOWN)
    )


def _admissions(supplier: Supplier):  # type: ignore[no-untyped-def]
    return (
        select(Admission)
        .where(Admission.supplier_id == supplier.id)
        .options(joinedload(Admission.category).joinedload(Category.system))
        .order_by(Admission.admitted_at, Admission.id)
    )


def _categories(admissions: Iterable[Admission], applications: Iterable[Application]) -> list[Category]:
    found = [*admissions, *(each for each in applications if each.state not in ("refused", "admitted"))]
    return list({each.category_id: each.category for each in found}.values())


def _tasks(supplier: Supplier, applications: Iterable[Application], at: datetime) -> Iterator[Task]:
    for application in applications:
        yield from _application_tasks(application)
    yield from _certificate_tasks(supplier, paris_day(at))
    if not supplier.declared:
        text = "Sans cela, nous ne pouvons pas vous montrer ce que les prochains paliers changent pour vous."
        url = url_for("supplier.usual_offer")
        yield Task("Deux minutes", "Dites ce que vous proposez d’habitude", text, "Le dire", url)


def _confirmation_tasks(confirmations: Iterable[CampaignRequest], at: datetime) -> Iterator[Task]:
    """The admissions to confirm, even late, as long as nothing is decided."""
    for each in confirmations:
        campaign = each.campaign
        if each.answered_at or each.decided_at or campaign.closed_at:
            continue
        title = f"Confirmer votre admission : {each.admission.category.label}"
        tag, text = f"Au plus tard le {long_date(campaign.due_on)}", "Presque tout est déjà rempli."
        if is_over(campaign.due_on, at):
            tag, text = "Le dernier jour est passé", "Rien n’est encore décidé : répondez quand même."
        yield Task(tag, title, text, "Confirmer", url_for("supplier.confirmation", request_id=each.id), campaign.due_on)


def _application_tasks(application: Application) -> Iterator[Task]:
    label, number = application.category.label, application.id
    if application.state == ApplicationState.DRAFT:
        url = url_for("supplier.application_answers", application_id=number)
        yield Task("Pas encore envoyée", f"Votre candidature : {label}", "Tout ce que vous avez écrit est gardé.", "Continuer", url)
    for request in application.completion_requests:
        if request.answered_at is None and application.state == ApplicationState.COMPLETION_REQUESTED:
            text = " ".join(each["sentence"] for each in request.asked)
            url = url_for("supplier.completion", application_id=number)
            tag = f"À compléter au plus tard le {long_date(request.due_on)}"
            yield Task(tag, f"Votre candidature : {label}", text, "Compléter", url, request.due_on)
    for hearing in application.hearings:
        if hearing.answer is None and application.state == ApplicationState.HEARING:
            text = "Le service achats veut vous entendre avant de décider."
            url = url_for("supplier.hearing", application_id=number)
            tag = f"À répondre au plus tard le {long_date(hearing.due_on)}"
            yield Task(tag, f"Vos observations : {label}", text, "Répondre", url, hearing.due_on)


def _certificate_tasks(supplier: Supplier, today: date) -> Iterator[Task]:
    """A proof that has ended or soon will, unless a later one of the same kind has taken its place."""
    held = session.scalars(
        select(Certificate)
        .where(Certificate.supplier_id == supplier.id, Certificate.withdrawn_at.is_(None))
        .where(or_(Certificate.expires_on.is_(None), Certificate.expires_on >= today - SOON))
        .order_by(Certificate.id)
    )
    newest = {(each.kind, each.label): each for each in held}
    for each in newest.values():
        if each.expires_on is None or each.expires_on > today + SOON:
            continue
        tag = f"{'A pris fin' if each.expires_on < today else 'Prend fin'} le {long_date(each.expires_on)}"
        text, url = "Un document à jour évite une demande de complément.", url_for("supplier.documents")
        yield Task(tag, each.label, text, "Mettre à jour", url, each.expires_on)
