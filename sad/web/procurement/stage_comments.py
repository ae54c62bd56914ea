"""What the services say of a draft stage: asking them, answering each, closing; who proposed what stays readable."""

from datetime import datetime

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import select

from sad import clock
from sad.actions.stage_comments import (
    answer_comment,
    authors_of,
    close_comments,
    closing_faults,
    comments_of_stage,
    comments_on,
    is_open_to_comments,
    open_comments,
    opening_faults,
    told_requesters,
)
from sad.actions.stages import stages_of
from sad.domain.errors import Refused
from sad.letters import stage_comments as letters
from sad.models.people import Role
from sad.models.stage_changes import StageComment
from sad.models.stages import Stage
from sad.models.systems import PurchasingSystem
from sad.web.access import allow, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.fields import Form
from sad.web.procurement.own import own_system
from sad.web.procurement.review_forms import AnswerCommentForm, OpenCommentsForm
from sad.web.procurement.systems import READERS
from sad.web.running import site_address


@allow(*READERS)
def comments(system_id: int, number: int) -> str:
    """All that the services said of a stage, in its draft and in its earlier versions."""
    system, at = own_system(system_id), clock.now()
    row = stage_in_hand(system, number)
    return render_template(
        "procurement/stage_comments.html",
        system=system,
        row=row,
        is_open=is_open_to_comments(row, at),
        comments=comments_on(system, number),
        names=letters.line_names(row.as_value()),
        is_buyer=current_person().has_role(Role.BUYER),
    )


@allow(Role.BUYER)
def open_them(system_id: int, number: int) -> Response:
    """Until when, then who is told and the letter, then the act."""
    system, at, form = own_system(system_id), clock.now(), OpenCommentsForm()
    row = stage_in_hand(system, number)
    until = form.until.data
    if not form.validate_on_submit() or _is_refused(form, row, at):
        return form_page("procurement/stage_comments_open.html", form, system=system, row=row)
    if "confirm" not in request.form:
        letter = letters.opened(row, until=until, home=site_address())
        shown = [("À chaque agent des services", letter.subject, letter.body)]
        told = [person.name for person in told_requesters(row)]
        return _confirmation("procurement/stage_comments_open_confirm.html", system, row, form, told=told, letters=shown)
    with attempt(form) as done:
        open_comments(row, until, home=site_address(), by=current_person(), at=at)
    if not done:
        return form_page("procurement/stage_comments_open.html", form, system=system, row=row)
    flash("Le brouillon est ouvert aux remarques. Les lettres partent.", "success")
    return _back(system_id, number)


@allow(Role.BUYER)
def answer(system_id: int, number: int, comment_id: int) -> Response:
    """Say whether a comment is retained, and why."""
    system = own_system(system_id)
    row = stage_in_hand(system, number)
    found = own_or_404(select(StageComment).join(StageComment.stage).where(StageComment.id == comment_id, _is_of(system, number)))
    form = AnswerCommentForm(data=_answered(found))
    if form.validate_on_submit():
        said = {"is_retained": form.is_retained.data == "yes", "answer": form.answer.data or ""}
        with attempt(form) as done:
            answer_comment(found, **said, by=current_person(), at=clock.now())  # type: ignore[arg-type]
        if done:
            flash("Votre réponse est notée.", "success")
            return _back(system_id, number)
    names = letters.line_names(row.as_value())
    return form_page("procurement/stage_comment_answer.html", form, system=system, row=row, comment=found, names=names)


@allow(Role.BUYER)
def close(system_id: int, number: int) -> Response:
    """What closing does and the letters with the answers, then the act."""
    system, form = own_system(system_id), Form()
    row = stage_in_hand(system, number)
    said = comments_of_stage(row)
    if form.validate_on_submit():
        with attempt(form) as done:
            close_comments(row, home=site_address(), by=current_person(), at=clock.now())
        if done:
            flash("Les remarques sont closes. Chacun reçoit les réponses aux siennes.", "success")
            return _back(system_id, number)
    else:
        form.take(Refused(*closing_faults(row, said)))
    told = [] if form.refusals else authors_of(said)
    texts = [(person, letters.answered(row, own, home=site_address())) for person, own in told]
    shown = [(f"À {person.name}", text.subject, text.body) for person, text in texts]
    names = [person.name for person, _ in told]
    return _confirmation("procurement/stage_comments_close.html", system, row, form, told=names, letters=shown)


def stage_in_hand(system: PurchasingSystem, number: int) -> Stage:
    """The stage of that number which is being worked on: its draft, else the one of the roadmap; 404 without any."""
    rows = [row for row in stages_of(system) if row.number == number]
    return next((row for row in rows if row.published_at is None), None) or (rows[-1] if rows else abort(404))


def _is_of(system: PurchasingSystem, number: int) -> object:
    return StageComment.stage_id.in_(select(Stage.id).where(Stage.system_id == system.id, Stage.number == number))


def _is_refused(form: OpenCommentsForm, row: Stage, at: datetime) -> bool:
    """Whether something forbids opening; the form then says all that does."""
    assert form.until.data is not None
    faults = opening_faults(row, form.until.data, at)
    form.take(Refused(*faults))
    return bool(faults)


def _answered(comment: StageComment) -> dict[str, str]:
    if comment.answer is None:
        return {}
    return {"is_retained": "yes" if comment.is_retained else "no", "answer": comment.answer}


def _confirmation(template: str, system: PurchasingSystem, row: Stage, form: Form, **context: object) -> Response:
    page = render_template(template, system=system, row=row, form=form, **context)
    return make_response(page, 422 if form.refusals else 200)



def _back(system_id: int, number: int) -> Response:
    return redirect(url_for("procurement.stage_comments", system_id=system_id, number=number))
