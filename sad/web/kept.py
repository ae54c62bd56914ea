"""What is said to the buyer of a consultation whose papers were destroyed: what remains, and the act itself."""

from flask import abort, make_response, render_template

from sad.actions.retention import destruction_of
from sad.models.mini_tenders import MiniTender, MiniTenderState

ENDED = (MiniTenderState.NOTIFIED, MiniTenderState.DISCONTINUED)


def still_kept(mini_tender: MiniTender) -> MiniTender:
    """The consultation, while its papers are there; else the page ends here, gone for good (410)."""
    destruction = destruction_of(mini_tender.id) if mini_tender.state in ENDED else None
    if destruction is not None:
        abort(make_response(render_template("destroyed.html", mini_tender=mini_tender, destruction=destruction), 410))
    return mini_tender
