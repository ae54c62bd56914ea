"""The lines of a draft stage: from the library or written freely, changed, moved where the law wants them, taken out."""

import re
from dataclasses import replace

from flask import Response, abort, flash, redirect, render_template, request, url_for

from sad import clock
from sad.actions.reach import honouring
from sad.actions.stage_drafts import add_requirement, change_requirement, remove_requirement
from sad.domain.mending import WEIGHT, WEIGHT_MAX, Mend, mends_of
from sad.domain.method_examples import example_of
from sad.domain.requirements import Nature, Requirement
from sad.domain.stages import Stage as StageValue
from sad.domain.wording import PLACE_KEYS, folded
from sad.models.people import Role
from sad.models.stages import Stage
from sad.requirement_library import EFFORTS, ReadyRequirement, found_by, groups, library, ready
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.procurement.own import own_stage_draft
from sad.web.procurement.requirement_forms import CriterionForm, RequirementForm
from sad.web.procurement.stage_drafts import act_on, address_of, closed_natures, mends_in
from sad.web.roadmaps import NATURES, names_of

LONGEST_KEY = 40
FREE = Nature.SPECIFICATION


@allow(Role.BUYER)
def choose(system_id: int, number: int) -> str:
    """The library, by group, of which words typed keep a part."""
    draft, words = own_stage_draft(system_id, number), request.args.get("q", "").strip()
    subjects = found_by(words)
    return render_template(
        "procurement/requirement_library.html",
        system=draft.system,
        draft=draft,
        words=words,
        groups=[(label, [each for each in subjects if each.group == key]) for key, label in groups().items()],
        present={each.key for each in draft.as_value().requirements},
        natures=NATURES,
        efforts=EFFORTS,
        closed=closed_natures(draft, clock.now()),
        found=len(subjects),
        honour=honouring(draft.organisation_id, clock.now()),
    )


@allow(Role.BUYER)
def write(system_id: int, number: int) -> Response:
    """Add a line, filled from the library or empty."""
    draft = own_stage_draft(system_id, number)
    value, form_of = draft.as_value(), ready(request.args.get("sujet", ""), request.args.get("nature", ""))
    proposed = _proposed(form_of, draft)
    if form_of and value.requirement(proposed.key) and request.method == "GET":
        flash("Le palier demande déjà cela : vous pouvez le modifier.", "warning")
        return redirect(url_for("procurement.edit_requirement", system_id=system_id, number=number, requirement=proposed.key))
    form = RequirementForm.of(proposed, value, names_of(draft.system), draft.version)
    mends: list[Mend] = []
    if form.validate_on_submit():
        typed = form.requirement(proposed.key or _key_of(form.label.data, value))
        written = _mended(typed)
        with attempt(form) as done:
            add_requirement(draft, written, version=form.version.data, by=current_person(), at=clock.now())
        if done:
            return redirect(f"{address_of(draft)}#exigence-{written.key}")
        form.note_crossing(draft)
        mends = mends_in(draft, typed, clock.now())
    return _page(form, draft, None, proposed, mends)


@allow(Role.BUYER)
def edit(system_id: int, number: int, requirement: str) -> Response:
    """Change a line; in another nature when the address says so."""
    draft = own_stage_draft(system_id, number)
    value = draft.as_value()
    kept = value.requirement(requirement)
    if kept is None:
        return _gone(draft, value, requirement)
    form = RequirementForm.of(_in_nature(kept, request.args.get("nature", "")), value, names_of(draft.system), draft.version)
    mends: list[Mend] = []
    if form.validate_on_submit():
        typed = form.requirement(requirement)
        with attempt(form) as done:
            change_requirement(draft, requirement, _mended(typed), version=form.version.data, by=current_person(), at=clock.now())
        if done:
            return redirect(f"{address_of(draft)}#exigence-{requirement}")
        form.note_crossing(draft)
        mends = mends_in(draft, typed, clock.now())
    return _page(form, draft, requirement, kept, mends)


@allow(Role.BUYER)
def remove(system_id: int, number: int, requirement: str) -> Response:
    """Take a line out."""
    draft = own_stage_draft(system_id, number)
    return act_on(draft, lambda **said: remove_requirement(draft, requirement, **said))


