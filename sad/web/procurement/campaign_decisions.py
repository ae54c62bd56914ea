"""Deciding cases of a campaign, one or several that are alike: the form, then what will happen and the letters, then the act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for

from sad import clock
from sad.actions.campaign_decisions import KEPT, SUSPENDED, alike_fault, decide_alike, decision_faults, decision_letter
from sad.actions.campaigns import Case, cases_of, proposal_for
from sad.actions.letters import people_of
from sad.domain.errors import Refusal, Refused
from sad.letters.wording import plural
from sad.models.campaigns import Campaign, CampaignDecision, CampaignRequest
from sad.models.people import Role
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.procurement.campaign_forms import keep_form, suspend_form
from sad.web.procurement.campaign_opening import EXAMPLES
from sad.web.procurement.campaigns import groups_of
from sad.web.procurement.own_campaigns import own_campaign, own_request

CHOICES = {"garder": KEPT, "suspendre": SUSPENDED}


@dataclass(frozen=True, slots=True)
class Deciding:
    """A decision being taken: on which cases, where to go back to; `group` is the words for several cases."""

    campaign: Campaign
    cases: Sequence[Case]
    decision: CampaignDecision
    back: str
    group: str = ""

    @property
    def is_suspension(self) -> bool:
        return self.decision == SUSPENDED

    def chosen(self, form: Any) -> list[CampaignRequest]:
        """The requests that are decided: the ticked ones when there are several."""
        return [case.request for case in self.cases if not self.group or case.request.id in (form.requests.data or ())]

    def said(self, form: Any) -> dict[str, Any]:
        """What was typed, as the act takes it."""
        if self.is_suspension:
            return {"reasons": form.reasons(), "note": "", "effective_on": form.effective_on.data}
        return {"reasons": (), "note": form.note.data or "", "effective_on": None}

    def form(self, at: datetime) -> Any:
        if self.is_suspension:
            return suspend_form(self.cases, at, is_group=bool(self.group))
        return keep_form(self.cases, is_group=bool(self.group))


@allow(Role.BUYER)
def decide(system_id: int, campaign_id: int, request_id: int) -> Response:
    """Decide one case; once decided it has no such page any more."""
    campaign, at = own_campaign(system_id, campaign_id), clock.now()
    asked = own_request(campaign, request_id)
    back = url_for("procurement.campaign_request", system_id=system_id, campaign_id=campaign_id, request_id=request_id)
    if asked.decided_at is not None or campaign.closed_at is not None:
        return redirect(back)
    case = Case(asked, proposal_for(asked, at))
    return _page(Deciding(campaign, [case], _choice(case), back), at)


@allow(Role.BUYER)
def decide_together(system_id: int, campaign_id: int) -> Response:
    """Decide cases that are alike; a group that is no longer there leads back to the campaign."""
    campaign, at = own_campaign(system_id, campaign_id), clock.now()
    back = url_for("procurement.campaign", system_id=system_id, campaign_id=campaign_id)
    groups = groups_of(cases_of(campaign, at)) if campaign.closed_at is None else []
    group = next((each for each in groups if each.key == request.args.get("groupe")), None)
    if group is None:
        return redirect(back)
    return _page(Deciding(campaign, group.cases, _choice(group.cases[0]), back, group.title), at)


def _page(deciding: Deciding, at: datetime) -> Response:
    form = deciding.form(at)
    if not form.validate_on_submit() or not _is_possible(deciding, form, at):
        return _form_page(deciding, form)
    if "confirm" not in request.form:
        return _confirmation(deciding, form, at)
    with attempt(form) as done:
        decided = decide_alike(deciding.chosen(form), deciding.decision, **deciding.said(form), by=current_person(), at=at)
    if not done:
        return _form_page(deciding, form)
    count = len(decided)
    flash(f"{plural(count, 'décision prise', 'décisions prises')}. {plural(count, 'lettre part', 'lettres partent')}.", "success")
    return redirect(url_for("procurement.campaign", system_id=deciding.campaign.system_id, campaign_id=deciding.campaign.id))


def _choice(case: Case) -> CampaignDecision:
    """What was chosen in the address; without it, what is proposed."""
    proposed = "suspendre" if case.proposal.outcome == "suspended" else "garder"
    return CHOICES.get(request.args.get("choix", proposed)) or abort(404)


def _is_possible(deciding: Deciding, form: Any, at: datetime) -> bool:
    """Whether nothing forbids it; else the form says all that does, each point once."""
    chosen = deciding.chosen(form)
    fault = alike_fault(chosen, at)
    faults: list[Refusal] = [fault] if fault else []
    for each in chosen:
        faults += decision_faults(each, deciding.decision, **deciding.said(form), at=at)
    form.take(Refused(*dict.fromkeys(faults)))
    return not faults


def _form_page(deciding: Deciding, form: Any) -> Response:
    return form_page("procurement/campaign_decide.html", form, deciding=deciding, campaign=deciding.campaign, first=deciding.cases[0])


def _confirmation(deciding: Deciding, form: Any, at: datetime) -> Response:
    """The consequences, who is told and the letters, before anything happens."""
    chosen, said = deciding.chosen(form), deciding.said(form)
    examples = [
        (each.admission.supplier.name, text.subject, text.body)
        for each in chosen[:EXAMPLES]
        for text in [decision_letter(each, deciding.decision, reasons=said["reasons"], effective_on=said["effective_on"], at=at)]
    ]
    told = [f"{each.admission.supplier.name}, {each.admission.category.label}" for each in chosen]
    if len(chosen) == 1:
        told = [f"{person.name}, {person.email}" for person in people_of(chosen[0].admission.supplier)]
    return make_response(
        render_template(
            "procurement/campaign_decide_confirm.html",
            deciding=deciding,
            campaign=deciding.campaign,
            form=form,
            chosen=chosen,
            effective_on=said["effective_on"],
            told=told,
            letters=examples,
            kept=[(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "confirm")],
        )
    )
