"""What each evaluator gives alone, then hands over: nobody sees it before all have (ANA-05)."""

from datetime import datetime

from sqlalchemy import select

from sad.actions.evaluations import take_up
from sad.actions.journal import record
from sad.actions.letters import post_letter
from sad.actions.marks import mark_faults, marked_offer_faults
from sad.actions.panels import Panel, panel_of
from sad.db import session
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.scoring.numbers import read_number, written
from sad.letters import evaluators as letters
from sad.models.evaluators import Evaluator, EvaluatorMark
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person


def give_own_mark(offer: Offer, criterion: str, value: str, reason: str, *, by: Person, at: datetime) -> EvaluatorMark:
    """As one of several evaluators, mark a regular offer on a judged criterion, from 0 to its scale.

    It may be changed until it is handed over. Raises `Refused` with every fault.
    """
    mini_tender = take_up(offer.mini_tender, by=by, at=at)
    session.refresh(offer)
    evaluator, panel = _evaluator(mini_tender, by)
    text = value.strip().replace(",", ".")
    faults = [*marked_offer_faults(offer), *mark_faults(mini_tender, criterion, text, reason)]
    if evaluator.submitted_at is not None and (offer.id, criterion) not in panel.missing(evaluator):
        faults.append(Refusal("Vos notes sont remises : elles ne changent plus.", "Le consensus peut s’en écarter.", "ANA-05"))
    if faults:
        raise Refused(*faults)
    given = select(EvaluatorMark).where(EvaluatorMark.evaluator_id == evaluator.id, EvaluatorMark.offer_id == offer.id)
    mark = session.scalar(given.where(EvaluatorMark.criterion == criterion))
    before = mark.value if mark else None
    if mark is None:
        mark = EvaluatorMark(evaluator=evaluator, offer_id=offer.id, criterion=criterion)
        session.add(mark)
    mark.value, mark.reason, mark.given_at = written(read_number(text)), reason.strip(), at
    record(
        "give_own_mark", evaluator, by=by, at=at,
        offer=offer.id, criterion=criterion, value=mark.value, reason=mark.reason, before=before,
    )
    if evaluator.submitted_at is not None:
        _tell_when_complete(mini_tender, at)
    return mark


def submit_marks(mini_tender: MiniTender, *, by: Person, at: datetime) -> Evaluator:
    """Hand over all one's marks: they no longer change. With the last ones, whoever named the evaluators is told. Raises `Refused`."""
    take_up(mini_tender, by=by, at=at)
    evaluator, panel = _evaluator(mini_tender, by)
    missing = len(panel.missing(evaluator))
    if evaluator.submitted_at is not None:
        raise refuse("Vos notes sont déjà remises.", "Il n’y a plus rien à faire.", rule="ANA-05")
    if missing or not panel.asked:
        still = f"Il vous manque encore {missing} {'notes' if missing > 1 else 'note'}."
        message = still if missing else "Aucune offre n’est encore à noter."
        raise refuse(message, "Noter chaque offre régulière sur chaque critère, puis remettre.", rule="ANA-05")
    evaluator.submitted_at = at
    record("submit_marks", evaluator, by=by, at=at, mini_tender=mini_tender.id, marks=len(panel.asked))
    _tell_when_complete(mini_tender, at)
    return evaluator


def _evaluator(mini_tender: MiniTender, by: Person) -> tuple[Evaluator, Panel]:
    panel = panel_of(mini_tender)
    evaluator = panel.of_person(by)
    if evaluator is None:
        raise refuse("Vous n’êtes pas parmi les évaluateurs de cette consultation.", "Un acheteur les nomme.", rule="ANA-05")
    return evaluator, panel


def _tell_when_complete(mini_tender: MiniTender, at: datetime) -> None:
    """To the last who named evaluators, once no mark is awaited any more."""
    session.flush()
    panel = panel_of(mini_tender)
    if panel.is_open:
        last = max(panel.present, key=lambda each: (each.named_at, each.id))
        text = letters.consensus_due(mini_tender)
        to = session.get_one(Person, last.named_by)
        post_letter(text, to=to, at=at, organisation_id=mini_tender.organisation_id, mini_tender=mini_tender)
