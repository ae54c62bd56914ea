"""Who makes a consortium: read, held while it changes, and whether it may change at all (ADM-11, R2142-26)."""

from collections.abc import Iterator, Sequence

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


def standing_faults(companies: Sequence[Supplier], category: Category) -> Iterator[Refusal]:
    """Why some of these companies may not be members in this category: stopped there, or left out of it for an exclusion."""
    numbers = [each.id for each in companies]
    admissions = select(Admission).where(Admission.supplier_id.in_(numbers), Admission.category_id == category.id)
    stopped = {each.supplier_id: STOPPED[AdmissionState(each.state)] for each in session.scalars(admissions) if each.state in STOPPED}
    excluded = _excluded(numbers, category)
    for company in companies:
        if company.id in stopped:
            message = f"L’admission de {company.name} est {stopped[company.id]} en « {category.label} »."
            yield Refusal(message, "L’entreprise la rétablit d’abord, ou le groupement se forme sans elle.", "ADM-10")
        elif company.id in excluded:
            message = f"Un motif d’exclusion a écarté {company.name} en « {category.label} »."
            yield Refusal(message, "Le groupement se forme sans elle.", "ADM-10")


def party_of(consortium: Consortium, company: Supplier) -> ConsortiumMember | None:
    """The place of this company among the members present, if it has one."""
    return next((each for each in consortium.present if each.supplier_id == company.id), None)


def _excluded(numbers: Sequence[int], category: Category) -> set[int]:
    """Those whose last decided application in the category was refused for an exclusion."""
    decided = (
        select(Application)
        .where(Application.supplier_id.in_(numbers), Application.category_id == category.id, Application.decided_at.is_not(None))
        .order_by(Application.decided_at, Application.id)
    )
    last = {each.supplier_id: each for each in session.scalars(decided)}
    return {
        number
        for number, each in last.items()
        if each.state == ApplicationState.REFUSED and any(is_exclusion(reason["requirement"]) for reason in each.decision_reasons or ())
    }
