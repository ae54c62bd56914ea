"""What the buyer asks while it examines my offer: how I reach a very low price."""

from collections.abc import Iterator
from datetime import datetime

from flask import Response, flash, redirect, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, selectinload

from sad import clock
from sad.actions.evaluations import UNDER_EVALUATION
from sad.actions.examination_answers import answer_files
from sad.actions.low_prices import explain_price
from sad.db import session
from sad.domain.campaigns import is_over
from sad.letters.wording import long_date
from sad.models.examinations import ExaminationAnswer, ExaminationFile, PriceRequest
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.suppliers import Supplier
from sad.web.access import allow_supplier, current_person, current_supplier, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.supplier.forms import ExplainForm
from sad.web.supplier.tasks import Task
from sad.web.uploads import send_file_kept


@allow_supplier
def price_request(price_request_id: int) -> Response:
    """What is asked about my price, what I answered, and answering."""
    asked = own_or_404(_own_requests(current_supplier()).where(PriceRequest.id == price_request_id))
    form, is_open = ExplainForm(), _is_open(asked)
    if form.validate_on_submit():
        with attempt(form) as done:
            explain_price(asked, form.text.data or "", form.files.checked, by=current_person(), at=clock.now())
        if done:
            flash("Votre réponse est envoyée. L’accusé de réception est dans vos courriers.", "success")
            return redirect(url_for("supplier.price_request", price_request_id=price_request_id))
    is_late = is_over(asked.due_on, clock.now())
    return form_page("supplier/price_request.html", form, asked=asked, is_open=is_open, is_late=is_late)


@allow_supplier
def answer_file(answer_file_id: int) -> Response:
    """A file that I joined to one of my answers."""
    file = own_or_404(answer_files().where(ExaminationFile.id == answer_file_id, Offer.supplier_id == current_supplier().id))
    return send_file_kept(file)


def examination_tasks(supplier: Supplier, at: datetime) -> Iterator[Task]:
    """The prices to explain, even late, as long as nothing is decided and nothing was answered."""
    for asked in session.scalars(_own_requests(supplier).where(PriceRequest.decision.is_(None))):
        if asked.answers or not _is_open(asked):
            continue
        tag, text = f"Au plus tard le {long_date(asked.due_on)}", "Votre prix semble très bas : expliquez-le avant toute décision."
        if is_over(asked.due_on, at):
            tag, text = "Le dernier jour est passé", "Rien n’est encore décidé : répondez quand même."
        url = url_for("supplier.price_request", price_request_id=asked.id)
        yield Task(tag, f"Votre offre : {asked.offer.mini_tender.title}", text, "Justifier mon prix", url, asked.due_on)


def request_about(mini_tender: MiniTender, supplier: Supplier) -> PriceRequest | None:
    """What was asked of the supplier about its price for this consultation, if anything was."""
    own = select(PriceRequest).join(PriceRequest.offer)
    return session.scalar(own.where(Offer.supplier_id == supplier.id, Offer.mini_tender_id == mini_tender.id))


def _own_requests(supplier: Supplier) -> Select[tuple[PriceRequest]]:
    around = contains_eager(PriceRequest.offer).joinedload(Offer.mini_tender).joinedload(MiniTender.organisation)
    answers = selectinload(PriceRequest.answers)
    return (
        select(PriceRequest)
        .join(PriceRequest.offer)
        .where(Offer.supplier_id == supplier.id)
        .options(around, answers.selectinload(ExaminationAnswer.files), answers.joinedload(ExaminationAnswer.author))
        .order_by(PriceRequest.due_on, PriceRequest.id)
    )


def _is_open(asked: PriceRequest) -> bool:
    """Whether an answer can still be read before a decision."""
    return asked.decision is None and asked.offer.mini_tender.state in UNDER_EVALUATION
