"""Open systems with two categories and three stages, as the demo data has them."""

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal

from sad.db import session
from sad.domain.requirements import Nature, Requirement
from sad.domain.stages import Stage as StageValue
from sad.domain.stages import fingerprint, stage_to_dict
from sad.models.organisations import Organisation
from sad.models.stages import Stage
from sad.models.systems import Category, PurchasingSystem
from tests.factories.organisations import make_organisation

numbers = itertools.count(1)
PUBLISHED = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
OPENED = datetime(2026, 1, 15, 7, 0, tzinfo=UTC)
WEIGHTS = ((50, 25, 10, 5, 5, 5), (40, 25, 15, 8, 7, 5), (30, 25, 18, 12, 10, 5))
CRITERIA = (
    ("price", "Prix", (30, 50), {"method": "lowest_ratio"}),
    ("quality", "Qualité et adaptation au besoin", (20, 30), {"method": "scale", "scale": "10"}),
    ("direct_supply", "Approvisionnement direct ou circuit court", (10, 20), {"method": "linear_bounds", "best": "100", "worst": "0"}),
    ("organic", "Bio, SIQO ou équivalent", (5, 15), {"method": "linear_bounds", "best": "100", "worst": "0"}),
    ("packaging", "Emballage réemployable", (5, 12), {"method": "yes_no"}),
    ("delivery", "Livraison", (5, 10), {"method": "scale", "scale": "10"}),
)
SOURCES = {"direct_supply": "direct_supply_pct", "organic": "organic_or_siqo_pct", "packaging": "reusable_packaging"}


def make_system(organisation: Organisation | None = None, **values) -> PurchasingSystem:
    """An open system, its categories `pain` and `traiteur`, its three published stages."""
    organisation = organisation or make_organisation()
    system = PurchasingSystem(
        **{
            "organisation_id": organisation.id,
            "reference": f"SAD-{next(numbers)}",
            "title": "Alimentation durable",
            "purpose": "Produits alimentaires et prestations de restauration",
            "operation": "Candidature à tout moment, consultations par catégorie.",
            "equipment": "Un navigateur récent.",
            "estimated_quantity": "150 000 € HT par an",
            "place_of_performance": "Territoire de l’agglomération",
            "notice_reference": "25-123456",
            "notice_dispatched_at": PUBLISHED,
            "valid_from": date(2026, 1, 15),
            "valid_until": date(2030, 1, 14),
            "estimated_value": Decimal("600000.00"),
            "max_value": Decimal("900000.00"),
            "environmental_clause": "Contenants repris ou réemployables chaque fois que c’est possible.",
            "social_clause": "Une part des heures est confiée à des personnes en insertion.",
            "opened_at": PUBLISHED,
            "created_at": PUBLISHED,
            **values,
        }
    )
    session.add(system)
    session.flush()
    for key, label, families in (
        ("pain", "Boulangerie et viennoiserie", ["pain_viennoiserie"]),
        ("traiteur", "Traiteur : cocktails, buffets et repas assis", ["traiteur_cocktail", "traiteur_buffet", "repas_assis"]),
    ):
        session.add(Category(organisation_id=organisation.id, system_id=system.id, key=key, label=label, families=families))
    for number, effective_on in enumerate((date(2026, 1, 15), date(2027, 1, 15), date(2028, 1, 15)), start=1):
        session.add(_stage_row(system, stage_value(number, effective_on)))
    session.flush()
    session.refresh(system)
    return system


def stage_value(number: int, effective_on: date) -> StageValue:
    """Stage 1, 2 or 3 of the demo, as a domain value."""
    return StageValue(
        number=number,
        label=f"Palier {number}",
        announced_on=date(2025, 12, 1),
        effective_on=effective_on,
        requirements=(*_capacity(), *_specifications(number), *_criteria(number)),
    )


def _stage_row(system: PurchasingSystem, stage: StageValue) -> Stage:
    return Stage(
        organisation_id=system.organisation_id,
        system_id=system.id,
        number=stage.number,
        label=stage.label,
        announced_on=stage.announced_on,
        effective_on=stage.effective_on,
        content=stage_to_dict(stage),
        published_at=PUBLISHED,
        fingerprint=fingerprint(stage),
    )


def _capacity() -> tuple[Requirement, ...]:
    insurance = Requirement(
        key="liability_insurance",
        label="Assurance responsabilité civile professionnelle",
        nature=Nature.CAPACITY,
        unit="yes_no",
        comparison="is_true",
        proof="Attestation en cours de validité",
        document_required=True,
    )
    return (insurance,)


def _specifications(number: int) -> tuple[Requirement, ...]:
    bounds = {
        "intermediaries": ("Intermédiaires", "count", "at_most", (None, "1", "1")),
        "direct_supply_pct": ("Approvisionnement direct", "percent", "at_least", ("0", "40", "40")),
        "organic_or_siqo_pct": ("Bio, signe de qualité ou équivalent", "percent", "at_least", ("0", "0", "20")),
    }
    found = [
        Requirement(
            key=key,
            label=label,
            nature=Nature.SPECIFICATION,
            unit=unit,
            comparison=comparison if thresholds[number - 1] is not None else "any",
            threshold=Decimal(thresholds[number - 1]) if thresholds[number - 1] is not None else None,
            proof="Déclaration, factures ou équivalent",
            exempt_families=("cafe_the",) if key == "direct_supply_pct" else (),
        )
        for key, (label, unit, comparison, thresholds) in bounds.items()
    ]
    reusable = Requirement(
        key="reusable_packaging",
        label="Emballage réemployable",
        nature=Nature.SPECIFICATION,
        unit="yes_no",
        comparison="is_true" if number == 3 else "any",
        proof="Description des contenants",
    )
    return (*found, reusable)


def _criteria(number: int) -> tuple[Requirement, ...]:
    return tuple(
        Requirement(
            key=key,
            label=label,
            nature=Nature.AWARD_CRITERION,
            unit="points",
            comparison="any",
            weight=Decimal(weight),
            weight_min=Decimal(low),
            weight_max=Decimal(high),
            method=method,
            source=SOURCES.get(key, ""),
            price=key == "price",
            environmental=key in ("organic", "packaging"),
        )
        for (key, label, (low, high), method), weight in zip(CRITERIA, WEIGHTS[number - 1], strict=True)
    )
