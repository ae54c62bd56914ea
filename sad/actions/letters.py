"""Posting letters: rows of the act's own transaction, delivered later by `jobs.letters`."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import lazyload

from sad.db import session
from sad.letters.text import LetterText
from sad.models.applications import Application
from sad.models.letters import ON_PAPER, Letter, LetterPaper
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person, PersonRole, Role
from sad.models.suppliers import Supplier, SupplierMember


def post_letter(
    text: LetterText,
    *,
    to: Person | tuple[str, str],
    at: datetime,
    organisation_id: int | None = None,
    supplier: Supplier | None = None,
    mini_tender: MiniTender | None = None,
    application: Application | None = None,
    dedupe_key: str | None = None,
    secret: str | None = None,
    enclosed: Mapping[str, Any] | None = None,
) -> Letter:
    """Add one letter to one person (or to a name and an address that have no account yet).

    `secret` is a single-use link: the mark `[lien]` of the body is replaced by it at delivery only, then it is forgotten.
    `enclosed`: the paper that its mail carries, as `sad.reports.papers` describes it. PDFs are made afterwards by `jobs.papers`.
    """
    person = to if isinstance(to, Person) else None
    name, email = (to.name, to.email) if isinstance(to, Person) else to
    letter = Letter(
        kind=text.kind,
        subject=text.subject,
        body=text.body,
        person_id=person.id if person else None,
        to_name=name,
        to_email=email,
        organisation_id=organisation_id,
        supplier_id=supplier.id if supplier else None,
        mini_tender_id=mini_tender.id if mini_tender else None,
        application_id=application.id if application else None,
        dedupe_key=dedupe_key,
        secret=secret,
        message_id=f"<{uuid.uuid4()}@sad>",
        created_at=at,
    )
    if enclosed or text.kind in ON_PAPER:
        letter.paper = LetterPaper(enclosed=enclosed)
    session.add(letter)
    return letter


def post_to_supplier(
    supplier: Supplier,
    text: LetterText,
    *,
    at: datetime,
    organisation_id: int,
    mini_tender: MiniTender | None = None,
    application: Application | None = None,
    dedupe_key: str | None = None,
    enclosed: Mapping[str, Any] | None = None,
) -> list[Letter]:
    """One letter to each person who acts for the supplier."""
    return [
        post_letter(
            text,
            to=person,
            at=at,
            organisation_id=organisation_id,
            supplier=supplier,
            mini_tender=mini_tender,
            application=application,
            dedupe_key=dedupe_key and f"{dedupe_key}:{person.id}",
            enclosed=enclosed,
        )
        for person in people_of(supplier)
    ]


def post_to_suppliers(
    suppliers: Sequence[Supplier], text: LetterText, *, at: datetime, organisation_id: int, mini_tender: MiniTender | None = None
) -> list[Letter]:
    """The same letter to each person of each supplier, in as many statements for a thousand suppliers as for one."""
    present = (
        select(Supplier.id, Person)
        .join(SupplierMember, SupplierMember.supplier_id == Supplier.acting_id)
        .join(Person, SupplierMember.person_id == Person.id)
        .where(Supplier.id.in_([each.id for each in suppliers]), SupplierMember.left_at.is_(None), Person.is_active)
        .order_by(Supplier.id, SupplierMember.id)
    )
    by_id = {each.id: each for each in suppliers}
    return [
        post_letter(text, to=person, at=at, organisation_id=organisation_id, supplier=by_id[supplier_id], mini_tender=mini_tender)
        for supplier_id, person in session.execute(present)
    ]


def post_to_each(
    texts: Mapping[int, LetterText], *, at: datetime, organisation_id: int, mini_tender: MiniTender | None = None
) -> list[Letter]:
    """To each person of each supplier the letter of its own, by id of supplier; read in one statement, whatever their number."""
    return [
        post_letter(texts[supplier.id], to=person, at=at, organisation_id=organisation_id, supplier=supplier, mini_tender=mini_tender)
        for supplier, person in people_of_each(texts)
    ]


def people_of(supplier: Supplier) -> list[Person]:
    """The people who act for the supplier now, in the order in which they joined; for a consortium, those of its lead."""
    return list(
        session.scalars(
            select(Person)
            .join(SupplierMember, SupplierMember.person_id == Person.id)
            .where(SupplierMember.supplier_id == supplier.acting_id, SupplierMember.left_at.is_(None), Person.is_active)
            .order_by(SupplierMember.id)
        )
    )


def people_of_each(suppliers: Collection[int]) -> list[tuple[Supplier, Person]]:
    """The people who act for each of these suppliers, by its name; in one statement, whatever their number."""
    present = (
        select(Supplier, Person)
        .join(SupplierMember, SupplierMember.supplier_id == Supplier.acting_id)
        .join(Person, SupplierMember.person_id == Person.id)
        .where(Supplier.id.in_(suppliers), SupplierMember.left_at.is_(None), Person.is_active)
        .options(lazyload(Person.roles))
        .order_by(Supplier.name, Supplier.id, SupplierMember.id)
    )
    return [(supplier, person) for supplier, person in session.execute(present)]


def people_with(role: Role, organisation_id: int) -> list[Person]:
    """The active people of an organisation who hold a role."""
    return list(
        session.scalars(
            select(Person)
            .join(PersonRole, PersonRole.person_id == Person.id)
            .where(Person.organisation_id == organisation_id, PersonRole.role == role, Person.is_active)
            .order_by(Person.id)
            .distinct()
        )
    )
