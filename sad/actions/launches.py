"""What surrounds a mini-tender on the day it would leave: its invitees, what the law says of it, its deadline."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad import parameters
from sad.actions.announced_tastings import faults_of_announcement
from sad.actions.ceilings import ceiling_law, ceiling_of, neighbours_of
from sad.actions.deadline_requests import lack_of, running_request
from sad.actions.limits import prolonged_until
from sad.actions.rehearsals import sealing_faults
from sad.actions.stages import roadmap_of
from sad.db import session
from sad.domain.calendar import earliest_deadline, last_day, paris_day
from sad.domain.ceilings import Ceiling, ceiling_faults, ceiling_warnings, splitting_warnings
from sad.domain.deadlines import DeadlineLaw, deadline_reasons, harvest_advice
from sad.domain.errors import Refusal
from sad.domain.launch import Launch, PendingApplication, launch_faults, launch_warnings
from sad.domain.law import LaunchLaw
from sad.domain.stages import stage_in_force, unchecked_grid
from sad.models.admissions import Admission, admitted_on
from sad.models.applications import PENDING_STATES, Application
from sad.models.mini_tenders import MiniTender
from sad.models.suppliers import Supplier

# What the person who writes a need cannot mend: the buyers decide applications, wait for the periods of the system, watch its
# maximum, answer for what its stage announced and see that openers rehearse.
BUYERS_OWN = frozenset({"SAD-02", "SAD-07", "SAD-10", "SAD-15", "SAD-16", "CRI-05", "CRI-06", "CRI-13", "REC-01"})


@dataclass(frozen=True, slots=True)
class Prospect:
    """A mini-tender as it would leave at one instant: whom it would invite, all that stands against it, what its system engages."""

    launch: Launch
    invitees: tuple[Supplier, ...]
    faults: tuple[Refusal, ...]
    warnings: tuple[Refusal, ...]
    ceiling: Ceiling

    @property
    def unjustified(self) -> tuple[Refusal, ...]:
        """The warnings that still wait for a reason."""
        return tuple(each for each in self.warnings if not self.launch.justifications.get(each.rule or "", "").strip())


def prospect_of(mini_tender: MiniTender, at: datetime) -> Prospect:
    """The mini-tender held against the law of the day. Raises `Refused` (PAL-04) before the first stage of its system."""
    invitees = tuple(admitted_to(mini_tender, at))
    launch = launch_of(mini_tender, invitees, at)
    law, limits = LaunchLaw.on(paris_day(at), parameters.value), ceiling_law(at)
    ceiling, budget = ceiling_of(mini_tender.system, at), mini_tender.budget
    splitting = splitting_warnings(budget, neighbours_of(mini_tender, limits), limits)
    return Prospect(
        launch,
        invitees,
        faults=(
            *launch_faults(launch, law),
            *ceiling_faults(ceiling, budget, limits),
            *faults_of_announcement(mini_tender, launch.grid, launch.closes_at),
            *sealing_faults(mini_tender, at),
        ),
        warnings=(*launch_warnings(launch, law), *ceiling_warnings(ceiling, budget, limits), *splitting),
        ceiling=ceiling,
    )


def launch_of(mini_tender: MiniTender, invitees: Sequence[Supplier], at: datetime) -> Launch:
    """The mini-tender as the rules of launching read it, if it left at that instant to these invitees."""
    request = running_request(mini_tender)
    lack = lack_of(request, invitees, at) if request else None
    system, category = mini_tender.system, mini_tender.category
    stage = stage_in_force(roadmap_of(system), at)
    key = category.key if category else ""
    return Launch(
        at=at,
        closes_at=mini_tender.wanted_closes_at,
        notice_sent_on=paris_day(system.notice_dispatched_at or at),
        valid_from=system.valid_from,
        valid_until=min(system.valid_until, paris_day(system.ended_at)) if system.ended_at else system.valid_until,
        object=mini_tender.title,
        category=key,
        categories=tuple(each.key for each in system.categories),
        category_families=tuple(category.families) if category else (),
        stage=stage,
        grid=unchecked_grid(stage, key, chosen_weights(mini_tender)),
        admitted=len(invitees),
        lines=len(mini_tender.lines),
        budget=mini_tender.budget,
        budget_fixed_at=at if mini_tender.budget is not None else None,
        service_on=paris_day(mini_tender.happens_at) if mini_tender.happens_at else None,
        pending=tuple(_pending(mini_tender)),
        prolonged_until=prolonged_until(system),
        agreed_deadline=request is not None and lack is None,
        disagreement=lack,
        environmental_clauses=tuple(filter(None, (system.environmental_clause, *labels_of(mini_tender, "environmental")))),
        sustainable_specifications=(mini_tender.packaging,) if mini_tender.packaging else (),
        texts={"title": mini_tender.title, "constraints": mini_tender.constraints, "dietary_needs": mini_tender.dietary_needs},
        justifications=mini_tender.justifications,
    )


def labels_of(mini_tender: MiniTender, kind: str) -> list[str]:
    """The clauses of that kind that the need chose, in words."""
    return [each["label"] for each in mini_tender.clauses if each["kind"] == kind]


def first_possible_deadline(at: datetime) -> datetime:
    """The first instant at which a deadline may be set for a mini-tender sent at `at` (SAD-17, R2162-50)."""
    return earliest_deadline(paris_day(at), parameters.value("tender_period_days", on=paris_day(at)))


def proposed_deadline(at: datetime) -> datetime:
    """Noon of the first working day after the day of the first possible deadline: time to check, to ask, to harvest."""
    first = first_possible_deadline(at)
    day = last_day(paris_day(first), 1, "working-eu")
    return first + timedelta(days=(day - paris_day(first)).days, hours=12)


def deadline_words(at: datetime) -> tuple[tuple[str, ...], str]:
    """Why the first possible deadline and the proposed one fall where they do, and an advice in the season of harvest, or nothing."""
    sent_on, proposed = paris_day(at), proposed_deadline(at)
    law = DeadlineLaw.on(sent_on, parameters.value)
    return tuple(deadline_reasons(sent_on, first_possible_deadline(at), proposed, law)), harvest_advice(sent_on, proposed, law)


def admitted_to(mini_tender: MiniTender, at: datetime) -> list[Supplier]:
    """All the suppliers admitted to the category at that instant: the list of invitees, which nobody can edit (SAD-15).

    One whose suspension is decided from a later day is still among them.
    """
    admitted = (
        select(Supplier)
        .join(Admission, Admission.supplier_id == Supplier.id)
        .where(Admission.category_id == mini_tender.category_id, admitted_on(paris_day(at)))
    )
    return list(session.scalars(admitted.order_by(Supplier.name, Supplier.id)))


def chosen_weights(mini_tender: MiniTender) -> dict[str, Decimal] | None:
    """The weights that the service chose, by criterion key; None while it keeps those of the stage."""
    return {key: Decimal(str(weight)) for key, weight in mini_tender.weights.items()} if mini_tender.weights else None


def _pending(mini_tender: MiniTender) -> Iterator[PendingApplication]:
    """The applications to the category that wait for their decision, with the last day of the law for it (SAD-16)."""
    waiting = select(Application).where(Application.category_id == mini_tender.category_id, Application.state.in_(PENDING_STATES))
    for application in session.scalars(waiting.options(joinedload(Application.supplier)).order_by(Application.id)):
        assert application.answer_due_on is not None
        yield PendingApplication(application.supplier.name, application.answer_due_on)
