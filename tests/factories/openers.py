"""Openers with a passphrase, and a rehearsal that two of them did."""

from datetime import datetime, timedelta

from sad.actions.opener_keys import choose_passphrase
from sad.actions.rehearsals import finish_rehearsal, require_two_passphrases, start_rehearsal
from sad.db import session
from sad.models.mini_tenders import MiniTender
from sad.models.openers import Rehearsal
from sad.models.organisations import Organisation
from sad.models.people import Person, Role
from tests.factories.mini_tenders import SEAL_KEY, SENT, make_mini_tender, make_published
from tests.factories.people import make_person

PHRASES = ("trois courges sous la lune", "un panier de noix mouillées", "quatre fenouils sans rancune")
REHEARSED = SENT - timedelta(days=1)


def make_openers(organisation: Organisation, *, at: datetime = REHEARSED, number: int = 3) -> list[Person]:
    """Openers, each with its passphrase of `PHRASES`."""
    found = [make_person(organisation, Role.OPENER, name=f"Ouvreuse {rank}") for rank in range(1, number + 1)]
    for person, phrase in zip(found, PHRASES, strict=False):
        choose_passphrase(person, phrase, by=person, at=at)
    return found


def rehearse(first: Person, second: Person, phrases=PHRASES, *, at: datetime = REHEARSED) -> Rehearsal:
    """The rehearsal of these two, who hold the first two of these passphrases."""
    start_rehearsal(phrases[0], seal_key=SEAL_KEY, by=first, at=at)
    return finish_rehearsal(phrases[1], seal_key=SEAL_KEY, by=second, at=at)


def make_shared(*, suppliers: int = 2) -> tuple[MiniTender, list[Person]]:
    """A mini-tender sent, whose key is shared among three openers, and these three."""
    mini_tender = make_mini_tender()
    openers = make_openers(mini_tender.organisation)
    require_two_passphrases(mini_tender.system, True, by=openers[0], at=REHEARSED)
    rehearse(openers[0], openers[1])
    session.flush()
    return make_published(mini_tender, suppliers=suppliers), openers
