"""Destroying the applications to a category, with their papers and what the journal says of them in detail (ARC-03).

Who applied, when, and what was decided stay as references; answers, papers, exchanges, reasons and letters go. A paper of the vault goes
with the last application that used it, unless its supplier still keeps it for another day.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from sad.actions.application_retention import applications_destruction_faults, applications_to, gathered_of
from sad.actions.destructions import two_people_faults, visa_faults
from sad.actions.journal import record
from sad.actions.leavers import erase_leavers, is_acted_for
from sad.actions.retention import retention_law
from sad.actions.shredding import Ids, added, hanging_on, held_by_others, shred
from sad.db import session
from sad.domain.errors import Refused
from sad.domain.retention import applications_clock
from sad.letters.wording import long_date
from sad.models.admissions import Admission
from sad.models.applications import Application, ApplicationDocument, ApplicationState
from sad.models.campaigns import CampaignDocument
from sad.models.certificates import Certificate
from sad.models.destructions import Destruction
from sad.models.documents import Document
from sad.models.people import Person
from sad.models.systems import Category

STATES = (("admises", ApplicationState.ADMITTED), ("refusées", ApplicationState.REFUSED))


def destroy_applications(category: Category, visa: str, *, asked_by: Person, by: Person, at: datetime) -> Destruction:
    """Destroy, as the second person, all that the applications to a category say. It cannot be undone.

    `visa`: reference of the written agreement of the archives. Suppliers that left are erased when no paper of them is left.
    Raises `Refused` with every fault: a clock that still runs (ARC-01), a court action, no visa, the same person twice.
    """
    session.refresh(category, with_for_update=True)
    faults = [*applications_destruction_faults(category, at), *visa_faults(visa), *two_people_faults(asked_by, by)]
    if faults:
        raise Refused(*faults)
    remains, ids, shells = remains_of_applications(category, at), application_papers(category), applications_to(category)
    applicants = list(session.scalars(select(Application.supplier_id).where(Application.category_id == category.id).distinct()))
    people = {"asker": asked_by, "approver": by}
    destruction = Destruction(
        organisation_id=category.organisation_id, category=category, visa=visa.strip(), destroyed_at=at, counts={}, paper_keys=[], **people
    )
    destruction.remains = [list(each) for each in remains]
    session.add(destruction)
    session.flush()
    about = [*(f"{Application.__tablename__}:{number}" for number in shells), *_named_admissions(category)]
    counts = shred(ids, destruction, about=about)
    _blank(category)
    counts = destruction.counts = added(counts, erase_leavers(applicants, destruction, by=by, at=at))
    told: dict[str, Any] = {"category": category.id, "visa": destruction.visa, "asked_by": asked_by.id, "counts": counts}
    record("destroy_papers", destruction, by=by, at=at, **told)
    return destruction


def remains_of_applications(category: Category, at: datetime) -> list[tuple[str, str]]:
    """The references and dates that stay once everything else is destroyed."""
    states = select(Application.state, func.count(Application.id)).where(Application.category_id == category.id)
    numbers = {row[0]: row[1] for row in session.execute(states.group_by(Application.state))}
    gathered = gathered_of([category])[category.id]
    return [
        ("Catégorie", category.label),
        ("Système", category.system.reference),
        ("Fin du système", long_date(gathered.system_until)),
        *((("Dernier marché, ou dernière consultation abandonnée", long_date(gathered.last_ended_on)),) if gathered.last_ended_on else ()),
        ("Candidatures", str(sum(numbers.values()))),
        *((f"Dont {word}", str(numbers.get(state, 0))) for word, state in STATES),
        ("À garder jusqu’au", long_date(applications_clock(gathered, retention_law(at)).until)),
    ]


def application_papers(category: Category) -> Ids:
    """The rows that hang on the applications to a category and on its admissions, and the papers that nothing keeps then."""
    admissions = list(session.scalars(select(Admission.id).where(Admission.category_id == category.id)))
    roots = {Application.__tablename__: applications_to(category), Admission.__tablename__: admissions}
    ids = hanging_on(roots)
    certificates, documents = _papers_let_go(ids)
    found = {Certificate.__tablename__: sorted(certificates), Document.__tablename__: sorted(documents)}
    return {**ids, **{name: numbers for name, numbers in found.items() if numbers}}


def _papers_let_go(ids: Ids) -> tuple[set[int], set[int]]:
    """The certificates and the documents that no other file uses, and that no supplier keeps in its vault."""
    joined = _documents_of(ApplicationDocument, ids) | _documents_of(CampaignDocument, ids)
    elsewhere = (_documents_of(ApplicationDocument, ids, but=True) | _documents_of(CampaignDocument, ids, but=True)) & joined
    tables = {ApplicationDocument.__tablename__, CampaignDocument.__tablename__}
    free = joined - elsewhere - held_by_others(Document.__tablename__, joined, but={*tables, Certificate.__tablename__})
    rows = session.execute(select(Certificate.id, Certificate.document_id, Certificate.supplier_id, Certificate.withdrawn_at)).all()
    of_them = [row for row in rows if row.document_id in free]
    present = is_acted_for({row.supplier_id for row in of_them})
    used = held_by_others(Certificate.__tablename__, {row.id for row in of_them}, but=())
    kept = {row.document_id for row in of_them if row.id in used or (row.withdrawn_at is None and row.supplier_id in present)}
    return {row.id for row in of_them if row.document_id not in kept}, free - kept


def _documents_of(model: type[ApplicationDocument] | type[CampaignDocument], ids: Ids, *, but: bool = False) -> set[int]:
    """The documents joined by the rows that go; or (`but`) by the others."""
    gone: Collection[int] = set(ids.get(model.__tablename__, ()))
    return {row.document_id for row in session.execute(select(model.id, model.document_id)) if (row.id in gone) != but}


def _named_admissions(category: Category) -> list[str]:
    admissions = session.scalars(select(Admission.id).where(Admission.category_id == category.id))
    return [f"{Admission.__tablename__}:{number}" for number in admissions]


def _blank(category: Category) -> None:
    """What was typed in the applications, and who signed them."""
    of_them = update(Application).where(Application.category_id == category.id)
    session.execute(of_them.values(answers={}, decision_reasons=None, sworn_by=None))
    session.execute(of_them.where(Application.extended_at.is_not(None)).values(extension_reason=""))
