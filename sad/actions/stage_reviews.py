"""The yearly review of a stage: the decision to maintain, postpone or exempt, kept with the figures of the instant."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased, joinedload

from sad import parameters
from sad.actions.journal import record
from sad.actions.stage_figures import StageFigures, SupplierFigures, figures_of_stage
from sad.db import session
from sad.domain.calendar import months_before, paris_day
from sad.domain.errors import Refusal, Refused
from sad.domain.sentences import decimal_text, french_date
from sad.domain.stage_effects import Compared, Mean, Side
from sad.letters.wording import rounded
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import Person
from sad.models.stage_changes import ReviewDecision, ReviewOccasion, StageReview
from sad.models.stages import Stage, on_roadmap
from sad.models.systems import Category, PurchasingSystem

A_YEAR = timedelta(days=365)
MOST = 20


def review_stage(
    stage: Stage, decision: ReviewDecision, *, reason: str, category: Category | None = None, by: Person, at: datetime
) -> StageReview:
    """Keep what is decided after some months of a stage, with the figures of the instant; nothing changes by itself (PAL-02).

    Postponing is said of the stage that comes next, exempting of one category of this one. Raises `Refused` with every fault.
    """
    figures = figures_of_stage(stage, at)
    faults = list(_faults(figures, decision, reason, category, at))
    if faults:
        raise Refused(*faults)
    review = StageReview(
        organisation_id=stage.organisation_id,
        stage_id=stage.id,
        category_id=category.id if category and decision == ReviewDecision.EXEMPT else None,
        occasion=ReviewOccasion.YEARLY,
        decision=decision,
        reason=reason.strip(),
        figures=kept_figures(figures),
        decided_by=by.id,
        decided_at=at,
    )
    session.add(review)
    record("review_stage", review, by=by, at=at, stage=stage.id, decision=decision, reason=review.reason, figures=review.figures)
    return review


def reviews_of(stage: Stage) -> list[StageReview]:
    """The yearly reviews of a stage in all its versions, the last first."""
    around = (joinedload(StageReview.decider).lazyload(Person.roles), joinedload(StageReview.category))
    same = (Stage.system_id == stage.system_id, Stage.number == stage.number, StageReview.occasion == ReviewOccasion.YEARLY)
    found = select(StageReview).join(Stage, Stage.id == StageReview.stage_id).where(*same).options(*around)
    return list(session.scalars(found.order_by(StageReview.decided_at.desc(), StageReview.id.desc())))


def stages_to_review(organisation_id: int, at: datetime) -> list[Stage]:
    """The stages in force for some months, with contracts awarded under them, that nobody reviewed in the last year."""
    today = paris_day(at)
    begun = months_before(today, parameters.value("stage_review_months", on=today))
    later = aliased(Stage)
    superseded = exists().where(
        later.system_id == Stage.system_id,
        later.published_at.is_not(None),
        later.replaced_at.is_(None),
        later.effective_on > Stage.effective_on,
        later.effective_on <= today,
    )
    decided = (MiniTenderState.AWARDED, MiniTenderState.NOTIFIED)
    used = exists().where(
        MiniTender.system_id == Stage.system_id, MiniTender.stage_fingerprint == Stage.fingerprint, MiniTender.state.in_(decided)
    )
    reviewed = exists().where(
        StageReview.stage_id == Stage.id, StageReview.occasion == ReviewOccasion.YEARLY, StageReview.decided_at > at - A_YEAR
    )
    own = (Stage.organisation_id == organisation_id, on_roadmap(), Stage.effective_on <= begun)
    alive = (PurchasingSystem.ended_at.is_(None), PurchasingSystem.valid_until >= today)
    found = select(Stage).join(PurchasingSystem, PurchasingSystem.id == Stage.system_id).where(*own, *alive, ~superseded, used, ~reviewed)
    return list(session.scalars(found.options(joinedload(Stage.system)).order_by(Stage.effective_on, Stage.id).limit(MOST)))


def kept_figures(figures: StageFigures) -> dict[str, object]:
    """The figures as JSON, rounded to two decimals as the page shows them."""
    suppliers, effects = figures.suppliers, figures.effects
    return {
        "earlier": figures.earlier.number if figures.earlier else None,
        "is_conclusive": figures.is_conclusive,
        "fewest": figures.fewest,
        "suppliers": {name: getattr(suppliers, name) for name in SupplierFigures.__dataclass_fields__},
        "before": _side(effects.before),
        "after": _side(effects.after),
        "made_irregular": effects.made_irregular,
        "prices": {key: _compared(each) for key, each in effects.prices.items()},
        "shares": {key: _compared(each) for key, each in effects.shares.items()},
    }


def _faults(figures: StageFigures, decision: ReviewDecision, reason: str, category: Category | None, at: datetime) -> Iterator[Refusal]:
    if figures.stage.effective_on > paris_day(at):
        message = f"Ce palier prend effet le {french_date(figures.stage.effective_on)} : il n’a encore rien changé."
        yield Refusal(message, "Attendre quelques mois de consultations, ou décider maintenant sur le frein d’urgence.", "PAL-04")
    if not reason.strip():
        yield Refusal("La raison manque.", "Une phrase : elle reste au journal avec les chiffres.", "PAL-02", "reason")
    if decision == ReviewDecision.POSTPONE and figures.following is None:
        message = "Aucun palier ne vient après celui-ci : il n’y a rien à repousser."
        yield Refusal(message, "Maintenir, ou exempter une catégorie.", "PAL-02", "decision")
    if decision == ReviewDecision.EXEMPT and category is None:
        yield Refusal("La catégorie n’est pas choisie.", "Une exemption vaut pour tous ceux d’une catégorie.", "PAL-02", "category")


def _side(side: Side | None) -> dict[str, int] | None:
    return {name: getattr(side, name) for name in Side.__dataclass_fields__} if side else None


def _compared(each: Compared) -> dict[str, object]:
    return {"label": each.label, "before": _mean(each.before), "after": _mean(each.after)}


def _mean(mean: Mean | None) -> list[object] | None:
    return [None if mean.value is None else decimal_text(rounded(mean.value, 2)), mean.count] if mean else None
