"""Systems that are not open yet, made through the actions."""

import itertools
from datetime import date, datetime
from decimal import Decimal

from sad.actions.categories import add_category
from sad.actions.stages import propose_stages, publish_stage
from sad.actions.systems import SystemFacts, create_system
from sad.domain.calendar import PARIS
from sad.models.organisations import Organisation
from sad.models.people import Person
from sad.models.systems import PurchasingSystem

numbers = itertools.count(1)
PREPARED = datetime(2026, 11, 30, 14, tzinfo=PARIS)
DISPATCHED = datetime(2026, 11, 30, 15, tzinfo=PARIS)
OPENING = datetime(2026, 12, 1, 9, tzinfo=PARIS)
REASONS = {"SAD-01": "Du pain et des buffets se trouvent partout."}


def facts(**values) -> SystemFacts:
    """All that a buyer says of a system that is ready to open on 1 December 2026, unless a test says otherwise."""
    usual = {
        "reference": f"SAD-ALIM-{next(numbers)}",
        "title": "Alimentation durable",
        "valid_from": date(2027, 1, 4),
        "valid_until": date(2031, 1, 3),
        "estimated_value": Decimal("600000.00"),
        "max_value": Decimal("900000.00"),
        "purpose": "Pain, produits frais, buffets et paniers",
        "estimated_quantity": "150 000 € HT par an",
        "place_of_performance": "Territoire de l’agglomération",
        "operation": "Candidature à tout moment, consultations par catégorie.",
        "equipment": "Un navigateur récent et une adresse e-mail.",
        "environmental_clause": "Contenants repris et réemployés.",
        "social_clause": "Une part des heures est confiée à des personnes en insertion.",
        "notice_reference": "26-123456",
        "notice_dispatched_at": DISPATCHED,
    }
    return SystemFacts(**{**usual, **values})


def make_draft(organisation: Organisation, by: Person, *, published: bool = True, **values) -> PurchasingSystem:
    """A draft with the categories `pain` and `traiteur` and two stages of the model, published or not."""
    system = create_system(organisation, facts(**values), by=by, at=PREPARED)
    add_category(system, "Boulangerie", ["pain_viennoiserie"], key="pain", by=by, at=PREPARED)
    add_category(system, "Traiteur", ["traiteur_buffet", "traiteur_cocktail"], key="traiteur", by=by, at=PREPARED)
    rows = propose_stages(system, [system.valid_from, date(2028, 1, 4)], by=by, at=PREPARED)
    for row in rows if published else ():
        publish_stage(row, justifications={}, by=by, at=DISPATCHED)
    return system
