"""Replacing a member hit by an exclusion: asked by the buyer, presented within ten days, decided; else the group falls (ADM-10)."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import select

from sad import parameters
from sad.actions.agreements import conclude_agreement, readiness_faults
from sad.actions.compositions import check_acts_for, hold, is_frozen
from sad.actions.consortiums import families_of
from sad.actions.hearings import is_heard
from sad.actions.journal import record
from sad.actions.letters import post_to_supplier
from sad.db import session
from sad.domain.admission.decision import DISCRETIONARY_EXCLUSIONS
from sad.domain.admission.grounds import EXCLUSIONS
from sad.domain.calendar import last_day, paris_day
from sad.domain.errors import Refusal, Refused
from sad.domain.lifecycle import moved
from sad.domain.sentences import french_date
from sad.letters import consortiums as letters
from sad.letters.text import LetterText
from sad.models.admissions import Admission, AdmissionEvent, AdmissionState
from sad.models.applications import PENDING_STATES, Application
from sad.models.consortiums import Consortium, ConsortiumMember, MemberReplacement
from sad.models.people import Person


def ask_replacement(member: ConsortiumMember, *, ground: str, facts: str, by: Person, at: datetime) -> MemberReplacement:
    """Ask the lead to replace a member hit by an article of exclusion; its days run from the letter (L2141-13).

    Raises `Refused` with every fault: not a member in place, the lead itself, an article that needs a hearing first.
    """
    consortium = hold(member.consortium)
    faults = list(asking_faults(member, ground, facts, at))
    if faults:
        raise Refused(*faults)
    replacement = MemberReplacement(
        organisation_id=consortium.organisation_id,
        consortium=consortium,
        member_id=member.id,
        ground=ground,
        facts=facts.strip(),
        asked_at=at,
        asked_by=by.id,
        due_on=replacement_due_on(at),
    )
    session.add(replacement)
    session.flush()
    _tell(consortium, asked_letter(member, ground=ground, facts=facts, at=at), at)
    record(
        "ask_replacement", replacement, by=by, at=at, supplier=member.supplier_id, ground=ground, facts=replacement.facts,
        due_on=replacement.due_on.isoformat(),
    )
    return replacement


def asked_letter(member: ConsortiumMember, *, ground: str, facts: str, at: datetime) -> LetterText:
    """The letter that asks for it, as it leaves at that instant."""
    return letters.replacement_asked(
        member, ground=ground, facts=facts, due_on=replacement_due_on(at), days=replacement_days(at)
    )


def asking_faults(member: ConsortiumMember, ground: str, facts: str, at: datetime) -> Iterator[Refusal]:
    """All that forbids asking for this member to be replaced."""
    consortium = member.consortium
    if not is_frozen(consortium) or member.left_at is not None:
        yield Refusal("Ce groupement n’est ni candidat ni admis avec ce membre.", "Il se forme encore comme il veut.", "ADM-10")
    if consortium.replacement is not None:
        yield Refusal("Un remplacement est déjà demandé.", "Le décider d’abord.", "ADM-10")
    if member.is_lead:
        message = "Le motif vise le mandataire : sans lui, plus personne ne parle pour le groupement."
        yield Refusal(message, "Refuser la candidature, ou radier le groupement ; les autres en forment un nouveau.", "ADM-11")
    if ground not in EXCLUSIONS:
        yield Refusal("L’article n’est pas choisi.", "Choisir celui qui écarte l’entreprise (L2141-1 à L2141-10).", "ADM-10", "ground")
    elif ground in DISCRETIONARY_EXCLUSIONS and not any(is_heard(each, ground, at) for each in _applications(consortium)):
        message = "Cet article laisse une appréciation : le groupement doit d’abord être entendu (L2141-11)."
        yield Refusal(message, "Demander ses observations depuis sa candidature.", "ADM-08", "ground")
    if not facts.strip():
        yield Refusal("Les faits ne sont pas écrits.", "Dire ce qui est relevé ; le mandataire le lira.", "ADM-10", "facts")


def present_replacement(replacement: MemberReplacement, *, by: Person, at: datetime) -> MemberReplacement:
    """Present the new member with the agreement that all have signed again. Raises `Refused` after the days given."""
    consortium = hold(replacement.consortium)
    session.refresh(replacement)
    check_acts_for(consortium.supplier, by)
    faults = list(_presenting_faults(replacement, consortium, at))
    if faults:
        raise Refused(*faults)
    replacement.newcomer_id, replacement.presented_at = newcomers_of(consortium)[0].id, at
    record("present_replacement", replacement, by=by, at=at, newcomer=newcomers_of(consortium)[0].supplier_id)
    return replacement


def decide_replacement(replacement: MemberReplacement, *, is_accepted: bool, reason: str, by: Person, at: datetime) -> MemberReplacement:
    """Accept the new member, whose agreement is then in force, or leave the whole group out; every member is told why.

    Leaving out takes another person than the one who raised the facts (ADM-08), and the end of the days given or a
    replacement that does not do. Raises `Refused` with every fault.
    """
    consortium = hold(replacement.consortium)
    session.refresh(replacement)
    faults = list(deciding_faults(replacement, is_accepted=is_accepted, reason=reason, by=by, at=at))
    if faults:
        raise Refused(*faults)
    told = list(consortium.present)
    replacement.decided_at, replacement.decided_by = at, by.id
    replacement.is_accepted, replacement.decision = is_accepted, reason.strip()
    if is_accepted:
        leaver = replacement.member
        leaver.left_at, leaver.left_reason = at, f"Remplacé, article {replacement.ground} (L2141-13)."
        conclude_agreement(consortium, at=at)
        consortium.supplier.families = families_of(consortium)
    else:
        consortium.ended_at, consortium.end_reason = at, reason.strip()
        _leave_out(consortium, replacement, by=by, at=at)
    text = letters.replacement_decided(replacement, is_accepted=is_accepted, reason=reason.strip(), at=at)
    for member in told:
        post_to_supplier(member.supplier, text, at=at, organisation_id=consortium.organisation_id)
    record(
        "decide_replacement", replacement, by=by, at=at, is_accepted=is_accepted, reason=replacement.decision,
        agreement=consortium.agreement_sha256,
    )
    return replacement


def deciding_faults(replacement: MemberReplacement, *, is_accepted: bool, reason: str, by: Person, at: datetime) -> Iterator[Refusal]:
    """All that forbids this decision now, or this person to take it."""
    if replacement.decided_at is not None:
        yield Refusal("Ce remplacement est déjà décidé.", "Regarder la décision sur la page du groupement.", "ADM-10")
    if is_accepted and replacement.presented_at is None:
        yield Refusal("Aucune entreprise n’est encore présentée.", "Attendre que le mandataire le fasse.", "ADM-10")
    if not is_accepted and replacement.presented_at is None and not is_past(replacement, at):
        message = f"Le groupement a jusqu’au {french_date(replacement.due_on)} inclus pour présenter une entreprise."
        yield Refusal(message, "Attendre le lendemain.", "ADM-10")
    if not is_accepted and replacement.asked_by == by.id:
        message = "Vous avez relevé les faits : une autre personne décide d’écarter le groupement."
        yield Refusal(message, "Demander à un collègue du service achats.", "ADM-08")
    if not reason.strip():
        yield Refusal("La raison n’est pas écrite.", "Chaque membre la lira.", "ADM-10", "reason")


def newcomers_of(consortium: Consortium) -> list[ConsortiumMember]:
    """The parties to the agreement as it is written now that are not in the one in force."""
    in_force = {part.supplier_id for part in consortium.parts_in_force}
    return [each for each in consortium.parties if each.supplier_id not in in_force]


def is_past(replacement: MemberReplacement, at: datetime) -> bool:
    """Whether the days given to replace the member are over."""
    return paris_day(at) > replacement.due_on


def replacement_days(at: datetime) -> int:
    """How many calendar days the law gives (L2141-13)."""
    days: int = parameters.value("member_replacement_days", on=paris_day(at))
    return days


def replacement_due_on(at: datetime) -> date:
    """The last day to present another company when asked at that instant."""
    return last_day(paris_day(at), replacement_days(at), "calendar")


def _presenting_faults(replacement: MemberReplacement, consortium: Consortium, at: datetime) -> Iterator[Refusal]:
    if replacement.decided_at is not None or replacement.presented_at is not None:
        yield Refusal("Le remplacement est déjà présenté, ou décidé.", "Attendre la lettre de l’acheteur.", "ADM-10")
        return
    if is_past(replacement, at):
        message = f"Le délai est passé depuis le {french_date(replacement.due_on)} : la loi ne le prolonge pas (L2141-13)."
        yield Refusal(message, "Écrire au service achats sans attendre.", "ADM-10")
    if len(newcomers_of(consortium)) != 1:
        yield Refusal("Une entreprise, et une seule, prend la place.", "Inviter celle qui remplace.", "ADM-10")
    yield from readiness_faults(consortium)


def _leave_out(consortium: Consortium, replacement: MemberReplacement, *, by: Person, at: datetime) -> None:
    """Refuse the application that waits and remove the admission: the group is out of the category."""
    for application in _applications(consortium):
        if application.state in PENDING_STATES:
            application.state = moved("application", application.state, "refuse")
            application.decided_at, application.decided_by = at, by.id
            application.decision_reasons = [{"requirement": replacement.ground, "sentence": replacement.decision}]
    admission = session.scalar(
        select(Admission).where(Admission.supplier_id == consortium.supplier_id, Admission.state != AdmissionState.REMOVED)
    )
    if admission is not None:
        admission.state, admission.suspended_from = moved("admission", admission.state, "remove"), None
        reason = f"Membre exclu non remplacé (L2141-13) : {replacement.decision}"
        admission.events.append(AdmissionEvent(state=AdmissionState.REMOVED, reason=reason, decided_by=by.id, decided_at=at))


def _applications(consortium: Consortium) -> list[Application]:
    return list(session.scalars(select(Application).where(Application.supplier_id == consortium.supplier_id)))


def _tell(consortium: Consortium, text: LetterText, at: datetime) -> None:
    post_to_supplier(consortium.supplier, text, at=at, organisation_id=consortium.organisation_id)
