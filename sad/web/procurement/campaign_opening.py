"""Opening a re-confirmation campaign: why and until when, then what will leave and to whom, then the act (SAD-13)."""

from datetime import datetime
from itertools import pairwise

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from sad import clock
from sad.actions import campaigns as acts
from sad.domain.campaigns import new_capacities
from sad.domain.errors import Refused
from sad.letters import campaigns as letters
from sad.models.people import Role
from sad.models.stages import Stage
from sad.models.systems import PurchasingSystem
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.procurement.campaign_forms import YEARLY, OpenCampaignForm, open_form
from sad.web.procurement.own import own_system
from sad.web.running import site_address

EXAMPLES = 3


@allow(Role.BUYER)
def open_it(system_id: int) -> Response:
    """Why and until when, then what will leave, to whom, then the act."""
    found, at = own_system(system_id), clock.now()
    stages = acts.stages_to_confirm(found, at)
    form = open_form(stages, due_on=acts.due_day_proposed(at))
    if not form.validate_on_submit() or not _may_open(form, found, _chosen(form, stages), at):
        return _open_page(form, found, at)
    stage = _chosen(form, stages)
    if "confirm" not in request.form:
        return _open_confirmation(form, found, stage, at)
    with attempt(form) as done:
        made = acts.open_campaign(found, due_on=form.due_on.data, stage=stage, home=site_address(), by=current_person(), at=at)
    if not done:
        return _open_page(form, found, at)
    flash("La campagne est ouverte. Les lettres partent.", "success")
    return redirect(url_for("procurement.campaign", system_id=system_id, campaign_id=made.id))


def _chosen(form: OpenCampaignForm, stages: list[Stage]) -> Stage | None:
    """The stage that was chosen; none for the yearly check."""
    return None if form.occasion.data == YEARLY else next(each for each in stages if str(each.id) == form.occasion.data)


def _may_open(form: OpenCampaignForm, system: PurchasingSystem, stage: Stage | None, at: datetime) -> bool:
    """Whether nothing forbids it; else the form says all that does."""
    faults = acts.opening_faults(system, stage, form.due_on.data, at=at)
    form.take(Refused(*faults))
    return not faults


def _open_page(form: OpenCampaignForm, system: PurchasingSystem, at: datetime) -> Response:
    law, first = acts.renewal_law(at), acts.first_due_day_possible(at)
    hints = _hints(acts.stages_to_confirm(system, at))
    return form_page("procurement/campaign_open.html", form, system=system, law=law, first=first, hints=hints)


def _hints(stages: list[Stage]) -> dict[str, str]:
    """For each stage to come, the capacities that it adds or changes."""
    hints = {}
    for before, after in pairwise(stages):
        labels = [each.label for each in new_capacities(after.as_value(), before.as_value())]
        said = f"Nouveau ou changé : {', '.join(labels)}." if labels else "Mêmes conditions d’admission qu’au palier d’avant."
        hints[str(after.id)] = said
    if stages:
        hints[str(stages[0].id)] = "Le palier en vigueur."
    return hints


def _open_confirmation(form: OpenCampaignForm, system: PurchasingSystem, stage: Stage | None, at: datetime) -> Response:
    """The consequences, who is told and some of the letters, before anything happens."""
    planned, asked = acts.prospect_of(system, due_on=form.due_on.data, stage=stage, by=current_person(), at=at)
    texts = {supplier: letters.asked(planned, supplier, requests, home=site_address()) for supplier, requests in asked.items()}
    examples = list({text.body.replace(supplier.name, ""): supplier for supplier, text in texts.items()}.values())[:EXAMPLES]
    return make_response(
        render_template(
            "procurement/campaign_open_confirm.html",
            system=system,
            form=form,
            campaign=planned,
            is_short=form.due_on.data < acts.due_day_proposed(at),
            law=acts.renewal_law(at),
            kept=[(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "confirm")],
            told=[supplier.name for supplier in asked],
            letters=[(supplier.name, texts[supplier].subject, texts[supplier].body) for supplier in examples],
        )
    )

