"""The hour of the server and the outages of the service, for administrators; that of the instance says when the hour is right."""

from datetime import timedelta

from flask import Response, flash, redirect, url_for
from wtforms import TextAreaField

from sad import clock
from sad.actions.administrators import is_instance_administrator
from sad.actions.outages import last_outages
from sad.actions.timekeeping import database_hour, declare_hour, found_skews, last_known, running_skews, skew_limit
from sad.models.people import Role
from sad.web.access import allow, allow_instance, current_person
from sad.web.acts import attempt, form_page
from sad.web.drafts import LONG
from sad.web.fields import Form, Required

MOST_SHOWN = 20


class HourForm(Form):
    """How the hour was checked."""

    reason = TextAreaField(
        "Comment avez-vous vérifié l’heure ?",
        [Required("Écrivez comment l’heure a été vérifiée."), LONG],
        description="Par exemple : comparée à l’horloge parlante, à la minute près. Ce motif est gardé au journal.",
    )


@allow(Role.ADMINISTRATOR)
def timekeeping() -> Response:
    """What the clocks say now, the doubts that run, the last outages."""
    return _page(HourForm(formdata=None))


@allow_instance
def declare() -> Response:
    """Say that the hour of the server is right."""
    form = HourForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            declared = declare_hour(clock.read(database_hour), form.reason.data, by=current_person(), at=clock.now())
            clock.hold(declared.as_anchor(), skew_limit())
        if done:
            flash("L’heure est confirmée : les ouvertures reprennent.", "success")
            return redirect(url_for("admin.timekeeping"))
    return _page(form)


def _page(form: HourForm) -> Response:
    reading = clock.read(database_hour)
    return form_page(
        "admin/timekeeping.html",
        form,
        reading=reading,
        limit=skew_limit(),
        found=found_skews(reading),
        running=running_skews(),
        watched_at=last_known(),
        outages=last_outages(MOST_SHOWN),
        is_instance=is_instance_administrator(current_person()),
        one_minute=timedelta(minutes=1),
    )
