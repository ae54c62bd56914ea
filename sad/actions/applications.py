"""Applications of suppliers to a category: started, filled, submitted, withdrawn."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from sad.actions.agreements import conclude_agreement, readiness_faults
from sad.actions.application_file import check_editable, hold, questions, stage_of, tell
from sad.actions.compositions import hold as hold_consortium
from sad.actions.journal import record
from sad.actions.limits import is_application_sealed, limits_if_received, window_ends
from sad.actions.stages import roadmap_of
from sad.actions.vault import attach_held_proofs
from sad.db import session
from sad.domain.admission.decision import FORMAL_GROUNDS, examine
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused
from sad.domain.lifecycle import moved
from sad.domain.requirements import Nature, Requirement, json_safe, read_answer
from sad.domain.sentences import french_date
from sad.domain.stages import Stage, fingerprint, stage_in_force, stage_to_dict
from sad.letters import applications as letters
from sad.models.admissions import Admission, AdmissionState
from sad.models.applications import OPEN_STATES, Application, ApplicationState
from sad.models.consortiums import consortium_of
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.models.systems import Category, PurchasingSystem

ONE_DAY = timedelta(days=1)


def start_application(supplier: Supplier, category: Category, *, by: Person, at: datetime) -> Application:
    """Begin a draft, filled with what the supplier answered before and with its proofs that still hold (ADM-06).

    Raises `Refused` outside the validity of the system (SAD-06), and when the supplier is admitted or applying already.
    """
    faults = [*validity_faults(category.system, at), *_already_there(supplier, category), *_place_faults(supplier, category)]
    if faults:
        raise Refused(*faults)
    application = Application(
        organisation_id=category.organisation_id,
        system=category.system,
        category=category,
        supplier=supplier,
        state=ApplicationState.DRAFT,
        started_at=at,
        answers={},
    )
    session.add(application)
    asked = questions(application, stage_of(application, at))
    application.answers = _last_answers(application, {each.key for each in asked})
    record("start_application", application, by=by, at=at)
    attach_held_proofs(application, _proved(application, stage_of(application, at)), by=by, at=at)
    return application


def save_answers(application: Application, answers: Mapping[str, object], *, by: Person, at: datetime) -> Application:
    """Keep answers by requirement key, as far as they go; an empty one is taken out.

    Raises `Refused` with each answer that cannot be read (field: its key), and once the file may no longer change.
    """
    check_editable(hold(application))
    kept = dict(application.answers)
    faults: list[Refusal] = []
    for each in questions(application, stage_of(application, at)):
        if each.key in answers:
            faults.extend(keep_answer(each, answers[each.key], kept))
    if faults:
        raise Refused(*faults)
    application.answers = kept
    record("save_answers", application, by=by, at=at, answers=kept)
    return application


def submit_application(application: Application, *, is_sworn: bool, by: Person, at: datetime) -> Application:
    """Submit a draft: the stage in force at that instant is frozen with it (PAL-04), the receipt is posted.

    `is_sworn`: the person declares on its honour that no exclusion ground applies (R2143-3); no proof of it is asked
    (ADM-05). A proof of capacity may be missing: the buyer can ask for it. Raises `Refused` with every fault.
    """
    hold(application)
    state = moved("application", application.state, "submit")
    faults = list(validity_faults(application.system, at))
    if faults:
        raise Refused(*faults)
    stage = stage_in_force(roadmap_of(application.system), at)
    consortium = consortium_of(application.supplier)
    faults = list(submission_faults(application, stage, is_sworn=is_sworn, at=at))
    faults += readiness_faults(hold_consortium(consortium)) if consortium else []
    if faults:
        raise Refused(*faults)
    if consortium:
        conclude_agreement(consortium, at=at)
        attach_held_proofs(application, _proved(application, stage), by=by, at=at)
    answer_due_on = limits_if_received(application.system, at).hard
    application.state, application.submitted_at, application.answer_due_on = state, at, answer_due_on
    application.sworn_statement, application.sworn_by = True, by.id
    application.stage_content, application.stage_fingerprint = stage_to_dict(stage), fingerprint(stage)
    ends = window_ends(application.system)
    opens_on = ends + ONE_DAY if ends and is_application_sealed(application, at) else None
    tell(application, letters.received(application, at=at, opens_on=opens_on), at=at)
    agreed: dict[str, Any] = {"agreement": consortium.agreement_sha256} if consortium else {}
    record("submit_application", application, by=by, at=at, **_submitted(application), **agreed)
    return application


def withdraw_application(application: Application, *, by: Person, at: datetime) -> Application:
    """Give up an application that has no answer yet; another one may be started at once. Raises `Refused` once decided."""
    hold(application)
    application.state = moved("application", application.state, "withdraw")
    record("withdraw_application", application, by=by, at=at)
    return application


def validity_faults(system: PurchasingSystem, at: datetime) -> Iterator[Refusal]:
    """SAD-06: applications are received during the whole validity of an open system, and then only (R2162-43)."""
    today = paris_day(at)
    if system.opened_at is None or system.opened_at > at:
        yield Refusal("Ce système n’est pas encore ouvert.", "Revenir quand son avis est publié.", "SAD-06")
    elif today < system.valid_from:
        yield Refusal(
            f"Les candidatures sont reçues à partir du {french_date(system.valid_from)}.", "Revenir ce jour-là.", "SAD-06"
        )
    elif today > system.valid_until or (system.ended_at is not None and system.ended_at <= at):
        end = paris_day(system.ended_at) if system.ended_at else system.valid_until
        remedy = "Regarder, sur la page d’accueil, les systèmes ouverts."
        yield Refusal(f"Ce système a pris fin le {french_date(end)}.", remedy, "SAD-06")


def submission_faults(application: Application, stage: Stage, *, is_sworn: bool, at: datetime) -> Iterator[Refusal]:
    """What keeps a draft from leaving: an answer that is not given, products of another category, no sworn statement."""
    file = replace(application.as_file(), sworn_statement=is_sworn)
    for finding in examine(file, stage, paris_day(at)).of_kind("missing"):
        unanswered = finding.requirement not in FORMAL_GROUNDS and file.answers.get(finding.requirement) is None
        if unanswered or finding.requirement in FORMAL_GROUNDS:
            field = "is_sworn" if finding.requirement == FORMAL_GROUNDS[1] else finding.requirement
            yield Refusal(finding.message, finding.remedy, finding.rule, field)


def missing_proofs(application: Application, stage: Stage) -> list[Requirement]:
    """The capacities whose proof the notice asks for and that no document proves yet; they do not keep it from leaving."""
    joined = {each.requirement for each in application.documents}
    return [each for each in questions(application, stage) if each.document_required and each.key not in joined]


def keep_answer(asked: Requirement, value: object, kept: dict[str, Any]) -> Iterator[Refusal]:
    """Put an answer among those kept, or say why it cannot be read."""
    kept.pop(asked.key, None)
    if value in (None, ""):
        return
    answer = read_answer(asked, value)
    if answer is None:
        expected = "oui ou non" if asked.unit == "yes_no" else "un nombre"
        yield Refusal(f"Cette réponse ne se lit pas : {expected} est attendu.", "La récrire.", field=asked.key)
    else:
        kept[asked.key] = json_safe(answer)


def _already_there(supplier: Supplier, category: Category) -> Iterator[Refusal]:
    admitted = select(Admission.id).where(
        Admission.supplier_id == supplier.id, Admission.category_id == category.id, Admission.state == AdmissionState.ADMITTED
    )
    if session.scalar(admitted):
        yield Refusal("Vous êtes déjà admis dans cette catégorie.", "Il n’y a rien à refaire : les consultations vous arriveront.")
    open_one = select(Application.id).where(
        Application.supplier_id == supplier.id, Application.category_id == category.id, Application.state.in_(OPEN_STATES)
    )
    if session.scalar(open_one):
        yield Refusal("Vous avez déjà une candidature en cours dans cette catégorie.", "La reprendre depuis votre page d’accueil.")


def _place_faults(supplier: Supplier, category: Category) -> Iterator[Refusal]:
    """A consortium applies in the category for which it was formed, and only there."""
    consortium = consortium_of(supplier)
    if consortium is not None and (consortium.category_id != category.id or consortium.ended_at is not None):
        message = f"Ce groupement est formé pour « {consortium.category.label} »."
        yield Refusal(message, "Former un autre groupement pour une autre catégorie.", "ADM-11")


def _proved(application: Application, stage: Stage) -> set[str]:
    """The capacities that a document may prove here, by key."""
    return {each.key for each in questions(application, stage) if each.nature is Nature.CAPACITY}


def _last_answers(application: Application, keys: set[str]) -> dict[str, Any]:
    """What the supplier last answered this organisation to the same questions, so that nothing is asked twice."""
    last = session.scalar(
        select(Application)
        .where(
            Application.supplier_id == application.supplier.id,
            Application.organisation_id == application.organisation_id,
            Application.submitted_at.is_not(None),
        )
        .order_by(Application.submitted_at.desc(), Application.id.desc())
        .limit(1)
    )
    return {key: value for key, value in last.answers.items() if key in keys} if last else {}


def _submitted(application: Application) -> dict[str, Any]:
    """What the journal keeps of a submission, so that the examination can be done again on it."""
    return {
        "stage": application.stage_fingerprint,
        "answers": application.answers,
        "families": list(application.supplier.families),
        "documents": [
            {"requirement": each.requirement, "sha256": each.document.sha256, "expires_on": each.expires_on and each.expires_on.isoformat()}
            for each in application.documents
        ],
    }
