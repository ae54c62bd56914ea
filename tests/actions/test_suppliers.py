"""Suppliers' accounts: registering, profile, what is usually offered."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from sad.actions.suppliers import Profile, ask_registration, register_supplier, update_profile
from sad.actions.usual_offers import declare_usual_offer, usual_questions
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier, SupplierMember
from tests.factories.admissions import make_application
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SIRET = "73282932000074"
PROFILE = Profile(
    name="Fournil de la Gare", kind="boulangerie", commune="Valence", postcode="26000", families=("pain_viennoiserie",)
)


def newcomer(**values) -> Person:
    return Person(
        **{
            "email": "lea@fournil.example",
            "name": "Léa Martin",
            "password_hash": "hash",
            "created_at": AT,
            **values,
        }
    )


def test_registering_opens_the_account_of_a_siret_with_its_first_person(database):
    with transaction():
        supplier = register_supplier(SIRET, PROFILE, by=newcomer(), at=AT)
    assert (supplier.siret, supplier.name, supplier.families) == (SIRET, "Fournil de la Gare", ["pain_viennoiserie"])
    assert [member.person.email for member in supplier.members] == ["lea@fournil.example"]
    assert session.scalars(select(JournalEntry.action)).all() == ["register_supplier"]


def test_somebody_who_acts_for_a_supplier_may_register_another(database):
    person = member_of(make_supplier())
    session.commit()
    with transaction():
        register_supplier(SIRET, PROFILE, by=person, at=AT)
    assert session.query(SupplierMember).filter_by(person_id=person.id).count() == 2


def test_a_siret_already_known_is_refused_without_a_word_on_who_acts_for_it(database):
    known = make_supplier(siret=SIRET, name="Boulangerie secrète")
    session.commit()
    with pytest.raises(Refused) as refused, transaction():
        register_supplier(SIRET, PROFILE, by=newcomer(), at=AT)
    said = str(refused.value)
    assert [one.field for one in refused.value.refusals] == ["siret"]
    assert "inviter" in said
    assert known.name not in said and member_of(known).email not in said and member_of(known).name not in said
    assert session.query(Supplier).count() == 1


@pytest.mark.parametrize(
    ("siret", "changes", "person", "fields"),
    [
        ("73282932000075", {}, {}, ["siret"]),
        ("7328293200007", {}, {}, ["siret"]),
        ("٧٣٢٨٢٩٣٢٠٠٠٠٧٤", {}, {}, ["siret"]),
        (SIRET, {"name": ""}, {}, ["name"]),
        (SIRET, {"kind": "astronaute"}, {}, ["kind"]),
        (SIRET, {"commune": "", "postcode": "2600"}, {}, ["commune", "postcode"]),
        (SIRET, {"families": ()}, {}, ["families"]),
        (SIRET, {}, {"name": ""}, ["person_name"]),
        ("1", {"name": "", "families": ()}, {"name": ""}, ["siret", "name", "families", "person_name"]),
    ],
)
def test_registering_says_every_fault_at_once(database, siret, changes, person, fields):
    profile = Profile(**{**{name: getattr(PROFILE, name) for name in PROFILE.__slots__}, **changes})
    with pytest.raises(Refused) as refused, transaction():
        register_supplier(siret, profile, by=newcomer(**person), at=AT)
    assert [one.field for one in refused.value.refusals] == fields
    assert session.query(Supplier).count() == session.query(Person).count() == 0


def test_an_agent_never_acts_for_a_supplier(database):
    agent = make_person(make_organisation(), Role.BUYER)
    session.commit()
    with pytest.raises(Refused, match="agent"), transaction():
        register_supplier(SIRET, PROFILE, by=agent, at=AT)


def test_an_address_that_has_an_account_cannot_open_a_second_one(database):
    make_person(email="lea@fournil.example")
    session.commit()
    with pytest.raises(Refused, match="déjà un compte"), transaction():
        register_supplier(SIRET, PROFILE, by=newcomer(), at=AT)


@pytest.mark.parametrize(("known", "kind", "secret"), [(True, "registration_known", "K"), (False, "registration", "L")])
def test_asking_to_register_writes_to_the_address_and_only_there_says_whether_it_is_known(database, known, kind, secret):
    if known:
        make_person(email="lea@fournil.example")
        session.commit()
    with transaction():
        answer = ask_registration("lea@fournil.example", address="192.0.2.1", link="L", known_link="K", at=AT)
    letter = session.scalars(select(Letter)).one()
    assert answer is None
    assert (letter.kind, letter.secret, letter.to_email) == (kind, secret, "lea@fournil.example")
    assert "[lien]" in letter.body


def test_a_profile_keeps_only_what_changed_in_the_journal(database):
    supplier = make_supplier(kind="producteur")
    session.commit()
    same = Profile(
        name=supplier.name, kind="producteur", commune="Crest", postcode="26400", families=("pain_viennoiserie",), is_shown_publicly=True
    )
    with transaction():
        update_profile(supplier, same, by=member_of(supplier), at=AT)
    line = session.scalars(select(JournalEntry)).one()
    assert line.body.body == {"commune": "Crest", "postcode": "26400", "is_shown_publicly": True}


def test_the_usual_offer_asks_what_the_stages_of_the_suppliers_systems_say_of_offers(database):
    supplier, system = make_supplier(), make_system()
    make_application(supplier, system.categories[0])
    make_system()
    assert [each.key for each in usual_questions(supplier, AT)] == [
        "intermediaries", "direct_supply_pct", "organic_or_siqo_pct", "reusable_packaging",
    ]
    assert next(each for each in usual_questions(supplier, AT) if each.key == "reusable_packaging").comparison == "is_true"


def test_a_supplier_of_exempt_products_is_not_asked_what_does_not_concern_it(database):
    make_system()
    supplier = make_supplier(families=["cafe_the"])
    assert "direct_supply_pct" not in [each.key for each in usual_questions(supplier, AT)]


def test_a_new_declaration_follows_the_others_and_changes_none(database):
    make_system()
    supplier = make_supplier(usual={"direct_supply_pct": "35"})
    session.commit()
    with transaction():
        declare_usual_offer(
            supplier, {"direct_supply_pct": "42,5 ", "reusable_packaging": "oui", "intermediaries": ""}, by=member_of(supplier), at=AT
        )
    assert [each.values for each in supplier.usual_offers] == [
        {"direct_supply_pct": "35"}, {"direct_supply_pct": "42.5", "reusable_packaging": True},
    ]
    assert supplier.declared == {"direct_supply_pct": "42.5", "reusable_packaging": True}


@pytest.mark.parametrize(
    ("key", "value"),
    [("direct_supply_pct", "101"), ("direct_supply_pct", "-1"), ("direct_supply_pct", "presque tout"), ("intermediaries", "-1"),
     ("reusable_packaging", "parfois")],
)
def test_a_value_that_cannot_be_is_refused_on_its_field(database, key, value):
    make_system()
    supplier = make_supplier()
    session.commit()
    with pytest.raises(Refused) as refused, transaction():
        declare_usual_offer(supplier, {key: value}, by=member_of(supplier), at=AT)
    assert [one.field for one in refused.value.refusals] == [key]
