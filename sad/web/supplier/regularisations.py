"""My irregular offer: what I may put right, until when, and what I answered; never its prices (ANA-02)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload
from wtforms import TextAreaField

from sad import clock
from sad.actions.evaluations import UNDER_EVALUATION
from sad.actions.irregularities import gaps_with
from sad.actions.regularisations import answer_regularisation, asked_of
from sad.db import session
from sad.domain.campaigns import is_over
from sad.domain.requirements import Requirement
from sad.letters.regularisations import said_anew
from sad.letters.wording import long_date
from sad.models.examinations import ExaminationAnswer
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.regularisations import RegularisationRequest
from sad.models.suppliers import Supplier
from sad.web.access import allow_supplier, current_person, current_supplier, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.fields import FilesField, Form
from sad.web.offer_fields import question_field, typed_text, typed_value
from sad.web.supplier.forms import TEXT_LIMIT
from sad.web.supplier.tasks import Task

VALUE = "value-"


class CorrectionForm(Form):
    """Words and files; the fields of the values asked anew come with `correction_form`, named as refusals name them."""

    text = TextAreaField("Votre explication", [TEXT_LIMIT], description="Dites ce qui était faux ou oublié, et ce qui le montre.")
    files = FilesField("Vos documents", description="Une facture, un certificat, une fiche du produit.")

    def values(self) -> dict[str, Any]:
        """What was typed, by key of specification; nothing else of the form is read."""
        return {field.name.removeprefix(VALUE): typed_text(field) for field in self if field.name.startswith(VALUE)}


@allow_supplier
def regularisation(regularisation_request_id: int) -> Response:
    """What is irregular in my offer, what I answered, and answering."""
    asked = own_or_404(_own_requests(current_supplier()).where(RegularisationRequest.id == regularisation_request_id))
    form = correction_form(asked_of(asked), _shown(asked))
    if form.validate_on_submit():
        with attempt(form) as done:
            answer_regularisation(asked, form.values(), form.text.data or "", form.files.checked, by=current_person(), at=clock.now())
        if done:
            flash("Votre réponse est envoyée. L’accusé de réception est dans vos courriers.", "success")
            return redirect(url_for("supplier.regularisation", regularisation_request_id=asked.id))
    return form_page(
        "supplier/regularisation.html",
        form,
        asked=asked,
        said={each.id: said_anew(asked.offer, each.values) for each in asked.answers},
        lacking={each.id: [gap.sentence for gap in gaps_with(asked.offer, each.values)] for each in asked.answers[-1:]},
        is_open=_is_open(asked),
        is_late=is_over(asked.due_on, clock.now()),
    )


def correction_form(asked: Sequence[Requirement], given: dict[str, Any]) -> CorrectionForm:
    """The form that asks these specifications anew, filled with what the offer or the last answer says."""
    fields = {f"{VALUE}{each.key}": question_field(each) for each in asked}
    typed = {f"{VALUE}{each.key}": typed_value(each, given.get(each.key)) for each in asked}
    form: CorrectionForm = type("CorrectionForm", (CorrectionForm,), fields)(data=typed)
    return form


def regularisation_tasks(supplier: Supplier, at: datetime) -> Iterator[Task]:
    """The irregular offers to put right, even late, as long as nothing is decided and nothing was answered."""
    for asked in session.scalars(_own_requests(supplier).where(RegularisationRequest.decision.is_(None))):
        if asked.answers or not _is_open(asked):
            continue
        tag, text = f"Au plus tard le {long_date(asked.due_on)}", "Elle ne respecte pas toute la demande : vous pouvez la corriger."
        if is_over(asked.due_on, at):
            tag, text = "Le dernier jour est passé", "Rien n’est encore décidé : répondez quand même."
        url = url_for("supplier.regularisation", regularisation_request_id=asked.id)
        yield Task(tag, f"Votre offre : {asked.offer.mini_tender.title}", text, "Corriger mon offre", url, asked.due_on)


def correction_of(mini_tender: MiniTender, supplier: Supplier) -> RegularisationRequest | None:
    """What the supplier may put right in its offer for this consultation, if anything."""
    own = select(RegularisationRequest).join(RegularisationRequest.offer)
    return session.scalar(own.where(Offer.supplier_id == supplier.id, Offer.mini_tender_id == mini_tender.id))


def _own_requests(supplier: Supplier) -> Select[tuple[RegularisationRequest]]:
    offer, answers = contains_eager(RegularisationRequest.offer), selectinload(RegularisationRequest.answers)
    return (
        select(RegularisationRequest)
        .join(RegularisationRequest.offer)
        .where(Offer.supplier_id == supplier.id)
        .options(
            offer.joinedload(Offer.mini_tender).joinedload(MiniTender.organisation),
            joinedload(RegularisationRequest.regularisation),
            answers.selectinload(ExaminationAnswer.files),
            answers.joinedload(ExaminationAnswer.author),
        )
        .order_by(RegularisationRequest.id)
    )


def _is_open(asked: RegularisationRequest) -> bool:
    """Whether an answer can still be read before a decision."""
    return asked.decision is None and asked.offer.mini_tender.state in UNDER_EVALUATION


def _shown(asked: RegularisationRequest) -> dict[str, Any]:
    """What the fields show first: the last answer, else what the offer says."""
    if asked.answers:
        return asked.answers[-1].values
    return dict((asked.offer.content or {}).get("values", {}))
