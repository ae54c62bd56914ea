"""Mini-tenders that were opened, with an offer that came late and stays sealed."""

from datetime import datetime, timedelta

from sad.actions.declarations import declare_interests
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.publications import invitees_of
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person, Role
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, make_published
from tests.factories.offers import make_deposit, make_opener
from tests.factories.people import make_person

LATE = CLOSES + timedelta(seconds=25)


def make_late_opened(at: datetime = LATE, *, in_time: bool = False) -> tuple[MiniTender, Offer]:
    """An opened mini-tender where one supplier was in time and another late; `in_time`: that one was in time too, before."""
    sent = make_published(suppliers=2)
    first, second = invitees_of(sent)
    make_deposit(sent, first)
    if in_time:
        make_deposit(sent, second)
    late = make_deposit(sent, second, at=at)
    two = [make_opener(sent) for _ in range(2)]
    ask_opening(sent, by=two[0], at=CLOSES + timedelta(hours=1))
    confirm_opening(sent, seal_key=SEAL_KEY, by=two[1], at=CLOSES + timedelta(hours=2))
    return sent, late


def make_declared(sent: MiniTender, role: Role, *, has_conflict: bool = False) -> Person:
    """Somebody of the house who has said whether it has an interest."""
    person = make_person(sent.organisation, role)
    declare_interests(sent, has_conflict=has_conflict, link="Ma sœur y travaille." if has_conflict else "", by=person, at=CLOSES)
    return person
