"""The applications to a category: from which dates their clock runs, what forbids destroying them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from sad.actions.retention import ENDED, retention_law
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal
from sad.domain.retention import Gathered, applications_faults, years_after
from sad.models.applications import Application
from sad.models.awards import Award, AwardState
from sad.models.destructions import Destruction, destroyed_categories
from sad.models.litigation import LitigationHold
from sad.models.mini_tenders import MiniTender
from sad.models.organisations import Organisation
from sad.models.systems import Category, PurchasingSystem


def old_categories(organisation: Organisation, at: datetime) -> list[Category]:
    """Those of an organisation whose system ended long enough ago for applications to go, and that still have some."""
    oldest = years_after(paris_day(at), -retention_law(at).tender)
    ended = or_(PurchasingSystem.valid_until < oldest, PurchasingSystem.ended_at < datetime.combine(oldest, at.timetz()))
    old = select(Category).join(Category.system).where(Category.organisation_id == organisation.id, ended)
    kept = Category.id.in_(select(Application.category_id)), Category.id.not_in(destroyed_categories())
    return list(session.scalars(old.where(*kept).options(joinedload(Category.system)).order_by(Category.system_id, Category.id)))


def gathered_of(found: Sequence[Category]) -> dict[int, Gathered]:
    """The dates from which the clocks of these categories run, by id; in as many statements for a hundred as for one."""
    ids = [each.id for each in found]
    of_them = MiniTender.category_id.in_(ids)
    signed = select(MiniTender.category_id, func.max(Award.notified_at)).join(Award, Award.mini_tender_id == MiniTender.id)
    notified = _dates(signed.where(of_them, Award.state == AwardState.APPROVED).group_by(MiniTender.category_id))
    dropped = select(MiniTender.category_id, func.max(MiniTender.discontinued_at)).where(of_them)
    given_up = _dates(dropped.group_by(MiniTender.category_id))
    sent = select(MiniTender.category_id, func.count(MiniTender.id)).where(of_them, MiniTender.published_at.is_not(None))
    going_on = _numbers(sent.where(MiniTender.state.not_in(ENDED)).group_by(MiniTender.category_id))
    held = select(MiniTender.category_id).join(LitigationHold, LitigationHold.mini_tender_id == MiniTender.id)
    disputed = set(session.scalars(held.where(of_them, LitigationHold.lifted_at.is_(None))))
    lasts = {number: max((each[number] for each in (notified, given_up) if number in each), default=None) for number in ids}
    return {each.id: Gathered(lasts[each.id], each.system.last_valid_day, going_on.get(each.id, 0), each.id in disputed) for each in found}


def applications_destruction_faults(category: Category, at: datetime) -> list[Refusal]:
    """All that forbids destroying the applications to this category now."""
    if applications_destruction(category.id) is not None:
        return [Refusal("Ces candidatures sont déjà détruites.", "Le certificat dit quand et par qui.", "ARC-03")]
    return list(applications_faults(gathered_of([category])[category.id], retention_law(at), paris_day(at)))


def applications_destruction(category_id: int) -> Destruction | None:
    """The act that destroyed the applications to this category, if one did."""
    return session.scalar(select(Destruction).where(Destruction.category_id == category_id))


def applications_to(category: Category) -> list[int]:
    """The numbers of the applications to this category, whatever became of them."""
    return list(session.scalars(select(Application.id).where(Application.category_id == category.id).order_by(Application.id)))


def _dates(statement: Select[*tuple[Any, ...]]) -> dict[int, date]:
    return {row[0]: paris_day(row[1]) for row in session.execute(statement) if row[1] is not None}


def _numbers(statement: Select[*tuple[Any, ...]]) -> dict[int, int]:
    return {row[0]: row[1] for row in session.execute(statement)}
