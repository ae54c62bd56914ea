"""What pages of a system count."""

from datetime import datetime

from sqlalchemy import func, select

from sad.db import session
from sad.domain.calendar import paris_day
from sad.letters.wording import number
from sad.models.admissions import Admission, admitted_on
from sad.models.systems import PurchasingSystem
from sad.web.paging import CAP


def admitted_counts(system: PurchasingSystem, at: datetime) -> dict[int, str]:
    """By category, how many suppliers are admitted at that instant, in words that stop counting; one statement for all."""
    if not system.categories:
        return {}
    counts = []
    for category in system.categories:
        admitted = select(Admission.id).where(Admission.category_id == category.id, admitted_on(paris_day(at)))
        counts.append(select(func.count()).select_from(admitted.limit(CAP + 1).subquery()).scalar_subquery())
    found = session.execute(select(*counts)).one()
    words = (number(count) if count <= CAP else f"plus de {number(CAP)}" for count in found)
    return dict(zip((category.id for category in system.categories), words, strict=True))
