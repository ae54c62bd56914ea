"""Destroying papers takes two people and the written agreement of the archives (ARC-03)."""

from datetime import datetime

from sad.actions.application_destructions import application_papers, destroy_applications, remains_of_applications
from sad.actions.application_retention import applications_destruction_faults
from sad.actions.destructions import dependents_of, destroy_papers, remains_of, visa_faults
from sad.actions.retention import destruction_faults
from sad.actions.shredding import counted
from sad.db import session
from sad.domain.approvals import Shown
from sad.domain.errors import Refusal, Refused
from sad.models.approvals import Approval, ApprovalKind
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person
from sad.models.systems import Category

Kept = MiniTender | Category
GOING = {
    MiniTender: "La clé de la consultation, les offres et leurs fichiers, les notes, les courriers et le détail du journal sont détruits. ",
    Category: "Les réponses, les documents, les échanges, les motifs, les courriers et le détail du journal sont détruits. ",
}


def destruction(kept: Kept, visa: str) -> Approval:
    """The request to destroy the papers of a mini-tender, or the applications to a category, under that visa of the archives."""
    return Approval(
        organisation_id=kept.organisation_id,
        kind=ApprovalKind.DESTROY,
        object=f"{kept.__tablename__}:{kept.id}",
        content={"visa": visa.strip()},
    )


def show_destruction(asked: Approval) -> Shown:
    """What both read: what stays, what goes and how much of it, the visa."""
    kept = _kept(asked)
    facts, going = remains_and_going(kept, asked.asked_at)
    what = f"le dossier : {kept.title}" if isinstance(kept, MiniTender) else f"les candidatures : {kept.label}"
    return Shown(
        title=f"Détruire {what}",
        facts=(
            *facts,
            *((f"À détruire : {label}", str(number)) for label, number in going),
            ("Visa des archives", asked.content["visa"]),
        ),
        consequences=(
            f"{GOING[type(kept)]}Personne ne pourra les retrouver ici.",
            "Un fournisseur que plus personne ne représente, et dont il ne reste aucun dossier, est effacé avec le sien.",
            "Restent les références et les dates ci-dessus, les lignes du journal, qui se vérifie toujours, et un certificat.",
            "Les sauvegardes faites avant gardent une copie : les détruire à leur tour, avec le même visa.",
        ),
    )


def remains_and_going(kept: Kept, at: datetime) -> tuple[list[tuple[str, str]], list[tuple[str, int]]]:
    """The references and dates that stay; what goes, counted by kind."""
    if isinstance(kept, MiniTender):
        return remains_of(kept, at), counted(dependents_of(kept))
    return remains_of_applications(kept, at), counted(application_papers(kept))


def keeping_faults_of(kept: Kept, at: datetime) -> list[Refusal]:
    """All that forbids destroying it now."""
    return destruction_faults(kept, at) if isinstance(kept, MiniTender) else applications_destruction_faults(kept, at)


def check_destroying(asked: Approval, by: Person, at: datetime) -> None:
    """Raises `Refused` unless every clock has run out, no court action is pending and the archives agreed."""
    faults = [*keeping_faults_of(_kept(asked), at), *visa_faults(asked.content["visa"])]
    if faults:
        raise Refused(*faults)


def do_destroy(asked: Approval, at: datetime) -> None:
    """Destroy, in the names of both."""
    assert asked.ender is not None
    kept, visa = _kept(asked), asked.content["visa"]
    if isinstance(kept, MiniTender):
        destroy_papers(kept, visa, asked_by=asked.asker, by=asked.ender, at=at)
    else:
        destroy_applications(kept, visa, asked_by=asked.asker, by=asked.ender, at=at)


def _kept(asked: Approval) -> Kept:
    if asked.object.startswith(f"{Category.__tablename__}:"):
        return session.get_one(Category, asked.subject_id)
    return session.get_one(MiniTender, asked.subject_id)
