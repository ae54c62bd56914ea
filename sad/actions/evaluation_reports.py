"""What an evaluation report gathers: all that was stored from the opening to the decision."""

from sqlalchemy import select

from sad.actions.evaluations import live_award, marks_of, opened_offers
from sad.actions.examination_answers import price_requests_of
from sad.actions.opening_records import opening_record_of
from sad.actions.openings import opening_of
from sad.actions.opinions import opinion_on
from sad.actions.panels import Panel, panel_of
from sad.actions.publications import invitees_of
from sad.actions.rankings import latest_ranking, still_holds
from sad.actions.regularisations import regularisation_of
from sad.actions.ties import first_places, tie_decision_of
from sad.actions.unproved import unproved_offers
from sad.db import session
from sad.domain.scoring.numbers import written
from sad.models.evaluations import ConflictDeclaration
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person
from sad.reports.evaluation import Declared, EvaluationReport


def evaluation_report_of(mini_tender: MiniTender) -> EvaluationReport | None:
    """The report on the ranking that was awarded, else on the last one; None before any. The offers are opened (SEC-01)."""
    award, opening = live_award(mini_tender), opening_of(mini_tender)
    ranking = award.place.ranking if award else latest_ranking(mini_tender)
    if ranking is None or opening is None:
        return None
    offers, panel = opened_offers(mini_tender), panel_of(mini_tender)
    marks = marks_of(offers)
    return EvaluationReport(
        mini_tender=mini_tender,
        ranking=ranking,
        is_current=still_holds(ranking, offers, marks),
        invited=len(invitees_of(mini_tender)),
        opening=opening_record_of(mini_tender, opening),
        offers=offers,
        marks=marks,
        price_requests=price_requests_of(offers),
        regularisation=regularisation_of(mini_tender),
        declared=_declared(mini_tender),
        evaluators=panel.evaluators,
        own_marks=_own_marks(panel),
        tied=first_places(ranking),
        tie=tie_decision_of(ranking),
        unproved=unproved_offers(mini_tender.id),
        opinion=opinion_on(ranking),
        award=award,
    )


def _declared(mini_tender: MiniTender) -> list[Declared]:
    """Each declaration of interests with its author's name, in order (ANA-05)."""
    declared = select(Person.name, ConflictDeclaration).join(Person, Person.id == ConflictDeclaration.person_id)
    found = session.execute(declared.where(ConflictDeclaration.mini_tender_id == mini_tender.id).order_by(ConflictDeclaration.id))
    return [(name, each) for name, each in found]


def _own_marks(panel: Panel) -> dict[tuple[int, str], list[tuple[str, str]]]:
    """What each evaluator had given, by offer id and criterion, as far as it may be seen."""
    names = {each.id: each.person.name for each in panel.evaluators}
    found: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for mark in panel.shown:
        found.setdefault((mark.offer, mark.criterion), []).append((names[mark.juror], written(mark.value)))
    return found
