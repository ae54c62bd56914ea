"""Suppliers with a person who acts for them."""

import itertools

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
    """The first person who acts for the supplier."""
    return session.get(Person, session.query(SupplierMember.person_id).filter_by(supplier_id=supplier.id).order_by("id").first()[0])


def _siret(number: int) -> str:
    """A SIRET that passes the check digit."""
    body = f"{900000000000 + number * 7}{'0'}"[:13]
    digits = [int(digit) for digit in body]
    total = sum(digit if place % 2 else sum(divmod(digit * 2, 10)) for place, digit in enumerate(reversed(digits), start=0))
    return body + str(-total % 10)
