"""The systems of the organisation: the list, one of them, drafting it in short screens, opening it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for

from sad import clock
from sad.actions.ceilings import ceiling_law, ceiling_of
from sad.actions.reach import honouring
from sad.actions.stages import stages_of
from sad.actions.systems import SystemFacts, create_system, facts_of, faults_of, open_system, procedure_of, update_system, warnings_of
from sad.clause_library import Clause, clauses
from sad.domain.errors import Refusal
from sad.models.people import Role
from sad.models.systems import PurchasingSystem
from sad.web.access import allow, current_organisation, current_person
from sad.web.acts import attempt, form_page
from sad.web.paging import page_of
from sad.web.procurement.own import own_draft, own_system, own_systems
from sad.web.procurement.system_forms import ClausesForm, EssentialsForm, FactsForm, NoticeForm, OperationForm, PurchasesForm
from sad.web.procurement.system_pages import admitted_counts
from sad.web.reasons import WarningsForm
from sad.web.roadmaps import PHASES, shown_of, steps_of

READERS = (Role.BUYER, Role.OPENER, Role.EVALUATOR, Role.AWARD_AUTHORITY, Role.AUDITOR)
SOCIAL = ("social_clause", "social_exception", "social_exception_reason")
PROPOSED = {
    "operation": (
        "Toute entreprise peut demander son admission à tout moment, catégorie par catégorie ; elle reçoit une réponse motivée. "
        "Chaque besoin fait l’objet d’une consultation à laquelle tous les admis de la catégorie sont invités au même instant. "
        "Les exigences montent par paliers, publiés d’avance avec leurs dates."
    ),
    "equipment": "Un navigateur récent et une adresse e-mail. Aucun logiciel ni certificat à acheter. Tout est gratuit.",
    "environmental_clause": "Les contenants sont repris et réemployés chaque fois que c’est possible ; aucun plastique à usage unique.",
}


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen of the draft: its form, what it fills, by name of field in the refusals, its name in the stepper."""

    key: str
    title: str
    endpoint: str
    fills: tuple[str, ...]
    form: type[FactsForm] | None = None
    step: str = ""

    def url(self, system: PurchasingSystem) -> str:
        """Its address for this draft."""
        keys = {"screen": self.key} if self.form else {}
        return url_for(self.endpoint, system_id=system.id, **keys)


SCREENS = (
    Screen("essentiel", "L’essentiel", "procurement.edit_system", ("valid_from", "valid_until", "max_value"), EssentialsForm),
    Screen("achats", "Ce qui est acheté", "procurement.edit_system", ("purpose", "estimated_quantity"), PurchasesForm, "Achats"),
    Screen(
        "fonctionnement",
        "Fonctionnement",
        "procurement.edit_system",
        ("operation", "equipment"),
        OperationForm,
        "Mode d’emploi",
    ),
    Screen("clauses", "Clauses", "procurement.edit_system", ("environmental_clause", *SOCIAL), ClausesForm),
    Screen("categories", "Catégories", "procurement.system_categories", ("categories",)),
    Screen("paliers", "Paliers", "procurement.system_stages", ("stages",)),
    Screen("avis", "Avis", "procurement.edit_system", ("notice_reference", "notice_dispatched_at"), NoticeForm),
    Screen("documents", "Documents", "procurement.system_documents", ()),
)


@allow(*READERS)
def systems() -> str:
    """Ours, the newest first."""
    page = page_of(own_systems(), PurchasingSystem.id, descending=True)
    return render_template("procurement/systems.html", page=page, at=clock.now(), phases=PHASES, is_buyer=_is_buyer())


@allow(*READERS)
def system(system_id: int) -> str:
    """One of them: for a draft what is missing before it opens, then its life."""
    found, at = own_system(system_id), clock.now()
    if found.opened_at is None:
        return render_template("procurement/system_draft.html", **_draft_context(found, at))
    return render_template(
        "procurement/system.html",
        system=found,
        at=at,
        phase=PHASES[found.phase_at(at)],
        steps=steps_of(shown_of(found, stages_of(found)), at),
        level=procedure_of(found, found.opened_at),
        engagement=ceiling_of(found, at).engagement(ceiling_law(at)),
        admitted=admitted_counts(found, at),
        is_buyer=_is_buyer(),
    )


