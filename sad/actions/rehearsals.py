"""Rehearsals: before the first offers are sealed among openers, two of them open a canary offer, each with its passphrase."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad.actions.journal import record
from sad.actions.opener_keys import FEWEST, live_keys, unlocked
from sad.db import session
from sad.domain.errors import Refusal, Refused, refuse
from sad.models.mini_tenders import MiniTender
from sad.models.openers import OpenerKey, Rehearsal
from sad.models.people import Person
from sad.models.systems import PurchasingSystem
from sad.trust.canonical import instant
from sad.trust.commitments import new_salt
from sad.trust.envelopes import Envelope, SealBroken
from sad.trust.sealing import half_open_key, new_key_pair, open_envelope, open_half_key, seal

STAYS_GOOD = timedelta(days=90)
READY = ("personne n’en a encore", "un seul en a une", "deux seulement en ont une")
ASK_LASTS = timedelta(hours=24)
CANARY = b'{"note":"offre d\\u2019essai"}'


def start_rehearsal(passphrase: str, *, seal_key: bytes, by: Person, at: datetime) -> Rehearsal:
    """Seal a canary offer among the present openers and open the first half of its key, as one of them.

    It takes the place of one that waited. Raises `Refused`: too few openers with a passphrase, a wrong one.
    """
    assert by.organisation_id is not None
    keys = live_keys(by.organisation_id)
    faults = list(_too_few(keys))
    if faults:
        raise Refused(*faults)
    shared = {key.id: key.public for key in keys}
    number, identity = unlocked(by, shared, passphrase)
    waiting = last_rehearsal(by.organisation_id, is_opened=False)
    if waiting is not None:
        session.delete(waiting)
    context = _context(by.organisation_id, at)
    pair = new_key_pair(seal_key, context, shared)
    rehearsal = Rehearsal(
        organisation_id=by.organisation_id,
        opener_keys=sorted(shared),
        public_key=pair.public,
        wrapped_private_key=pair.wrapped_private,
        sealed=seal(pair.public, Envelope(0, 0, context, new_salt(), CANARY)),
        half_opened=half_open_key(pair.wrapped_private, seal_key, context, number=number, identity=identity),
        first_person=by,
        asked_at=at,
    )
    session.add(rehearsal)
    record("start_rehearsal", rehearsal, by=by, at=at, keys=sorted(shared))
    return rehearsal


def finish_rehearsal(passphrase: str, *, seal_key: bytes, by: Person, at: datetime) -> Rehearsal:
    """Open the canary offer, as another opener. Raises `Refused`: none waits, the same person, a wrong passphrase."""
    assert by.organisation_id is not None
    rehearsal = waiting_rehearsal(by.organisation_id, at)
    if rehearsal is None or rehearsal.half_opened is None:
        raise refuse("Aucun essai n’attend : il tient 24 heures.", "En commencer un.", rule="REC-01")
    if rehearsal.first_person_id == by.id:
        raise refuse("Vous avez commencé cet essai : une autre personne le termine.", "Prévenir un collègue ouvreur.", rule="REC-01")
    number, identity = unlocked(by, rehearsal.opener_keys, passphrase)
    context = _context(by.organisation_id, rehearsal.asked_at)
    try:
        private = open_half_key(rehearsal.half_opened, seal_key, context, number=number, identity=identity)
        canary = open_envelope(rehearsal.sealed, private, mini_tender_id=0, supplier_id=0, deposit_id=context)
    except SealBroken as fault:
        raise refuse(str(fault), "Prévenir l’administrateur technique, puis recommencer l’essai.", rule="REC-01") from fault
    assert canary.content == CANARY
    rehearsal.half_opened, rehearsal.second_person, rehearsal.opened_at = None, by, at
    record("finish_rehearsal", rehearsal, by=by, at=at, keys=rehearsal.opener_keys)
    return rehearsal


def require_two_passphrases(system: PurchasingSystem, is_wanted: bool, *, by: Person, at: datetime) -> PurchasingSystem:
    """Say whether the next mini-tenders of this system open only with two passphrases; those already sent stay as they are.

    Raises `Refused` while there are too few openers with one.
    """
    if is_wanted:
        faults = list(_too_few(live_keys(system.organisation_id)))
        if faults:
            raise Refused(*faults)
    system.needs_two_passphrases = is_wanted
    record("require_two_passphrases", system, by=by, at=at, is_wanted=is_wanted)
    return system


def sealing_faults(mini_tender: MiniTender, at: datetime) -> list[Refusal]:
    """Why this mini-tender may not leave yet: its system wants two passphrases, and nobody has shown lately that they open."""
    if not mini_tender.system.needs_two_passphrases:
        return []
    return rehearsal_faults(mini_tender.organisation_id, at)


def rehearsal_faults(organisation_id: int, at: datetime) -> list[Refusal]:
    """What keeps offers from being shared among the present openers."""
    keys = live_keys(organisation_id)
    faults = list(_too_few(keys))
    done = last_rehearsal(organisation_id, is_opened=True)
    remedy = "Deux ouvreurs font un essai d’ouverture, à la page « Ouvreurs »."
    if faults:
        return faults
    if done is None or done.opened_at is None:
        return [Refusal("L’ouverture à deux phrases secrètes n’a jamais été essayée.", remedy, "REC-01")]
    if at > done.opened_at + STAYS_GOOD:
        return [Refusal("Le dernier essai d’ouverture a plus de 90 jours.", remedy, "REC-01")]
    if done.opener_keys != sorted(key.id for key in keys):
        return [Refusal("Les ouvreurs ont changé depuis le dernier essai d’ouverture.", remedy, "REC-01")]
    return []


def shared_among(mini_tender: MiniTender) -> dict[int, str] | None:
    """The openers' keys (number -> age recipient) among which the key of one that leaves is shared; None for the key file alone."""
    if not mini_tender.system.needs_two_passphrases:
        return None
    return {key.id: key.public for key in live_keys(mini_tender.organisation_id)}


def waiting_rehearsal(organisation_id: int, at: datetime) -> Rehearsal | None:
    """The rehearsal that waits for a second person, within 24 hours."""
    found = last_rehearsal(organisation_id, is_opened=False)
    return found if found is not None and at <= found.asked_at + ASK_LASTS else None


def last_rehearsal(organisation_id: int, *, is_opened: bool) -> Rehearsal | None:
    """The last one that two people finished, or that one started, with its people."""
    which = Rehearsal.opened_at.is_not(None) if is_opened else Rehearsal.opened_at.is_(None)
    both = (joinedload(person).lazyload(Person.roles) for person in (Rehearsal.first_person, Rehearsal.second_person))
    found = select(Rehearsal).where(Rehearsal.organisation_id == organisation_id, which).options(*both)
    return session.scalar(found.order_by(Rehearsal.id.desc()).limit(1))


def _too_few(keys: list[OpenerKey]) -> Iterator[Refusal]:
    if len(keys) < FEWEST:
        lacking = f"Il faut trois ouvreurs qui ont une phrase secrète, et {READY[len(keys)]}"
        message = f"{lacking} : avec deux, un seul oubli perdrait toutes les offres."
        yield Refusal(message, "Chaque ouvreur choisit la sienne, à la page « Ouvreurs ».", "REC-01")


def _context(organisation_id: int, at: datetime) -> str:
    return f"rehearsal:{organisation_id}:{instant(at)}"
