"""Drafts of stages: starting one, reading what the law says of it, its name and date, exempting, throwing it away."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from sad import clock
from sad.actions.draft_changes import changes_since
from sad.actions.stage_changes import examine_corrigendum
from sad.actions.stage_comments import comments_of_stage
from sad.actions.stage_dates import tenders_across
from sad.actions.stage_drafts import (
    discard_stage_draft,
    exempt_in_draft,
    move_stage_draft,
    rename_stage_draft,
    start_revision,
    start_stage,
)
from sad.actions.stages import examine_stage, notice_of
from sad.db import transaction
from sad.domain.errors import Refusal, Refused
from sad.domain.mending import Mend, mends_of
from sad.domain.requirements import Nature, Requirement
from sad.models.people import Role
from sad.models.stages import Stage
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.drafts import as_version
from sad.web.fields import Form
from sad.web.procurement.own import own_published_stage, own_stage_draft, own_system
from sad.web.procurement.stage_draft_forms import ExemptForm, NameForm
from sad.web.procurement.systems import READERS
from sad.web.roadmaps import names_of, requirement_groups


@dataclass(frozen=True, slots=True)
class Finding:
    """What the law says of a draft: the line that it is about, if one, where it is mended, and the rewritings at hand."""

    refusal: Refusal
    key: str
    url: str
    mends: Sequence[Mend]


@allow(Role.BUYER)
def start(system_id: int) -> Response:
    """Begin the next stage."""
    system = own_system(system_id)
    with transaction():
        draft = start_stage(system, by=current_person(), at=clock.now())
    return redirect(address_of(draft))


@allow(Role.BUYER)
def revise(system_id: int, number: int) -> Response:
    """Begin to postpone or to soften a published stage."""
    published = own_published_stage(system_id, number)
    with transaction():
        draft = start_revision(published, by=current_person(), at=clock.now())
    return redirect(address_of(draft))


@allow(*READERS)
def stage_draft(system_id: int, number: int) -> Response:
    """The draft by nature, and all that the law says of it."""
    try:
        draft = own_stage_draft(system_id, number)
    except Refused as refused:
        return _published(system_id, number, refused)
    at, value = clock.now(), draft.as_value()
    faults, warnings = _examined(draft, at)
    page = render_template(
        "procurement/stage_draft.html",
        system=draft.system,
        draft=draft,
        value=value,
        groups=requirement_groups(value),
        names=names_of(draft.system),
        faults=_findings(faults, draft, at),
        warnings=_findings(warnings, draft, at),
        across=tenders_across(draft.system, draft.effective_on, at=at),
        is_buyer=current_person().has_role(Role.BUYER),
    )
    return make_response(page)


@allow(Role.BUYER)
def name(system_id: int, number: int) -> Response:
    """Its name and the day on which it takes effect."""
    draft = own_stage_draft(system_id, number)
    form, by = NameForm(obj=draft), current_person()
    if form.validate_on_submit():
        label, day, at = form.label.data, form.effective_on.data, clock.now()
        with attempt(form) as done:
            rename_stage_draft(draft, label, version=form.version.data, by=by, at=at)
            move_stage_draft(draft, day, version=draft.version, by=by, at=at)
        if done:
            return redirect(address_of(draft))
        form.note_crossing(draft)
    return form_page("procurement/stage_draft_name.html", form, system=draft.system, draft=draft)


@allow(Role.BUYER)
def exempt(system_id: int, number: int) -> Response:
    """What is no longer asked in one category."""
    draft = own_stage_draft(system_id, number)
    form = ExemptForm.of(draft.as_value(), names_of(draft.system), draft.version)
    if form.validate_on_submit():
        category, keys = form.category.data, form.requirements.data
        with attempt(form) as done:
            exempt_in_draft(draft, category, keys, version=form.version.data, by=current_person(), at=clock.now())
        if done:
            flash("Ces exigences ne sont plus demandées dans cette catégorie.", "success")
            return redirect(address_of(draft))
        form.note_crossing(draft)
    return form_page("procurement/stage_draft_exempt.html", form, system=draft.system, draft=draft)


@allow(Role.BUYER)
def discard(system_id: int, number: int) -> Response:
    """What goes with the draft, then the act."""
    draft, form = own_stage_draft(system_id, number), Form()
    if form.validate_on_submit():
        with attempt(form) as done:
            discard_stage_draft(draft, by=current_person(), at=clock.now())
        if done:
            flash("Le brouillon est effacé. Le journal garde qu’il a existé.", "success")
            return redirect(url_for("procurement.system_stages", system_id=system_id))
    remarks = len(comments_of_stage(draft))
    return form_page("procurement/stage_draft_discard.html", form, system=draft.system, draft=draft, remarks=remarks)


def closed_natures(draft: Stage, at: datetime) -> dict[Nature, tuple[str, str]]:
    """In which natures nothing can be added any more to a system that is open: why, and by which rule."""
    closed = {}
    if draft.system.opened_at is not None:
        closed[Nature.AWARD_CRITERION] = ("les critères sont ceux de l’avis, aucun ne s’ajoute", "SAD-20")
        if notice_of(draft.system, at).first_invitation_on is not None:
            closed[Nature.CAPACITY] = ("les capacités ne changent plus après la première invitation", "PAL-01")
    return closed


def mends_in(draft: Stage, requirement: Requirement, at: datetime) -> list[Mend]:
    """The rewritings of a line that this draft can still take."""
    found, closed = mends_of(requirement), closed_natures(draft, at)
    return [each for each in found if each.requirement.nature is requirement.nature or each.requirement.nature not in closed]


def address_of(draft: Stage) -> str:
    """The page of the draft."""
    return url_for("procurement.stage_draft", system_id=draft.system_id, number=draft.number)


def act_on(draft: Stage, act: Callable[..., object]) -> Response:
    """Do the act of a button of the draft's page, and come back to it; a refusal is said there, with what others changed."""
    shown, back = as_version(request.form.get("version")), address_of(draft)
    try:
        with transaction():
            act(version=shown, by=current_person(), at=clock.now())
    except Refused as refused:
        for one in refused.refusals:
            flash(str(one), "warning")
        for change in changes_since(draft, shown):
            flash(f"{change.who} : {change.words}.", "warning")
    return redirect(back)


