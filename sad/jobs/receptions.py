"""Taking in what was received while the database did not answer."""

import logging
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from sad import spool
from sad.actions.spooled import read_reception, take_in_reception
from sad.db import transaction
from sad.jobs.turn import Turn
from sad.settings import Settings
from sad.trust.receipt_check import NotGenuine

log = logging.getLogger(__name__)


class LeftWaiting(Exception):
    """Some receptions could not be taken in: their names, and why (French sentences)."""


def take_in_receptions(turn: Turn) -> int:
    """Take in every reception that waits, in the order in which they came; count them.

    Raises `LeftWaiting` once all the others are in, for the run to keep it.
    """
    if not spool.waiting(turn.settings.data_dir):
        return 0
    found, left = _read(turn.settings)
    done = 0
    for _, name, signed in sorted(found):
        try:
            _take_in(name, signed, turn)
            done += 1
        except DBAPIError:
            raise
        except Exception as fault:  # one that cannot be taken in keeps none of the others waiting
            log.exception("la réception %s n’est pas entrée", name)
            left.append(f"{name} : {fault}")
    if left:
        raise LeftWaiting(" ".join(left))
    return done


def _read(settings: Settings) -> tuple[list[tuple[datetime, str, bytes]], list[str]]:
    """What waits, with its hour, its name and its bytes; and what is no reception."""
    found, left = [], []
    for name in spool.waiting(settings.data_dir):
        try:
            signed = spool.read(settings.data_dir, name)
            found.append((read_reception(signed).received_at, name, signed))
        except FileNotFoundError:
            continue  # somebody else has just taken it in
        except NotGenuine as fault:
            left.append(f"{name} : {fault}")
    return found, left


def _take_in(name: str, signed: bytes, turn: Turn) -> None:
    home, settings = turn.settings.base_url, turn.settings
    with transaction():
        reception = take_in_reception(
            signed, seal_key=settings.seal_key, link=lambda number: f"{home}/fournisseur/consultations/{number}", at=turn.at
        )
        told = reception.refused_because
    spool.take_out(settings.data_dir, name)
    if told:
        log.warning("la réception %s n’est pas devenue une offre : %s", name, told)
