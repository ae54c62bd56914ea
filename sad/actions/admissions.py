"""Deciding an application: more time, admission, refusal. A person decides; the examination proposes."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from sad.actions.application_file import check_readable, hold, tell
from sad.actions.hearings import is_heard
from sad.actions.journal import record
from sad.actions.limits import extended_limits_of
from sad.db import session
from sad.domain.admission.decision import DISCRETIONARY_EXCLUSIONS, MANDATORY_EXCLUSIONS, Examination, Reason, examine, refusal_faults
from sad.domain.admission.kept import kept_examination
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused
from sad.domain.lifecycle import moved
from sad.domain.reserved import RULE as RESERVED
from sad.domain.reserved import is_status
from sad.letters import applications as letters
from sad.models.admissions import Admission, AdmissionEvent, AdmissionState
from sad.models.applications import PENDING_STATES, Application
from sad.models.people import Person


def examination(application: Application, at: datetime) -> Examination:
    """All that is found in the application against its frozen stage, on the Paris day of `at`; a proposal, not a decision."""
    return examine(application.as_file(), application.frozen_stage(), paris_day(at))


def extend_evaluation(application: Application, *, reason: str, by: Person, at: datetime) -> Application:
    """Take fifteen working days instead of ten, for a written reason (SAD-09). Raises `Refused`."""
    check_readable(hold(application), at)
    faults = list(extension_faults(application, reason, at))
    if faults:
        raise Refused(*faults)
    application.extended_at, application.extension_reason = at, reason
    application.answer_due_on = extended_limits_of(application).hard
    text = letters.evaluation_extended(application, reason=reason, due_on=application.answer_due_on)
    tell(application, text, at=at)
    record("extend_evaluation", application, by=by, at=at, reason=reason, due_on=application.answer_due_on.isoformat())
    return application


def extension_faults(application: Application, reason: str, at: datetime) -> Iterator[Refusal]:
    """All that forbids extending the evaluation now for this reason."""
    if application.state not in PENDING_STATES:
        yield Refusal("Cette candidature n’attend plus de réponse.", "", "SAD-09")
        return
    if application.extended_at is not None:
        yield Refusal("L’examen est déjà prolongé à quinze jours : la loi n’en donne pas plus.", "Décider.", "SAD-09")
    elif application.answer_due_on is not None and paris_day(at) > application.answer_due_on:
        yield Refusal("Le délai de dix jours est passé : il ne se prolonge plus.", "Décider sans attendre.", "SAD-09")
    if not reason.strip():
        yield Refusal("La raison n’est pas écrite.", "Dire quelles pièces ou quelles vérifications le justifient.", "SAD-09", "reason")


def admit(application: Application, *, note: str = "", by: Person, at: datetime) -> Admission:
    """Admit the supplier to the category (SAD-11: nobody counts how many are); the letter leaves at once (SAD-12).

    Against a finding, `note` says why. Raises `Refused`.
    """
    check_readable(hold(application), at)
    state = moved("application", application.state, "admit")
    fault = admission_fault(application, note, at)
    if fault:
        raise Refused(fault)
    application.state, application.decided_at, application.decided_by = state, at, by.id
    application.decision_reasons = []
    admission = _admission(application, at=at)
    admission.events.append(AdmissionEvent(state=AdmissionState.ADMITTED, reason=note, decided_by=by.id, decided_at=at))
    tell(application, letters.admitted(application, at=at), at=at)
    _record("admit", application, by=by, at=at, note=note)
    return admission


def admission_fault(application: Application, note: str, at: datetime) -> Refusal | None:
    """Why it cannot be admitted, if it cannot: without a written reason where the examination found something against it,
    and whatever the reason in a reserved category whose status is not proved (RES-01)."""
    found = examination(application, at)
    if any(is_status(each.requirement) for each in found.findings):
        message = "Cette catégorie est réservée : sans la preuve de son statut, l’entreprise ne peut pas y être admise."
        return Refusal(message, "Demander cette preuve, ou refuser la candidature.", RESERVED, "note")
    if found.outcome == "admissible" or note.strip():
        return None
    remedy = "Écrire pourquoi vous admettez tout de même."
    return Refusal("L’examen trouve des points qui ne vont pas.", remedy, "ADM-01", "note")


def refuse_application(
    application: Application, reasons: Sequence[Reason], *, seconded_by: Person | None = None, by: Person, at: datetime
) -> Application:
    """Refuse it for reasons that each cite a published capacity, a formal ground or an article of exclusion (ADM-09).

    A discretionary exclusion comes after a hearing (ADM-08), and another person decides it; any other exclusion takes a second
    person, `seconded_by`. The letter leaves at once (SAD-12). Raises `Refused` with every fault.
    """
    check_readable(hold(application), at)
    state = moved("application", application.state, "refuse")
    faults = [*reason_faults(application, reasons, by=by, at=at), *_alone_faults(reasons, by, seconded_by)]
    if faults:
        raise Refused(*faults)
    application.state, application.decided_at, application.decided_by = state, at, by.id
    application.decision_reasons = [{"requirement": each.requirement, "sentence": each.sentence} for each in reasons]
    tell(application, letters.refused(application, reasons, at=at), at=at)
    _record("refuse_application", application, by=by, at=at, reasons=application.decision_reasons)
    return application


def reason_faults(application: Application, reasons: Sequence[Reason], *, by: Person, at: datetime) -> list[Refusal]:
    """All that forbids refusing the application for these reasons, or this person to do it."""
    stage, category = application.frozen_stage(), application.category.key
    if not reasons:
        return refusal_faults(reasons, stage, category=category)
    faults = [
        fault
        for reason in reasons
        for fault in refusal_faults([reason], stage, category=category, heard=is_heard(application, reason.requirement, at))
    ]
    return [*faults, *_same_person_faults(application, reasons, by)]


def _same_person_faults(application: Application, reasons: Sequence[Reason], by: Person) -> Iterator[Refusal]:
    """An exclusion is decided by four eyes: whoever raised the facts does not decide on them."""
    grounds = {reason.requirement for reason in reasons if reason.requirement in DISCRETIONARY_EXCLUSIONS}
    if any(hearing.ground in grounds and hearing.asked_by == by.id for hearing in application.hearings):
        message = "Vous avez demandé les observations : une autre personne décide de l’exclusion."
        yield Refusal(message, "Demander à un collègue du service achats de décider.", "ADM-08")


def needs_second(reasons: Sequence[Reason]) -> bool:
    """Whether one of these is an exclusion that no hearing precedes, so that a second person approves it."""
    return any(reason.requirement in MANDATORY_EXCLUSIONS for reason in reasons)


def _alone_faults(reasons: Sequence[Reason], by: Person, seconded_by: Person | None) -> Iterator[Refusal]:
    if needs_second(reasons) and (seconded_by is None or seconded_by.id == by.id):
        yield Refusal("Une exclusion se décide à deux.", "Demander l’accord d’un collègue, qui lit les mêmes faits.", "ADM-08")


def _record(action: str, application: Application, *, by: Person, at: datetime, **details: Any) -> None:
    """Journal the decision with the file as it was examined and what was found: what gives the same again years later."""
    kept = kept_examination(application.as_file(), application.frozen_stage(), paris_day(at))
    record(action, application, by=by, at=at, stage=application.stage_fingerprint, **kept, **details)


def _admission(application: Application, *, at: datetime) -> Admission:
    """The admission of this supplier in this category: a new one, or the former one that lives again."""
    admission = session.scalar(
        select(Admission).where(
            Admission.supplier_id == application.supplier_id, Admission.category_id == application.category_id
        )
    )
    if admission is None:
        admission = Admission(
            organisation_id=application.organisation_id, category=application.category, supplier=application.supplier
        )
        session.add(admission)
    admission.application, admission.state, admission.admitted_at = application, AdmissionState.ADMITTED, at
    admission.suspended_from = None
    return admission
