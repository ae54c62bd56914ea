"""The figures of a stage in force: its suppliers, and its consultations beside those of the stage before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select

from sad import parameters
from sad.actions.admitted import admitted_suppliers
from sad.actions.stages import stages_of
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.offers import regularised
from sad.domain.play import play_suppliers
from sad.domain.stage_effects import Consultation, OpenedOffer, StageEffects, effects_of
from sad.models.admissions import Admission, AdmissionEvent, AdmissionState
from sad.models.awards import Award, AwardState
from sad.models.evaluations import RankedOffer
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Classification, Offer
from sad.models.openings import Opening
from sad.models.stages import Stage
from sad.models.suppliers import Supplier
from sad.models.systems import Category, PurchasingSystem
from sad.need_templates import need_templates


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


def _day(row: Stage) -> date:
    return row.effective_on


def _suppliers(stage: Stage, earlier: Stage | None, at: datetime) -> SupplierFigures:
    admitted = admitted_suppliers(stage.system, at)
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


def _offers(mini_tenders: Select[int]) -> dict[int, dict[int, OpenedOffer]]:
    """The opened offers by mini-tender, then by id."""
    said = (Offer.content, Offer.regularised_values, Offer.classification)
    columns = (Offer.id, Offer.mini_tender_id, Offer.total, *said, Supplier.families)
    rows = session.execute(
        select(*columns).join(Supplier, Supplier.id == Offer.supplier_id).where(Offer.is_opened, Offer.mini_tender_id.in_(mini_tenders))
    )
    found: dict[int, dict[int, OpenedOffer]] = {}
    for row in rows:
        is_irregular = row.classification == Classification.IRREGULAR
        values = regularised(row.content, row.regularised_values)["values"]
        offer = OpenedOffer(row.total, values, tuple(row.families), is_irregular)
        found.setdefault(row.mini_tender_id, {})[row.id] = offer
    return found


def _winners(mini_tenders: Select[int]) -> Mapping[int, int]:
    """The id of the offer that won, by mini-tender."""
    rows = (
        select(Award.mini_tender_id, RankedOffer.offer_id)
        .join(RankedOffer, RankedOffer.id == Award.ranked_offer_id)
        .where(Award.state == AwardState.APPROVED, Award.mini_tender_id.in_(mini_tenders))
    )
    return dict(session.execute(rows).all())
