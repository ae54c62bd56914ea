"""The emergency brake: coming stages that would leave too few suppliers able to offer in a category (PAL-06)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad import parameters
from sad.actions.admitted import admitted_by_system
from sad.actions.journal import record
from sad.actions.letters import people_with, post_letter
from sad.actions.stages import stages_of
from sad.db import session
from sad.domain.brakes import CategoryBrake, brake_of
from sad.domain.calendar import paris_day
from sad.domain.play import AdmittedSupplier
from sad.domain.stages import Stage as StageValue
from sad.domain.stages import stage_in_force
from sad.letters import brakes as letters
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
    suppliers = admitted_by_system({row.system_id for row in coming}, at)
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
    suppliers = admitted_by_system({stage.system_id}, at).get(stage.system_id, ())
    roadmap = [row for row in stages_of(stage.system) if row.is_on_roadmap]
    review = _reviews([stage]).get((stage.id, category.id))
    return Brake(stage, category, _figures(stage, roadmap, suppliers, category, at), review)


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
