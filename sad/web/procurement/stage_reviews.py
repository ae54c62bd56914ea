"""The yearly review of a stage: what it changed, how much that can be trusted, the decision, the reviews before."""

from flask import Response, flash, redirect, url_for

from sad import clock
from sad.actions.stage_figures import StageFigures, figures_of_stage
from sad.actions.stage_reviews import review_stage, reviews_of
from sad.actions.stages import stages_of
from sad.domain.calendar import paris_day
from sad.models.people import Role
from sad.models.stage_changes import ReviewDecision
from sad.models.stages import Stage
from sad.models.systems import PurchasingSystem
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.procurement.own import own_published_stage, own_system
from sad.web.procurement.review_forms import StageReviewForm
from sad.web.procurement.systems import READERS
from sad.web.roadmaps import names_of

LABELS = {
    ReviewDecision.MAINTAIN: "Maintenir la trajectoire",
    ReviewDecision.POSTPONE: "Repousser le palier d’après",
    ReviewDecision.EXEMPT: "Exempter une catégorie de ce palier",
}


@allow(*READERS, acting=[Role.BUYER])
def stage_review(system_id: int, number: int) -> Response:
    """What the stage changed compared with the one before; then the decision, kept with these figures."""
    system, at = own_system(system_id), clock.now()
    stage = _stage(system, number)
    figures = figures_of_stage(stage, at)
    form = StageReviewForm.of(_labels(figures), names_of(system))
    if form.validate_on_submit():
        category = next((each for each in system.categories if each.key == form.category.data), None)
        decision, reason = ReviewDecision(form.decision.data), form.reason.data or ""
        with attempt(form) as done:
            review_stage(stage, decision, reason=reason, category=category, by=current_person(), at=at)
        if done:
            flash("Le bilan est noté, avec ses chiffres. Rien ne change tout seul.", "success")
            return redirect(url_for("procurement.stage_review", system_id=system_id, number=number, _anchor="bilans"))
    return form_page(
        "procurement/stage_review.html",
        form,
        system=system,
        figures=figures,
        is_in_force=stage.effective_on <= paris_day(at),
        reviews=reviews_of(stage),
        labels=LABELS,
        is_buyer=current_person().has_role(Role.BUYER),
    )


def _stage(system: PurchasingSystem, number: int) -> Stage:
    """The version of the stage that took effect last, else the one that will."""
    today = paris_day(clock.now())
    begun = [row for row in stages_of(system) if row.number == number and row.is_on_roadmap and row.effective_on <= today]
    return begun[-1] if begun else own_published_stage(system.id, number)


def _labels(figures: StageFigures) -> dict[str, str]:
    """The decisions that can be taken: without a stage that comes, there is none to postpone."""
    return {each.value: words for each, words in LABELS.items() if figures.following or each is not ReviewDecision.POSTPONE}
