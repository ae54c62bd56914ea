"""Where the evaluators of a mini-tender stand: whose marks are awaited, and which may be seen."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from sad.db import session
from sad.domain.consensus import Asked, OwnMark, Proposal, awaited, proposal, revealed, unmarked
from sad.domain.errors import Refusal
from sad.domain.scoring.values import Criterion
from sad.domain.sentences import listed, of
from sad.models.evaluators import Evaluator
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Classification, Offer
from sad.models.people import Person


@dataclass(frozen=True, slots=True)
class Panel:
    """The evaluators named for a mini-tender, those who left included; without any, one person gives the marks alone.

    `shown`: the marks that may be seen, none while somebody's are awaited. Pages and exports read marks from there only.
    """

    evaluators: tuple[Evaluator, ...] = ()
    asked: frozenset[Asked] = frozenset()
    awaited: tuple[Evaluator, ...] = ()
    shown: tuple[OwnMark, ...] = ()

    @property
    def present(self) -> tuple[Evaluator, ...]:
        """Those who have neither been released nor stood aside."""
        return tuple(each for each in self.evaluators if each.ended_at is None)

    @property
    def is_open(self) -> bool:
        """Whether the marks of all may be seen and the consensus written."""
        return bool(self.present) and not self.awaited

    def of_person(self, person: Person) -> Evaluator | None:
        """The evaluator that this person is, if it is one still."""
        return next((each for each in self.present if each.person_id == person.id), None)

    def marks_on(self, offer_id: int, criterion: str) -> list[OwnMark]:
        """What may be seen of the marks given to an offer on a criterion."""
        return [mark for mark in self.shown if (mark.offer, mark.criterion) == (offer_id, criterion)]

    def proposal_on(self, offer_id: int, criterion: str) -> Proposal | None:
        """What they say together, as long as they may be seen."""
        return proposal(self.marks_on(offer_id, criterion))

    def missing(self, evaluator: Evaluator) -> set[Asked]:
        """The offers and criteria on which this evaluator still owes a mark."""
        return unmarked(evaluator.id, [mark.as_own_mark() for mark in evaluator.marks], self.asked)


def judged_criteria(mini_tender: MiniTender) -> tuple[Criterion, ...]:
    """The (sub-)criteria of the frozen grid on which people give marks, in grid order."""
    return tuple(leaf for leaf in mini_tender.frozen_grid().scored if leaf.method == "scale")


def panel_of(mini_tender: MiniTender) -> Panel:
    """The evaluators of the mini-tender, by order of naming, and where they stand."""
    named = select(Evaluator).where(Evaluator.mini_tender_id == mini_tender.id).order_by(Evaluator.id)
    around = (joinedload(Evaluator.person).lazyload(Person.roles), selectinload(Evaluator.marks))
    evaluators = tuple(session.scalars(named.options(*around).execution_options(populate_existing=True)))
    if not evaluators:
        return Panel()
    regular = select(Offer.id).where(
        Offer.mini_tender_id == mini_tender.id, Offer.is_opened, Offer.classification == Classification.REGULAR
    )
    asked = frozenset((offer, leaf.key) for offer in session.scalars(regular) for leaf in judged_criteria(mini_tender))
    jurors, marks = [each.as_juror() for each in evaluators], [mark.as_own_mark() for each in evaluators for mark in each.marks]
    waiting = {juror.ref for juror in awaited(jurors, marks, asked)}
    return Panel(
        evaluators, asked, tuple(each for each in evaluators if each.id in waiting), tuple(revealed(jurors, marks, asked))
    )


def panel_faults(panel: Panel) -> Iterator[Refusal]:
    """Why the consensus cannot be written yet."""
    if panel.evaluators and not panel.present:
        yield Refusal("Plus personne n’évalue cette consultation.", "Nommer au moins un évaluateur.", "ANA-05")
    if panel.awaited:
        names = listed([of(each.person.name) for each in panel.awaited])
        yield Refusal(f"Les notes {names} sont attendues.", "Attendre qu’elles soient remises, ou libérer cette personne.", "ANA-05")
