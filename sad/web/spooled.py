"""What was received while the database did not answer is taken in before the pages that depend on it."""

import logging

from flask import request

from sad import clock, spool
from sad.jobs.receptions import LeftWaiting, take_in_receptions
from sad.jobs.turn import Turn
from sad.web.running import site_settings

AFTER_RECEPTIONS = frozenset(
    {
        "supplier.mini_tender",
        "supplier.offer",
        "supplier.check_offer",
        "supplier.discard_offer",
        "supplier.withdraw_offer",
        "procurement.opening",
        "procurement.ask_opening",
        "procurement.confirm_opening",
    }
)

log = logging.getLogger(__name__)


def take_in() -> None:
    """Before a draft may change or an opening be asked: no scheduler is waited for."""
    settings = site_settings()
    if request.endpoint not in AFTER_RECEPTIONS or not spool.waiting(settings.data_dir):
        return
    try:
        take_in_receptions(Turn(settings, clock.now()))
    except LeftWaiting:
        log.exception("receptions are left waiting")
