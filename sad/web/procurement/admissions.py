"""The suppliers admitted, by category, and the history of each admission."""

from flask import render_template, request
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from sad.db import session
from sad.models.admissions import Admission, AdmissionState
from sad.models.people import Person, Role
from sad.models.suppliers import SupplierMember
from sad.models.systems import Category
from sad.web.access import allow, current_organisation, own_or_404
from sad.web.paging import capped_count, page_of

WORDS = {
    AdmissionState.ADMITTED: ("Admis", "green"),
    AdmissionState.SUSPENDED: ("Suspendu", "apricot"),
    AdmissionState.REMOVED: ("Radié", "red"),
}


@allow(Role.BUYER, Role.AUDITOR)
def admissions() -> str:
    """Those admitted to a category, or to any, the last first."""
    categories = session.scalars(
        select(Category)
        .where(Category.organisation_id == current_organisation().id)
        .options(joinedload(Category.system))
        .order_by(Category.system_id, Category.id)
    ).all()
    chosen = next((each for each in categories if str(each.id) == request.args.get("categorie")), None)
    query = _own().where(Admission.category_id == chosen.id) if chosen else _own()
    page = page_of(
        query.options(joinedload(Admission.supplier), joinedload(Admission.category)), Admission.admitted_at, Admission.id, descending=True
    )
    return render_template(
        "procurement/admissions.html",
        page=page,
        categories=categories,
        chosen=chosen,
        count=capped_count(query.where(Admission.state == AdmissionState.ADMITTED).with_only_columns(Admission.id)),
        words=WORDS,
    )


@allow(Role.BUYER, Role.AUDITOR)
def admission(admission_id: int) -> str:
    """One admission: who acts for the supplier, and every decision since the first."""
    found = own_or_404(
        _own()
        .where(Admission.id == admission_id)
        .options(
            joinedload(Admission.supplier),
            joinedload(Admission.category).joinedload(Category.system),
            selectinload(Admission.events),
        )
    )
    deciders = {each.decided_by for each in found.events}
    names = {person.id: person.name for person in session.scalars(select(Person).where(Person.id.in_(deciders)))}
    people = session.scalars(
        select(Person)
        .join(SupplierMember, SupplierMember.person_id == Person.id)
        .where(SupplierMember.supplier_id == found.supplier_id, SupplierMember.left_at.is_(None))
        .order_by(SupplierMember.id)
    ).all()
    return render_template("procurement/admission.html", admission=found, words=WORDS, names=names, people=people)


def _own() -> Select[tuple[Admission]]:
    return select(Admission).where(Admission.organisation_id == current_organisation().id)
