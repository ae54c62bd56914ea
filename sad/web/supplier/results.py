"""My result: the points as they were stored, why, what would have changed, the letter."""

from flask import Response, abort, render_template
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from sad.actions.results import result_for
from sad.db import session
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer, OfferState
from sad.models.organisations import Organisation
from sad.reports.letter import letter_file_name, letter_pdf
from sad.web.access import allow_supplier, current_person, current_supplier, own_or_404
from sad.web.supplier.examinations import request_about
from sad.web.supplier.regularisations import correction_of
from sad.web.uploads import as_download

RESULT_LETTERS = ("award", "rejected", "contract_notification", "award_cancelled", "discontinued")


@allow_supplier
def result(mini_tender_id: int) -> str:
    """What became of my offer; while it is examined, the page says so and nothing more."""
    mini_tender = own_or_404(_tendered().where(MiniTender.id == mini_tender_id))
    return render_template(
        "supplier/result.html",
        mini_tender=mini_tender,
        result=result_for(mini_tender, current_supplier()),
        letters=_letters_of(mini_tender),
        price_request=request_about(mini_tender, current_supplier()),
        correction=correction_of(mini_tender, current_supplier()),
    )


@allow_supplier
def letter_as_pdf(letter_id: int) -> Response:
    """A letter that a buyer sent to the supplier, as PDF."""
    letter = own_or_404(_received().where(Letter.id == letter_id).options(joinedload(Letter.supplier)))
    sender = session.get(Organisation, letter.organisation_id) if letter.organisation_id else None
    return as_download(letter_pdf(letter, sender or abort(404)), media_type="application/pdf", name=letter_file_name(letter))


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
