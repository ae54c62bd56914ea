"""The admitted suppliers of a system as the rules read them, with their last declaration, in one statement."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, ScalarSelect, Select, select
from sqlalchemy.orm import aliased

from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.play import AdmittedSupplier
from sad.models.admissions import Admission, admitted_on
from sad.models.applications import PENDING_STATES, Application
from sad.models.suppliers import Supplier, UsualOffer
from sad.models.systems import Category, PurchasingSystem


def admitted_suppliers(system: PurchasingSystem, at: datetime) -> list[AdmittedSupplier]:
    """The suppliers admitted to a category of the system at that instant, by name; a suspension counts from its own day."""
    return _grouped(_suppliers(Admission).where(Category.system_id == system.id, admitted_on(paris_day(at))))


def admitted_by_system(system_ids: Collection[int], at: datetime) -> dict[int, list[AdmittedSupplier]]:
    """The same for several systems, by the id of each, in one statement."""
    wanted = (Category.system_id.in_(system_ids), admitted_on(paris_day(at)))
    found: dict[int, dict[int, list[Row[Any]]]] = {}
    for row in session.execute(_suppliers(Admission).add_columns(Category.system_id).where(*wanted)):
        found.setdefault(row.system_id, {}).setdefault(row.id, []).append(row)
    return {system_id: [_admitted(rows) for rows in suppliers.values()] for system_id, suppliers in found.items()}


def pending_applicants(system: PurchasingSystem) -> list[AdmittedSupplier]:
    """The suppliers that wait for an answer in a category of the system, by name, with the categories where they wait."""
    waiting = _suppliers(Application).where(Category.system_id == system.id, Application.state.in_(PENDING_STATES))
    return _grouped(waiting)


def last_declaration() -> ScalarSelect[int]:
    """The id of the last usual offer that a supplier of the enclosing statement declared."""
    earlier = aliased(UsualOffer)
    of_supplier = select(earlier.id).where(earlier.supplier_id == Supplier.id).correlate(Supplier)
    return of_supplier.order_by(earlier.declared_at.desc(), earlier.id.desc()).limit(1).scalar_subquery()


def _suppliers(through: type[Admission] | type[Application]) -> Select[Any]:
    """Each supplier with a category that it has an admission or an application to."""
    return (
        select(Category.key, Supplier.id, Supplier.siret, Supplier.name, Supplier.families, UsualOffer.values.label("declared"))
        .select_from(through)
        .join(Category, Category.id == through.category_id)
        .join(Supplier, Supplier.id == through.supplier_id)
        .outerjoin(UsualOffer, UsualOffer.id == last_declaration())
        .order_by(Supplier.name, Supplier.id, Category.id)
    )


def _grouped(statement: Select[Any]) -> list[AdmittedSupplier]:
    found: dict[int, list[Row[Any]]] = {}
    for row in session.execute(statement):
        found.setdefault(row.id, []).append(row)
    return [_admitted(rows) for rows in found.values()]


def _admitted(rows: list[Row[Any]]) -> AdmittedSupplier:
    one = rows[0]
    return AdmittedSupplier(one.id, one.siret, one.name, tuple(one.families), one.declared or {}, tuple(each.key for each in rows))
