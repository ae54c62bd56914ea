"""The mini-tenders of the organisation: the list by state, and one with all that may be seen before its offers are opened."""

from datetime import datetime

from flask import current_app, render_template, request, url_for
from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import joinedload, load_only

from sad import clock
from sad.actions.deadline_requests import request_used_by
from sad.actions.invitations import deliveries_of, reception_of
from sad.actions.launches import Prospect, prospect_of
from sad.actions.outages import outage_to_make_up_for
from sad.actions.questions import last_day_of_answers
from sad.actions.shared_deadlines import waiting_change
from sad.db import session
from sad.domain.errors import Refusal
from sad.domain.phases import phase
from sad.letters import outages
from sad.models.invitations import Invitation, Question
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import Role
from sad.models.systems import PurchasingSystem
from sad.web.access import allow, current_organisation, current_person, own_or_404
from sad.web.kept import still_kept
from sad.web.paging import page_of
from sad.web.procurement.committees import COMMITTEE_READERS

STAFF = (Role.BUYER, Role.OPENER, Role.EVALUATOR, Role.AWARD_AUTHORITY, Role.AUDITOR)
PROVING = (Role.BUYER, Role.AUDITOR)
LABELS = {
    "": "Toutes",
    "a-verifier": "À vérifier",
    "ouvertes": "Ouvertes",
    "a-ouvrir": "À ouvrir",
    "en-analyse": "En analyse",
    "attribuees": "Attribuées",
    "sans-suite": "Sans suite",
    "brouillons": "Brouillons des services",
}
STATES = {
    "a-verifier": (MiniTenderState.TO_CHECK,),
    "en-analyse": (MiniTenderState.OPENED, MiniTenderState.RANKED),
    "attribuees": (MiniTenderState.AWARDED, MiniTenderState.NOTIFIED),
    "sans-suite": (MiniTenderState.DISCONTINUED,),
    "brouillons": (MiniTenderState.DRAFT,),
}
# What comes next, for each phase where the offers may be touched: (endpoint, words of the button).
NEXT = {
    "closed": ("procurement.opening", "Ouvrir les offres"),
    "opened": ("procurement.evaluation", "Examiner les offres"),
    "ranked": ("procurement.ranking", "Voir le classement"),
    "awarded": ("procurement.award", "Voir l’attribution"),
    "notified": ("procurement.award", "Voir l’attribution"),
}
SHOWN = (
    MiniTender.title, MiniTender.state, MiniTender.guests, MiniTender.happens_at, MiniTender.published_at, MiniTender.closes_at,
    MiniTender.wanted_closes_at, MiniTender.created_at,
)


@allow(*STAFF)
def mini_tenders() -> str:
    """All of them, or those in one state, the last first."""
    at = clock.now()
    chosen = request.args.get("etat", "")
    listed = own_mini_tenders().where(_in_state(chosen, at))
    listed = listed.options(load_only(*SHOWN), joinedload(MiniTender.service), joinedload(MiniTender.category))
    return render_template(
        "procurement/mini_tenders.html",
        page=page_of(listed, MiniTender.created_at, MiniTender.id, descending=True),
        phase=lambda each: phase(each, at),
        labels=LABELS,
        chosen=chosen if chosen in LABELS else "",
        may_see_committee=current_person().has_role(*COMMITTEE_READERS),
    )


@allow(*STAFF)
def mini_tender(mini_tender_id: int) -> str:
    """One mini-tender: the need, what is frozen, who is invited and what each said; never what was deposited."""
    found, at = own_mini_tender(mini_tender_id), clock.now()
    prospect = prospect_of(found, at) if found.state == MiniTenderState.TO_CHECK else None
    invited = select(Invitation).where(Invitation.mini_tender_id == found.id)
    page = page_of(invited.options(joinedload(Invitation.supplier)), Invitation.id)
    outage = outage_to_make_up_for(found, at)
    return render_template(
        "procurement/mini_tender.html",
        mini_tender=found,
        phase=phase(found, at),
        prospect=prospect,
        faults=faults_of(found, prospect) if prospect else [],
        page=page,
        told=deliveries_of(found, [each.supplier_id for each in page.rows]),
        reception=reception_of(found),
        questions=list(session.scalars(questions_of(found))),
        last_day=last_day_of_answers(found, at) if phase(found, at) == "open" else None,
        next_step=next_step(phase(found, at)),
        agreed=request_used_by(found),
        is_buyer=current_person().has_role(Role.BUYER),
        may_prove=current_person().has_role(*PROVING),
        outage=outages.told(outage) if outage else None,
        change=waiting_change(found, at) if phase(found, at) == "open" else None,
    )


def own_mini_tenders() -> Select[tuple[MiniTender]]:
    """The mini-tenders of the organisation."""
    return select(MiniTender).where(MiniTender.organisation_id == current_organisation().id)


def own_mini_tender(mini_tender_id: int) -> MiniTender:
    """One of them with what its pages show; 404 otherwise."""
    around = (MiniTender.organisation, MiniTender.category, MiniTender.service, MiniTender.creator, MiniTender.lines)
    found = own_mini_tenders().where(MiniTender.id == mini_tender_id)
    shown = own_or_404(found.options(joinedload(MiniTender.system).joinedload(PurchasingSystem.organisation), *map(joinedload, around)))
    return still_kept(shown)


def questions_of(found: MiniTender) -> Select[tuple[Question]]:
    """The questions asked about a mini-tender, in order."""
    return select(Question).where(Question.mini_tender_id == found.id).order_by(Question.asked_at, Question.id)


def faults_of(found: MiniTender, prospect: Prospect) -> list[tuple[Refusal, str | None]]:
    """What stands against sending it, each with the page where a buyer mends it, if there is one."""
    deadline = url_for("procurement.mini_tender_deadline", mini_tender_id=found.id)
    return [(each, deadline if each.field == "closes_at" else None) for each in prospect.faults]


def next_step(of_phase: str) -> tuple[str, str] | None:
    """The page where the next act is done, when there is one."""
    step = NEXT.get(of_phase)
    return step if step and step[0] in current_app.view_functions else None


def _in_state(chosen: str, at: datetime) -> ColumnElement[bool]:
    """The condition of a filter; drafts belong to their services, and are only shown when asked for."""
    if chosen in STATES:
        return MiniTender.state.in_(STATES[chosen])
    published = MiniTender.state == MiniTenderState.PUBLISHED
    if chosen == "ouvertes":
        return and_(published, MiniTender.closes_at >= at)
    if chosen == "a-ouvrir":
        return and_(published, MiniTender.closes_at < at)
    return MiniTender.state != MiniTenderState.DRAFT
