"""Mini-tenders that several people evaluate."""

from collections.abc import Mapping, Sequence

from sad.actions.classifications import classify_offer
from sad.actions.evaluator_marks import give_own_mark, submit_marks
from sad.actions.evaluators import name_evaluators
from sad.actions.panels import judged_criteria
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person, Role
from tests.factories.evaluations import EXAMINED, make_evaluator, offers_of


def make_panel(mini_tender: MiniTender, size: int = 2, *, buyer: Person | None = None) -> list[Person]:
    """Every offer regular; so many evaluators who have declared no link, named by a buyer."""
    buyer = buyer or make_evaluator(mini_tender, Role.BUYER)
    for offer in offers_of(mini_tender):
        classify_offer(offer, "regular", "Complète.", by=buyer, at=EXAMINED)
    people = [make_evaluator(mini_tender, Role.EVALUATOR) for _ in range(size)]
    name_evaluators(mini_tender, people, by=buyer, at=EXAMINED)
    return people


def mark_all(
    mini_tender: MiniTender, person: Person, value: str = "8", *, submits: bool = True, marks: Mapping[str, str] | None = None
) -> None:
    """This evaluator's mark on each regular offer and criterion, handed over unless told otherwise; `marks` by criterion."""
    for offer in offers_of(mini_tender):
        for criterion in judged_criteria(mini_tender):
            said = (marks or {}).get(criterion.key, value)
            give_own_mark(offer, criterion.key, said, f"Vu par {person.id}.", by=person, at=EXAMINED)
    if submits:
        submit_marks(mini_tender, by=person, at=EXAMINED)


def submit_all(mini_tender: MiniTender, people: Sequence[Person], *values: str) -> None:
    """Each hands over the same value everywhere."""
    for person, value in zip(people, values, strict=True):
        mark_all(mini_tender, person, value)
