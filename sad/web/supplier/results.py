"""My result: the points as they were stored, why, what would have changed, the letter, and asking for the reasons (AWD-04)."""

from collections.abc import Sequence

from flask import Response, abort, flash, redirect, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload
from wtforms import TextAreaField
from wtforms.validators import Length

from sad import clock
from sad.actions.conclusions import challenge_until, conclusion_of
from sad.actions.replies import ask_reasons, request_of, standing_requests
from sad.actions.results import result_for
from sad.db import session
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer, OfferState
from sad.models.organisations import Organisation
from sad.models.replies import ReasonRequest
from sad.models.suppliers import Supplier
from sad.web.access import allow_supplier, current_person, current_supplier, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.fields import Form
from sad.web.papers import letter_download
from sad.web.running import site_address
from sad.web.supplier.examinations import request_about
from sad.web.supplier.regularisations import correction_of

RESULT_LETTERS = ("award", "rejected", "contract_notification", "award_cancelled", "discontinued", "conclusion", "reasons_given")
SHOWN = 10


class AskForm(Form):
    """The request needs no word."""

    question = TextAreaField(
        "Votre question",
        [Length(max=4000, message="4 000 caractères au plus.")],
        description="Par exemple : ce qui vous a manqué sur un critère. Vous pouvez ne rien écrire.",
    )


@allow_supplier
def result(mini_tender_id: int) -> Response:
    """What became of my offer; while it is examined, the page says so and nothing more."""
    return _page(mini_tender_id, AskForm(formdata=None))


@allow_supplier
def ask(mini_tender_id: int) -> Response:
    """Ask the buyer for the reasons of its choice; a refusal is said on the page of the result."""
    mini_tender, form = _own_tendered(mini_tender_id), AskForm()
    if form.validate_on_submit():
        said = {"home": site_address(), "by": current_person(), "at": clock.now()}
        with attempt(form) as done:
            ask_reasons(mini_tender, current_supplier(), form.question.data or "", **said)
        if done:
            flash("Votre demande est envoyée. La réponse viendra ici et dans vos courriers.", "success")
            return redirect(url_for("supplier.result", mini_tender_id=mini_tender_id))
    return _page(mini_tender_id, form)


def requests_of(supplier: Supplier) -> Sequence[ReasonRequest]:
    """What the supplier asked about decisions that stand, the last first."""
    own = standing_requests().where(Offer.supplier_id == supplier.id).order_by(None).order_by(ReasonRequest.id.desc())
    return session.scalars(own.limit(SHOWN)).all()


@allow_supplier
def letter_as_pdf(letter_id: int) -> Response:
    """A letter that a buyer sent to the supplier, as PDF."""
    letter = own_or_404(_received().where(Letter.id == letter_id).options(joinedload(Letter.supplier)))
    sender = session.get(Organisation, letter.organisation_id) if letter.organisation_id else None
    return letter_download(letter, sender or abort(404))


def _page(mini_tender_id: int, form: AskForm) -> Response:
    mini_tender, supplier = _own_tendered(mini_tender_id), current_supplier()
    found = result_for(mini_tender, supplier)
    concluded = conclusion_of(found.award) if found else None
    return form_page(
        "supplier/result.html",
        form,
        mini_tender=mini_tender,
        result=found,
        asked=request_of(mini_tender, supplier) if found else None,
        challenge_until=challenge_until(found.award, concluded) if found and concluded else None,
        letters=_letters_of(mini_tender),
        price_request=request_about(mini_tender, supplier),
        correction=correction_of(mini_tender, supplier),
    )


def _own_tendered(mini_tender_id: int) -> MiniTender:
    """One of them; 404 for whoever did not tender."""
    return own_or_404(_tendered().where(MiniTender.id == mini_tender_id))


def _tendered() -> Select[tuple[MiniTender]]:
    """The mini-tenders for which the supplier's offer still stands."""
    offer = select(Offer.id).where(
        Offer.mini_tender_id == MiniTender.id, Offer.supplier_id == current_supplier().id, Offer.state == OfferState.DEPOSITED
    )
    return (
        select(MiniTender)
        .where(offer.exists())
        .options(joinedload(MiniTender.organisation), joinedload(MiniTender.category), selectinload(MiniTender.lines))
    )


def _received() -> Select[tuple[Letter]]:
    return select(Letter).where(Letter.supplier_id == current_supplier().id)


def _letters_of(mini_tender: MiniTender) -> list[Letter]:
    """The letters of the result, each once, one's own copy first."""
    sent = _received().where(Letter.mini_tender_id == mini_tender.id, Letter.kind.in_(RESULT_LETTERS))
    own_first = sorted(session.scalars(sent), key=lambda letter: (letter.person_id == current_person().id, -letter.id))
    return sorted({(letter.kind, letter.created_at): letter for letter in own_first}.values(), key=lambda letter: letter.id)
