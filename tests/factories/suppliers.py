"""Suppliers with a person who acts for them."""

import itertools

from stdnum import luhn

from sad.db import session
from sad.models.people import Person
from sad.models.suppliers import Supplier, SupplierMember, UsualOffer
from tests.factories.organisations import LONG_AGO
from tests.factories.people import make_person

numbers = itertools.count(1)
USUAL = {"intermediaries": "0", "direct_supply_pct": "100", "organic_or_siqo_pct": "100", "reusable_packaging": True}


def make_supplier(person: Person | None = None, *, usual: dict | None = None, **values) -> Supplier:
    number = next(numbers)
    supplier = Supplier(
        **{
            "siret": _siret(number),
            "name": f"Ferme {number}",
            "kind": "producteur",
            "commune": "Chabeuil",
            "postcode": "26120",
            "families": ["pain_viennoiserie"],
            "created_at": LONG_AGO,
            **values,
        }
    )
    session.add(supplier)
    session.flush()
    person = person or make_person(email=f"ferme{number}-{supplier.id}@producteur.example", name=f"Gérante {number}")
    session.add(SupplierMember(supplier_id=supplier.id, person_id=person.id, joined_at=LONG_AGO))
    session.add(
        UsualOffer(supplier_id=supplier.id, values=USUAL if usual is None else usual, declared_by=person.id, declared_at=LONG_AGO)
    )
    session.flush()
    return supplier


def member_of(supplier: Supplier) -> Person:
    """The first person who acts for the supplier, or for the lead of a consortium."""
    return session.get(Person, session.query(SupplierMember.person_id).filter_by(supplier_id=supplier.acting_id).order_by("id").first()[0])


def _siret(number: int) -> str:
    """A SIRET that passes both check digits."""
    siren = _checked(f"{90000000 + number}")
    return _checked(f"{siren}0001")


def _checked(digits: str) -> str:
    return digits + luhn.calc_check_digit(digits)