@allow(Role.BUYER)
def create() -> Response:
    """The first screen makes the draft; the others fill it."""
    form = EssentialsForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            made = create_system(current_organisation(), SystemFacts(**form.facts()), by=current_person(), at=clock.now())
        if done:
            return redirect(SCREENS[1].url(made))
    return form_page("procurement/system_edit.html", form, system=None, screen=SCREENS[0], screens=SCREENS)


@allow(Role.BUYER)
def edit(system_id: int, screen: str) -> Response:
    """One screen of facts of a draft."""
    draft, shown = own_draft(system_id), _screen(screen)
    form = _form_of(shown, draft)
    if form.validate_on_submit():
        with attempt(form) as done:
            update_system(draft, replace(facts_of(draft), **form.facts()), by=current_person(), at=clock.now())
        if done:
            return redirect(_after(shown, draft))
    return form_page("procurement/system_edit.html", form, system=draft, screen=shown, screens=SCREENS, ready=_ready_clauses(shown))


@allow(Role.BUYER)
def open_it(system_id: int) -> Response:
    """What opening does, what is missing, then the act."""
    draft, at = own_draft(system_id), clock.now()
    form = WarningsForm.of(warnings_of(draft, at))
    if form.validate_on_submit():
        with attempt(form) as done:
            open_system(draft, justifications=form.reasons(), by=current_person(), at=clock.now())
        if done:
            flash("Le système est ouvert. Sa page publique et ses documents sont lisibles par tous.", "success")
            return redirect(url_for("procurement.system", system_id=draft.id))
    return form_page("procurement/system_open.html", form, **_draft_context(draft, at))


def _draft_context(draft: PurchasingSystem, at: datetime) -> dict[str, Any]:
    """What the pages of a draft say: each screen with what is missing there, the stages, the level of the procedure."""
    faults = faults_of(draft, at)
    return {
        "system": draft,
        "faults": faults,
        "tasks": [(screen, screen.url(draft), _of_screen(screen, faults)) for screen in SCREENS],
        "steps": steps_of(stages_of(draft), at),
        "level": procedure_of(draft, at),
        "is_buyer": _is_buyer(),
    }


def _of_screen(screen: Screen, faults: list[Refusal]) -> list[Refusal]:
    return [fault for fault in faults if fault.field in screen.fills]


def _screen(key: str) -> Screen:
    return next((screen for screen in SCREENS if screen.key == key and screen.form), None) or abort(404)


def _form_of(screen: Screen, draft: PurchasingSystem) -> FactsForm:
    """The form filled with what the draft says; where it says nothing yet, with words to start from."""
    assert screen.form is not None
    form = screen.form(obj=draft)
    if request.method == "GET":
        for field in form:
            field.data = field.data or PROPOSED.get(field.name, field.data)
    return form


def _ready_clauses(screen: Screen) -> list[tuple[Clause, str]]:
    """Beside the screen of clauses, those of the library, each with how many of our admitted suppliers could honour it today."""
    if screen.form is not ClausesForm:
        return []
    admitted, able = honouring(current_organisation().id, clock.now())
    return [(each, f"{able[each.key]} sur {admitted}" if admitted else "") for each in clauses().values()]


def _after(screen: Screen, draft: PurchasingSystem) -> str:
    """The next screen, or the whole draft for whoever came from there."""
    following = SCREENS[SCREENS.index(screen) + 1 :]
    if request.form.get("then") == "draft" or not following:
        return url_for("procurement.system", system_id=draft.id)
    return following[0].url(draft)


def _is_buyer() -> bool:
    return current_person().has_role(Role.BUYER)
