"""Systems as everybody sees them: what is bought, on which conditions, until when. No account, no fee (SAD-04, SAD-14)."""

from flask import Response, render_template
from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from sad import clock
from sad.actions.conclusions import challenge_until
from sad.actions.stage_changes import changes_of
from sad.actions.systems import procedure_of
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.social_clauses import EXCEPTIONS
from sad.models.admissions import Admission, admitted_on
from sad.models.awards import Award
from sad.models.conclusions import Conclusion
from sad.models.evaluations import RankedOffer
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.suppliers import Supplier
from sad.models.systems import Category, PurchasingSystem, SystemDocument
from sad.web.access import own_or_404, person_or_none, public
from sad.web.paging import capped_count, page_of
from sad.web.public.opened import opened, opened_system, roadmap_rows
from sad.web.roadmaps import PHASES, conditions_of, steps_of
from sad.web.uploads import send_document


@public
def systems() -> str:
    """The systems that receive applications, or soon will; the last opened first."""
    at = clock.now()
    live = opened().where(PurchasingSystem.valid_until >= paris_day(at), PurchasingSystem.ended_at.is_(None))
    shown = live.options(joinedload(PurchasingSystem.organisation), selectinload(PurchasingSystem.categories))
    page = page_of(shown, PurchasingSystem.opened_at, PurchasingSystem.id, descending=True)
    return render_template("public/systems.html", page=page, at=at, phases=PHASES)


@public
def system(system_id: int) -> str:
    """One system: its notice, categories, documents, roadmap, and how to apply."""
    found, at = opened_system(system_id), clock.now()
    steps = steps_of(roadmap_rows(found), at)
    return render_template(
        "public/system.html",
        system=found,
        at=at,
        phase=PHASES[found.phase_at(at)],
        steps=steps,
        conditions=conditions_of(found, steps),
        level=procedure_of(found, found.opened_at or at),
        can_apply=_may_apply(),
        corrigenda=changes_of(found),
        exceptions=EXCEPTIONS,
        shown_suppliers=capped_count(_shown_suppliers(found)),
    )


@public
def document(system_id: int, document_id: int) -> Response:
    """A document of the consultation, free during the whole validity and after (R2162-41)."""
    published = own_or_404(
        select(SystemDocument)
        .join(SystemDocument.system)
        .where(SystemDocument.document_id == document_id, SystemDocument.system_id == system_id, PurchasingSystem.opened_at <= clock.now())
        .options(joinedload(SystemDocument.document))
    )
    return send_document(published.document)


@public
def suppliers(system_id: int) -> str:
    """The admitted suppliers who agreed to be named, by name."""
    found = opened_system(system_id)
    page = page_of(_shown_suppliers(found), Supplier.name, Supplier.id)
    ids = [each.id for each in page.rows]
    return render_template("public/suppliers.html", system=found, page=page, categories=_categories_of(found, ids))


@public
def concluded(system_id: int) -> str:
    """The contracts concluded under the system, with their holders and the reasons, the last first (AWD-06)."""
    found = opened_system(system_id)
    told = select(Conclusion).join(Conclusion.award).join(Award.mini_tender).where(MiniTender.system_id == found.id)
    award = contains_eager(Conclusion.award)
    holder = award.joinedload(Award.place).joinedload(RankedOffer.offer).joinedload(Offer.supplier)
    page = page_of(told.options(award.contains_eager(Award.mini_tender), holder), Conclusion.told_at, Conclusion.id, descending=True)
    return render_template("public/concluded.html", system=found, page=page, until=challenge_until)


def _may_apply() -> bool:
    """An agent never applies; anybody else may, with an account or to open one."""
    person = person_or_none()
    return person is None or person.organisation_id is None


def _admitted(system: PurchasingSystem) -> Select[tuple[int]]:
    of_system = select(Category.id).where(Category.system_id == system.id)
    return select(Admission.supplier_id).where(Admission.category_id.in_(of_system), admitted_on(paris_day(clock.now())))


def _shown_suppliers(system: PurchasingSystem) -> Select[tuple[Supplier]]:
    here = _admitted(system).where(Admission.supplier_id == Supplier.id).correlate(Supplier)
    return select(Supplier).where(Supplier.is_shown_publicly, here.exists())


def _categories_of(system: PurchasingSystem, suppliers: list[int]) -> dict[int, list[str]]:
    """The categories in which each of these suppliers is admitted."""
    admitted = _admitted(system).add_columns(Admission.category_id).where(Admission.supplier_id.in_(suppliers))
    labels = {each.id: each.label for each in system.categories}
    found: dict[int, list[str]] = {}
    for supplier_id, category_id in session.execute(admitted.order_by(Admission.category_id)):
        found.setdefault(supplier_id, []).append(labels[category_id])
    return found
