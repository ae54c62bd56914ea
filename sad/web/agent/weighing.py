"""« Ce qui compte »: the weights of the criteria, within the ranges that the notice announced."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from flask import Response, redirect, url_for

from sad import clock
from sad.actions.launches import chosen_weights
from sad.actions.mini_tenders import NeedChange
from sad.actions.stages import roadmap_of
from sad.domain.comparison import method_in_words
from sad.domain.emphasis import emphasised
from sad.domain.requirements import Nature, Requirement
from sad.domain.sentences import decimal_text
from sad.domain.stages import stage_in_force
from sad.models.mini_tenders import MiniTender
from sad.models.people import Role
from sad.web.access import allow
from sad.web.agent.forms import CUSTOM, WeightsForm
from sad.web.agent.own import own_draft
from sad.web.agent.screens import screen
from sad.web.drafts import keep

STAGE = "stage"
LABELS = {
    STAGE: "Comme le palier le prévoit",
    "price": "Le prix compte davantage",
    "quality": "La qualité compte davantage",
    "environment": "L’environnement compte davantage",
}

Weights = dict[str, Decimal]


@allow(Role.REQUESTER)
def weights(mini_tender_id: int) -> Response:
    """Choose a ready-made weighing, or one's own."""
    need, at = own_draft(mini_tender_id), clock.now()
    criteria = _criteria(need, at)
    presets = _presets(criteria)
    form = _form(criteria, presets, need)
    if form.validate_on_submit():
        chosen = _chosen(form, presets)
        if keep(form, need, NeedChange(weights=chosen), *form.ASKED_AS, "weights", "tie_rule", at=at):
            return redirect(url_for("agent.check", mini_tender_id=need.id))
    words = {each.key: method_in_words(each.method) for each in criteria}
    return screen("agent/weights.html", 4, form, need, at, criteria=criteria, hints=_hints(criteria, presets), words=words)


def _criteria(need: MiniTender, at: datetime) -> tuple[Requirement, ...]:
    stage = stage_in_force(roadmap_of(need.system), at)
    return stage.of_nature(Nature.AWARD_CRITERION, need.category.key if need.category else None)


def _presets(criteria: Sequence[Requirement]) -> dict[str, Weights]:
    """The ready-made weighings that differ from those before them."""
    keys = {
        STAGE: [],
        "price": [each.key for each in criteria if each.price],
        "quality": [each.key for each in criteria if each.method.get("method") == "scale" and not each.environmental],
        "environment": [each.key for each in criteria if each.environmental],
    }
    found: dict[str, Weights] = {}
    for name, raised in keys.items():
        weighing = emphasised(criteria, raised)
        if weighing not in found.values():
            found[name] = weighing
    return found


def _form(criteria: Sequence[Requirement], presets: Mapping[str, Weights], need: MiniTender) -> WeightsForm:
    """The form as the draft stands: the preset that it follows, or its own weights."""
    now = {**presets[STAGE], **(chosen_weights(need) or {})}
    emphasis = STAGE if not need.weights else next((name for name, each in presets.items() if each == now), CUSTOM)
    form = WeightsForm.of(
        criteria, data={"version": need.version, "emphasis": emphasis, **{f"weight_{key}": weight for key, weight in now.items()}}
    )
    form.emphasis.choices = [*((name, LABELS[name]) for name in presets), (CUSTOM, "Je choisis moi-même")]
    return form


def _chosen(form: WeightsForm, presets: Mapping[str, Weights]) -> dict[str, str] | None:
    """The weights to keep, as text; none to follow the stage, whichever is in force when the need leaves."""
    if form.emphasis.data == STAGE:
        return None
    if form.emphasis.data == CUSTOM:
        return form.chosen()
    return {key: decimal_text(weight) for key, weight in presets[form.emphasis.data].items()}


def _hints(criteria: Sequence[Requirement], presets: Mapping[str, Weights]) -> dict[str, str]:
    """What each weighing gives, in one line."""
    labels = {each.key: each.label for each in criteria}
    lines = {name: ", ".join(f"{labels[key]} {decimal_text(weight)}" for key, weight in each.items()) for name, each in presets.items()}
    return {**lines, CUSTOM: "Les poids ci-dessous, que vous pouvez changer."}
