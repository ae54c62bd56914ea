"""The emergency brake of a coming stage in one category: the figures, three ways out, the decision and the text to publish."""

from flask import Response, abort, flash, redirect, url_for

from sad import clock
from sad.actions.brake_decisions import Choice, choice_faults, earlier_decisions, settle_brake
from sad.actions.brakes import brake_on
from sad.actions.stages import stages_of
from sad.models.people import Role
from sad.models.stage_changes import ReviewDecision
from sad.models.systems import Category, PurchasingSystem
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.procurement.own import own_published_stage
from sad.web.procurement.review_forms import DECISIONS, BrakeForm, able, exemption_hints
from sad.web.procurement.systems import READERS


@allow(*READERS, acting=[Role.BUYER])
def brake(system_id: int, number: int, category_key: str) -> Response:
    """Who passes, who lacks what, what each way out does; then the decision, which changes nothing by itself."""
    stage, at = own_published_stage(system_id, number), clock.now()
    system = stage.system
    category = _category(system, category_key)
    found = brake_on(stage, category, at)
    form = BrakeForm.of(found.figures)
    if form.validate_on_submit():
        with attempt(form) as done:
            settle_brake(stage, category, _choice(form), by=current_person(), at=at)
        if done:
            return _next(system_id, number, category_key, form.decision.data)
    return form_page(
        "procurement/brake.html",
        form,
        system=system,
        brake=found,
        earlier=earlier_decisions(stage, category),
        is_closed=bool(choice_faults(stage, Choice(ReviewDecision.MAINTAIN, "–"), at)),
        is_drafted=any(row.number == number and row.published_at is None for row in stages_of(system)),
        hints=exemption_hints(found.figures),
        able=able,
        decisions=DECISIONS,
        is_buyer=current_person().has_role(Role.BUYER),
    )


def _category(system: PurchasingSystem, key: str) -> Category:
    return next((each for each in system.categories if each.key == key), None) or abort(404)


def _choice(form: BrakeForm) -> Choice:
    decision = ReviewDecision(form.decision.data)
    return Choice(
        decision,
        form.reason.data or "",
        until=form.until.data if decision is ReviewDecision.POSTPONE else None,
        requirements=tuple(form.requirements.data or ()) if decision is ReviewDecision.EXEMPT else (),
    )


def _next(system_id: int, number: int, category_key: str, decision: str) -> Response:
    """Where the decision leads: to the corrigendum that makes it real, or back to the text to publish."""
    if decision == ReviewDecision.MAINTAIN:
        flash("Le palier est maintenu. Votre raison est au journal, l’alerte se tait.", "success")
        return redirect(url_for("procurement.brake", system_id=system_id, number=number, category_key=category_key))
    flash("Le brouillon est prêt. Rien ne change tant que le rectificatif n’est pas publié.", "success")
    return redirect(url_for("procurement.corrigendum", system_id=system_id, number=number))
