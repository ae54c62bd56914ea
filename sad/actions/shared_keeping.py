"""Destroying the papers of a mini-tender takes two people and the written agreement of the archives (ARC-03)."""

from datetime import datetime

from sad.actions.destructions import counted, dependents_of, destroy_papers, remains_of, visa_faults
from sad.actions.retention import destruction_faults
from sad.db import session
from sad.domain.approvals import Shown
from sad.domain.errors import Refused
from sad.models.approvals import Approval, ApprovalKind
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person


def destruction(mini_tender: MiniTender, visa: str) -> Approval:
    """The request to destroy the papers of a mini-tender under that visa of the archives."""
    return Approval(
        organisation_id=mini_tender.organisation_id,
        kind=ApprovalKind.DESTROY,
        object=f"{MiniTender.__tablename__}:{mini_tender.id}",
        content={"visa": visa.strip()},
    )


def show_destruction(asked: Approval) -> Shown:
    """What both read: what stays, what goes and how much of it, the visa."""
    mini_tender = session.get_one(MiniTender, asked.subject_id)
    going = counted(dependents_of(mini_tender))
    return Shown(
        title=f"Détruire le dossier : {mini_tender.title}",
        facts=(
            *remains_of(mini_tender, asked.asked_at),
            *((f"À détruire : {label}", str(number)) for label, number in going),
            ("Visa des archives", asked.content["visa"]),
        ),
        consequences=(
            "La clé de la consultation, les offres et leurs fichiers, les notes, les courriers et le détail du journal sont détruits. "
            "Personne ne pourra les retrouver ici.",
            "Restent les références et les dates ci-dessus, les lignes du journal, qui se vérifie toujours, et un certificat.",
            "Les sauvegardes faites avant gardent une copie : les détruire à leur tour, avec le même visa.",
        ),
    )


def check_destroying(asked: Approval, by: Person, at: datetime) -> None:
    """Raises `Refused` unless every clock has run out, no court action is pending and the archives agreed."""
    faults = [*destruction_faults(session.get_one(MiniTender, asked.subject_id), at), *visa_faults(asked.content["visa"])]
    if faults:
        raise Refused(*faults)


def do_destroy(asked: Approval, at: datetime) -> None:
    """Destroy, in the names of both."""
    assert asked.ender is not None
    destroy_papers(session.get_one(MiniTender, asked.subject_id), asked.content["visa"], asked_by=asked.asker, by=asked.ender, at=at)
