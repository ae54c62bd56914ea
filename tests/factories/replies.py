"""Requests for reasons, by a tenderer that is not retained."""

from datetime import datetime

from sad.actions.replies import ask_reasons
from sad.models.awards import Award
from sad.models.replies import ReasonRequest
from sad.models.suppliers import Supplier
from tests.factories.evaluations import offers_of
from tests.factories.mini_tenders import HOME
from tests.factories.orders import NOTIFIED
from tests.factories.suppliers import member_of


def loser_of(award: Award) -> Supplier:
    """The first tenderer that the award does not retain."""
    return next(each.supplier for each in offers_of(award.mini_tender) if each.id != award.place.offer_id)


def ask(award: Award, supplier: Supplier | None = None, question: str = "", *, at: datetime = NOTIFIED) -> ReasonRequest:
    """What it asks, without a question unless it is given one."""
    asker = supplier or loser_of(award)
    return ask_reasons(award.mini_tender, asker, question, home=HOME, by=member_of(asker), at=at)
