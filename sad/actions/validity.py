"""The validity of an open system: extended or ended, each time with a published notice (SAD-21, R2162-40)."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import select

from sad.actions.journal import record
from sad.actions.letters import post_to_suppliers
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused
from sad.domain.sentences import french_date
from sad.letters import systems as letters
from sad.models.admissions import Admission, AdmissionState
from sad.models.applications import PENDING_STATES, Application
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.models.systems import Category, PurchasingSystem, SystemChange, SystemChangeKind, SystemPhase


def extend_system(
    system: PurchasingSystem, valid_until: date, *, notice_reference: str, reason: str, by: Person, at: datetime
) -> SystemChange:
    """Put off the last day of validity, and tell the suppliers. Raises `Refused` with every fault (SAD-21)."""
    session.flush()
    session.refresh(system, with_for_update={"of": PurchasingSystem})
    faults = extension_faults(system, valid_until, notice_reference=notice_reference, reason=reason, at=at)
    if faults:
        raise Refused(*faults)
    change = _change(system, SystemChangeKind.EXTENDED, valid_until, notice_reference, reason, by=by, at=at)
    told = _tell(system, change, at)
    system.valid_until = valid_until
    return _recorded("extend_system", change, told, by=by, at=at)


def end_system(system: PurchasingSystem, *, notice_reference: str, reason: str, by: Person, at: datetime) -> SystemChange:
    """End the validity now, and tell the suppliers; what was invited before goes on. Raises `Refused` with every fault (SAD-21)."""
    session.flush()
    session.refresh(system, with_for_update={"of": PurchasingSystem})
    faults = ending_faults(system, notice_reference=notice_reference, reason=reason, at=at)
    if faults:
        raise Refused(*faults)
    change = _change(system, SystemChangeKind.ENDED, paris_day(at), notice_reference, reason, by=by, at=at)
    told = _tell(system, change, at)
    system.ended_at = at
    return _recorded("end_system", change, told, by=by, at=at)


def extension_faults(
    system: PurchasingSystem, valid_until: date, *, notice_reference: str, reason: str, at: datetime
) -> list[Refusal]:
    """All that forbids this extension; `valid_until` is the new last day."""
    faults = [*_phase_faults(system, at), *_published_faults(notice_reference, reason)]
    if valid_until <= system.valid_until:
        message = f"Le système est déjà valable jusqu’au {french_date(system.valid_until)}."
        remedy = "Choisir un jour plus lointain. Pour l’arrêter plus tôt : « Mettre fin »."
        faults.append(Refusal(message, remedy, "SAD-21", "valid_until"))
    return faults


def ending_faults(system: PurchasingSystem, *, notice_reference: str, reason: str, at: datetime) -> list[Refusal]:
    """All that forbids ending the system now."""
    return [*_phase_faults(system, at), *_published_faults(notice_reference, reason)]


def told_suppliers(system: PurchasingSystem) -> list[Supplier]:
    """Whom a change of the validity concerns: the admitted, the suspended, and those who wait for an answer; by name."""
    admitted = (
        select(Admission.supplier_id)
        .join(Category, Admission.category_id == Category.id)
        .where(Category.system_id == system.id, Admission.state != AdmissionState.REMOVED)
    )
    waiting = select(Application.supplier_id).where(Application.system_id == system.id, Application.state.in_(PENDING_STATES))
    concerned = Supplier.id.in_(admitted.union(waiting))
    return list(session.scalars(select(Supplier).where(concerned).order_by(Supplier.name, Supplier.id)))


def _phase_faults(system: PurchasingSystem, at: datetime) -> Iterator[Refusal]:
    phase = system.phase_at(at)
    if phase == SystemPhase.DRAFT:
        yield Refusal("Ce système n’est pas encore ouvert.", "Changer ses dates dans le brouillon.", "SAD-21")
    elif phase == SystemPhase.ENDED:
        message = f"Ce système a pris fin le {french_date(system.last_valid_day)}."
        yield Refusal(message, "Publier l’avis d’un nouveau système.", "SAD-21")


def _published_faults(notice_reference: str, reason: str) -> Iterator[Refusal]:
    if not notice_reference.strip():
        remedy = "Publier l’avis officiel, puis noter sa référence."
        yield Refusal("La référence de l’avis qui change la durée manque.", remedy, "SAD-21", "notice_reference")
    if not reason.strip():
        yield Refusal("La raison manque.", "L’écrire : elle part aux fournisseurs.", "SAD-21", "reason")


def _change(
    system: PurchasingSystem, kind: SystemChangeKind, until: date, notice_reference: str, reason: str, *, by: Person, at: datetime
) -> SystemChange:
    change = SystemChange(
        organisation_id=system.organisation_id,
        kind=kind,
        notice_reference=notice_reference.strip(),
        valid_until_before=system.valid_until,
        valid_until_after=until,
        reason=reason.strip(),
        decided_by=by.id,
        decided_at=at,
    )
    system.changes.append(change)
    return change


def _tell(system: PurchasingSystem, change: SystemChange, at: datetime) -> list[int]:
    """Post the letter of the change to all those concerned; the ids of the suppliers told."""
    told, kind = told_suppliers(system), SystemChangeKind(change.kind)
    text = letters.changed(
        system, kind, until=change.valid_until_after, reason=change.reason, notice_reference=change.notice_reference
    )
    post_to_suppliers(told, text, at=at, organisation_id=system.organisation_id)
    return [supplier.id for supplier in told]


def _recorded(action: str, change: SystemChange, told: list[int], *, by: Person, at: datetime) -> SystemChange:
    record(
        action,
        change,
        by=by,
        at=at,
        notice=change.notice_reference,
        reason=change.reason,
        until=change.valid_until_after.isoformat(),
        told=told,
    )
    return change
