"""« Mes courriers »: the letters that wait in the supplier's space; mail is only the bell."""

from flask import render_template
from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from sad.models.letters import Letter
from sad.web.access import allow_supplier, current_supplier, own_or_404
from sad.web.paging import page_of


@allow_supplier
def letters() -> str:
    """The letters received, the last first."""
    return render_template("supplier/letters.html", page=page_of(_received(), Letter.created_at, Letter.id, descending=True))


@allow_supplier
def letter(letter_id: int) -> str:
    return render_template("supplier/letter.html", letter=own_or_404(_received().where(Letter.id == letter_id)))


def _received() -> Select[tuple[Letter]]:
    """Each letter once, to whichever of its people the copy was sent: who comes in later reads what came before."""
    copy = aliased(Letter)
    earlier_copy = exists().where(
        copy.supplier_id == Letter.supplier_id,
        copy.created_at == Letter.created_at,
        copy.kind == Letter.kind,
        copy.subject == Letter.subject,
        copy.mini_tender_id.is_not_distinct_from(Letter.mini_tender_id),
        copy.application_id.is_not_distinct_from(Letter.application_id),
        copy.id < Letter.id,
    )
    return select(Letter).where(Letter.supplier_id == current_supplier().id, ~earlier_copy)
