"""Suppliers' accounts: opening one for a SIRET, keeping its profile."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from stdnum.exceptions import ValidationError
from stdnum.fr import siret as siret_number

from sad.actions.accounts import find_person, note_failed_login
from sad.actions.journal import record
from sad.actions.letters import post_letter
from sad.db import session
from sad.domain.errors import Refusal, Refused
from sad.letters.text import write_letter
from sad.models.people import Person
from sad.models.suppliers import Supplier, SupplierMember
from sad.reference import product_families

KINDS = {
    "producteur": "Producteur, productrice",
    "magasin_producteurs": "Magasin de producteurs",
    "cooperative": "Coopérative",
    "artisan": "Artisan",
    "boulangerie": "Boulangerie",
    "brasserie": "Brasserie",
    "traiteur": "Traiteur",
    "restaurateur": "Restaurant",
    "esat": "ESAT ou entreprise adaptée",
    "insertion": "Structure d’insertion",
    "plateforme": "Plateforme",
    "grossiste": "Grossiste",
    "autre": "Autre",
}
POSTCODE = re.compile(r"[0-9]{5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a supplier says of itself; `families` are keys of product families."""

    name: str
    kind: str
    commune: str
    postcode: str
    phone: str = ""
    families: tuple[str, ...] = ()
    is_vat_exempt: bool = False
    is_shown_publicly: bool = False


def ask_registration(email: str, *, address: str, link: str, known_link: str, at: datetime) -> None:
    """Send the link that opens a supplier's account to an address; its owner alone learns whether it has one already.

    `link` opens the form, `known_link` the login page. The request counts as a guess, so that nobody floods a mailbox.
    """
    note_failed_login(email, address, at=at)
    person = find_person(email)
    text = write_letter("registration_known" if person else "registration")
    letter = post_letter(text, to=person or ("", email), at=at, secret=known_link if person else link)
    record("ask_registration", letter, by=None, at=at)


def register_supplier(siret: str, profile: Profile, *, by: Person, at: datetime) -> Supplier:
    """Open the account of a SIRET (14 digits); `by` acts for it first, and is added when it has no account yet.

    Raises `Refused` with every fault. A SIRET already known is refused without a word on who acts for it.
    """
    faults = [*_siret_faults(siret), *profile_faults(profile), *_person_faults(by)]
    if faults:
        raise Refused(*faults)
    supplier = Supplier(siret=siret, created_at=at, **_columns(profile))
    session.add_all([by, supplier])
    session.flush()
    session.add(SupplierMember(supplier=supplier, person=by, joined_at=at))
    record("register_supplier", supplier, by=by, at=at, siret=siret, **asdict(profile))
    return supplier


def new_person(email: str, name: str, *, at: datetime, password_hash: str | None = None) -> Person:
    """Somebody who has no account yet; whichever act makes it act for a supplier adds it."""
    return Person(email=email, name=name, password_hash=password_hash, created_at=at)


def update_profile(supplier: Supplier, profile: Profile, *, by: Person, at: datetime) -> Supplier:
    """Change what the supplier says of itself. Raises `Refused` with every fault."""
    faults = list(profile_faults(profile))
    if faults:
        raise Refused(*faults)
    changed = {key: value for key, value in _columns(profile).items() if getattr(supplier, key) != value}
    for key, value in changed.items():
        setattr(supplier, key, value)
    record("update_profile", supplier, by=by, at=at, **changed)
    return supplier


def profile_faults(profile: Profile) -> Iterator[Refusal]:
    """All that is missing or wrong in a profile, each on its field."""
    if not profile.name:
        yield Refusal("Le nom de l’entreprise manque.", "Écrire celui que vos clients connaissent.", field="name")
    if profile.kind not in KINDS:
        yield Refusal("Votre métier n’est pas dit.", "Choisir dans la liste, « Autre » au besoin.", field="kind")
    if not profile.commune:
        yield Refusal("La commune manque.", "Écrire celle de l’établissement.", field="commune")
    if not POSTCODE.fullmatch(profile.postcode):
        yield Refusal("Un code postal a cinq chiffres.", "Par exemple 26000.", field="postcode")
    if not profile.families or not set(profile.families) <= set(product_families()):
        yield Refusal("Aucune famille de produits connue n’est cochée.", "Cocher ce que vous vendez.", field="families")


def siret_fault(siret: str) -> str:
    """Why these characters are not a SIRET, in French; empty when they are one."""
    if not siret.isascii() or not siret.isdigit() or len(siret) != 14:
        return "Un SIRET a 14 chiffres : 9 pour l’entreprise, 5 pour l’établissement."
    try:
        siret_number.validate(siret)
    except ValidationError:
        return "Ce SIRET contient une faute de frappe : sa clé de contrôle ne tombe pas juste."
    return ""


def _siret_faults(siret: str) -> Iterator[Refusal]:
    fault = siret_fault(siret)
    if fault:
        yield Refusal(fault, "Il se lit sur vos factures.", field="siret")
    elif session.scalar(select(Supplier.id).where(Supplier.siret == siret, Supplier.lead_id.is_(None))):
        yield Refusal(
            "Ce SIRET a déjà un compte.",
            "Demandez à une personne de l’entreprise de vous inviter, page « Les personnes ». S’il n’y en a plus, "
            "écrivez au service achats qui vous consulte : il vérifiera qui vous êtes.",
            field="siret",
        )


def _person_faults(person: Person) -> Iterator[Refusal]:
    """Somebody who acts for a supplier is never an agent too, and has one account only."""
    if person.organisation_id is not None or person.roles:
        yield Refusal("Un compte d’agent ne peut pas agir pour un fournisseur.", "Utiliser une autre adresse.", field="email")
    if person.id is None and session.scalar(select(Person.id).where(Person.email == person.email)):
        yield Refusal("Cette adresse a déjà un compte.", "Connectez-vous, puis ajoutez cette entreprise.", field="email")
    if not person.name:
        yield Refusal("Votre nom manque.", "Écrire votre prénom et votre nom.", field="person_name")


def _columns(profile: Profile) -> dict[str, Any]:
    return {**asdict(profile), "families": list(profile.families)}
