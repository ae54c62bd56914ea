"""What the usual offer of one supplier lacks to meet the stages of a system."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from sad.actions.stages import roadmap_of
from sad.db import session
from sad.domain.play import AdmittedSupplier, distinct_gaps, gaps_of
from sad.domain.stages import Gap, Stage, in_force_and_coming
from sad.models.admissions import Admission, AdmissionState
from sad.models.suppliers import Supplier
from sad.models.systems import PurchasingSystem


@dataclass(frozen=True, slots=True)
class StageGaps:
    """A stage with what the supplier lacks to meet it, each requirement once."""

    stage: Stage
    gaps: tuple[Gap, ...]


def known_supplier(system: PurchasingSystem, siret: str) -> AdmittedSupplier | None:
    """The supplier of that SIRET in the categories that admit it; one that none admits, in those that buy what it sells.

    None when nobody has this SIRET.
    """
    company = select(Supplier).where(Supplier.siret == siret, Supplier.lead_id.is_(None))
    row = session.scalar(company.options(selectinload(Supplier.usual_offers)))
    if row is None:
        return None
    admitted = select(Admission.category_id).where(Admission.supplier_id == row.id, Admission.state == AdmissionState.ADMITTED)
    ids = set(session.scalars(admitted))
    keys = tuple(each.key for each in system.categories if each.id in ids)
    sold = tuple(each.key for each in system.categories if set(each.families) & set(row.families))
    everything = tuple(each.key for each in system.categories)
    return AdmittedSupplier(row.id, row.siret, row.name, tuple(row.families), row.declared, keys or sold or everything)


def stage_gaps(system: PurchasingSystem, supplier: AdmittedSupplier, at: datetime) -> list[StageGaps]:
    """The stages in force or coming at that instant (aware) that its usual offer does not meet, with what it lacks."""
    found = (StageGaps(stage, tuple(distinct_gaps(gaps_of(stage, supplier)))) for stage in in_force_and_coming(roadmap_of(system), at))
    return [each for each in found if each.gaps]
