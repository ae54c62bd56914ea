"""The PDF of a letter that is kept: the letter itself, or what its mail encloses."""

from collections.abc import Mapping
from typing import Any

from sad.models.letters import LetterPaper
from sad.models.orders import Order
from sad.reports.letter import letter_pdf
from sad.reports.order import order_content, order_file_name
from sad.reports.typesetting import typeset


def paper_pdf(paper: LetterPaper) -> bytes:
    """The paper, from words that nothing changes any more."""
    letter = paper.letter
    if paper.enclosed is not None:
        return typeset(paper.enclosed["template"], paper.enclosed["content"], at=letter.created_at)
    assert letter.organisation is not None, "a letter on paper comes from an organisation"
    return letter_pdf(letter, letter.organisation)


def enclosed_order(order: Order) -> Mapping[str, Any]:
    """The order as it stands now, to be enclosed with its letter: a later change has a letter and a paper of its own."""
    return {"template": "order", "name": order_file_name(order), "content": order_content(order)}
