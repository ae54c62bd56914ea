"""Letters that did not leave, or came back: what to do for each; and noting one that came back on paper or by telephone.

Only letters of an organisation: those of deposits belong to their supplier alone, and would tell who deposits (SEC-01).
"""

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload
from wtforms import StringField
from wtforms.validators import Length

from sad import clock
from sad.actions.administrators import is_instance_administrator
from sad.actions.bounces import LONGEST_REASON, record_bounce
from sad.db import session
from sad.models.letters import Letter, LetterBounce
from sad.models.people import Role
from sad.web.access import allow, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.fields import Form, Required
from sad.web.paging import page_of


class BounceForm(Form):
    """What was said of a letter that came back."""

    reason = StringField(
        "Ce que dit l’avis de retour",
        [Required("Écrivez ce que dit l’avis."), Length(max=LONGEST_REASON, message=f"{LONGEST_REASON} caractères au plus.")],
        description="Par exemple : adresse inconnue, boîte pleine.",
    )


@allow(Role.ADMINISTRATOR)
def outbox() -> str:
    """The letters that did not reach anybody, the last first; `?q=`: every letter sent to that address."""
    wanted = request.args.get("q", "").strip()
    page = page_of(_letters().where(_sent_to(wanted) if wanted else _not_received()), Letter.created_at, Letter.id, descending=True)
    return render_template("admin/outbox.html", page=page, wanted=wanted, bounces=_bounces(page.rows))


@allow(Role.ADMINISTRATOR)
def bounce(letter_id: int) -> Response:
    """Note that a letter came back, and why."""
    letter = own_or_404(_letters().where(Letter.id == letter_id))
    form = BounceForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            record_bounce(letter, form.reason.data, by=current_person(), at=clock.now())
        if done:
            flash("Le retour est noté. Il paraît aussi dans la liste des invités, avec l’appel à faire.", "success")
            return redirect(url_for("admin.outbox"))
    return form_page("admin/bounce.html", form, letter=letter)


def _letters() -> Select[tuple[Letter]]:
    """The letters of the organisations that this administrator manages."""
    person = current_person()
    is_own = Letter.organisation_id.is_not(None) if is_instance_administrator(person) else Letter.organisation_id == person.organisation_id
    return select(Letter).where(is_own).options(joinedload(Letter.supplier))


def _not_received() -> ColumnElement[bool]:
    came_back = select(LetterBounce.id).where(LetterBounce.letter_id == Letter.id).exists()
    return or_(Letter.sent_at.is_(None) & Letter.last_error.is_not(None), came_back)


def _sent_to(address: str) -> ColumnElement[bool]:
    return Letter.to_email.icontains(address, autoescape=True)


def _bounces(letters: list[Letter]) -> dict[int, str]:
    """Why those that came back did, by letter."""
    found = session.scalars(select(LetterBounce).where(LetterBounce.letter_id.in_([each.id for each in letters])))
    return {each.letter_id: each.reason for each in found}
