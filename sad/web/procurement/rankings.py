"""The ranking told in sentences, its ties decided by people, its files to compute it again."""

from flask import Response, abort, flash, redirect, request, url_for
from sqlalchemy import select

from sad import clock
from sad.actions.backup_copies import opened_copies
from sad.actions.evaluation_reports import evaluation_report_of
from sad.actions.rankings import compute_ranking, latest_ranking, still_holds
from sad.actions.ties import choose_between_ties, first_places, tie_decision_of
from sad.actions.unproved import unproved_offers
from sad.db import session
from sad.exports.ranking_sheet import ranking_sheet, ranking_sheet_name
from sad.exports.scoring_file import scoring_file as exported
from sad.exports.scoring_file import scoring_file_name
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person, Role
from sad.reports.evaluation import evaluation_file_name, evaluation_pdf
from sad.reports.ranked import per_person, rows_of
from sad.reports.solidity import intervals_of, sentences_of
from sad.web.access import allow, current_organisation, current_person
from sad.web.acts import attempt, form_page
from sad.web.fields import Form
from sad.web.procurement.committees import COMMITTEE_READERS
from sad.web.procurement.evaluation_forms import tie_form
from sad.web.procurement.interests import ACTING
from sad.web.procurement.opened import EVALUATORS, READERS, evaluation_of, opened_mini_tender
from sad.web.uploads import as_download

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@allow(*READERS)
def ranking(mini_tender_id: int) -> Response:
    """The last ranking computed, or what is missing before the first."""
    mini_tender = opened_mini_tender(mini_tender_id)
    return _page(mini_tender, Form())


@allow(*EVALUATORS)
def compute(mini_tender_id: int) -> Response:
    """Rank the regular offers with the frozen grid."""
    mini_tender, form = opened_mini_tender(mini_tender_id), Form()
    if form.validate_on_submit():
        with attempt(form) as done:
            compute_ranking(mini_tender, by=current_person(), at=clock.now())
        if done:
            flash("Le classement est calculé. Chaque point est expliqué.", "success")
            return redirect(url_for("procurement.ranking", mini_tender_id=mini_tender.id))
    return _page(mini_tender, form)


@allow(*EVALUATORS)
def tie(mini_tender_id: int) -> Response:
    """Decide between the offers that share the first place, before a witness."""
    mini_tender = opened_mini_tender(mini_tender_id)
    found = latest_ranking(mini_tender)
    places = first_places(found) if found else []
    form = tie_form(places, _witnesses())
    if form.validate_on_submit():
        place = next((each for each in places if each.id == form.place.data), None) or abort(404)
        with attempt(form) as done:
            choose_between_ties(
                place, form.reason.data, witness=session.get_one(Person, form.witness.data), by=current_person(), at=clock.now()
            )
        if done:
            flash("La décision est enregistrée. Elle sera citée dans les lettres.", "success")
            return redirect(url_for("procurement.ranking", mini_tender_id=mini_tender.id))
    return form_page("procurement/tie.html", form, mini_tender=mini_tender, places=places, rule=_tie_rule(mini_tender))


@allow(*READERS)
def scoring_file(mini_tender_id: int) -> Response:
    """The last ranking as a file that anyone can compute again."""
    found = latest_ranking(opened_mini_tender(mini_tender_id)) or abort(404)
    return as_download(exported(found), media_type="application/json", name=scoring_file_name(found))


@allow(*READERS)
def sheet(mini_tender_id: int) -> Response:
    """The last ranking as a spreadsheet whose formulas compute it again."""
    found = latest_ranking(opened_mini_tender(mini_tender_id)) or abort(404)
    return as_download(ranking_sheet(found), media_type=XLSX, name=ranking_sheet_name(found))


@allow(*COMMITTEE_READERS)
def report(mini_tender_id: int) -> Response:
    """The evaluation report as PDF, a draft until an award is decided."""
    found = evaluation_report_of(opened_mini_tender(mini_tender_id)) or abort(404)
    return as_download(evaluation_pdf(found), media_type="application/pdf", name=evaluation_file_name(found))


def _page(mini_tender: MiniTender, form: Form) -> Response:
    evaluation, found = evaluation_of(mini_tender), latest_ranking(mini_tender)
    if found is None:
        return form_page("procurement/not_ranked.html", form, evaluation=evaluation, may_evaluate=_may_evaluate())
    offers, marks = evaluation.offers_and_marks
    rows = rows_of(found.places, marks)
    return form_page(
        "procurement/ranking.html",
        form,
        evaluation=evaluation,
        ranking=found,
        rows=rows,
        chart=[(row.offer.supplier.name, row.place.total, row.parts) for row in rows if row.details],
        set_aside=[each for each in evaluation.examined if each.offer.id not in {place.offer_id for place in found.places}],
        tied=first_places(found),
        unproved=unproved_offers(mini_tender.id),
        decision=tie_decision_of(found),
        rule=_tie_rule(mini_tender),
        solidity=sentences_of(found),
        intervals=intervals_of(found),
        is_current=still_holds(found, offers, marks),
        apart=opened_copies(mini_tender),
        is_unfolded="deplier" in request.args,
        per_person=per_person,
        may_evaluate=_may_evaluate(),
        may_read_report=current_person().has_role(*COMMITTEE_READERS),
        may_propose=current_person().has_role(Role.BUYER),
        has_declared=current_person().has_role(*ACTING),
    )


def _tie_rule(mini_tender: MiniTender) -> list[str]:
    """The criteria that the published tie rule compares, in order, by label."""
    grid = mini_tender.frozen_grid()
    return [grid.criterion(key).label for key in grid.tie_rule]


def _witnesses() -> list[Person]:
    """The other agents of the organisation."""
    agents = select(Person).where(Person.organisation_id == current_organisation().id, Person.is_active, Person.id != current_person().id)
    return list(session.scalars(agents.order_by(Person.name, Person.id)))


def _may_evaluate() -> bool:
    return current_person().has_role(*EVALUATORS)
