"""The journal's hashes, for whoever wants to keep a copy out of our reach."""

from flask import render_template
from sqlalchemy import select

from sad.letters.journal import OCCASIONS
from sad.models.journal import PublishedHead
from sad.web.access import public
from sad.web.paging import page_of


@public
def journal() -> str:
    """The heads that were published, the last first, without the numbers of their lines: these would count the offers (SEC-01)."""
    page = page_of(select(PublishedHead), PublishedHead.at, PublishedHead.id, descending=True)
    return render_template("public/journal.html", page=page, occasions=OCCASIONS)
