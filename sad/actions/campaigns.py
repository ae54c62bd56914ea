"""Re-confirmation campaigns of a system: opened, read, closed (R2162-47, SAD-13, PAL-05)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad import parameters
from sad.actions.campaign_files import around_request, fill_request, held_by_supplier, suppliers_of
from sad.actions.journal import record
from sad.actions.letters import post_to_supplier
from sad.db import session
from sad.domain.calendar import days_left, paris_day
from sad.domain.campaigns import Proposal, RenewalLaw, due_faults, first_due_day, points_of, proposal_of, proposed_due_day
from sad.domain.errors import Refusal, Refused
from sad.domain.requirements import Nature
from sad.letters import campaigns as letters
from sad.letters.text import LetterText
from sad.models.admissions import Admission, AdmissionState
from sad.models.campaigns import Campaign, CampaignReason, CampaignRequest
from sad.models.people import Person
from sad.models.stages import Stage, on_roadmap
from sad.models.suppliers import Supplier
from sad.models.systems import Category, PurchasingSystem, SystemPhase


@dataclass(frozen=True, slots=True)
class Case:
    """An admission that waits for its decision, with what is proposed."""

    request: CampaignRequest
    proposal: Proposal


def open_campaign(
    system: PurchasingSystem, *, due_on: date, stage: Stage | None = None, home: str, by: Person, at: datetime
) -> Campaign:
    """Ask every admitted supplier of the system to confirm, the same day, until the same day (SAD-13, PAL-05).

    `stage` is the one that brings a new capacity level, in force or to come; none for the yearly check, under the stage in
    force. What is held is already filled in (ADM-06). `home` is the address of the site. Raises `Refused` with every fault.
    """
    session.flush()
    session.refresh(system, with_for_update={"of": PurchasingSystem})
    faults = opening_faults(system, stage, due_on, at=at)
    if faults:
        raise Refused(*faults)
    campaign = _prepared(system, stage, due_on, by=by, at=at)
    session.add(campaign)
    session.flush()
    for supplier, requests in suppliers_of(campaign.requests).items():
        _tell(campaign, supplier, letters.asked(campaign, supplier, requests, home=home), at=at)
    record("open_campaign", campaign, by=by, at=at, due_on=due_on.isoformat(), stage=campaign.stage.fingerprint, asked=_asked(campaign))
    return campaign


def prospect_of(
    system: PurchasingSystem, *, due_on: date, stage: Stage | None, by: Person, at: datetime
) -> tuple[Campaign, dict[Supplier, list[CampaignRequest]]]:
    """The campaign as it would leave, with its requests by supplier, kept nowhere: to be read before it is opened."""
    campaign = _prepared(system, stage, due_on, by=by, at=at)
    return campaign, suppliers_of(campaign.requests)


def opening_faults(system: PurchasingSystem, stage: Stage | None, due_on: date, *, at: datetime) -> list[Refusal]:
    """All that forbids opening a campaign now, until that day."""
    faults = [*_system_faults(system, at), *_stage_faults(system, stage, at)]
    return [*faults, *due_faults(paris_day(at), due_on, system.last_valid_day, renewal_law(at))]


def close_campaign(campaign: Campaign, *, reason: str = "", by: Person, at: datetime) -> Campaign:
    """End the campaign; those on whom nothing was decided stay admitted and are told so. Then `reason` is to be written.

    Raises `Refused` without it, or once it is closed.
    """
    session.flush()
    session.refresh(campaign, with_for_update={"of": Campaign})
    undecided = waiting_requests(campaign)
    fault = closing_fault(campaign, reason, undecided)
    if fault:
        raise Refused(fault)
    campaign.closed_at, campaign.closed_by, campaign.closing_reason = at, by.id, reason.strip()
    for supplier, requests in suppliers_of(undecided).items():
        _tell(campaign, supplier, letters.closed(campaign, supplier, requests), at=at)
    record("close_campaign", campaign, by=by, at=at, reason=campaign.closing_reason, undecided=[each.id for each in undecided])
    return campaign


def closing_fault(campaign: Campaign, reason: str, undecided: Collection[CampaignRequest]) -> Refusal | None:
    """Why the campaign cannot be closed, if it cannot."""
    if campaign.closed_at is not None:
        return Refusal("Cette campagne est déjà close.", "Il n’y a rien à refaire.")
    if undecided and not reason.strip():
        message = "Des cas ne sont pas décidés, et la raison de clore n’est pas écrite."
        return Refusal(message, "Les décider, ou écrire pourquoi la campagne s’arrête là.", "PAL-05", "reason")
    return None


def campaign_open_in(system: PurchasingSystem) -> Campaign | None:
    """The campaign of the system that is not closed; there is one at most."""
    return session.scalar(select(Campaign).where(Campaign.system_id == system.id, Campaign.closed_at.is_(None)))


def stages_to_confirm(system: PurchasingSystem, at: datetime) -> list[Stage]:
    """The stages whose capacities may be confirmed now: the one in force, then those to come, by date."""
    rows = session.scalars(
        select(Stage).where(Stage.system_id == system.id, on_roadmap()).order_by(Stage.effective_on, Stage.number)
    ).all()
    today = paris_day(at)
    in_force = [row for row in rows if row.effective_on <= today][-1:]
    return [*in_force, *(row for row in rows if row.effective_on > today)]


def waiting_requests(campaign: Campaign) -> Sequence[CampaignRequest]:
    """Those on which nothing is decided, with all that an examination reads; as many statements for a thousand as for one."""
    waiting = select(CampaignRequest).where(CampaignRequest.campaign_id == campaign.id, CampaignRequest.decided_at.is_(None))
    return session.scalars(waiting.options(*around_request()).order_by(CampaignRequest.id)).all()


def cases_of(campaign: Campaign, at: datetime) -> list[Case]:
    """Every case to decide, with what is proposed at that instant."""
    stage = campaign.stage.as_value()
    return [
        Case(each, proposal_of(each.as_file(), stage, due_on=campaign.due_on, is_answered=each.answered_at is not None, at=at))
        for each in waiting_requests(campaign)
    ]


def proposal_for(request: CampaignRequest, at: datetime) -> Proposal:
    """What is proposed for one request at that instant."""
    campaign, is_answered = request.campaign, request.answered_at is not None
    return proposal_of(request.as_file(), campaign.stage.as_value(), due_on=campaign.due_on, is_answered=is_answered, at=at)


def renewal_law(at: datetime) -> RenewalLaw:
    """The times given to renew, in force on the Paris day of `at`."""
    return RenewalLaw.on(paris_day(at), parameters.value)


def due_day_proposed(at: datetime) -> date:
    """The last day that the policy gives to a campaign opened at that instant."""
    return proposed_due_day(paris_day(at), renewal_law(at))


def first_due_day_possible(at: datetime) -> date:
    """The nearest last day that the law allows to a campaign opened at that instant (SAD-13)."""
    return first_due_day(paris_day(at), renewal_law(at))


def _prepared(system: PurchasingSystem, stage: Stage | None, due_on: date, *, by: Person, at: datetime) -> Campaign:
    """The campaign with a request for each admission, filled with what is held; nothing of it is in the session."""
    concerned = stage or stages_to_confirm(system, at)[0]
    campaign = Campaign(
        organisation_id=system.organisation_id,
        system=system,
        stage=concerned,
        reason=CampaignReason.STAGE if stage else CampaignReason.YEARLY,
        asked_at=at,
        asked_by=by.id,
        days=days_left(at, due_on, "working-eu"),
        due_on=due_on,
        closing_reason="",
    )
    value, admissions = concerned.as_value(), _admitted(system)
    keys = {each.key for each in value.of_nature(Nature.CAPACITY)}
    held = held_by_supplier(admissions, keys, due_on)
    for admission in admissions:
        request = CampaignRequest(organisation_id=system.organisation_id, admission=admission, answers={}, sworn_statement=False)
        fill_request(request, held[admission.supplier_id], value, asked_at=at)
        campaign.requests.append(request)
    return campaign


def _admitted(system: PurchasingSystem) -> Sequence[Admission]:
    """The admissions in force, those with a suspension decided left out, by supplier."""
    return session.scalars(
        select(Admission)
        .join(Category, Category.id == Admission.category_id)
        .join(Supplier, Supplier.id == Admission.supplier_id)
        .where(Category.system_id == system.id, Admission.state == AdmissionState.ADMITTED)
        .options(joinedload(Admission.supplier), joinedload(Admission.category), joinedload(Admission.application))
        .order_by(Supplier.name, Supplier.id, Category.id)
    ).all()


def _system_faults(system: PurchasingSystem, at: datetime) -> Iterator[Refusal]:
    if system.phase_at(at) != SystemPhase.OPEN:
        yield Refusal("Ce système n’est pas ouvert aux candidatures : il n’y a personne à interroger.", "", "SAD-13")
        return
    if campaign_open_in(system):
        yield Refusal("Une campagne est déjà ouverte dans ce système.", "La clore avant d’en ouvrir une autre.", "SAD-13")
    if not _admitted(system):
        yield Refusal("Aucun fournisseur n’est admis.", "Attendre la première admission.", "SAD-13")


def _stage_faults(system: PurchasingSystem, stage: Stage | None, at: datetime) -> Iterator[Refusal]:
    possible = stages_to_confirm(system, at)
    if not possible:
        yield Refusal("Aucun palier n’est publié.", "Publier le premier palier.", "PAL-01")
    elif stage is not None and stage.id not in {each.id for each in possible}:
        yield Refusal("Ce palier n’est ni en vigueur ni à venir.", "En choisir un de la trajectoire publiée.", "PAL-05", "stage")


def _tell(campaign: Campaign, supplier: Supplier, text: LetterText, *, at: datetime) -> None:
    key = f"campaign:{campaign.id}:{text.kind}:{supplier.id}"
    post_to_supplier(supplier, text, at=at, organisation_id=campaign.organisation_id, dedupe_key=key)


def _asked(campaign: Campaign) -> list[dict[str, object]]:
    """For the journal: who was asked, and how much of it was already held."""
    stage = campaign.stage.as_value()
    return [
        {
            "admission": each.admission_id,
            "held": [point.requirement.key for point in points_of(each.as_file(), stage, campaign.due_on) if point.is_held],
        }
        for each in campaign.requests
    ]
