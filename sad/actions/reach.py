"""Who could answer a need, from what the admitted suppliers say that they usually offer: information, all are invited anyway."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from sad.actions.admitted import last_declaration
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.requirements import Nature, Requirement, is_met
from sad.domain.stages import Stage, meets
from sad.models.admissions import Admission, admitted_on
from sad.models.mini_tenders import MiniTender
from sad.models.suppliers import Supplier, UsualOffer

REUSABLE = "reusable"
REUSABLE_PACKAGING = "reusable_packaging"


@dataclass(frozen=True, slots=True)
class Reach:
    """How many of the admitted could answer: at all, with each packaging, to each thing that the stage asks of offers.

    `declared` counts those who said anything of their usual offer.
    """

    admitted: int
    declared: int
    able: int
    by_packaging: Mapping[str, int]
    by_requirement: tuple[tuple[Requirement, int], ...]


@dataclass(frozen=True, slots=True)
class _Usual:
    """What one admitted supplier sells and usually offers."""

    families: tuple[str, ...]
    offer: Mapping[str, Any]

    @property
    def reuses(self) -> bool:
        return self.offer.get(REUSABLE_PACKAGING) is True


def reach_of(mini_tender: MiniTender, stage: Stage, at: datetime) -> Reach:
    """Who, among those that its category would invite at that instant, could answer under that stage."""
    category = mini_tender.category.key if mini_tender.category else None
    usual = _usual_offers(mini_tender, at)
    able = [each for each in usual if meets(stage, each.offer, each.families, category)]
    asked = [each for each in stage.of_nature(Nature.SPECIFICATION, category) if each.comparison != "any"]
    reusing = [each for each in able if each.reuses]
    return Reach(
        admitted=len(usual),
        declared=sum(bool(each.offer) for each in usual),
        able=len(reusing if mini_tender.packaging == REUSABLE else able),
        by_packaging={REUSABLE: sum(each.reuses for each in usual), "compostable": len(usual)},
        by_requirement=tuple((each, sum(_holds(each, supplier) for supplier in usual)) for each in asked),
    )


def _holds(asked: Requirement, supplier: _Usual) -> bool:
    return asked.exempts(supplier.families) or bool(is_met(asked, supplier.offer.get(asked.key)))


def _usual_offers(mini_tender: MiniTender, at: datetime) -> list[_Usual]:
    """The last declaration of each admitted supplier, in one statement."""
    admitted = (
        select(Supplier.families, UsualOffer.values)
        .select_from(Admission)
        .join(Supplier, Supplier.id == Admission.supplier_id)
        .outerjoin(UsualOffer, UsualOffer.id == last_declaration())
        .where(Admission.category_id == mini_tender.category_id, admitted_on(paris_day(at)))
    )
    return [_Usual(tuple(families), values or {}) for families, values in session.execute(admitted)]
