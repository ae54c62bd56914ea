"""What is said of papers that were destroyed: when, under which rules, what remains; to whom they concern, instead of nothing at all."""

from typing import Never

from flask import abort, make_response, render_template

from sad import clock
from sad.actions.application_retention import applications_destruction
from sad.actions.retention import destruction_of
from sad.models.applications import Application
from sad.models.destructions import Destruction
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.systems import SystemPhase

ENDED = (MiniTenderState.NOTIFIED, MiniTenderState.DISCONTINUED)


def still_kept(mini_tender: MiniTender) -> MiniTender:
    """The consultation, while its papers are there; else the page ends here, gone for good (410)."""
    destruction = destruction_of(mini_tender.id) if mini_tender.state in ENDED else None
    if destruction is not None:
        say_destroyed(destruction, mini_tender.title)
    return mini_tender


def still_there(application: Application) -> Application:
    """The application, while its papers are there; else the page ends here (410)."""
    is_over = application.system.phase_at(clock.now()) == SystemPhase.ENDED
    destruction = applications_destruction(application.category_id) if is_over else None
    if destruction is not None:
        say_destroyed(destruction, f"candidature, {application.category.label}")
    return application


def say_if_destroyed(mini_tender_id: int) -> None:
    """End the page with words when this consultation was destroyed, for whoever holds its number only: no title, no names.

    Whom it was sent to was destroyed with it: it is nobody's any more, hence 404.
    """
    destruction = destruction_of(mini_tender_id)
    if destruction is not None:
        say_destroyed(destruction, f"consultation n° {mini_tender_id}", status=404)


def say_destroyed(destruction: Destruction, title: str, *, status: int = 410) -> Never:
    """End the page here, gone for good (410); with what remains, unless it is said to whoever asks (404)."""
    rules = ("ARC-01", "ARC-02") if destruction.mini_tender_id is not None else ("ARC-01",)
    words = render_template("destroyed.html", title=title, destruction=destruction, rules=rules, shows_rest=status == 410)
    abort(make_response(words, status))
