"""Systems as everybody sees them: what is bought, on which conditions, until when. No account, no fee (SAD-04, SAD-14)."""

from flask import Response, render_template
from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from sad import clock
from sad.actions.stages import stages_of, versions_of
from sad.actions.systems import procedure_of
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.comparison import compare_stages
from sad.domain.stages import canonical_json, fingerprint
from sad.models.admissions import Admission, admitted_on
from sad.models.stages import Stage
from sad.models.suppliers import Supplier
from sad.models.systems import Category, PurchasingSystem, SystemDocument
from sad.web.access import own_or_404, person_or_none, public
from sad.web.comparisons import comparison_of
from sad.web.paging import capped_count, page_of
from sad.web.roadmaps import PHASES, conditions_of, line_groups, names_of, requirement_groups, steps_of
from sad.web.uploads import send_document


@public
def systems() -> str:
    """The systems that receive applications, or soon will; the last opened first."""
    at = clock.now()
    live = _opened().where(PurchasingSystem.valid_until >= paris_day(at), PurchasingSystem.ended_at.is_(None))
    shown = live.options(joinedload(PurchasingSystem.organisation), selectinload(PurchasingSystem.categories))
    page = page_of(shown, PurchasingSystem.opened_at, PurchasingSystem.id, descending=True)
    return render_template("public/systems.html", page=page, at=at, phases=PHASES)


@public
def system(system_id: int) -> str:
    """One system: its notice, categories, documents, roadmap, and how to apply."""
    found, at = _system(system_id), clock.now()
    steps = steps_of(_published(found), at)
    return render_template(
        "public/system.html",
        system=found,
        at=at,
        phase=PHASES[found.phase_at(at)],
        steps=steps,
        conditions=conditions_of(found, steps),
        level=procedure_of(found, found.opened_at or at),
        can_apply=_may_apply(),
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
def roadmap(system_id: int) -> str:
    """The stages side by side, line by line."""
    found, at = _system(system_id), clock.now()
    steps = steps_of(_published(found), at)
    groups = line_groups(compare_stages([step.value for step in steps]))
    return render_template(
        "public/roadmap.html", system=found, steps=steps, groups=groups, names=names_of(found)
    )


@public
def compare(system_id: int) -> str:
    """Any two published versions of its stages, line by line."""
    found = _system(system_id)
    compared = comparison_of(versions_of(found), clock.now())
    return render_template("public/compare_stages.html", system=found, compared=compared, names=names_of(found))


@public
def stage(system_id: int, number: int) -> str:
    """One published stage, for ever at this address, with its fingerprint (PAL-02)."""
    row = _stage(system_id, number)
    value = row.as_value()
    return render_template(
        "public/stage.html",
        system=row.system,
        row=row,
        groups=requirement_groups(value),
        is_intact=fingerprint(value) == row.fingerprint,
        names=names_of(row.system),
    )


@public
def stage_content(system_id: int, number: int) -> Response:
    """The bytes whose SHA-256 is the fingerprint of the stage, for whoever wants to check."""
    return Response(canonical_json(_stage(system_id, number).content), mimetype="application/json")


@public
def suppliers(system_id: int) -> str:
    """The admitted suppliers who agreed to be named, by name."""
    found = _system(system_id)
    page = page_of(_shown_suppliers(found), Supplier.name, Supplier.id)
    ids = [each.id for each in page.rows]
    return render_template("public/suppliers.html", system=found, page=page, categories=_categories_of(found, ids))


def _opened() -> Select[tuple[PurchasingSystem]]:
    """The systems that were opened: what is public stays public."""
    return select(PurchasingSystem).where(PurchasingSystem.opened_at <= clock.now())


def _system(system_id: int) -> PurchasingSystem:
    return own_or_404(
        _opened()
        .where(PurchasingSystem.id == system_id)
        .options(
            joinedload(PurchasingSystem.organisation),
            selectinload(PurchasingSystem.categories),
            selectinload(PurchasingSystem.documents).joinedload(SystemDocument.document),
            selectinload(PurchasingSystem.changes),
        )
    )


def _may_apply() -> bool:
    """An agent never applies; anybody else may, with an account or to open one."""
    person = person_or_none()
    return person is None or person.organisation_id is None


def _published(system: PurchasingSystem) -> list[Stage]:
    return [row for row in stages_of(system) if row.published_at is not None]


def _stage(system_id: int, number: int) -> Stage:
    return own_or_404(
        select(Stage)
        .join(Stage.system)
        .where(
            Stage.system_id == system_id,
            Stage.number == number,
            Stage.published_at <= clock.now(),
            PurchasingSystem.opened_at <= clock.now(),
        )
        .options(contains_eager(Stage.system).options(joinedload(PurchasingSystem.organisation), selectinload(PurchasingSystem.categories)))
    )


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
