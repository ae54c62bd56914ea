"""The draft stages on which the services are asked what they think: the list, one of them line by line, a comment."""

from datetime import datetime

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from sad import clock
from sad.actions.stage_comments import comment_stage, comments_of_stage, is_open_to_comments
from sad.db import session
from sad.domain.calendar import paris_day
from sad.models.people import Role
from sad.models.stage_changes import StageComment
from sad.models.stages import Stage
from sad.models.systems import PurchasingSystem
from sad.web.access import allow, current_organisation, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.agent.own import own_services
from sad.web.agent.stage_forms import CommentForm
from sad.web.paging import page_of
from sad.web.roadmaps import names_of, requirement_groups

MOST_AT_HOME = 5


@allow(Role.REQUESTER)
def stages() -> str:
    """Every stage on which the services were asked, the last first."""
    at, page = clock.now(), page_of(_asked().options(joinedload(Stage.system)), Stage.id, descending=True)
    return render_template(
        "agent/stages.html", page=page, is_open=lambda each: is_open_to_comments(each, at), counts=_counts(page.rows)
    )


@allow(Role.REQUESTER)
def stage(stage_id: int) -> str:
    """One of them line by line, with what the colleagues say of it and the answers."""
    found, at = _own_stage(stage_id), clock.now()
    comments = comments_of_stage(found)
    value = found.as_value()
    return render_template(
        "agent/stage.html",
        stage=found,
        groups=requirement_groups(value),
        names=names_of(found.system),
        is_open=is_open_to_comments(found, at),
        said=_by_line(comments, {each.key for each in value.requirements}),
        comments=comments,
    )


@allow(Role.REQUESTER)
def comment(stage_id: int) -> Response:
    """Say something of a line, or of the whole; what was typed stays there when it is refused."""
    found, at = _own_stage(stage_id), clock.now()
    services = own_services()
    form = CommentForm.of(found.as_value(), services, request.args.get("ligne", ""))
    if request.method == "GET" and not is_open_to_comments(found, at):
        flash("Les remarques sont closes sur ce palier : on peut les lire, pas en ajouter.", "warning")
        return redirect(url_for("agent.stage", stage_id=found.id))
    if form.validate_on_submit():
        said = {"requirement": form.requirement.data or "", "service": form.of_service(services)}
        with attempt(form) as done:
            comment_stage(found, form.text.data or "", **said, by=current_person(), at=at)  # type: ignore[arg-type]
        if done:
            flash("Votre remarque est notée. Le service achats y répondra.", "success")
            return redirect(url_for("agent.stage", stage_id=found.id, _anchor=form.requirement.data or "ensemble"))
    return form_page("agent/stage_comment.html", form, stage=found)


def stages_open_to_comments(at: datetime) -> list[Stage]:
    """The drafts on which the person's services are asked now, the nearest last day first."""
    is_open = (Stage.published_at.is_(None), Stage.comments_closed_at.is_(None), Stage.comments_until >= paris_day(at))
    found = _asked().where(*is_open).options(joinedload(Stage.system))
    return list(session.scalars(found.order_by(Stage.comments_until, Stage.id).limit(MOST_AT_HOME)))


def _asked() -> Select[tuple[Stage]]:
    """The stages of the organisation on which the services were asked, drafts and published."""
    return select(Stage).where(Stage.organisation_id == current_organisation().id, Stage.comments_until.is_not(None))


def _own_stage(stage_id: int) -> Stage:
    system = joinedload(Stage.system)
    return own_or_404(_asked().where(Stage.id == stage_id).options(system, system.selectinload(PurchasingSystem.categories)))


def _counts(stages: list[Stage]) -> dict[int, int]:
    """How many comments each stage has, by its id."""
    wanted = StageComment.stage_id.in_([each.id for each in stages])
    found = session.execute(select(StageComment.stage_id, func.count()).where(wanted).group_by(StageComment.stage_id))
    return dict(found.all())


def _by_line(comments: list[StageComment], lines: set[str]) -> dict[str, list[StageComment]]:
    """The comments by line; those of the whole and of lines that went away are under the empty key."""
    found: dict[str, list[StageComment]] = {}
    for each in comments:
        found.setdefault(each.requirement if each.requirement in lines else "", []).append(each)
    return found
