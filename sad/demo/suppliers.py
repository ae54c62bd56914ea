"""The stories of the suppliers: an account, a declaration, applications, and what the buyer made of them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import select

from sad import storage
from sad.actions.admissions import admit, refuse_application
from sad.actions.applications import save_answers, start_application, submit_application
from sad.actions.completions import request_completion
from sad.actions.stages import roadmap_of
from sad.actions.suppliers import Profile, register_supplier
from sad.actions.usual_offers import declare_usual_offer
from sad.actions.vault import attach_document
from sad.db import session
from sad.demo.calendar import DemoCalendar
from sad.demo.data import DemoSupplier
from sad.demo.papers import paper
from sad.demo.setting import Setting
from sad.demo.stories import Story, on, worked
from sad.domain.admission.decision import Reason
from sad.domain.calendar import last_day
from sad.domain.requirements import Nature, Requirement
from sad.domain.stages import stage_in_force
from sad.models.applications import Application
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.models.systems import Category

WAITING_DAYS = 8  # working days since F11 applied: two remain of the ten


def supplier_stories(suppliers: tuple[DemoSupplier, ...], opened_on: date, setting: Setting) -> Iterator[Story]:
    """One story for each supplier: five in the first days, the others through the year."""
    admitted = [each for each in suppliers if each.state == "admitted"]
    days = _arrivals(len(admitted), opened_on, setting.calendar.ago(75))
    for supplier, day in zip(admitted, days, strict=True):
        yield _story(supplier, day, setting)
    for supplier in suppliers:
        if supplier.state != "admitted":
            yield _story(supplier, _last_arrival(supplier.state, setting.calendar), setting)


def _arrivals(count: int, first: date, last: date) -> list[date]:
    early = [worked(first + timedelta(days=number), 1) for number in range(5)]
    step = (last - first).days / (count - 5)
    return early + [worked(first + timedelta(days=round(step * number)), 1) for number in range(1, count - 4)]


def _last_arrival(state: str, calendar: DemoCalendar) -> date:
    if state == "waiting":
        day = calendar.today
        while last_day(day, WAITING_DAYS, "working-fr") > calendar.today:
            day -= timedelta(days=1)
        return day
    return calendar.ago({"to_complete": 9, "refused": 48}.get(state, 35))


def _story(supplier: DemoSupplier, day: date, setting: Setting) -> Story:
    """Registration in the evening before, the application on `day`, the decision days later."""
    yield on(day - timedelta(days=1), 20, 10)
    person, row = _register(supplier, setting, on(day - timedelta(days=1), 20, 10))
    applied_at = on(day, 7, 45)
    yield applied_at
    applications = [_apply(row, category, supplier, person, applied_at, setting) for category in _categories(supplier)]
    if supplier.state in ("admitted", "refused"):
        decided_at = on(worked(day + timedelta(days=4), 1), 10, 30)
        yield decided_at
        for application in applications:
            _decide(application, supplier, setting, decided_at)
    if supplier.state == "to_complete":
        asked_at = on(setting.calendar.ago(2), 11, 0)
        yield asked_at
        for application in applications:
            reason = Reason("liability_insurance", supplier.completion_requested)
            request_completion(application, [reason], by=setting.agent("buyer"), at=asked_at)


def _register(supplier: DemoSupplier, setting: Setting, at: datetime) -> tuple[Person, Supplier]:
    person = Person(
        email=supplier.email,
        name=supplier.contact,
        password_hash=setting.password_hash,
        created_at=at,
    )
    profile = Profile(
        name=supplier.name,
        kind=supplier.kind,
        commune=supplier.commune,
        postcode=supplier.postcode,
        families=supplier.families,
        is_vat_exempt=supplier.vat_exempt,
        is_shown_publicly=True,
    )
    row = register_supplier(supplier.siret, profile, by=person, at=at)
    session.flush()
    declare_usual_offer(row, supplier.usual, note=supplier.delivery, by=person, at=at)
    return person, row


def _apply(row: Supplier, category: Category, supplier: DemoSupplier, person: Person, at: datetime, setting: Setting) -> Application:
    """A draft for the one who never finishes; a submitted application for the others."""
    application = start_application(row, category, by=person, at=at)
    session.flush()
    if supplier.state == "draft":
        return application
    asked = _capacities(application)
    save_answers(application, {each.key: True for each in asked if each.unit == "yes_no"}, by=person, at=at)
    wanted = {each.key for each in asked if each.document_required}
    if supplier.state == "to_complete":
        wanted.discard("liability_insurance")
    held = {each.requirement for each in application.documents}
    for requirement in asked:
        if requirement.key in wanted - held:
            _attach(application, requirement, supplier, person, at, setting)
    return submit_application(application, is_sworn=True, by=person, at=at)


def _attach(
    application: Application, requirement: Requirement, supplier: DemoSupplier, person: Person, at: datetime, setting: Setting
) -> None:
    name = f"{requirement.label.split(' (')[0]} - {supplier.name}.pdf".replace("/", " ")
    checked = storage.check_files([storage.UploadedFile(name, paper(requirement.label, supplier.name, at.date()))])
    stored = storage.put(setting.data_dir, checked[0])
    expires_on = setting.calendar.today + timedelta(days=400)
    attach_document(application, requirement.key, stored, expires_on=expires_on, by=person, at=at)


def _decide(application: Application, supplier: DemoSupplier, setting: Setting, at: datetime) -> None:
    buyer = setting.agent("buyer")
    if supplier.state == "admitted":
        admit(application, by=buyer, at=at)
    else:
        refuse_application(application, [Reason("sanitary_approval_or_derogation", supplier.decision_reason)], by=buyer, at=at)


def _capacities(application: Application) -> tuple[Requirement, ...]:
    stage = stage_in_force(roadmap_of(application.system), application.started_at)
    return stage.of_nature(Nature.CAPACITY, application.category.key, application.supplier.families)


def _categories(supplier: DemoSupplier) -> list[Category]:
    """The categories in which it applies; the one that is refused applies where the approval is asked."""
    keys = ("repas",) if supplier.state == "refused" else supplier.categories
    return list(session.scalars(select(Category).where(Category.key.in_(keys)).order_by(Category.id)))
