"""What waits for procurement staff, the nearest deadline first."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import render_template
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from sad import clock
from sad.actions.brakes import brakes_of
from sad.actions.outages import mini_tenders_hit
from sad.actions.shared_acts import APPROVERS, waiting_for
from sad.actions.stage_reviews import stages_to_review
from sad.db import session
from sad.domain.calendar import paris_day
from sad.letters import outages
from sad.models.applications import PENDING_STATES, Application
from sad.models.awards import Award, AwardState
from sad.models.campaigns import Campaign, CampaignRequest
from sad.models.evaluators import Evaluator
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import Role
from sad.models.proofs import AwaitedProof, GivenProof, ProofRequest
from sad.models.sittings import Sitting
from sad.web.access import allow, current_organisation, current_person
from sad.web.procurement.applications import waiting_of
from sad.web.procurement.conclusions import waiting_notices
from sad.web.procurement.own import own_applications
from sad.web.procurement.replies import waiting_replies
from sad.web.service_state import troubles

SHOWN = 8
MOST = 60
STAFF = (Role.BUYER, Role.OPENER, Role.EVALUATOR, Role.AWARD_AUTHORITY, Role.AUDITOR)
WAITING_STATES = (MiniTenderState.TO_CHECK, MiniTenderState.OPENED, MiniTenderState.RANKED, MiniTenderState.AWARDED)


@dataclass(frozen=True, slots=True)
class Step:
    """Mini-tenders in one state that wait for the same gesture, on the page at `endpoint`, from holders of these roles."""

    state: MiniTenderState
    title: str
    tag: str
    roles: tuple[Role, ...]
    endpoint: str | None


STEPS = (
    Step(MiniTenderState.PUBLISHED, "À ouvrir à deux", "Heure limite passée", (Role.OPENER,), "procurement.mini_tender"),
    Step(MiniTenderState.TO_CHECK, "À vérifier avant publication", "Un service attend", (Role.BUYER,), "procurement.mini_tender"),
    Step(MiniTenderState.OPENED, "À examiner et à noter", "Offres ouvertes", (Role.BUYER, Role.EVALUATOR), "procurement.evaluation"),
    Step(MiniTenderState.RANKED, "À attribuer", "Classement fait", (Role.BUYER, Role.AWARD_AUTHORITY), "procurement.ranking"),
    Step(MiniTenderState.AWARDED, "Marché à notifier", "Attribuée", (Role.BUYER,), "procurement.award"),
)


@allow(*STAFF)
def home() -> str:
    """What waits for me by my roles; an auditor sees all that waits for anybody."""
    person, at = current_person(), clock.now()
    is_reader = person.has_role(Role.AUDITOR)
    applications = list(session.scalars(_applications())) if is_reader or person.has_role(Role.BUYER) else []
    steps = [step for step in STEPS if is_reader or person.has_role(*step.roles)]
    mini_tenders = list(session.scalars(_mini_tenders(at))) if steps else []
    follows_stages = is_reader or person.has_role(Role.BUYER)
    return render_template(
        "procurement/home.html",
        person=person,
        is_reader=is_reader,
        waiting=waiting_of(applications[:SHOWN], at),
        has_more=len(applications) > SHOWN,
        steps=[(step, rows) for step in steps if (rows := [each for each in mini_tenders if each.state == step.state])],
        brakes=[each for each in brakes_of(current_organisation().id, at) if each.is_waiting] if follows_stages else [],
        to_review=stages_to_review(current_organisation().id, at) if follows_stages else [],
        campaigns=_campaigns() if is_reader or person.has_role(Role.BUYER) else [],
        today=paris_day(at),
        sitting=session.scalar(_live_sitting()) if is_reader or person.has_role(Role.BUYER, Role.AWARD_AUTHORITY) else None,
        to_mark=list(session.scalars(_to_mark())),
        proofs=_proofs_to_check() if is_reader or person.has_role(Role.BUYER) else [],
        replies=waiting_replies(person, at),
        notices=waiting_notices(person, at),
        troubles=troubles(),
        bounced=list(session.scalars(_bounced())) if person.has_role(Role.BUYER) else [],
        approvals=waiting_for(person, at)[:SHOWN] if person.has_role(*APPROVERS) else [],
        hit=_hit(at) if person.has_role(Role.BUYER) else [],
    )


def _hit(at: datetime) -> list[tuple[MiniTender, str]]:
    """The mini-tenders near their deadline that an outage has troubled, each with what happened."""
    return [(each, outages.told(outage)) for each, outage in mini_tenders_hit(current_organisation().id, at)[:SHOWN]]


def _live_sitting() -> Select[tuple[Sitting]]:
    """The sitting of the committee that is convened, if any."""
    live = Sitting.closed_at.is_(None) & Sitting.cancelled_at.is_(None)
    return select(Sitting).where(Sitting.organisation_id == current_organisation().id, live)


def _applications() -> Select[tuple[Application]]:
    return (
        own_applications()
        .where(Application.state.in_(PENDING_STATES))
        .options(joinedload(Application.supplier), joinedload(Application.category), joinedload(Application.system))
        .order_by(Application.answer_due_on, Application.id)
        .limit(SHOWN + 1)
    )


def _mini_tenders(at: datetime) -> Select[tuple[MiniTender]]:
    """Those on which somebody must act, the oldest deadline first."""
    return (
        select(MiniTender)
        .where(
            MiniTender.organisation_id == current_organisation().id,
            or_(
                MiniTender.state.in_(WAITING_STATES),
                and_(MiniTender.state == MiniTenderState.PUBLISHED, MiniTender.closes_at < at),
            ),
        )
        .options(joinedload(MiniTender.service))
        .order_by(MiniTender.closes_at, MiniTender.id)
        .limit(MOST)
    )


def _to_mark() -> Select[tuple[MiniTender]]:
    """Those for which the person is one of several evaluators and has not handed its marks over."""
    named = select(Evaluator.mini_tender_id).where(
        Evaluator.person_id == current_person().id, Evaluator.ended_at.is_(None), Evaluator.submitted_at.is_(None)
    )
    waiting = select(MiniTender).where(
        MiniTender.id.in_(named), MiniTender.state.in_((MiniTenderState.OPENED, MiniTenderState.RANKED))
    )
    return waiting.options(joinedload(MiniTender.service)).order_by(MiniTender.closes_at, MiniTender.id).limit(SHOWN)


def _campaigns() -> list[tuple[Campaign, int]]:
    """The campaigns that are not closed, each with how many of its cases wait for a decision."""
    waiting = select(func.count()).where(CampaignRequest.campaign_id == Campaign.id, CampaignRequest.decided_at.is_(None))
    running = (
        select(Campaign, waiting.scalar_subquery())
        .where(Campaign.organisation_id == current_organisation().id, Campaign.closed_at.is_(None))
        .options(joinedload(Campaign.system), joinedload(Campaign.stage))
        .order_by(Campaign.due_on, Campaign.id)
        .limit(SHOWN)
    )
    return [(campaign, count) for campaign, count in session.execute(running)]


def _proofs_to_check() -> list[tuple[MiniTender, date, int]]:
    """The mini-tenders whose awardee gave papers that nobody has read, its last day to send them, and how many papers wait."""
    waiting = (
        select(MiniTender, ProofRequest.due_on, func.count(GivenProof.id))
        .join(Award, Award.mini_tender_id == MiniTender.id)
        .join(ProofRequest, ProofRequest.award_id == Award.id)
        .join(AwaitedProof, AwaitedProof.request_id == ProofRequest.id)
        .join(GivenProof, GivenProof.awaited_proof_id == AwaitedProof.id)
        .where(MiniTender.organisation_id == current_organisation().id, Award.state == AwardState.APPROVED, GivenProof.decision.is_(None))
        .group_by(MiniTender.id, ProofRequest.due_on)
        .order_by(ProofRequest.due_on, MiniTender.id)
        .limit(SHOWN)
    )
    return [(mini_tender, due_on, count) for mini_tender, due_on, count in session.execute(waiting)]


def _bounced() -> Select[tuple[Letter]]:
    """Letters that did not leave: somebody may have to be called before a deadline."""
    return (
        select(Letter)
        .where(Letter.organisation_id == current_organisation().id, Letter.sent_at.is_(None), Letter.last_error.is_not(None))
        .options(joinedload(Letter.supplier))
        .order_by(Letter.created_at.desc(), Letter.id.desc())
        .limit(SHOWN)
    )
