"""Pages that explain: what this is, the rules, how offers are protected, how to apply."""

from itertools import groupby

from flask import render_template
from sqlalchemy import select

from sad import clock, db, parameters
from sad.actions.published_heads import last_head
from sad.actions.receipt_keys import current_key
from sad.domain.calendar import paris_day
from sad.models.organisations import Organisation
from sad.web.access import public

FAMILIES = {
    "SAD": "Le système d’acquisition dynamique",
    "TIM": "Compter les délais",
    "CRI": "Les critères et la notation",
    "ADM": "L’admission des candidats",
    "PAL": "Les paliers",
    "REC": "Recevoir les offres",
    "ANA": "Analyser les offres",
    "AWD": "Attribuer et informer",
    "ORD": "Commander et réceptionner",
    "PUB": "Publier après coup",
    "EGA": "Alimentation durable",
    "PKG": "Emballages",
    "RES": "Marchés réservés",
    "ARC": "Garder et détruire",
    "SEC": "Le secret des offres",
    "ACC": "L’accès de tous",
    "THR": "Les seuils",
}
FIRMNESS = {
    "B": ("Bloque", "red", "Le logiciel refuse l’acte."),
    "W": ("Avertit", "apricot", "Le logiciel avertit ; passer outre demande une raison écrite."),
    "R": ("Note", "blue", "Le logiciel garde la trace ou produit la pièce."),
}


@public
def home() -> str:
    """What this is, for whom, and how it works."""
    return render_template("public/home.html", days=_days())


@public
def rules() -> str:
    """Every rule the product holds, with its article and a plain explanation, by family."""
    by_family = groupby(parameters.rules().values(), key=lambda rule: rule.id[:3])
    families = [(FAMILIES[family], list(members)) for family, members in by_family]
    return render_template("public/rules.html", families=families, firmness=FIRMNESS)


@public
def how_to_apply() -> str:
    return render_template("public/how_to_apply.html", days=_days())


@public
def offer_protection() -> str:
    return render_template("public/offer_protection.html", key=current_key(), head=last_head())


@public
def accessibility() -> str:
    return render_template("public/accessibility.html")


@public
def legal_notice() -> str:
    organisations = db.session.scalars(select(Organisation).order_by(Organisation.name)).all()
    return render_template("public/legal_notice.html", organisations=organisations, years=_years())


def _days() -> dict[str, int]:
    """The periods quoted to whoever reads, as the law sets them today."""
    names = {"evaluation": "evaluation_working_days", "extended": "evaluation_extended_working_days", "tender": "tender_period_days"}
    return _in_force(names)


def _years() -> dict[str, int]:
    return _in_force({"tender": "tender_retention_years", "contract": "contract_retention_years"})


def _in_force(names: dict[str, str]) -> dict[str, int]:
    today = paris_day(clock.now())
    return {short: parameters.value(name, on=today) for short, name in names.items()}
