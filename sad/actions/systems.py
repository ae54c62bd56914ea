"""Dynamic purchasing systems: drafting one, filling it, opening it to everybody."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from sad import parameters
from sad.actions.journal import record
from sad.actions.stages import check_roadmap_is_draft, follow_system, stages_of
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.estimates import ProcedureLevel, procedure_level
from sad.domain.justifications import justified, unjustified
from sad.domain.law import OpeningLaw
from sad.domain.opening import WORDED, Opening, level_of, opening_faults, opening_warnings
from sad.domain.requirements import json_safe
from sad.domain.social_clauses import SocialSide, social_side_faults
from sad.models.organisations import Organisation
from sad.models.people import Person
from sad.models.systems import PurchasingSystem


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemFacts:
    """What a buyer says of a system; values in EUR excl. VAT over the whole validity, `notice_dispatched_at` aware."""

    reference: str
    title: str
    valid_from: date
    valid_until: date
    estimated_value: Decimal
    max_value: Decimal
    purpose: str = ""
    estimated_quantity: str = ""
    place_of_performance: str = ""
    operation: str = ""
    equipment: str = ""
    environmental_clause: str = ""
    social_clause: str = ""
    social_exception: str | None = None
    social_exception_reason: str = ""
    initial_evaluation_days: int = 0
    forbids_double_bidding: bool = False
    notice_reference: str = ""
    notice_dispatched_at: datetime | None = None


def create_system(organisation: Organisation, facts: SystemFacts, *, by: Person, at: datetime) -> PurchasingSystem:
    """A draft that only its buyers see. Raises `Refused` with every fault."""
    faults = list(_fact_faults(organisation.id, facts, system=None))
    if faults:
        raise Refused(*faults)
    system = PurchasingSystem(organisation=organisation, created_at=at, **asdict(facts))
    session.add(system)
    record("create_system", system, by=by, at=at, organisation_id=organisation.id, **_plain(asdict(facts)))
    return system


def update_system(system: PurchasingSystem, facts: SystemFacts, *, by: Person, at: datetime) -> PurchasingSystem:
    """Change a draft. Raises `Refused` with every fault, and once it is open (SAD-03)."""
    hold_draft(system)
    changed = {name: value for name, value in asdict(facts).items() if getattr(system, name) != value}
    if "valid_from" in changed:
        check_roadmap_is_draft(system)
    faults = list(_fact_faults(system.organisation_id, facts, system))
    if faults:
        raise Refused(*faults)
    for name, value in changed.items():
        setattr(system, name, value)
    follow_system(system, {each.key: each.families for each in system.categories}, at=at)
    record("update_system", system, by=by, at=at, **_plain(changed))
    return system


def open_system(system: PurchasingSystem, *, justifications: Mapping[str, str], by: Person, at: datetime) -> PurchasingSystem:
    """Open the system to everybody: its pages and documents become public, and stay so (SAD-03 to SAD-06).

    `justifications` gives a reason by rule for each warning, SAD-01 always. Raises `Refused` with everything that stands against it.
    """
    hold_draft(system)
    opening = opening_of(system, at)
    law = _law(at)
    warnings = opening_warnings(opening)
    faults = [*opening_faults(opening, law), *unjustified(warnings, justifications)]
    if faults:
        raise Refused(*faults)
    system.opened_at, system.opened_by = at, by.id
    record(
        "open_system",
        system,
        by=by,
        at=at,
        level=level_of(opening, law).value,
        threshold=str(law.formal_procedure_threshold),
        notice=system.notice_reference,
        reserved=system.reserved,
        justifications=justified(warnings, justifications),
    )
    return system


def faults_of(system: PurchasingSystem, at: datetime) -> list[Refusal]:
    """All that keeps a draft from being opened at that instant."""
    return opening_faults(opening_of(system, at), _law(at))


def warnings_of(system: PurchasingSystem, at: datetime) -> list[Refusal]:
    """What asks for a written reason before it is opened."""
    return opening_warnings(opening_of(system, at))


def procedure_of(system: PurchasingSystem, at: datetime) -> ProcedureLevel:
    """Under which rules the system is run, from its maximum value and the threshold of the day (SAD-02)."""
    return procedure_level(system.max_value, formal_threshold=_law(at).formal_procedure_threshold)


def opening_of(system: PurchasingSystem, at: datetime) -> Opening:
    """The system as the rules of opening read it."""
    rows = stages_of(system)
    return Opening(
        at=at,
        texts={name: getattr(system, name) for name in WORDED},
        environmental_clause=system.environmental_clause,
        social=social_side_of(system),
        notice_reference=system.notice_reference,
        notice_dispatched_at=system.notice_dispatched_at,
        valid_from=system.valid_from,
        valid_until=system.valid_until,
        max_value=system.max_value,
        categories=tuple(each.key for each in system.categories),
        published=tuple(row.as_value() for row in rows if row.published_at is not None),
        reserved=system.reserved,
        drafts=tuple(row.as_value() for row in rows if row.published_at is None),
    )


def social_side_of(said: PurchasingSystem | SystemFacts) -> SocialSide:
    """Its social clause, or the exception that it relies on (CRI-07)."""
    return SocialSide(said.social_clause, said.social_exception or "", said.social_exception_reason)


def facts_of(system: PurchasingSystem) -> SystemFacts:
    """What is said of the system now."""
    return SystemFacts(**{name: getattr(system, name) for name in SystemFacts.__dataclass_fields__})


def hold_draft(system: PurchasingSystem) -> None:
    """Lock the row and read it again. Raises `Refused` once the system is open: its notice describes it (SAD-03)."""
    session.flush()
    session.refresh(system, with_for_update={"of": PurchasingSystem})
    if system.opened_at is not None:
        raise refuse(
            "Ce système est ouvert : son avis le décrit, il ne se modifie plus, et il reste ouvert aux candidatures.",
            "Sa durée change avec un avis publié : « Prolonger » ou « Mettre fin ».",
            rule="SAD-03",
        )


def _law(at: datetime) -> OpeningLaw:
    return OpeningLaw.on(paris_day(at), parameters.value)


def _fact_faults(organisation_id: int, facts: SystemFacts, system: PurchasingSystem | None) -> Iterator[Refusal]:
    if not facts.title.strip():
        yield Refusal("Le système n’a pas d’intitulé.", "Écrire ce qu’il sert à acheter.", field="title")
    if not facts.reference.strip():
        yield Refusal("La référence manque.", "Écrire celle de vos dossiers.", field="reference")
    elif _is_taken(organisation_id, facts.reference, system):
        yield Refusal("Un autre de vos systèmes porte cette référence.", "En choisir une autre.", field="reference")
    if facts.valid_until < facts.valid_from:
        yield Refusal("La période de validité finirait avant de commencer.", "Reculer sa fin.", "SAD-03", "valid_until")
    if facts.estimated_value <= 0:
        yield Refusal("La valeur estimée manque.", "Additionner tous les achats de la durée, hors taxes.", "SAD-02", "estimated_value")
    if facts.max_value < facts.estimated_value:
        remedy = "Écrire le plus que tous les marchés pourront valoir ensemble, hors taxes."
        yield Refusal("La valeur maximale est sous la valeur estimée.", remedy, "SAD-02", "max_value")
    if facts.initial_evaluation_days < 0:
        yield Refusal("Un délai ne peut pas être négatif.", "Écrire 0 s’il n’y en a pas.", "SAD-10", "initial_evaluation_days")
    yield from social_side_faults(social_side_of(facts))


def _is_taken(organisation_id: int, reference: str, system: PurchasingSystem | None) -> bool:
    same = select(PurchasingSystem.id).where(
        PurchasingSystem.organisation_id == organisation_id, PurchasingSystem.reference == reference
    )
    return any(found != (system.id if system else None) for found in session.scalars(same))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the journal keeps them."""
    return {name: value.isoformat() if isinstance(value, date) else json_safe(value) for name, value in values.items()}
