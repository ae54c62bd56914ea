"""What the screens of the wizard share: their order, what stands beside each, where to go on."""

from datetime import datetime

from flask import Response, url_for

from sad.actions.reach import reach_of
from sad.actions.stages import roadmap_of
from sad.domain.stages import stage_in_force
from sad.models.mini_tenders import MiniTender
from sad.web.acts import form_page
from sad.web.drafts import VersionedForm

SCREENS = (
    ("Modèle", None),
    ("Convives et date", "agent.guests"),
    ("Contraintes", "agent.constraints"),
    ("Budget", "agent.budget"),
    ("Ce qui compte", "agent.weights"),
    ("Vérifier", "agent.check"),
)
SCREEN_OF = {
    **dict.fromkeys(("object", "title", "service_on", "closes_at"), "agent.guests"),
    **dict.fromkeys(("constraints", "dietary_needs", "tasting"), "agent.constraints"),
    **dict.fromkeys(("budget", "lines"), "agent.budget"),
    "weights": "agent.weights",
}


def screen(template: str, step: int, form: VersionedForm, need: MiniTender, at: datetime, **context: object) -> Response:
    """The page of a screen: where one is, the form, and who could answer."""
    stage = stage_in_force(roadmap_of(need.system), at)
    return form_page(template, form, need=need, steps=steps_of(need), step=step, stage=stage, reach=reach_of(need, stage, at), **context)


def steps_of(need: MiniTender) -> list[tuple[str, str | None]]:
    """The screens for the stepper, with the addresses of those that can be gone to."""
    last = SCREENS.index(("Vérifier", "agent.check")) if need.guests else 1
    return [
        (label, url_for(endpoint, mini_tender_id=need.id) if endpoint and place <= last else None)
        for place, (label, endpoint) in enumerate(SCREENS)
    ]


def resume_url(need: MiniTender) -> str:
    """Where to go on with a draft: its first screen that lacks something."""
    endpoint = "agent.guests" if not need.guests else "agent.constraints" if need.budget is None else "agent.check"
    return url_for(endpoint, mini_tender_id=need.id)


def screen_url(need: MiniTender, field: str | None) -> str | None:
    """The screen that asks for what a rule is about; None when no screen of the wizard does."""
    criteria = need.weights or {}
    endpoint = SCREEN_OF.get(field or "", "agent.weights" if field in criteria else None)
    return url_for(endpoint, mini_tender_id=need.id) if endpoint else None
