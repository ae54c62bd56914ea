"""The yearly review of a stage: what it changed, and the decision to maintain, postpone or exempt, with its figures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased, joinedload

from sad import parameters
from sad.actions.admitted import admitted_suppliers
from sad.actions.journal import record
from sad.actions.stages import stages_of
from sad.db import session
from sad.domain.calendar import months_before, paris_day
from sad.domain.errors import Refusal, Refused
from sad.domain.play import play_suppliers
from sad.domain.sentences import decimal_text, french_date
from sad.domain.stage_effects import Compared, Consultation, Mean, OpenedOffer, Side, StageEffects, effects_of
from sad.letters.wording import rounded
from sad.models.admissions import Admission, AdmissionEvent, AdmissionState
from sad.models.awards import Award, AwardState
from sad.models.evaluations import RankedOffer
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Classification, Offer
from sad.models.openings import Opening
from sad.models.people import Person
from sad.models.stage_changes import ReviewDecision, ReviewOccasion, StageReview
from sad.models.stages import Stage, on_roadmap
from sad.models.suppliers import Supplier
from sad.models.systems import Category, PurchasingSystem
from sad.need_templates import need_templates

A_YEAR = timedelta(days=365)
MOST = 20


@dataclass(frozen=True, slots=True)
class SupplierFigures:
    """Suppliers of the system: admitted when the stage began and now; of the latter, able to offer under each stage (declared offers)."""

    admitted_then: int
    admitted_now: int
    able_before: int | None
    able_here: int


@dataclass(frozen=True, slots=True)
class StageFigures:
    """All that the page of a review shows; `earlier` is the stage that was in force before, `following` the one that comes next."""

    stage: Stage
    earlier: Stage | None
    following: Stage | None
    suppliers: SupplierFigures
    effects: StageEffects
    fewest: int

    @property
    def is_conclusive(self) -> bool:
        """Whether the consultations are enough to say that something changed."""
        return self.effects.is_conclusive(self.fewest)


def figures_of_stage(stage: Stage, at: datetime) -> StageFigures:
    """What a published stage changed so far; the same number of statements however many consultations there were."""
    roadmap = [row for row in stages_of(stage.system) if row.is_on_roadmap]
    earlier = max((row for row in roadmap if row.effective_on < stage.effective_on), key=_day, default=None)
    held = _consultations(stage.system, [row.fingerprint or "" for row in (stage, earlier) if row])
    return StageFigures(
        stage=stage,
        earlier=earlier,
        following=min((row for row in roadmap if row.effective_on > stage.effective_on), key=_day, default=None),
        suppliers=_suppliers(stage, earlier, at),
        effects=effects_of(
            stage.as_value(),
            held.get(stage.fingerprint, ()),
            earlier.as_value() if earlier else None,
            held.get(earlier.fingerprint, ()) if earlier else (),
            {key: template.label for key, template in need_templates().items()},
        ),
        fewest=parameters.value("review_minimum_consultations", on=paris_day(at)),
    )


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
    """The yearly reviews of a stage, the last first."""
    people = joinedload(StageReview.decider).lazyload(Person.roles)
    own = select(StageReview).where(StageReview.stage_id == stage.id, StageReview.occasion == ReviewOccasion.YEARLY)
    return list(
        session.scalars(
            own.options(people, joinedload(StageReview.category)).order_by(StageReview.decided_at.desc(), StageReview.id.desc())
        )
    )


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


def _day(row: Stage) -> date:
    return row.effective_on


def _suppliers(stage: Stage, earlier: Stage | None, at: datetime) -> SupplierFigures:
    admitted = admitted_suppliers(stage.system)
    return SupplierFigures(
        admitted_then=_admitted_at_start(stage),
        admitted_now=len(admitted),
        able_before=play_suppliers(earlier.as_value(), admitted, ()).meeting if earlier else None,
        able_here=play_suppliers(stage.as_value(), admitted, ()).meeting,
    )


def _admitted_at_start(stage: Stage) -> int:
    """How many suppliers were admitted somewhere in the system at the end of the day on which the stage began."""
    events = (
        select(Admission.id, Admission.supplier_id, AdmissionEvent.state, AdmissionEvent.decided_at)
        .join(Admission, Admission.id == AdmissionEvent.admission_id)
        .join(Category, Category.id == Admission.category_id)
        .where(Category.system_id == stage.system_id)
        .order_by(AdmissionEvent.decided_at, AdmissionEvent.id)
    )
    last = {row.id: row for row in session.execute(events) if paris_day(row.decided_at) <= stage.effective_on}
    return len({row.supplier_id for row in last.values() if row.state == AdmissionState.ADMITTED})


def _consultations(system: PurchasingSystem, fingerprints: Sequence[str]) -> dict[str | None, list[Consultation]]:
    """The consultations sent under these stages whose offers are opened, by fingerprint: nothing sealed counts (REC-01)."""
    opened = select(Opening.mini_tender_id).where(Opening.opened_at.is_not(None))
    of_stages = (MiniTender.system_id == system.id, MiniTender.stage_fingerprint.in_(fingerprints), MiniTender.id.in_(opened))
    offers = _offers(select(MiniTender.id).where(*of_stages))
    winners = _winners(select(MiniTender.id).where(*of_stages))
    rows = session.execute(
        select(MiniTender.id, MiniTender.stage_fingerprint, MiniTender.template, MiniTender.guests, Category.key)
        .outerjoin(Category, Category.id == MiniTender.category_id)
        .where(*of_stages)
        .order_by(MiniTender.id)
    )
    found: dict[str | None, list[Consultation]] = {}
    for row in rows:
        own = offers.get(row.id, {})
        held = Consultation(row.template, row.guests, row.key, tuple(own.values()), own.get(winners.get(row.id, 0)))
        found.setdefault(row.stage_fingerprint, []).append(held)
    return found


def _offers(mini_tenders: Select[tuple[int]]) -> dict[int, dict[int, OpenedOffer]]:
    """The opened offers by mini-tender, then by id."""
    columns = (Offer.id, Offer.mini_tender_id, Offer.total, Offer.content, Offer.classification, Supplier.families)
    rows = session.execute(
        select(*columns).join(Supplier, Supplier.id == Offer.supplier_id).where(Offer.is_opened, Offer.mini_tender_id.in_(mini_tenders))
    )
    found: dict[int, dict[int, OpenedOffer]] = {}
    for row in rows:
        is_irregular = row.classification == Classification.IRREGULAR
        offer = OpenedOffer(row.total, row.content.get("values", {}), tuple(row.families), is_irregular)
        found.setdefault(row.mini_tender_id, {})[row.id] = offer
    return found


def _winners(mini_tenders: Select[tuple[int]]) -> Mapping[int, int]:
    """The id of the offer that won, by mini-tender."""
    rows = (
        select(Award.mini_tender_id, RankedOffer.offer_id)
        .join(RankedOffer, RankedOffer.id == Award.ranked_offer_id)
        .where(Award.state == AwardState.APPROVED, Award.mini_tender_id.in_(mini_tenders))
    )
    return dict(session.execute(rows).all())


def _side(side: Side | None) -> dict[str, int] | None:
    return {name: getattr(side, name) for name in Side.__dataclass_fields__} if side else None


def _compared(each: Compared) -> dict[str, object]:
    return {"label": each.label, "before": _mean(each.before), "after": _mean(each.after)}


def _mean(mean: Mean | None) -> list[object] | None:
    return [None if mean.value is None else decimal_text(rounded(mean.value, 2)), mean.count] if mean else None
