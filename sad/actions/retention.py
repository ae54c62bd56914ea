"""What may be destroyed now, and from which dates its clocks run."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from sad import parameters
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal
from sad.domain.retention import Lived, RetentionLaw, keeping_faults, years_after
from sad.models.awards import Award, AwardState
from sad.models.destructions import Destruction, destroyed_mini_tenders
from sad.models.litigation import LitigationHold
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.orders import Delivery, Order
from sad.models.organisations import Organisation

ENDED = (MiniTenderState.NOTIFIED, MiniTenderState.DISCONTINUED)


def retention_law(at: datetime) -> RetentionLaw:
    """The durations in force at that instant."""
    names = ("tender_retention_years", "contract_retention_years", "contract_retention_policy_years")
    return RetentionLaw(*(parameters.value(name, on=paris_day(at)) for name in names))


def old_mini_tenders(organisation: Organisation, at: datetime) -> Select[MiniTender]:
    """Those of an organisation that ended long enough ago for one clock at least to have run out, and are still there."""
    law, day = retention_law(at), paris_day(at)
    oldest = years_after(day, -law.tender)
    ended = func.coalesce(MiniTender.discontinued_at, MiniTender.closes_at)
    old = select(MiniTender).where(
        MiniTender.organisation_id == organisation.id, MiniTender.state.in_(ENDED), ended < datetime.combine(oldest, at.timetz())
    )
    around = (joinedload(MiniTender.service), joinedload(MiniTender.system))
    return old.where(MiniTender.id.not_in(destroyed_mini_tenders())).options(*around)


def lives_of(found: Sequence[MiniTender]) -> dict[int, Lived]:
    """The dates from which the clocks of these mini-tenders run, by id; in as many statements for a hundred as for one."""
    ids = [each.id for each in found]
    signed = select(Award.mini_tender_id, func.max(Award.notified_at)).where(Award.mini_tender_id.in_(ids))
    notified = dict(_dates(signed.where(Award.state == AwardState.APPROVED).group_by(Award.mini_tender_id)))
    accepted = select(Award.mini_tender_id, func.max(Delivery.accepted_at)).join(Order, Order.award_id == Award.id)
    accepted = accepted.join(Delivery, Delivery.order_id == Order.id).where(Award.mini_tender_id.in_(ids))
    performed = dict(_dates(accepted.group_by(Award.mini_tender_id)))
    live = select(LitigationHold.mini_tender_id).where(LitigationHold.mini_tender_id.in_(ids), LitigationHold.lifted_at.is_(None))
    disputed = set(session.scalars(live))
    return {each.id: _lived(each, notified.get(each.id), performed.get(each.id), each.id in disputed) for each in found}


def destruction_faults(mini_tender: MiniTender, at: datetime) -> list[Refusal]:
    """All that forbids destroying the papers of this mini-tender now."""
    if destruction_of(mini_tender.id) is not None:
        return [Refusal("Ce dossier est déjà détruit.", "Le certificat dit quand et par qui.", "ARC-03")]
    return list(keeping_faults(lives_of([mini_tender])[mini_tender.id], retention_law(at), paris_day(at)))


def destruction_of(mini_tender_id: int) -> Destruction | None:
    """The act that destroyed its papers, if one did."""
    return session.scalar(select(Destruction).where(Destruction.mini_tender_id == mini_tender_id))


def _lived(mini_tender: MiniTender, notified: date | None, accepted: date | None, is_disputed: bool) -> Lived:
    given_up = paris_day(mini_tender.discontinued_at) if mini_tender.discontinued_at else None
    served = paris_day(mini_tender.happens_at) if mini_tender.happens_at else None
    return Lived(
        ended_on=notified or given_up,
        performed_on=max((day for day in (served, accepted) if day), default=None),
        is_contracted=notified is not None,
        system_until=mini_tender.system.last_valid_day,
        is_disputed=is_disputed,
    )


def _dates(statement: Select[*tuple[Any, ...]]) -> list[tuple[int, date]]:
    return [(row[0], paris_day(row[1])) for row in session.execute(statement) if row[1] is not None]
