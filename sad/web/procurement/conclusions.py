"""After the contract: who was told that it is concluded (AWD-06), and the award notices of each quarter (PUB-01)."""

from datetime import date, datetime

from flask import Response, abort, flash, redirect, render_template, url_for
from wtforms import StringField
from wtforms.validators import Length

from sad import clock
from sad.actions import award_notices as notices
from sad.actions.award_notices import Awaited
from sad.actions.conclusions import challenge_until, conclusion_of, untold_of
from sad.domain.calendar import paris_day
from sad.domain.conclusions import Quarter
from sad.models.awards import Award
from sad.models.people import Person, Role
from sad.web.access import allow, current_organisation, current_person
from sad.web.acts import attempt, form_page
from sad.web.fields import CheckboxesField, DateField, Form, Required
from sad.web.paging import page_of
from sad.web.procurement.committees import COMMITTEE_READERS


class NoticeForm(Form):
    awards = CheckboxesField("Les marchés que l’avis annonce", coerce=int)
    published_on = DateField("Publié le", [Required("Donnez le jour.")])
    reference = StringField(
        "Référence de l’avis",
        [Required("Recopiez la référence."), Length(max=200, message="200 caractères au plus.")],
        description="Celle que donne le BOAMP ou le JOUE. Par exemple : 26-118204.",
    )


@allow(*COMMITTEE_READERS)
def award_notices() -> str:
    """The notified contracts, the last first, with their notice; on top the quarters that wait for one."""
    at, organisation = clock.now(), current_organisation()
    page = page_of(notices.announced_awards(organisation), Award.notified_at, Award.id, descending=True)
    return render_template(
        "procurement/award_notices.html",
        page=page,
        notices=notices.notices_of(page.rows),
        awaited=notices.awaited_notices(organisation, at),
        today=paris_day(at),
        may_mark=current_person().has_role(Role.BUYER),
    )


@allow(*COMMITTEE_READERS, acting=(Role.BUYER,))
def quarter(year: int, number: int) -> Response:
    """The contracts of a quarter; a buyer says that their notice is published."""
    found, at = _quarter(year, number), clock.now()
    awards = notices.awards_of(current_organisation(), found)
    said = notices.notices_of(awards)
    to_mark = {each.id: each for each in awards if each.id not in said}
    form = NoticeForm(data={"awards": list(to_mark)})
    form.awards.choices = [(each.id, f"{each.mini_tender.title}, {each.place.offer.supplier.name}") for each in to_mark.values()]
    if form.validate_on_submit():
        chosen = [to_mark[number] for number in form.awards.data]
        with attempt(form) as done:
            notices.mark_published(
                chosen, published_on=form.published_on.data, reference=form.reference.data, by=current_person(), at=at
            )
        if done:
            flash("L’avis est marqué comme publié.", "success")
            return redirect(url_for("procurement.award_notices"))
    around = {"quarter": found, "awards": awards, "notices": said, "to_mark": to_mark, "due_on": notices.due_on(found, at)}
    may_mark = current_person().has_role(Role.BUYER)
    return form_page("procurement/award_notices_quarter.html", form, **around, today=paris_day(at), may_mark=may_mark)


def waiting_notices(person: Person, at: datetime) -> list[Awaited]:
    """The quarters that are over and have contracts without a notice, for whom they wait."""
    if not person.has_role(Role.BUYER, Role.AUDITOR):
        return []
    return [each for each in notices.awaited_notices(current_organisation(), at) if each.is_over(paris_day(at))]


def after_contract(award: Award | None) -> dict[str, object]:
    """What the page of an award says of the judge's time: the notice, the last day, those it could not reach."""
    if award is None or award.notified_at is None:
        return {"concluded": None, "challenge_until": None, "untold": []}
    concluded = conclusion_of(award)
    until: date = challenge_until(award, concluded)
    return {"concluded": concluded, "challenge_until": until, "untold": untold_of(award) if concluded else []}


def _quarter(year: int, number: int) -> Quarter:
    """A quarter of some year of this law; 404 otherwise."""
    return Quarter(year, number) if 2019 <= year < 2200 and number in (1, 2, 3, 4) else abort(404)
