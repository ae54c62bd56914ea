"""What a requester may see: the services it works for, and their needs."""

from flask import abort, redirect, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from sad import db
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.organisations import Service
from sad.models.people import Role
from sad.web.access import current_person, own_or_404
from sad.web.kept import still_kept


def own_services() -> list[Service]:
    """The services for which the person writes needs, those that still work, by name."""
    query = select(Service).where(Service.id.in_(_service_ids()), Service.closed_at.is_(None))
    return list(db.session.scalars(query.order_by(Service.name)))


def own_needs() -> Select[tuple[MiniTender]]:
    """The needs of the person's services, whoever wrote them."""
    return select(MiniTender).where(MiniTender.service_id.in_(_service_ids()))


def own_need(mini_tender_id: int) -> MiniTender:
    """One of them with what every page says of it; 404 for another service's."""
    around = (MiniTender.organisation, MiniTender.system, MiniTender.category, MiniTender.service, MiniTender.creator)
    need = own_or_404(own_needs().where(MiniTender.id == mini_tender_id).options(*map(joinedload, around)))
    return still_kept(need)


def own_draft(mini_tender_id: int) -> MiniTender:
    """One of them that can still be written; whoever comes to another is led to its follow-up."""
    need = own_need(mini_tender_id)
    if need.state != MiniTenderState.DRAFT:
        abort(redirect(url_for("agent.need", mini_tender_id=need.id)))
    return need


def _service_ids() -> list[int]:
    return [held.service_id for held in current_person().roles if held.role == Role.REQUESTER and held.service_id is not None]
