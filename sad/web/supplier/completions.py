"""What the buyer asks about an application: a completion, or observations."""

from flask import Response, abort, flash, redirect, url_for

from sad import clock
from sad.actions.completions import answer_completion, waiting_request
from sad.actions.hearings import answer_hearing
from sad.domain.admission.grounds import EXCLUSIONS, ground_label
from sad.models.applications import ApplicationState
from sad.web.access import allow_supplier, current_person
from sad.web.acts import attempt, form_page
from sad.web.supplier.applications import own_application
from sad.web.supplier.forms import ConfirmForm, HearingForm


@allow_supplier
def completion(application_id: int) -> Response:
    """What is missing, what was added since, and sending it."""
    application, form = own_application(application_id), ConfirmForm()
    request = waiting_request(application)
    if request is None or application.state != ApplicationState.COMPLETION_REQUESTED:
        return redirect(url_for("supplier.application", application_id=application.id))
    if form.validate_on_submit():
        with attempt(form) as done:
            answer_completion(application, by=current_person(), at=clock.now())
        if done:
            flash("Votre complément est envoyé. L’accusé de réception est dans vos courriers.", "success")
            return redirect(url_for("supplier.application", application_id=application.id))
    stage = application.frozen_stage()
    asked = [(each["requirement"], ground_label(each["requirement"], stage), each["sentence"]) for each in request.asked]
    added = [each for each in application.documents if each.added_at > request.asked_at]
    return form_page("supplier/completion.html", form, application=application, request_waiting=request, asked=asked, added=added)


@allow_supplier
def hearing(application_id: int) -> Response:
    """The facts held against the supplier, and its observations."""
    application, form = own_application(application_id), HearingForm()
    asked = next((each for each in application.hearings if each.answer is None), None)
    if asked is None or application.state != ApplicationState.HEARING:
        abort(404)
    if form.validate_on_submit():
        with attempt(form) as done:
            answer_hearing(asked, form.answer.data, by=current_person(), at=clock.now())
        if done:
            flash("Vos observations sont envoyées. Elles seront lues avant toute décision.", "success")
            return redirect(url_for("supplier.application", application_id=application.id))
    return form_page("supplier/hearing.html", form, application=application, hearing=asked, ground=EXCLUSIONS[asked.ground])
