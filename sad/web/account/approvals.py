"""Acts that wait for a second person: the list, the page where one reads then approves, and declining."""

from flask import Response, flash, redirect, render_template, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from sad import clock
from sad.actions.approvals import end_request, fingerprint_of
from sad.actions.shared_acts import APPROVERS, approve, may_be_read_by, shown_to
from sad.models.approvals import Approval
from sad.models.people import Person
from sad.web.access import allow, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.fields import Form
from sad.web.paging import page_of
from sad.web.running import site_address, site_settings


class ApproveForm(Form):
    read_sha256 = HiddenField()


class DeclineForm(Form):
    reason = TextAreaField("La raison", [Length(max=4000, message="4 000 caractères au plus.")], render_kw={"rows": 3})


@allow(*APPROVERS)
def approvals() -> str:
    """What waits for this person's approval, and what it asked for itself; then what became of the former ones."""
    page = page_of(_own(), Approval.asked_at, Approval.id, descending=True)
    return render_template("account/approvals.html", page=page, at=clock.now(), person=current_person())


@allow(*APPROVERS)
def approval(approval_id: int) -> Response:
    """What is asked, as it reads now; another person than the one who asks approves it."""
    asked, form, at = _asked(approval_id), ApproveForm(), clock.now()
    if form.validate_on_submit():
        with attempt(form) as done:
            means = {"link": _password_link, "seal_key": site_settings().seal_key}
            approve(asked, read_sha256=form.read_sha256.data or "", **means, by=current_person(), at=at)
        if done:
            flash("Vous avez approuvé : c’est fait.", "success")
            return redirect(url_for("account.approval", approval_id=asked.id))
    waits = asked.waits_at(at)
    shown = shown_to(asked) if waits else None
    form.read_sha256.data = fingerprint_of(shown) if shown else ""
    return form_page("account/approval.html", form, asked=asked, shown=shown, waits=waits, person=current_person())


@allow(*APPROVERS)
def decline(approval_id: int) -> Response:
    """Say no, with a reason; or take one's own request back."""
    asked, form, by = _asked(approval_id), DeclineForm(), current_person()
    is_own = asked.asked_by == by.id
    if form.validate_on_submit():
        with attempt(form) as done:
            end_request(asked, form.reason.data or "", by=by, at=clock.now())
        if done:
            flash("La demande est retirée." if is_own else "La demande est refusée. Votre raison part à qui demandait.", "success")
            return redirect(url_for("account.approval", approval_id=asked.id))
    return form_page("account/decline_approval.html", form, asked=asked, is_own=is_own)


def _own() -> Select[tuple[Approval]]:
    people = (joinedload(person).lazyload(Person.roles) for person in (Approval.asker, Approval.ender))
    return select(Approval).where(may_be_read_by(current_person())).options(*people)


def _asked(approval_id: int) -> Approval:
    return own_or_404(_own().where(Approval.id == approval_id).options(joinedload(Approval.organisation)))


def _password_link(token: str) -> str:
    return site_address() + url_for("account.reset", token=token)
