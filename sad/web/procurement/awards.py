"""The award, each act on a page of its own: what will happen, who is told, the letters as they will go."""

from flask import Response, abort, flash, redirect, render_template, url_for

from sad import clock
from sad.actions import awards as acts
from sad.actions.conclusions import conclusion_letter
from sad.actions.evaluations import has_lapsed, live_award, marks_of
from sad.actions.letters import people_of, people_of_each
from sad.actions.opinions import competence_warnings, opinion_faults, opinion_on
from sad.actions.rankings import latest_ranking
from sad.actions.results import letters_for, results_of
from sad.actions.ties import first_places, tie_decision_of
from sad.domain.calendar import paris_day
from sad.domain.proofs import standstill_end
from sad.letters import results as letters
from sad.letters.results import Result
from sad.letters.text import LetterText
from sad.models.awards import Award
from sad.models.evaluations import RankedOffer, Ranking
from sad.models.mini_tenders import MiniTender
from sad.models.people import Role
from sad.reports.ranked import proposed_reason, rows_of
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.procurement.committees import COMMITTEE_READERS
from sad.web.procurement.conclusions import after_contract
from sad.web.procurement.evaluation_forms import ApproveForm, CancelForm, NotifyForm, ProposeForm
from sad.web.procurement.opened import READERS, opened_mini_tender
from sad.web.procurement.replies import requests_about
from sad.web.procurement.result_letters import letters_shown


@allow(*READERS)
def award(mini_tender_id: int) -> str:
    """Where the award stands, who decided what, and the letters that went."""
    mini_tender, at = opened_mini_tender(mini_tender_id), clock.now()
    found = live_award(mini_tender)
    ranking = found.place.ranking if found else latest_ranking(mini_tender)
    return render_template(
        "procurement/award.html",
        mini_tender=mini_tender,
        award=found,
        opinion=opinion_on(ranking) if ranking else None,
        has_report=ranking is not None and current_person().has_role(*COMMITTEE_READERS),
        may_see_committee=current_person().has_role(*COMMITTEE_READERS),
        has_lapsed=found is not None and has_lapsed(found, at),
        is_ranked=mini_tender.state == "ranked",
        requests=requests_about(mini_tender),
        **after_contract(found),
        person=current_person(),
        **letters_shown(mini_tender),
    )


@allow(Role.BUYER)
def propose_award(mini_tender_id: int) -> Response:
    """Propose the first offer, with the reasons that every tenderer will read."""
    mini_tender = opened_mini_tender(mini_tender_id)
    ranking = latest_ranking(mini_tender) or abort(404)
    place = _chosen(ranking)
    form = ProposeForm(data={"reason": _proposed_reason(place)})
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.propose_award(place, form.reason.data, by=current_person(), at=clock.now())
        if done:
            flash("La proposition est faite. Une autre personne la décide dans les 24 heures.", "success")
            return redirect(url_for("procurement.award", mini_tender_id=mini_tender.id))
    around = {"awaited": [*opinion_faults(place)], "warnings": competence_warnings(place, clock.now())}
    return form_page("procurement/propose_award.html", form, mini_tender=mini_tender, place=place, ranking=ranking, **around)


@allow(Role.AWARD_AUTHORITY)
def approve_award(mini_tender_id: int, award_id: int) -> Response:
    """Decide what somebody else proposed; every letter is shown as it will go."""
    mini_tender, form = opened_mini_tender(mini_tender_id), ApproveForm()
    found, at = _award(mini_tender, award_id), clock.now()
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.approve_award(found, waits=form.waits.data, by=current_person(), at=at)
        if done:
            flash("L’attribution est décidée. Les lettres partent.", "success")
            return redirect(url_for("procurement.award", mini_tender_id=mini_tender.id))
    leaving = letters_for(results_of(found), at=at)
    return form_page(
        "procurement/approve_award.html",
        form,
        mini_tender=mini_tender,
        award=found,
        letters=_shown(leaving),
        told=_told(leaving),
        waiting_until=standstill_end(paris_day(at), acts.standstill_days(at)),
    )


@allow(Role.BUYER, Role.AWARD_AUTHORITY)
def cancel_award(mini_tender_id: int, award_id: int) -> Response:
    """Take back a proposal, or a decision that is not notified."""
    mini_tender, form = opened_mini_tender(mini_tender_id), CancelForm()
    found, at = _award(mini_tender, award_id), clock.now()
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.cancel_award(found, form.reason.data, by=current_person(), at=at)
        if done:
            flash("L’attribution est annulée.", "success")
            return redirect(url_for("procurement.award", mini_tender_id=mini_tender.id))
    told = results_of(found) if found.state == "approved" else []
    leaving = [(each, letters.award_cancelled(each, reason=form.reason.data or "[motif]", at=at)) for each in told]
    return form_page(
        "procurement/cancel_award.html", form, mini_tender=mini_tender, award=found, letters=_shown(leaving), told=_told(leaving)
    )


@allow(Role.BUYER)
def notify_contract(mini_tender_id: int, award_id: int) -> Response:
    """Notify the contract to the awardee."""
    mini_tender, form = opened_mini_tender(mini_tender_id), NotifyForm()
    found, at = _award(mini_tender, award_id), clock.now()
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.notify_contract(found, contract_reference=form.contract_reference.data or "", by=current_person(), at=at)
        if done:
            flash("Le marché est notifié.", "success")
            return redirect(url_for("procurement.award", mini_tender_id=mini_tender.id))
    letter, supplier = letters.contract_notification(found, at=at), found.place.offer.supplier
    others, notice = conclusion_letter(found, at=at)
    untold = acts.letters_of_untold(found)
    return form_page(
        "procurement/notify_contract.html",
        form,
        mini_tender=mini_tender,
        award=found,
        blocked=acts.notification_faults(found, at),
        must_be_written=acts.must_be_written(found, at),
        letters=[(supplier.name, letter.subject, letter.body), *_shown(untold), ("Les autres invités", notice.subject, notice.body)],
        told=[*(f"{person.name}, pour {supplier.name}" for person in people_of(supplier)), *_told(untold), *(each.name for each in others)],
    )


def _award(mini_tender: MiniTender, award_id: int) -> Award:
    """The award of that number while it is the one that stands; another may have been proposed since the page was shown."""
    found = live_award(mini_tender)
    return found if found is not None and found.id == award_id else abort(404)


def _chosen(ranking: Ranking) -> RankedOffer:
    """The offer that is first, or the one retained between equals."""
    decision, first = tie_decision_of(ranking), first_places(ranking)
    chosen = [place for place in first if decision is None or place.id == decision.ranked_offer_id]
    return chosen[0] if chosen else abort(404)


def _proposed_reason(place: RankedOffer) -> str:
    (row,) = rows_of([place], marks_of([place.offer]))
    return proposed_reason(row)


def _shown(leaving: list[tuple[Result, LetterText]]) -> list[tuple[str, str, str]]:
    return [(result.supplier.name, text.subject, text.body) for result, text in leaving]


def _told(leaving: list[tuple[Result, LetterText]]) -> list[str]:
    told = people_of_each([result.supplier.id for result, _ in leaving])
    return [f"{person.name}, pour {supplier.name}" for supplier, person in told]
