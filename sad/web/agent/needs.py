"""The requester's home, the list of needs, one need's follow-up; starting again from a past one, throwing a draft away."""

from datetime import datetime

from flask import Response, flash, redirect, render_template, url_for
from sqlalchemy import Select, and_, not_, or_, select
from sqlalchemy.orm import joinedload, load_only

from sad import clock, db
from sad.actions.deadline_requests import request_used_by
from sad.actions.invitations import deliveries_of, reception_of
from sad.actions.mini_tenders import copy_mini_tender, discard_mini_tender
from sad.actions.orders import order_of
from sad.actions.results import outcome_line
from sad.db import transaction
from sad.domain.phases import phase
from sad.letters.wording import moment, money
from sad.models.invitations import Invitation, Question
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import Role
from sad.need_templates import need_templates
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.agent.order_steps import next_step, order_steps
from sad.web.agent.own import own_draft, own_need, own_needs, own_services
from sad.web.agent.screens import resume_url, resume_urls
from sad.web.agent.stages import stages_open_to_comments
from sad.web.agent.wizard import systems_by_template
from sad.web.fields import Form
from sad.web.paging import page_of

UNDER_WAY = (MiniTenderState.TO_CHECK, MiniTenderState.PUBLISHED, MiniTenderState.OPENED, MiniTenderState.RANKED)
SETTLED = (MiniTenderState.AWARDED, MiniTenderState.NOTIFIED)
MOST_SHOWN = 40
LAST_DONE = 5
SHOWN = (
    MiniTender.title, MiniTender.state, MiniTender.guests, MiniTender.happens_at, MiniTender.place, MiniTender.budget,
    MiniTender.published_at, MiniTender.closes_at, MiniTender.returned_reason, MiniTender.created_at,
)


@allow(Role.REQUESTER)
def home() -> str:
    """What waits for the service, what is under way, what is coming, what was done."""
    at, services = clock.now(), own_services()
    alive = list(db.session.scalars(_listed().where(_is_alive(at)).order_by(MiniTender.happens_at, MiniTender.id).limit(MOST_SHOWN)))
    done = _listed().where(not_(_is_alive(at))).order_by(MiniTender.created_at.desc(), MiniTender.id.desc()).limit(LAST_DONE)
    drafts = [each for each in alive if each.state == MiniTenderState.DRAFT]
    return render_template(
        "agent/home.html",
        services=services,
        steps=order_steps([each.id for each in services], at),
        stages=stages_open_to_comments(at),
        drafts=sorted(drafts, key=lambda each: each.returned_reason is None),
        under_way=[each for each in alive if each.state in UNDER_WAY],
        coming=[each for each in alive if each.state in SETTLED],
        done=list(db.session.scalars(done)),
        phase=lambda each: phase(each, at),
        resume_urls=resume_urls(drafts),
    )


@allow(Role.REQUESTER)
def needs() -> str:
    """Every need of the person's services, the last first."""
    at = clock.now()
    page = page_of(_listed(), MiniTender.created_at, MiniTender.id, descending=True)
    return render_template("agent/needs.html", page=page, phase=lambda each: phase(each, at))


@allow(Role.REQUESTER)
def need(mini_tender_id: int) -> str | Response:
    """The follow-up of a need; a draft goes on where it was left."""
    found, at = own_need(mini_tender_id), clock.now()
    if found.state == MiniTenderState.DRAFT:
        return redirect(resume_url(found))
    invited = select(Invitation).where(Invitation.mini_tender_id == found.id).options(joinedload(Invitation.supplier))
    page = page_of(invited, Invitation.id)
    questions = select(Question).where(Question.mini_tender_id == found.id).order_by(Question.asked_at, Question.id)
    return render_template(
        "agent/need.html",
        need=found,
        phase=phase(found, at),
        page=page,
        told=deliveries_of(found, [each.supplier_id for each in page.rows]),
        reception=reception_of(found),
        questions=list(db.session.scalars(questions)),
        outcome=outcome_line(found),
        step=next_step(found, at),
        order=order_of(found) if found.state == MiniTenderState.NOTIFIED else None,
        agreed=request_used_by(found),
        at=at,
    )


@allow(Role.REQUESTER)
def copy(mini_tender_id: int) -> Response:
    """Start again from a past need: everything is written already, the date and the budget are proposed and to be read again."""
    past, by, at = own_need(mini_tender_id), current_person(), clock.now()
    system = systems_by_template(at).get(past.template, past.system)
    with transaction():
        draft = copy_mini_tender(past, need_templates()[past.template], system=system, by=by, at=at)
    words = f"Tout est recopié. Proposés, à relire : la date, {moment(draft.happens_at)}, et le budget, {money(draft.budget)} hors taxe."
    flash(words, "success")
    return redirect(resume_url(draft))


@allow(Role.REQUESTER)
def discard(mini_tender_id: int) -> Response:
    """Ask, then throw a draft away."""
    draft, form = own_draft(mini_tender_id), Form()
    if form.validate_on_submit():
        with attempt(form) as done:
            discard_mini_tender(draft, by=current_person(), at=clock.now())
        if done:
            flash("Le brouillon est effacé.", "success")
            return redirect(url_for("agent.home"))
    return form_page("agent/discard.html", form, need=draft)


def _listed() -> Select[tuple[MiniTender]]:
    """The needs with the columns that a line shows, and nothing else."""
    return own_needs().options(load_only(*SHOWN), joinedload(MiniTender.service))


def _is_alive(at: datetime):  # type: ignore[no-untyped-def]
    """Whether something is still to happen: to be written, to be decided, to be served."""
    unsettled = (MiniTenderState.DRAFT, *UNDER_WAY)
    return or_(MiniTender.state.in_(unsettled), and_(MiniTender.state.in_(SETTLED), MiniTender.happens_at >= at))
