"""Needs that wish a shorter deadline, with what their suppliers were asked and what they said."""

from datetime import datetime

from sad.actions.deadline_agreements import answer_agreement, ask_agreement
from sad.domain.calendar import PARIS
from sad.models.deadline_agreements import DeadlineAnswer, DeadlineRequest
from sad.models.mini_tenders import MiniTender
from sad.models.people import Role
from tests.factories.mini_tenders import HOME, WRITTEN, make_admitted, make_mini_tender
from tests.factories.people import make_person
from tests.factories.suppliers import member_of

SOON = datetime(2026, 12, 1, 12, 0, tzinfo=PARIS)
ANSWERS_BY = datetime(2026, 11, 25, 12, 0, tzinfo=PARIS)


def make_hurried(*, suppliers: int = 3, **values) -> MiniTender:
    """A draft whose deadline is too close for the law alone; so many suppliers are admitted to its category."""
    draft = make_mini_tender(**{"wanted_closes_at": SOON, **values})
    assert draft.category is not None
    make_admitted(draft.category, suppliers, by=make_person(draft.organisation, Role.BUYER))
    return draft


def make_agreement(draft: MiniTender, *answers: str, at: datetime = WRITTEN, **by) -> DeadlineRequest:
    """The request about this draft, and the answers of the first suppliers asked, in order; the others are silent."""
    request = ask_agreement(draft, ANSWERS_BY, home=HOME, at=at, **{"by": draft.creator, **by})
    for answer, said in zip(request.answers, answers, strict=False):
        say(answer, said, at=at)
    return request


def say(answer: DeadlineAnswer, said: str, *, at: datetime = WRITTEN) -> DeadlineAnswer:
    """What the first person of a supplier answers."""
    return answer_agreement(answer, said, by=member_of(answer.supplier), at=at)
