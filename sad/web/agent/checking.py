"""« Vérifier »: all that was written, all that stands against it, and one button that says what will happen."""

from datetime import datetime

from flask import Response, flash, redirect, url_for

from sad import clock
from sad.actions.deadline_agreements import may_ask
from sad.actions.launches import BUYERS_OWN, Prospect, prospect_of
from sad.actions.mini_tenders import NeedChange, save_need, submit_for_check
from sad.actions.publications import is_within_limit, publish_mini_tender
from sad.actions.reach import reach_of
from sad.letters import mini_tenders as letters
from sad.letters.wording import plural
from sad.models.mini_tenders import MiniTender
from sad.models.people import Role
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.agent.own import own_draft
from sad.web.agent.screens import screen_url, steps_of
from sad.web.drafts import ReasonsForm
from sad.web.running import site_address, site_settings

PUBLISH, SUBMIT = "publish", "submit"
CEILING, SCORING = "SAD-02", "CRI-13"


@allow(Role.REQUESTER)
def check(mini_tender_id: int) -> Response:
    """Read all again, then publish or hand to the buyers."""
    need, at = own_draft(mini_tender_id), clock.now()
    prospect = prospect_of(need, at)
    act = _act(need, prospect)
    form = ReasonsForm.of([each for each in prospect.warnings if act == PUBLISH or each.rule not in BUYERS_OWN], need, act=act)
    if form.validate_on_submit() and _leave(form, need, at):
        return redirect(url_for("agent.need", mini_tender_id=need.id))
    around = _around(need, prospect, at)
    return form_page("agent/check.html", form, need=need, prospect=prospect, act=act, steps=steps_of(need), step=5, **around)


def _act(need: MiniTender, prospect: Prospect) -> str:
    """Publish when the service may and nothing waits for the buyers; else let them check."""
    waits_for_buyers = any(each.rule in BUYERS_OWN for each in prospect.faults)
    waits_for_buyers |= any(each.rule in (CEILING, SCORING) for each in prospect.unjustified)
    return PUBLISH if is_within_limit(need) and not waits_for_buyers else SUBMIT


def _leave(form: ReasonsForm, need: MiniTender, at: datetime) -> bool:
    """Do what the button said, on the version that the page showed."""
    by = current_person()
    with attempt(form) as done:
        save_need(need, NeedChange(justifications={**need.justifications, **form.reasons()}), version=form.version.data, by=by, at=at)
        if form.act.data == PUBLISH:
            settings = site_settings()
            publish_mini_tender(need, seal_key=settings.seal_key, justifications={}, home=settings.base_url, by=by, at=at)
        else:
            submit_for_check(need, by=by, at=at)
    if done:
        flash("Votre besoin est publié." if form.act.data == PUBLISH else "Votre besoin est envoyé au service achats.", "success")
    else:
        form.note_crossing(need)
    return bool(done)


def _around(need: MiniTender, prospect: Prospect, at: datetime) -> dict[str, object]:
    """What the page shows beside the summary."""
    launch = prospect.launch
    text = letters.invitation(need, closes_at=launch.closes_at, grid=launch.grid, home=site_address(), is_agreed=launch.agreed_deadline)
    faults = [(each, screen_url(need, each.field)) for each in prospect.faults]
    return {
        "letter": text,
        "may_ask": may_ask(need, at),
        "faults": faults,
        "reach": reach_of(need, launch.stage, at),
        "invited": plural(len(prospect.invitees), "fournisseur"),
        "buyers_own": BUYERS_OWN,
        "is_near_ceiling": any(each.rule == CEILING for each in prospect.warnings),
        "is_scoring_reread": any(each.rule == SCORING for each in prospect.unjustified),
    }
