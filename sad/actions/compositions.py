"""Who makes a consortium: read, held while it changes, and whether it may change at all (ADM-11, R2142-26)."""

from collections.abc import Iterator

from sqlalchemy import exists, select

from sad.actions.letters import people_of
from sad.db import session
from sad.domain.admission.grounds import is_exclusion
from sad.domain.errors import Refusal, refuse
from sad.models.admissions import Admission, AdmissionState
from sad.models.applications import PENDING_STATES, Application, ApplicationState
from sad.models.consortiums import Consortium, ConsortiumMember, consortium_of
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.models.systems import Category

STOPPED = {AdmissionState.SUSPENDED: "suspendue", AdmissionState.REMOVED: "radiée"}


def companies_of(supplier: Supplier) -> set[int]:
    """The companies behind a candidate: those of the agreement in force for a consortium, else itself."""
    consortium = consortium_of(supplier)
    return {supplier.id} if consortium is None else {part.supplier_id for part in consortium.parts_in_force}


def hold(consortium: Consortium) -> Consortium:
    """Lock its row until the end of the transaction and read its members again, so that two changes never cross."""
    session.flush()
    session.refresh(consortium, with_for_update={"of": Consortium})
    session.expire(consortium, ["members", "replacements"])
    return consortium


def hold_to_change(consortium: Consortium) -> Consortium:
    """The same, for what changes its text. Raises `Refused` once it went with an application, but to replace a member (ADM-10)."""
    hold(consortium)
    if consortium.ended_at is not None:
        raise refuse("Ce groupement n’existe plus.", "En créer un autre.", rule="ADM-11")
    replacement = consortium.replacement
    if replacement is not None and replacement.presented_at is None:
        return consortium
    if replacement is not None:
        raise refuse("Le remplacement est présenté : la convention ne change plus.", "Attendre la décision de l’acheteur.", rule="ADM-10")
    if is_frozen(consortium):
        raise refuse(
            "La candidature est partie : les membres et leurs parts ne changent plus jusqu’à la signature du marché.",
            "Si un membre ne peut plus participer, le mandataire écrit au service achats.",
            rule="ADM-11",
        )
    return consortium


def is_frozen(consortium: Consortium) -> bool:
    """Whether the buyer has its application or has admitted it."""
    pending = exists().where(Application.supplier_id == consortium.supplier_id, Application.state.in_(PENDING_STATES))
    admitted = exists().where(Admission.supplier_id == consortium.supplier_id, Admission.state != AdmissionState.REMOVED)
    return bool(session.scalar(select(pending | admitted)))


def check_acts_for(supplier: Supplier, person: Person) -> None:
    """Raises `Refused` unless this person acts for the supplier now: nobody binds another's company."""
    if person.id not in {each.id for each in people_of(supplier)}:
        message = f"Vous n’agissez pas pour {supplier.name}."
        raise refuse(message, "Une personne de cette entreprise le fait, avec son propre compte.", rule="ADM-11")


def standing_faults(company: Supplier, category: Category) -> Iterator[Refusal]:
    """Why a company may not be a member in this category: stopped there, or left out of it for an exclusion."""
    admission = session.scalar(select(Admission).where(Admission.supplier_id == company.id, Admission.category_id == category.id))
    if admission is not None and admission.state in STOPPED:
        message = f"L’admission de {company.name} est {STOPPED[AdmissionState(admission.state)]} en « {category.label} »."
        yield Refusal(message, "L’entreprise la rétablit d’abord, ou le groupement se forme sans elle.", "ADM-10")
    elif _is_excluded(company, category):
        message = f"Un motif d’exclusion a écarté {company.name} en « {category.label} »."
        yield Refusal(message, "Le groupement se forme sans elle.", "ADM-10")


def party_of(consortium: Consortium, company: Supplier) -> ConsortiumMember | None:
    """The place of this company among the members present, if it has one."""
    return next((each for each in consortium.present if each.supplier_id == company.id), None)


def _is_excluded(company: Supplier, category: Category) -> bool:
    last = session.scalar(
        select(Application)
        .where(Application.supplier_id == company.id, Application.category_id == category.id, Application.decided_at.is_not(None))
        .order_by(Application.decided_at.desc(), Application.id.desc())
        .limit(1)
    )
    if last is None or last.state != ApplicationState.REFUSED:
        return False
    return any(is_exclusion(each["requirement"]) for each in last.decision_reasons or ())
