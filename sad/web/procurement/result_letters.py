"""The letters of a result: how far their PDFs are, each one, and all of them in one file."""

from collections.abc import Iterator, Sequence

from flask import Response, flash, redirect, stream_with_context, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from sad import clock
from sad.actions.papers import paper_progress
from sad.db import session
from sad.exports.letters_zip import LIST_NAME, Filed, filed, letters_list, zip_name
from sad.exports.zip_stream import zip_stream
from sad.models.letters import ON_PAPER, Letter
from sad.models.mini_tenders import MiniTender
from sad.models.people import Role
from sad.web.access import allow, current_person, own_or_404
from sad.web.papers import letter_body, letter_download
from sad.web.procurement.opened import READERS, opened_mini_tender
from sad.web.uploads import as_streamed

FILE_READERS = (Role.BUYER, Role.AWARD_AUTHORITY, Role.AUDITOR)


def letters_shown(mini_tender: MiniTender) -> dict[str, object]:
    """What the page of the award shows of its letters."""
    return {
        "letters": list(session.scalars(_sent(mini_tender))),
        "papers": paper_progress(mini_tender, ON_PAPER),
        "may_take_all": current_person().has_role(*FILE_READERS),
    }


@allow(*READERS)
def result_letter(mini_tender_id: int, letter_id: int) -> Response:
    """A letter that went to a tenderer, as PDF."""
    mini_tender = opened_mini_tender(mini_tender_id)
    return letter_download(own_or_404(_sent(mini_tender).where(Letter.id == letter_id)), mini_tender.organisation)


@allow(*FILE_READERS)
def result_letters(mini_tender_id: int) -> Response:
    """All the letters in one zip, with their list, once none of them waits for its PDF."""
    mini_tender = opened_mini_tender(mini_tender_id)
    if paper_progress(mini_tender, ON_PAPER).waiting:
        flash("Des lettres attendent encore leur PDF : le fichier sera complet dans un instant.", "warning")
        return redirect(url_for("procurement.award", mini_tender_id=mini_tender.id))
    papers = filed(list(session.scalars(_sent(mini_tender))))
    chunks = zip_stream(_files(mini_tender, papers), at=clock.now())
    return as_streamed(stream_with_context(chunks), media_type="application/zip", name=zip_name(mini_tender))


def _sent(mini_tender: MiniTender) -> Select[tuple[Letter]]:
    """The letters of the result that went to its tenderers, in order."""
    sent = select(Letter).where(Letter.mini_tender_id == mini_tender.id, Letter.kind.in_(ON_PAPER), Letter.supplier_id.is_not(None))
    return sent.options(joinedload(Letter.supplier), joinedload(Letter.paper)).order_by(Letter.created_at, Letter.id)


def _files(mini_tender: MiniTender, papers: Sequence[Filed]) -> Iterator[tuple[str, bytes]]:
    """The list first, then each PDF, read when its turn comes."""
    yield LIST_NAME, letters_list(mini_tender, papers)
    for paper in papers:
        if paper.name:
            yield paper.name, letter_body(paper.letter, mini_tender.organisation)
