"""Acts of the buyers that take two people: giving a mini-tender up (AWD-10), excluding an applicant (ADM-08)."""

from collections.abc import Sequence
from datetime import datetime

from sad.actions.admissions import reason_faults, refuse_application
from sad.actions.application_file import check_readable
from sad.actions.publications import check_discontinuation, discontinue_mini_tender, invitees_of
from sad.db import session
from sad.domain.admission.decision import Reason
from sad.domain.admission.grounds import ground_label
from sad.domain.approvals import Shown
from sad.domain.errors import Refused
from sad.domain.lifecycle import STATES, moved
from sad.letters import applications as application_letters
from sad.letters import mini_tenders as letters
from sad.letters.wording import siret
from sad.models.applications import Application
from sad.models.approvals import Approval, ApprovalKind
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import Person


def discontinuation(mini_tender: MiniTender, reason: str) -> Approval:
    """The request to give a mini-tender up, for a reason that every invitee will read."""
    return Approval(
        organisation_id=mini_tender.organisation_id,
        kind=ApprovalKind.DISCONTINUE,
        object=f"{MiniTender.__tablename__}:{mini_tender.id}",
        content={"reason": reason.strip()},
    )


def show_discontinuation(asked: Approval) -> Shown:
    """What both read: the mini-tender as it stands, the reason, the letter of the invitees."""
    found, reason = session.get_one(MiniTender, asked.subject_id), asked.content["reason"]
    letter = letters.discontinued(found, reason, is_sealed=found.state == MiniTenderState.PUBLISHED)
    return Shown(
        title=f"Déclarer sans suite : {found.title}",
        facts=(
            ("Consultation", found.title),
            ("Service", found.service.name),
            ("Où elle en est", STATES[found.state].capitalize()),
            ("Fournisseurs invités", str(len(invitees_of(found)))),
            ("Motif", reason),
        ),
        consequences=(
            "Aucun marché n’est conclu. C’est définitif.",
            "Chaque fournisseur invité reçoit le motif et les recours ; le service demandeur est prévenu aussi.",
        ),
        letters=(("À chaque invité", letter.subject, letter.body),),
    )


def check_discontinuing(asked: Approval, by: Person, at: datetime) -> None:
    """Raises `Refused` unless it can be given up now, and this person has no interest in it once offers are opened (ANA-05)."""
    check_discontinuation(session.get_one(MiniTender, asked.subject_id), asked.content["reason"], by=by)


def do_discontinue(asked: Approval, at: datetime) -> None:
    """Give it up, in the name of whoever asked."""
    discontinue_mini_tender(session.get_one(MiniTender, asked.subject_id), asked.content["reason"], by=asked.asker, at=at)


def exclusion(application: Application, reasons: Sequence[Reason]) -> Approval:
    """The request to refuse an application for an article of exclusion."""
    return Approval(
        organisation_id=application.organisation_id,
        kind=ApprovalKind.EXCLUDE,
        object=f"{Application.__tablename__}:{application.id}",
        content={"reasons": [[each.requirement, each.sentence.strip()] for each in reasons]},
    )


def show_exclusion(asked: Approval) -> Shown:
    """What both read: the applicant, each article with the facts, the letter."""
    application, reasons = session.get_one(Application, asked.subject_id), _reasons(asked)
    letter, stage = application_letters.refused(application, reasons, at=asked.asked_at), application.frozen_stage()
    return Shown(
        title=f"Exclure un candidat : {application.supplier.name}",
        facts=(
            ("Entreprise", f"{application.supplier.name}, SIRET {siret(application.supplier.siret)}"),
            ("Catégorie", application.category.label),
            ("Candidature", STATES[application.state].capitalize()),
            *((ground_label(each.requirement, stage), each.sentence) for each in reasons),
        ),
        consequences=(
            "La candidature est refusée. L’entreprise peut en déposer une autre tout de suite.",
            "La lettre part aussitôt, avec les raisons et les recours ; elle porte la date de l’approbation.",
        ),
        letters=((application.supplier.name, letter.subject, letter.body),),
    )


def check_excluding(asked: Approval, by: Person, at: datetime) -> None:
    """Raises `Refused` unless these reasons hold now, whoever asks."""
    application = session.get_one(Application, asked.subject_id)
    check_readable(application, at)
    moved("application", application.state, "refuse")
    faults = reason_faults(application, _reasons(asked), by=asked.asker, at=at)
    if faults:
        raise Refused(*faults)


def do_exclude(asked: Approval, at: datetime) -> None:
    """Refuse the application, in the name of whoever asked."""
    application = session.get_one(Application, asked.subject_id)
    refuse_application(application, _reasons(asked), seconded_by=asked.ender, by=asked.asker, at=at)


def _reasons(asked: Approval) -> list[Reason]:
    return [Reason(requirement, sentence) for requirement, sentence in asked.content["reasons"]]
