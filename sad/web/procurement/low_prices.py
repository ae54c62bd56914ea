"""A very low price: the letter that asks for its explanation, the answer, the decision (ANA-03)."""

from flask import Response, flash, redirect, url_for

from sad import clock
from sad.actions.examination_answers import answer_files
from sad.actions.low_prices import ask_price, decide_price, explanation_days, explanation_due_on
from sad.domain.low_prices import ACCEPTED
from sad.domain.sentences import of
from sad.letters import examinations as letters
from sad.models.examinations import ExaminationFile, PriceRequest
from sad.models.offers import Offer
from sad.web.access import allow, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.procurement.evaluation import examined_offer, offer_context
from sad.web.procurement.evaluation_forms import AskPriceForm, DecidePriceForm
from sad.web.procurement.opened import EVALUATORS, READERS, Evaluation, Examined, opened_mini_tender, opened_offer
from sad.web.uploads import send_file_kept


@allow(*READERS, acting=EVALUATORS)
def justify_price(mini_tender_id: int, offer_id: int) -> Response:
    """Ask the tenderer to explain its price; once asked, read what it answers and decide."""
    found, examined = examined_offer(mini_tender_id, offer_id)
    if examined.price_request is None:
        return _ask(found, examined)
    return _decide(found, examined, examined.price_request)


@allow(*READERS)
def answer_file(mini_tender_id: int, offer_id: int, answer_file_id: int) -> Response:
    """A file that a tenderer joined to its answer."""
    offer = opened_offer(opened_mini_tender(mini_tender_id), offer_id)
    file = own_or_404(answer_files().where(ExaminationFile.id == answer_file_id, Offer.id == offer.id))
    return send_file_kept(file)


def _ask(found: Evaluation, examined: Examined) -> Response:
    form, offer, at = AskPriceForm(), examined.offer, clock.now()
    if form.validate_on_submit():
        with attempt(form) as done:
            ask_price(offer, form.asked.data or "", by=current_person(), at=at)
        if done:
            flash(f"La demande est envoyée. Sa réponse viendra ici, sur la page de l’offre {of(offer.supplier.name)}.", "success")
            return _back(offer)
    letter = letters.price_request(offer, form.asked.data or "", days=explanation_days(at), due_on=explanation_due_on(at))
    return form_page("procurement/justify_price.html", form, letter=letter, **offer_context(found, examined))


def _decide(found: Evaluation, examined: Examined, asked: PriceRequest) -> Response:
    form, offer = DecidePriceForm(data={"decision": asked.decision, "reason": asked.decision_reason}), examined.offer
    if form.validate_on_submit():
        with attempt(form) as done:
            decide_price(offer, form.decision.data, form.reason.data, by=current_person(), at=clock.now())
        if done:
            accepted = "L’explication est acceptée. Vous pouvez classer l’offre."
            flash(accepted if form.decision.data == ACCEPTED else "L’offre est écartée.", "success")
            return redirect(url_for("procurement.examine_offer", mini_tender_id=offer.mini_tender_id, offer_id=offer.id))
    return form_page("procurement/judge_price.html", form, asked=asked, **offer_context(found, examined))


def _back(offer: Offer) -> Response:
    return redirect(url_for("procurement.justify_price", mini_tender_id=offer.mini_tender_id, offer_id=offer.id))
