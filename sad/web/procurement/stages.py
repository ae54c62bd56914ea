"""The stages of a system: their dates while it is a draft, their publication, their comparison."""

from datetime import date

from flask import Response, abort, flash, redirect, render_template, url_for

from sad import clock
from sad.actions.brakes import brakes_of
from sad.actions.plays import kept_plays
from sad.actions.stage_comments import comments_on
from sad.actions.stages import examine_stage, propose_stages, publish_stage, stages_of, versions_of
from sad.domain.calendar import paris_day
from sad.domain.comparison import compare_stages
from sad.letters.notices import roadmap_notice
from sad.letters.stage_comments import line_names
from sad.models.people import Role
from sad.models.stages import Stage
from sad.models.systems import PurchasingSystem
from sad.stages_model import model_length
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.comparisons import comparison_of
from sad.web.procurement.own import own_draft, own_system
from sad.web.procurement.system_forms import DatesForm
from sad.web.procurement.systems import READERS, SCREENS
from sad.web.reasons import WarningsForm
from sad.web.roadmaps import line_groups, names_of, requirement_groups, shown_of, steps_of


@allow(*READERS)
def stages(system_id: int) -> str:
    """The stages with their dates, and line by line what each asks."""
    found = own_system(system_id)
    rows = stages_of(found)
    steps = steps_of(shown_of(found, rows), clock.now())
    return render_template(
        "procurement/system_stages.html",
        system=found,
        steps=steps,
        groups=line_groups(compare_stages([step.value for step in steps])),
        names=names_of(found),
        drafts=[row for row in rows if row.published_at is None],
        notice_text=roadmap_notice(found, [step.value for step in steps if step.row.published_at or not found.opened_at]),
        is_buyer=current_person().has_role(Role.BUYER),
        screens=SCREENS,
    )


@allow(*READERS)
def compare(system_id: int) -> str:
    """Any two stages, drafts and replaced versions included, line by line."""
    found = own_system(system_id)
    compared = comparison_of(versions_of(found, with_drafts=True), clock.now())
    return render_template("procurement/compare_stages.html", system=found, compared=compared, names=names_of(found))


@allow(*READERS)
def stage(system_id: int, number: int) -> str:
    """All that one stage asks, published or not."""
    found = own_system(system_id)
    rows = sorted((row for row in stages_of(found) if row.number == number), key=lambda row: row.is_on_roadmap)
    row = rows[-1] if rows else abort(404)
    value, at = row.as_value(), clock.now()
    return render_template(
        "procurement/stage.html",
        system=found,
        row=row,
        draft=next((row for row in rows if row.published_at is None), None),
        is_buyer=current_person().has_role(Role.BUYER),
        is_in_force=row.published_at is not None and row.effective_on <= paris_day(at),
        brakes=[each for each in brakes_of(found.organisation_id, at) if each.stage.id == row.id],
        groups=requirement_groups(value),
        names=names_of(found),
        comments=comments_on(found, number),
        plays=kept_plays(row),
        lines=line_names(value),
    )


@allow(Role.BUYER)
def dates(system_id: int) -> Response:
    """Choose the dates of the stages of the model."""
    draft = own_draft(system_id)
    form = DatesForm.of(_proposed_dates(draft, stages_of(draft)))
    if form.validate_on_submit():
        with attempt(form) as done:
            propose_stages(draft, [draft.valid_from, *form.dates()], by=current_person(), at=clock.now())
        if done:
            return redirect(url_for("procurement.system_stages", system_id=draft.id))
    return form_page("procurement/stage_dates.html", form, system=draft, screens=SCREENS)


@allow(Role.BUYER)
def publish(system_id: int) -> Response:
    """What the publication of the drafted stages does for ever, then the act."""
    draft, at = own_draft(system_id), clock.now()
    rows = [row for row in stages_of(draft) if row.published_at is None]
    examined = [examine_stage(row, at) for row in rows]
    form = WarningsForm.of(warning for each in examined for warning in each.warnings)
    if rows and form.validate_on_submit():
        with attempt(form) as done:
            for row in rows:
                publish_stage(row, justifications=form.reasons(), by=current_person(), at=clock.now())
        if done:
            flash("Les paliers sont publiés. Chacun a son adresse et son empreinte.", "success")
            return redirect(url_for("procurement.system_stages", system_id=system_id))
    return form_page("procurement/stages_publish.html", form, system=draft, examined=examined)


def _proposed_dates(draft: PurchasingSystem, rows: list[Stage]) -> list[date | None]:
    """The dates already chosen, else a stage a year as long as the system lasts."""
    if rows:
        return [row.effective_on for row in rows[1:]]
    yearly = [_years_later(draft.valid_from, years) for years in range(1, model_length())]
    return [day if day <= draft.valid_until else None for day in yearly]


def _years_later(day: date, years: int) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + years, day=28 if leap else day.day)
