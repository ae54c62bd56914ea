"""The hour in the pages: held from the first request of each process, compared again before anything is opened."""

from flask import current_app, request

from sad import clock
from sad.actions.timekeeping import database_hour, note_clock, skew_limit, trusted_hour
from sad.db import transaction
from sad.web.access import STATIC

# What sealed offers are opened by: refused when the clocks disagree at that very moment.
OPENING_ACTS = frozenset({"procurement.ask_opening", "procurement.confirm_opening", "procurement.late_offer", "account.approval"})


def keep_hour() -> None:
    """Before each request: whatever becomes of the machine's clock, time goes on from the hour that was believed (`clock.hold`).

    Read again as long as the machine disagrees, since an administrator may have declared it right meanwhile.
    """
    if clock.is_held() or current_app.testing or request.endpoint in STATIC or request.path == "/healthz":
        return
    with transaction():
        clock.hold(trusted_hour(clock.read(database_hour)).as_anchor(), skew_limit())


def compare_clocks() -> None:
    """Before an opening: note what the clocks say now, so that it is refused when they disagree."""
    if request.method == "POST" and request.endpoint in OPENING_ACTS:
        with transaction():
            note_clock(clock.read(database_hour), at=clock.now())
