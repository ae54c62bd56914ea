"""What is decided of a coming stage that leaves too few suppliers: maintain, put off or exempt, with the text to publish (PAL-06)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad.actions.brakes import Brake, brake_on
from sad.actions.journal import record
from sad.actions.stage_changes import examine_corrigendum
from sad.actions.stage_drafts import exempt_in_draft, move_stage_draft, start_revision
from sad.actions.stages import stages_of
from sad.db import session
from sad.domain.brakes import CategoryBrake
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused
from sad.domain.play import AdmittedSupplier
from sad.domain.requirements import json_safe
from sad.domain.sentences import french_date
from sad.letters import brakes as letters
from sad.letters.corrigenda import corrigendum
from sad.models.people import Person
from sad.models.stage_changes import ReviewDecision, ReviewOccasion, StageReview
from sad.models.stages import Stage
from sad.models.systems import Category, PurchasingSystem


@dataclass(frozen=True, slots=True)
class Choice:
    """What is decided and why: `until`, the new day of a stage put off; `requirements`, the keys that the category is exempted from."""

    decision: ReviewDecision
    reason: str
    until: date | None = None
    requirements: tuple[str, ...] = ()


def settle_brake(stage: Stage, category: Category, choice: Choice, *, by: Person, at: datetime) -> StageReview:
    """Keep what is decided of a coming stage in a category, with the figures of the instant and the text to publish.

    Putting off and exempting also write a draft of the stage, for everybody; nothing changes until its corrigendum is published
    (PAL-02). A later decision takes the place of the one before, the journal keeps both. Raises `Refused` with every fault.
    """
    session.flush()
    session.refresh(stage.system, with_for_update={"of": PurchasingSystem})
    session.refresh(stage)
    faults = choice_faults(stage, choice, at)
    if faults:
        raise Refused(*faults)
    brake = brake_on(stage, category, at)
    before = brake.review.decision if brake.review else None
    draft = None if choice.decision == ReviewDecision.MAINTAIN else _write_draft(stage, category, choice, by=by, at=at)
    text = _text_of(brake, draft, choice, at)
    review = _keep(brake, choice, figures_of(brake.figures, choice, text), by=by, at=at)
    record(
        "settle_brake",
        review,
        by=by,
        at=at,
        stage=stage.id,
        category=category.key,
        decision=review.decision,
        reason=review.reason,
        before=before,
        able=brake.figures.able_then,
        fewest=brake.figures.fewest,
    )
    return review


def choice_faults(stage: Stage, choice: Choice, at: datetime) -> list[Refusal]:
    """All that forbids this decision now."""
    return [*_stage_faults(stage, at), *_said_faults(stage, choice)]


def earlier_decisions(stage: Stage, category: Category) -> list[StageReview]:
    """What was decided of the brakes of the other versions of a stage in the category, the last first."""
    same = (Stage.system_id == stage.system_id, Stage.number == stage.number, Stage.id != stage.id)
    of_category = (StageReview.category_id == category.id, StageReview.occasion == ReviewOccasion.BRAKE)
    found = select(StageReview).join(Stage, Stage.id == StageReview.stage_id).where(*same, *of_category)
    decider = joinedload(StageReview.decider).lazyload(Person.roles)
    return list(session.scalars(found.options(decider).order_by(StageReview.decided_at.desc(), StageReview.id.desc())))


def drafted_reason(stage: Stage) -> str:
    """Why a published stage is being put off or softened, in the words of those who decided it; empty when nobody did."""
    decided = (
        StageReview.stage_id == stage.id,
        StageReview.occasion == ReviewOccasion.BRAKE,
        StageReview.decision != ReviewDecision.MAINTAIN,
    )
    found = select(StageReview).where(*decided).options(joinedload(StageReview.category))
    reviews = session.scalars(found.order_by(StageReview.decided_at, StageReview.id))
    return "\n".join(dict.fromkeys(_motive(each.category, ReviewDecision(each.decision), each.reason) for each in reviews))


def figures_of(brake: CategoryBrake, choice: Choice, text: str) -> dict[str, object]:
    """What the page showed, as JSON: counts, who passes, who lacks what, and what the decision produced."""
    return {
        "fewest": brake.fewest,
        "admitted": len(brake.admitted),
        "able_now": brake.able_now,
        "able_then": brake.able_then,
        "passing": [_named(each) for each in brake.passing],
        "lacks": [
            {
                "requirement": lack.requirement.key,
                "label": lack.requirement.label,
                "wanted": lack.requirement.wanted,
                "short": [_named(each) for each in lack.short],
                "silent": [_named(each) for each in lack.silent],
                "able_without": lack.able_without,
            }
            for lack in brake.lacks
        ],
        "until": choice.until.isoformat() if choice.until else None,
        "requirements": list(choice.requirements),
        "text": text,
    }


def _stage_faults(stage: Stage, at: datetime) -> Iterator[Refusal]:
    if not stage.is_on_roadmap:
        yield Refusal("Une autre version de ce palier a pris sa place.", "Repartir de la page « Paliers ».", "PAL-02")
    elif stage.effective_on <= paris_day(at):
        message = f"Ce palier est en vigueur depuis le {french_date(stage.effective_on)} : il ne se repousse plus."
        yield Refusal(message, "Faire son bilan ; il peut encore être adouci, pour tous, à une date qui vient.", "PAL-02")


def _said_faults(stage: Stage, choice: Choice) -> Iterator[Refusal]:
    if not choice.reason.strip():
        yield Refusal("La raison manque.", "Une phrase : elle est dans le texte à publier.", "PAL-06", "reason")
    if choice.decision == ReviewDecision.POSTPONE and (choice.until is None or choice.until <= stage.effective_on):
        message = f"Le palier prend effet le {french_date(stage.effective_on)} : il ne peut que reculer."
        yield Refusal(message, "Choisir un jour plus lointain.", "PAL-02", "until")
    elif choice.decision == ReviewDecision.POSTPONE and choice.until and choice.until > stage.system.valid_until:
        message = f"Le système finit le {french_date(stage.system.valid_until)}."
        yield Refusal(message, "Choisir un jour d’ici là, ou prolonger d’abord le système.", "SAD-21", "until")
    if choice.decision == ReviewDecision.EXEMPT and not choice.requirements:
        remedy = "Cocher celles qui ne seront pas demandées dans cette catégorie."
        yield Refusal("Aucune exigence n’est choisie.", remedy, "PAL-02", "requirements")


def _write_draft(stage: Stage, category: Category, choice: Choice, *, by: Person, at: datetime) -> Stage:
    """The revision that makes the decision real once published: the one being written already, if there is one."""
    rows = stages_of(stage.system)
    draft = next((row for row in rows if row.number == stage.number and row.published_at is None), None)
    draft = draft or start_revision(stage, by=by, at=at)
    if choice.decision == ReviewDecision.POSTPONE:
        assert choice.until is not None
        return move_stage_draft(draft, choice.until, version=draft.version, by=by, at=at)
    return exempt_in_draft(draft, category.key, choice.requirements, version=draft.version, by=by, at=at)


def _text_of(brake: Brake, draft: Stage | None, choice: Choice, at: datetime) -> str:
    """The text to publish: the corrigendum of the draft, or the decision to maintain."""
    if draft is None:
        return letters.maintained(brake.stage, brake.category.label, brake.figures, reason=choice.reason.strip()).body
    examined = examine_corrigendum(draft, at)
    before = examined.replaced.as_value() if examined.replaced else None
    reason = _motive(brake.category, choice.decision, choice.reason.strip())
    return corrigendum(draft.system, examined.stage, before, examined.move, examined.changes, reason=reason).body


def _motive(category: Category | None, decision: ReviewDecision, reason: str) -> str:
    """The reason as the corrigendum gives it: an exemption says for which category."""
    return f"{category.label} : {reason}" if category and decision == ReviewDecision.EXEMPT else reason


def _keep(brake: Brake, choice: Choice, figures: dict[str, object], *, by: Person, at: datetime) -> StageReview:
    review = brake.review or StageReview(
        organisation_id=brake.stage.organisation_id,
        stage_id=brake.stage.id,
        category_id=brake.category.id,
        occasion=ReviewOccasion.BRAKE,
    )
    review.decision, review.reason, review.figures = choice.decision, choice.reason.strip(), json_safe(figures)
    review.decided_by, review.decided_at = by.id, at
    session.add(review)
    return review


def _named(supplier: AdmittedSupplier) -> dict[str, str]:
    return {"siret": supplier.siret, "name": supplier.name}
