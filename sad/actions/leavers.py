"""Suppliers for whom nobody acts any more: erased with the last of the papers that named them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from sad.actions.journal import record
from sad.actions.shredding import AT_ONCE, added, batched, hanging_on, held_by_others, shred
from sad.db import session
from sad.models.applications import Application
from sad.models.destructions import Destruction, destroyed_categories
from sad.models.letters import Letter
from sad.models.people import Person
from sad.models.suppliers import Supplier, SupplierMember

# What is the supplier's own, or stays as a reference without anything said: none of it keeps a supplier that left.
OWN = {
    "supplier_members", "supplier_invitations", "usual_offers", "certificates", "documents", "trial_deposits", "staged_uploads", "letters",
}  # fmt: skip
REFERENCES = {"applications", "admissions"}


def erase_leavers(suppliers: Iterable[int], destruction: Destruction, *, by: Person, at: datetime) -> Mapping[str, int]:
    """Erase those of these suppliers (by number) for whom nobody acts and of whom no paper is left; how many rows went, by table.

    A number stays in the place of name and SIRET. A consortium, and the company that leads one, are kept with the consortium's papers.
    """
    gone = sorted(_left(suppliers))
    counts: Mapping[str, int] = {}
    for number in gone:
        own = hanging_on({Supplier.__tablename__: [number]}, spared=REFERENCES)
        counts = added(counts, shred(own, destruction, about=[f"{Supplier.__tablename__}:{number}"]))
        session.execute(update(Supplier).where(Supplier.id == number).values(_nobody(number)))
        record("erase_supplier", session.get_one(Supplier, number), by=by, at=at, destruction=destruction.id)
    return added(counts, {"suppliers": len(gone)}) if gone else counts


def is_acted_for(suppliers: Collection[int]) -> set[int]:
    """Those of these suppliers for which somebody acts."""
    present: set[int] = set()
    for some in batched(sorted(suppliers), AT_ONCE):
        acting = select(Supplier.id).join(SupplierMember, SupplierMember.supplier_id == Supplier.acting_id)
        present.update(session.scalars(acting.where(Supplier.id.in_(some), SupplierMember.left_at.is_(None))))
    return present


def _left(suppliers: Iterable[int]) -> set[int]:
    found = set(suppliers)
    found -= is_acted_for(found)
    found -= held_by_others(Supplier.__tablename__, found, but=OWN | REFERENCES)
    return found - _with_papers(sorted(found))


def _with_papers(suppliers: Sequence[int]) -> set[int]:
    """Those with an application that is still there, or a letter of one or of a consultation."""
    kept: set[int] = set()
    of_a_file = or_(Letter.mini_tender_id.is_not(None), Letter.application_id.is_not(None))
    for some in batched(suppliers, AT_ONCE):
        still = Application.supplier_id.in_(some), Application.category_id.not_in(destroyed_categories())
        kept.update(session.scalars(select(Application.supplier_id).where(*still)))
        kept.update(session.scalars(select(Letter.supplier_id).where(Letter.supplier_id.in_(some), of_a_file)))
    return kept


def _nobody(number: int) -> dict[str, Any]:
    """What stands for a supplier that was erased."""
    blank = dict.fromkeys(("commune", "postcode", "phone"), "")
    shown: dict[str, Any] = {"families": [], "is_vat_exempt": False, "is_shown_publicly": False}
    return {"siret": f"efface-{number}", "name": f"Fournisseur effacé n° {number}", **blank, **shown}
