"""The emergency brake: coming stages that would leave too few suppliers able to offer in a category, and what is decided of it (PAL-06)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad import parameters
from sad.actions.admitted import admitted_by_system
from sad.actions.journal import record
from sad.actions.letters import people_with, post_letter
from sad.actions.stage_changes import examine_corrigendum
from sad.actions.stage_drafts import exempt_in_draft, move_stage_draft, start_revision
from sad.actions.stages import stages_of
from sad.db import session
from sad.domain.brakes import CategoryBrake, brake_of
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused
from sad.domain.play import AdmittedSupplier
from sad.domain.requirements import json_safe
from sad.domain.sentences import french_date
from sad.domain.stages import Stage as StageValue
from sad.domain.stages import stage_in_force
from sad.letters import brakes as letters
from sad.letters.corrigenda import corrigendum
from sad.letters.text import LetterText
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import Letter
from sad.models.people import Person, Role
from sad.models.stage_changes import ReviewDecision, ReviewOccasion, StageReview
from sad.models.stages import Stage, on_roadmap
from sad.models.systems import Category, PurchasingSystem


@dataclass(frozen=True, slots=True)
class Brake:
    """A coming stage in one category, with what was decided of it, if anything was."""

    stage: Stage
    category: Category
    figures: CategoryBrake
    review: StageReview | None

    @property
    def is_waiting(self) -> bool:
        """Whether somebody must still decide, or publish what was decided; maintaining silences it."""
        is_settled = self.review is not None and self.review.decision == ReviewDecision.MAINTAIN
        return self.figures.is_pulled and not is_settled


@dataclass(frozen=True, slots=True)
class Choice:
    """What is decided and why: `until`, the new day of a stage put off; `requirements`, the keys that the category is exempted from."""

    decision: ReviewDecision
    reason: str
    until: date | None = None
    requirements: tuple[str, ...] = ()


def brakes_of(organisation_id: int, at: datetime) -> list[Brake]:
    """The brakes that are pulled in the open systems of an organisation, the nearest stage first.

    As many statements for a thousand suppliers as for one, and for ten systems as for one.
    """
    roadmaps = _roadmaps(organisation_id, at)
    today = paris_day(at)
    last = today + timedelta(days=parameters.value("brake_days", on=today))
    coming = [row for rows in roadmaps.values() for row in rows if today < row.effective_on <= last]
    if not coming:
        return []
    suppliers = admitted_by_system({row.system_id for row in coming})
    reviews = _reviews(coming)
    found = [
        Brake(row, category, figures, reviews.get((row.id, category.id)))
        for row in coming
        for category in row.system.categories
        for figures in [_figures(row, roadmaps[row.system_id], suppliers.get(row.system_id, ()), category, at)]
    ]
    return sorted((each for each in found if each.figures.is_pulled), key=lambda each: (each.stage.effective_on, each.stage.id))


def brake_on(stage: Stage, category: Category, at: datetime) -> Brake:
    """One stage of a roadmap in one category, pulled or not."""
    suppliers = admitted_by_system({stage.system_id}).get(stage.system_id, ())
    roadmap = [row for row in stages_of(stage.system) if row.is_on_roadmap]
    review = _reviews([stage]).get((stage.id, category.id))
    return Brake(stage, category, _figures(stage, roadmap, suppliers, category, at), review)


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


def announce_brake(stage: Stage, brakes: Sequence[Brake], *, home: str, at: datetime) -> list[Letter]:
    """Tell the buyers of the organisation in which categories a coming stage leaves too few suppliers; by the product itself."""
    text = letters.warning(stage, [(each.category.label, each.figures) for each in brakes], home=home)
    told = people_with(Role.BUYER, stage.organisation_id)
    posted = [post_letter(text, to=person, at=at, organisation_id=stage.organisation_id) for person in told]
    keys = [each.category.key for each in brakes]
    record("announce_brake", stage, by=None, at=at, categories=keys, told=[person.id for person in told])
    return posted


def announced_categories(stage: Stage) -> set[str]:
    """The keys of the categories for which the buyers were told of this stage."""
    lines = select(JournalBody.body).join(JournalEntry, JournalEntry.seq == JournalBody.seq)
    done = lines.where(JournalEntry.object == f"stages:{stage.id}", JournalEntry.action == "announce_brake")
    return {key for body in session.scalars(done) for key in body.get("categories", ())}


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


def _roadmaps(organisation_id: int, at: datetime) -> dict[int, list[Stage]]:
    """The stages of the roadmaps of the systems that are open now, by system."""
    today = paris_day(at)
    system = joinedload(Stage.system, innerjoin=True)
    found = (
        select(Stage)
        .join(PurchasingSystem, PurchasingSystem.id == Stage.system_id)
        .where(
            Stage.organisation_id == organisation_id,
            on_roadmap(),
            PurchasingSystem.opened_at.is_not(None),
            PurchasingSystem.ended_at.is_(None),
            PurchasingSystem.valid_until >= today,
        )
        .options(system.selectinload(PurchasingSystem.categories), system.joinedload(PurchasingSystem.organisation))
    )
    roadmaps: dict[int, list[Stage]] = {}
    for row in session.scalars(found.order_by(Stage.system_id, Stage.effective_on, Stage.id)):
        roadmaps.setdefault(row.system_id, []).append(row)
    return roadmaps


def _figures(
    row: Stage, roadmap: Sequence[Stage], suppliers: Sequence[AdmittedSupplier], category: Category, at: datetime
) -> CategoryBrake:
    started = [each.as_value() for each in roadmap if each.effective_on <= paris_day(at)]
    now: StageValue | None = stage_in_force(started, at) if started else None
    fewest = parameters.value("minimum_suppliers", on=paris_day(at))
    return brake_of(row.as_value(), now, suppliers, category.key, fewest=fewest)


def _reviews(stages: Sequence[Stage]) -> dict[tuple[int, int | None], StageReview]:
    """What was decided of the brakes of these stages, by stage and category."""
    of_stages = (StageReview.stage_id.in_([each.id for each in stages]), StageReview.occasion == ReviewOccasion.BRAKE)
    decider = joinedload(StageReview.decider).lazyload(Person.roles)
    return {(each.stage_id, each.category_id): each for each in session.scalars(select(StageReview).where(*of_stages).options(decider))}


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
    text: LetterText = corrigendum(draft.system, examined.stage, before, examined.move, examined.changes, reason=choice.reason.strip())
    return text.body


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