def _examined(draft: Stage, at: datetime) -> tuple[Sequence[Refusal], Sequence[Refusal]]:
    """What stands against the draft: of an open system as a corrigendum, else with the notice."""
    examined = examine_stage(draft, at) if draft.system.opened_at is None else examine_corrigendum(draft, at)
    return examined.faults, examined.warnings


def _findings(refusals: Sequence[Refusal], draft: Stage, at: datetime) -> list[Finding]:
    """Each with where to mend it; the rewritings of a line come with the first thing said of it."""
    findings: list[Finding] = []
    for each in refusals:
        line = draft.as_value().requirement(each.field or "")
        is_first = line is not None and all(found.key != line.key for found in findings)
        mends = mends_in(draft, line, at) if line and is_first else ()
        findings.append(Finding(each, line.key if line else "", _mended_at(draft, each), mends))
    return findings


def _mended_at(draft: Stage, refusal: Refusal) -> str:
    place = {"system_id": draft.system_id, "number": draft.number}
    if draft.as_value().requirement(refusal.field or ""):
        return url_for("procurement.edit_requirement", requirement=refusal.field, **place)
    return url_for("procurement.stage_draft_name", **place) if refusal.field in ("effective_on", "label") else ""


def _published(system_id: int, number: int, refused: Refused) -> Response:
    """PAL-02, and what is possible instead."""
    stage = own_published_stage(system_id, number)
    is_buyer = current_person().has_role(Role.BUYER)
    page = render_template(
        "procurement/stage_published.html", system=stage.system, row=stage, refusals=refused.refusals, is_buyer=is_buyer
    )
    return make_response(page, 422)
