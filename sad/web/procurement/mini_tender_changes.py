"""Putting off the deadline of a mini-tender that was sent, alone or with words of its need: form, confirmation, request (TIM-03)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from wtforms import HiddenField, StringField, TextAreaField

from sad import clock
from sad.actions.mini_tender_changes import faults_of_change, planned_change, proposed_deadline_of
from sad.actions.outages import outage_to_make_up_for
from sad.actions.publications import invitees_of
from sad.actions.shared_acts import ask_change
from sad.actions.shared_deadlines import waiting_change
from sad.domain.approvals import request_ends
from sad.domain.deadline_changes import CHANGEABLE, extension_after_outage
from sad.domain.errors import Refused
from sad.domain.phases import is_open
from sad.letters import mini_tender_changes as letters
from sad.letters import outages
from sad.models.mini_tenders import MiniTender
from sad.models.people import Role
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.drafts import LONG, as_version
from sad.web.fields import Form, ParisDateTimeField, Required
from sad.web.procurement.mini_tenders import own_mini_tender
from sad.web.running import site_address

NOT_SENT_AGAIN = ("csrf_token", "confirm", "version")


class ExtendForm(Form):
    """A later deadline and why."""

    version = HiddenField(filters=[as_version])
    closes_at = ParisDateTimeField("La nouvelle date limite", [Required("Donnez le jour et l’heure.")])
    reason = TextAreaField(
        "Le motif", [Required("Écrivez le motif."), LONG], description="Il est écrit à tous les invités et gardé au dossier."
    )

    def words(self) -> Mapping[str, str] | None:
        """The words of the need that this form asks; None when it asks the deadline alone."""
        return None


class ChangeForm(ExtendForm):
    """The words of the need too."""

    place = StringField(CHANGEABLE["place"])
    access = TextAreaField(CHANGEABLE["access"], [LONG])
    allergens = StringField(CHANGEABLE["allergens"])
    dietary_needs = TextAreaField(CHANGEABLE["dietary_needs"], [LONG])
    constraints = TextAreaField(CHANGEABLE["constraints"], [LONG])

    def words(self) -> Mapping[str, str] | None:
        """What was typed, by name."""
        return {name: self[name].data or "" for name in CHANGEABLE}


@allow(Role.BUYER)
def extend(mini_tender_id: int) -> Response:
    """Ask that the deadline be put off."""
    return _page(mini_tender_id, ExtendForm)


@allow(Role.BUYER)
def change(mini_tender_id: int) -> Response:
    """Ask that what is asked change, with the deadline that it takes."""
    return _page(mini_tender_id, ChangeForm)


def _page(mini_tender_id: int, kind: type[ExtendForm]) -> Response:
    found, at = own_mini_tender(mini_tender_id), clock.now()
    if not is_open(found, at) or waiting_change(found, at):
        abort(redirect(url_for("procurement.mini_tender", mini_tender_id=found.id)))
    proposed = proposed_deadline_of(found, at)
    words = {name: getattr(found, name) for name in CHANGEABLE}
    given = {"closes_at": proposed, **_after_outage(found, at)}
    form = kind(data={"version": found.version, **given, **words})
    if not form.validate_on_submit() or not _is_possible(form, found, at):
        return form_page("procurement/mini_tender_change.html", form, mini_tender=found, proposed=proposed)
    if "confirm" not in request.form:
        return _confirmation(found, form, at)
    if not _ask(form, found, at):
        return form_page("procurement/mini_tender_change.html", form, mini_tender=found, proposed=proposed)
    flash("La demande est faite. Rien ne change avant qu’une autre personne la lise et l’approuve.", "success")
    return redirect(url_for("procurement.mini_tender", mini_tender_id=found.id))


def _after_outage(found: MiniTender, at: datetime) -> dict[str, Any]:
    """What makes up for the outage that the page told of, when the form was reached from there (REC-04)."""
    outage = outage_to_make_up_for(found, at) if "panne" in request.args else None
    if outage is None or found.closes_at is None:
        return {}
    later = extension_after_outage(found.closes_at, (outage.ended_at or at) - outage.began_at)
    return {"closes_at": later, "reason": outages.told(outage)}


def _ask(form: ExtendForm, found: MiniTender, at: datetime) -> bool:
    """Ask for it, with what the page showed."""
    said = {"version": form.version.data, "reason": form.reason.data, "home": site_address()}
    with attempt(form) as done:
        ask_change(found, form.closes_at.data, form.words(), **said, by=current_person(), at=at)
    return bool(done)


def _is_possible(form: ExtendForm, found: MiniTender, at: datetime) -> bool:
    """Whether nothing forbids it; else the form says all that does."""
    said = {"version": form.version.data, "reason": form.reason.data or ""}
    faults = faults_of_change(found, form.closes_at.data, form.words(), **said, at=at)
    form.take(Refused(*faults))
    return not faults


def _confirmation(found: MiniTender, form: ExtendForm, at: datetime) -> Response:
    home = site_address()
    said = planned_change(found, form.closes_at.data, form.words(), reason=form.reason.data)
    letter = letters.changed(found, *said, home=home)
    return make_response(
        render_template(
            "procurement/mini_tender_change_confirm.html",
            mini_tender=found,
            form=form,
            words=said[0],
            new_closes_at=form.closes_at.data,
            until=request_ends(at, found.closes_at),
            kept=[(name, value) for name, value in request.form.items(multi=True) if name not in NOT_SENT_AGAIN],
            told=[supplier.name for supplier in invitees_of(found)],
            letters=[("À chaque invité", letter.subject, letter.body)],
        )
    )
