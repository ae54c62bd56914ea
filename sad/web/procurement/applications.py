"""The applications that suppliers have submitted: the most urgent first, then one with all that decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from flask import Response, abort, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad import clock
from sad.actions.admissions import examination
from sad.actions.limits import evaluation_days, is_application_sealed, limits_of_all, window_ends
from sad.domain.admission.grounds import EXCLUSIONS, ground_label
from sad.domain.admission.limits import Limits
from sad.domain.calendar import days_left, paris_day
from sad.domain.lifecycle import possible_acts
from sad.domain.requirements import Nature
from sad.letters.wording import plural
from sad.models.applications import PENDING_STATES, Application, ApplicationDocument, ApplicationState
from sad.models.consortiums import consortium_of
from sad.models.documents import Document
from sad.models.people import Role
from sad.reference import product_families
from sad.web.access import allow, own_or_404
from sad.web.paging import capped_count, page_of
from sad.web.procurement.own import own_application, own_applications
from sad.web.uploads import send_document

WORDS = {
    ApplicationState.SUBMITTED: ("À examiner", "apricot"),
    ApplicationState.COMPLETION_REQUESTED: ("Complément demandé", "blue"),
    ApplicationState.HEARING: ("Observations demandées", "blue"),
    ApplicationState.ADMITTED: ("Admise", "green"),
    ApplicationState.REFUSED: ("Refusée", "red"),
    ApplicationState.WITHDRAWN: ("Retirée", "grey"),
}
TONES = {"in_time": "blue", "warning": "apricot", "alert": "red", "overdue": "red"}
DECIDED = (ApplicationState.ADMITTED, ApplicationState.REFUSED)
ACTS = {
    "admit": ("Admettre", "procurement.admit_application"),
    "request_completion": ("Demander un complément", "procurement.complete_application"),
    "refuse": ("Refuser", "procurement.refuse_application"),
    "hear": ("Entendre avant d’exclure", "procurement.hear_application"),
}
PROPOSED = {"admissible": "admit", "to_complete": "request_completion", "not_admissible": "refuse"}


@dataclass(frozen=True, slots=True)
class Waiting:
    """An application that waits for its answer: what is left, in words, and whether it may be read yet."""

    application: Application
    limits: Limits
    left: str
    tone: str
    sealed_until: date | None


@allow(Role.BUYER, Role.AUDITOR)
def applications() -> str:
    """Those that wait, by the legal day of their answer; or those decided, the last first."""
    shows_decided = request.args.get("etat") == "decidees"
    query = own_applications().options(
        joinedload(Application.supplier), joinedload(Application.category), joinedload(Application.system)
    )
    pending = query.where(Application.state.in_(PENDING_STATES))
    if shows_decided:
        decided = query.where(Application.state.in_(DECIDED))
        page = page_of(decided, Application.decided_at, Application.id, descending=True)
    else:
        page = page_of(pending, Application.answer_due_on, Application.id)
    return render_template(
        "procurement/applications.html",
        page=page,
        waiting=[] if shows_decided else waiting_of(page.rows, clock.now()),
        shows_decided=shows_decided,
        count=capped_count(own_applications().where(Application.state.in_(PENDING_STATES)).with_only_columns(Application.id)),
        words=WORDS,
    )


@allow(Role.BUYER, Role.AUDITOR)
def application(application_id: int) -> str:
    """One application: answers, proofs, findings, history, and what may be decided; nothing of it while it is sealed."""
    found, at = own_application(application_id), clock.now()
    is_pending = found.state in PENDING_STATES
    if is_pending and is_application_sealed(found, at):
        return render_template("procurement/application_sealed.html", application=found, ends=window_ends(found.system))
    stage = found.frozen_stage()
    return render_template(
        "procurement/application.html",
        application=found,
        words=WORDS[ApplicationState(found.state)],
        waiting=waiting_of([found], at)[0] if is_pending else None,
        examination=examination(found, at) if is_pending else None,
        asked=[each for nature in (Nature.CAPACITY, Nature.INFORMATION) for each in stage.of_nature(nature, found.category.key)],
        usual=stage.of_nature(Nature.SPECIFICATION, found.category.key),
        label=lambda key: ground_label(key, stage),
        days=evaluation_days(found),
        group=consortium_of(found.supplier),
        families=[product_families().get(key, key) for key in found.supplier.families],
        exclusions=EXCLUSIONS,
        acts=[(*words, act) for act, words in ACTS.items() if act in possible_acts("application", found.state)],
        proposed=PROPOSED,
        may_extend=is_pending and found.extended_at is None and found.answer_due_on >= paris_day(at),
    )


@allow(Role.BUYER, Role.AUDITOR)
def document(application_id: int, document_id: int) -> Response:
    """A document of an application, as a download; it does not exist while the application is sealed."""
    found = own_application(application_id)
    if found.state in PENDING_STATES and is_application_sealed(found, clock.now()):
        abort(404)
    joined = select(Document).join(ApplicationDocument, ApplicationDocument.document_id == Document.id)
    return send_document(own_or_404(joined.where(ApplicationDocument.application_id == found.id, Document.id == document_id)))


def waiting_of(rows: Iterable[Application], at: datetime) -> list[Waiting]:
    """How each of them stands today, in one statement at most."""
    listed, today = list(rows), paris_day(at)
    limits = limits_of_all(listed)
    return [
        Waiting(
            each,
            limits[each.id],
            _left(limits[each.id], at),
            TONES[limits[each.id].standing(today)],
            window_ends(each.system) if is_application_sealed(each, at) else None,
        )
        for each in listed
    ]


def _left(limits: Limits, at: datetime) -> str:
    """What is left before the legal day: « 3 jours ouvrés », « dernier jour », « en retard de 2 jours »."""
    days = days_left(at, limits.hard, "working-eu")
    if days < 0:
        return f"en retard de {plural(-days, 'jour ouvré', 'jours ouvrés')}"
    return f"reste {plural(days, 'jour ouvré', 'jours ouvrés')}" if days else "dernier jour"
