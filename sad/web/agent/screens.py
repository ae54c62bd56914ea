"""What the screens of the wizard share: their order, what stands beside each, where to go on."""

from collections.abc import Collection, Sequence
from datetime import datetime

from flask import Response, url_for

from sad.actions.reach import reach_of
from sad.actions.resumed_drafts import kept_pieces
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
    """Where to go on with a draft."""
    return resume_urls([need])[need.id]


def resume_urls(drafts: Sequence[MiniTender]) -> dict[int, str]:
    """Where to go on with each draft, by id: its first screen that lacks something, or that nobody has kept yet."""
    kept = kept_pieces([each for each in drafts if each.guests and each.budget is None])
    return {each.id: url_for(_next_screen(each, kept.get(each.id, set())), mini_tender_id=each.id) for each in drafts}


def _next_screen(need: MiniTender, kept: Collection[str]) -> str:
    if not need.guests:
        return "agent.guests"
    if need.budget is not None:
        return "agent.check"
    return "agent.budget" if "packaging" in kept else "agent.constraints"


def screen_url(need: MiniTender, field: str | None) -> str | None:
    """The screen that asks for what a rule is about; None when no screen of the wizard does."""
    criteria = need.weights or {}
    endpoint = SCREEN_OF.get(field or "", "agent.weights" if field in criteria else None)
    return url_for(endpoint, mini_tender_id=need.id) if endpoint else None
