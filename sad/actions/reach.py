"""Who could answer a need, from what the admitted suppliers say that they usually offer: information, all are invited anyway."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from sad.actions.admitted import last_declaration
from sad.clause_library import can_honour, clauses
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.requirements import Nature, Requirement, is_met
from sad.domain.stages import Stage, meets
from sad.models.admissions import Admission, admitted_on
from sad.models.mini_tenders import MiniTender
from sad.models.suppliers import Supplier, UsualOffer

REUSABLE = "reusable"
REUSABLE_PACKAGING = "reusable_packaging"
PACKAGING_LABEL = "Contenants repris ou réemployables"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one constraint costs: how many could answer if it alone were dropped, and cannot because of it.

    `is_chosen`: the need chose it; the stage asks the others.
    """

    label: str
    wanted: str
    lost: int
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """How many of the admitted could answer: at all, with each packaging, under each clause, to each thing that the stage asks.

    `declared` counts those who said anything of their usual offer. `costs` says what each constraint costs, the dearest first.
    """

    admitted: int
    declared: int
    able: int
    by_packaging: Mapping[str, int]
    by_clause: Mapping[str, int]
    by_requirement: tuple[tuple[Requirement, int], ...]
    costs: tuple[Cost, ...]


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
        by_clause={key: sum(can_honour(each.offer, key) for each in usual) for key in clauses()},
        by_requirement=tuple((each, sum(_holds(each, supplier) for supplier in usual)) for each in asked),
        costs=_costs(asked, usual, mini_tender.packaging),
    )


def honouring(organisation_id: int, at: datetime) -> tuple[int, Mapping[str, int]]:
    """How many suppliers are admitted to a category of the organisation at that instant, and how many could honour each clause."""
    is_admitted = exists().where(
        Admission.supplier_id == Supplier.id, Admission.organisation_id == organisation_id, admitted_on(paris_day(at))
    )
    declared = select(UsualOffer.values).select_from(Supplier).outerjoin(UsualOffer, UsualOffer.id == last_declaration())
    usual = [values or {} for values in session.scalars(declared.where(is_admitted))]
    return len(usual), {key: sum(can_honour(each, key) for each in usual) for key in clauses()}


def _costs(asked: Sequence[Requirement], usual: Sequence[_Usual], packaging: str) -> tuple[Cost, ...]:
    """Each constraint with those whom it alone keeps from answering; a packaging that the stage asks anyway costs nothing more."""
    is_chosen = packaging == REUSABLE and all(each.key != REUSABLE_PACKAGING for each in asked)
    lost: Counter[str] = Counter()
    for supplier in usual:
        missed = [each.key for each in asked if not _holds(each, supplier)]
        if is_chosen and not supplier.reuses:
            missed.append(REUSABLE)
        if len(missed) == 1:
            lost[missed[0]] += 1
    chosen = [Cost(PACKAGING_LABEL, "", lost[REUSABLE], is_chosen=True)] if is_chosen else []
    costs = [*chosen, *(Cost(each.label, each.wanted, lost[each.key]) for each in asked)]
    return tuple(sorted(costs, key=lambda cost: -cost.lost))


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
