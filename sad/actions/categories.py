"""The categories of a system, while it is a draft."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime

from sad.actions.journal import record
from sad.actions.stages import check_roadmap_is_draft, follow_system
from sad.actions.systems import hold_draft
from sad.db import session
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.reserved import ReservedFor
from sad.models.people import Person
from sad.models.systems import Category, PurchasingSystem
from sad.reference import product_families

LONGEST_KEY = 40


def add_category(
    system: PurchasingSystem, label: str, families: Sequence[str], *, key: str = "", by: Person, at: datetime
) -> Category:
    """Add a category that buys these product families; its key is drawn from its label unless given.

    Raises `Refused` with every fault, and once the stages, which say what is asked in each category, are published (PAL-02).
    """
    hold_draft(system)
    check_roadmap_is_draft(system)
    faults = list(_category_faults(label, families))
    if faults:
        raise Refused(*faults)
    key, before = _free_key(system, key or _slug(label)), _bought(system)
    category = Category(organisation_id=system.organisation_id, key=key, label=label, families=list(families))
    system.categories.append(category)
    session.flush()
    follow_system(system, before, at=at)
    record("add_category", category, by=by, at=at, label=label, families=list(families))
    return category


def reserve_category(category: Category, reserved_for: str | None, *, by: Person, at: datetime) -> Category:
    """Say to whom a category of a draft is reserved (RES-01, L2113-12, L2113-13), or to nobody; the drafted stages ask for the proof.

    Raises `Refused` as `add_category` does: the notice announces it, and it never changes afterwards.
    """
    system = category.system
    hold_draft(system)
    check_roadmap_is_draft(system)
    if reserved_for and reserved_for not in list(ReservedFor):
        raise refuse("La loi ne réserve pas de catégorie ainsi.", "Choisir dans la liste.", rule="RES-01", field="reserved_for")
    category.reserved_for = reserved_for or None
    session.flush()
    follow_system(system, _bought(system), at=at)
    record("reserve_category", category, by=by, at=at, reserved_for=category.reserved_for)
    return category


def remove_category(category: Category, *, by: Person, at: datetime) -> None:
    """Take a category out of a draft. Raises `Refused` as `add_category` does."""
    system = category.system
    hold_draft(system)
    check_roadmap_is_draft(system)
    record("remove_category", category, by=by, at=at, label=category.label)
    before = _bought(system)
    system.categories.remove(category)
    session.delete(category)
    session.flush()
    follow_system(system, before, at=at)


def _bought(system: PurchasingSystem) -> dict[str, list[str]]:
    """The product families that each category buys."""
    return {each.key: each.families for each in system.categories}


def _category_faults(label: str, families: Sequence[str]) -> Iterator[Refusal]:
    if not label.strip():
        yield Refusal("La catégorie n’a pas de nom.", "Écrire ce qu’elle achète.", field="label")
    if not families or not set(families) <= set(product_families()):
        yield Refusal("Aucune famille de produits connue n’est cochée.", "Cocher ce que la catégorie achète.", field="families")


def _slug(label: str) -> str:
    plain = unicodedata.normalize("NFKD", label.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[: LONGEST_KEY - 4] or "categorie"


def _free_key(system: PurchasingSystem, wanted: str) -> str:
    taken = {each.key for each in system.categories}
    return next(key for key in (wanted, *(f"{wanted}_{number}" for number in range(2, len(taken) + 3))) if key not in taken)