@allow(Role.BUYER)
def mend(system_id: int, number: int, requirement: str) -> Response:
    """Take one of the lawful rewritings of a line."""
    draft = own_stage_draft(system_id, number)
    kept = draft.as_value().requirement(requirement) or abort(404)
    chosen = _mended(kept)
    return act_on(draft, lambda **said: change_requirement(draft, requirement, chosen, **said))


def _mended(requirement: Requirement) -> Requirement:
    """The rewriting that a button of the form asks for, else the requirement as it is."""
    wanted = request.form.get("mend")
    return next((each.requirement for each in mends_of(requirement) if each.key == wanted), requirement)


def _proposed(form_of: ReadyRequirement | None, draft: Stage) -> Requirement:
    """What the form starts from: the ready form of the address, else an empty one of the nature that it names."""
    if form_of:
        return form_of.for_categories({each.key: each.families for each in draft.system.categories})
    blank = Requirement(key="", label="", nature=Nature.INFORMATION, comparison="any")
    return _in_nature(blank, request.args.get("nature", FREE.value) or FREE.value)


def _in_nature(requirement: Requirement, nature: str) -> Requirement:
    """The same line in another nature, as a start; unknown natures do not exist."""
    if not nature or nature == requirement.nature:
        return requirement
    wanted = next((each for each in Nature if each == nature), None) or abort(404)
    if wanted is Nature.AWARD_CRITERION:
        given = {"weight": WEIGHT, "weight_min": WEIGHT, "weight_max": WEIGHT_MAX, "method": {"method": "scale", "scale": "10"}}
        return replace(requirement, nature=wanted, unit="points", comparison="any", threshold=None, **given)
    if requirement.nature is Nature.AWARD_CRITERION or not requirement.key:
        weights = dict.fromkeys(("weight", "weight_min", "weight_max"))
        is_told = wanted is Nature.INFORMATION
        asked = {"unit": "yes_no", "comparison": "any" if is_told else "is_true", "method": {}, "source": "", "price": False}
        return replace(requirement, nature=wanted, **asked, **weights)
    return replace(requirement, nature=wanted)


def _key_of(label: str, stage: StageValue) -> str:
    """A key for a line written freely, drawn from its words; those that name a place would say what the label does not."""
    words = [word for word in re.split(r"[^a-z0-9]+", folded(label)) if word and word not in PLACE_KEYS]
    wanted = "_".join(words)[:LONGEST_KEY].strip("_") or "exigence"
    taken = {each.key for each in stage.requirements} | {each.requirement.key for one in library().values() for each in one.forms.values()}
    return next(key for key in (wanted, *(f"{wanted}_{count}" for count in range(2, len(taken) + 3))) if key not in taken)


def _gone(draft: Stage, value: StageValue, key: str) -> Response:
    """Somebody took the line out meanwhile: what was typed stays, ready to be added again."""
    if request.method == "GET":
        abort(404)
    blank = _in_nature(Requirement(key="", label="", nature=Nature.INFORMATION), request.args.get("nature", FREE.value))
    form = RequirementForm.of(blank, value, names_of(draft.system), draft.version)
    form.note_crossing(draft)
    flash("Cette exigence vient d’être retirée du brouillon. Ce que vous avez écrit est là : vous pouvez l’ajouter de nouveau.", "warning")
    return _page(form, draft, None, blank, [])


def _page(form: RequirementForm, draft: Stage, key: str | None, shown: Requirement, mends: list[Mend]) -> Response:
    place = {"system_id": draft.system_id, "number": draft.number, "nature": form.NATURE.value}
    if key:
        action = url_for("procurement.edit_requirement", requirement=key, **place)
    else:
        action = url_for("procurement.write_requirement", sujet=request.args.get("sujet"), **place)
    return form_page(
        "procurement/requirement_edit.html",
        form,
        system=draft.system,
        draft=draft,
        action=action,
        key=key,
        shown=shown,
        mends=[mend for mend in mends if form.refusals or form.errors],
        natures=NATURES,
        nature=form.NATURE,
        examples=_examples(form, shown),
    )


def _examples(form: RequirementForm, shown: Requirement) -> dict[str, str]:
    """For each method on offer, a worked example; that of the line has its own options."""
    if not isinstance(form, CriterionForm):
        return {}
    offered = [name for name, _ in form.method.choices if name != "sub_criteria"]
    return {name: example_of(name, shown.method, is_price=bool(form.price.data)) for name in offered}
