"""The second factor of an agent: an application that shows a code, set up, asked at sign-in, asked again before the gravest acts."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from sad.actions.accounts import note_failed_login
from sad.actions.administrators import check_may_manage
from sad.actions.journal import record
from sad.actions.letters import post_letter
from sad.actions.passkeys import drop_passkeys
from sad.actions.rescue_codes import drop_rescue_codes, use_rescue_code
from sad.db import session
from sad.domain.errors import refuse
from sad.letters import second_factors as letters
from sad.models.people import LoginAttempt, Person, SecondFactor
from sad.trust.one_time_codes import NOBODY, is_application_code, new_secret, step_of
from sad.trust.sealing import open_factor, seal_factor

SETUP_LASTS = timedelta(hours=1)
MISSES_COUNT_FOR = timedelta(hours=1)
MOST_MISSES = 10


def start_factor(person: Person, *, seal_key: bytes, by: Person, at: datetime) -> SecondFactor:
    """Draw the key that the application will share; it serves once `confirm_factor` has seen a code.

    Raises `Refused` when the person has a second factor, or acts for suppliers: nobody could then take a lost one away.
    """
    if not person.is_agent:
        raise refuse("Le code d’une application est demandé aux agents.", "Gardez plutôt dix codes de secours.")
    if person.has_factor:
        raise refuse("Votre compte a déjà une application.", "Pour changer de téléphone, retirez-la d’abord.")
    sealed = seal_factor(seal_key, _context(person), new_secret())
    if person.second_factor is None:
        person.second_factor = SecondFactor(sealed_secret=sealed, started_at=at)
    factor = person.second_factor
    factor.sealed_secret, factor.started_at = sealed, at
    record("start_factor", person, by=by, at=at, organisation_id=person.organisation_id)
    return factor


def secret_being_set(person: Person, *, seal_key: bytes, at: datetime) -> bytes | None:
    """The key to type into the application, shown until it is confirmed and for an hour at most; None without any."""
    factor = person.second_factor
    if factor is None or factor.confirmed_at or at - factor.started_at > SETUP_LASTS:
        return None
    return open_factor(seal_key, _context(person), factor.sealed_secret)


def confirm_factor(person: Person, typed: str, *, seal_key: bytes, by: Person, at: datetime) -> Person:
    """Ask for a code at each sign-in from now on; the person is told by mail.

    Raises `Refused` when nothing is being set up, or when the application does not show this code now.
    """
    factor, secret = person.second_factor, secret_being_set(person, seal_key=seal_key, at=at)
    if factor is None or secret is None:
        raise refuse("La mise en place a expiré, ou elle est déjà faite.", "Rechargez la page pour voir où vous en êtes.")
    step = step_of(secret, typed, at=at)
    if step is None:
        raise refuse("Ce n’est pas le code du moment.", "Vérifiez que votre téléphone est à l’heure automatique.", field="code")
    factor.confirmed_at, factor.last_step = at, step
    post_letter(letters.factor_set(person, at=at), to=person, at=at)
    record("confirm_factor", person, by=by, at=at, organisation_id=person.organisation_id)
    return person


def remove_factor(person: Person, *, by: Person | None, at: datetime) -> Person:
    """Ask this person for no code any more, and let its rescue codes go too; it is told by mail.

    By the person itself, whose code the caller has checked; for whoever lost everything, by an administrator, or (None) on the server:
    its passkeys go too then, since they may be on the telephone that was lost.
    Raises `Refused` unless `by` may, and when there is nothing to remove.
    """
    if by is not None and by.id != person.id:
        check_may_manage(by, person.organisation_id)
    if person.second_factor is None:
        raise refuse("Ce compte n’a pas d’application.")
    person.second_factor = None
    drop_rescue_codes(person)
    if by is None or by.id != person.id:
        drop_passkeys(person, by=by, at=at)
    post_letter(letters.factor_removed(person, by=by, at=at), to=person, at=at)
    record("remove_factor", person, by=by, at=at, organisation_id=person.organisation_id)
    return person


def passes(person: Person | None, typed: str, *, seal_key: bytes, address: str, at: datetime) -> bool:
    """May the person whose password was right come in? It has no second factor, or typed a code, which is used up.

    For nobody (None: unknown address or wrong password) the same is computed, and the answer is no.
    """
    is_good = use_code(person, typed, seal_key=seal_key, address=address, at=at)
    return person is not None and (is_good or not person.has_factor)


def use_code(person: Person | None, typed: str, *, seal_key: bytes, address: str, at: datetime) -> bool:
    """Use up a code of the person's application, or one of its rescue codes; a wrong one is counted.

    After ten wrong codes within the hour, from wherever, only a rescue code is good: too long to be guessed, it locks nobody out.
    """
    factor = _confirmed(person)
    if not is_application_code(typed):
        is_good = use_rescue_code(person if factor else None, typed, seal_key=seal_key, at=at)
    else:
        is_good = _use_application_code(person, factor, typed, seal_key=seal_key, at=at)
    if person is not None and factor is not None and typed and not is_good:
        _count_miss(person, address=address, at=at)
    return is_good


def shows_code(person: Person, typed: str, *, seal_key: bytes, at: datetime) -> bool:
    """Does the person's application show this code now? Yes for whoever has none.

    For the console, on a database that is about to be replaced: nothing is used up nor counted.
    """
    factor = _confirmed(person)
    return factor is None or step_of(open_factor(seal_key, _context(person), factor.sealed_secret), typed, at=at) is not None


def are_codes_slowed(person: Person, *, at: datetime) -> bool:
    """Were too many wrong codes typed within the hour by somebody who knows the password?"""
    return _misses(person, at) >= MOST_MISSES


def give_code_again(person: Person, typed: str, *, seal_key: bytes, address: str, at: datetime) -> bool:
    """Use up a code before a grave act; whether it was good. The act is journalled by itself, after this line."""
    is_good = use_code(person, typed, seal_key=seal_key, address=address, at=at)
    if is_good:
        record("give_code_again", person, by=person, at=at, organisation_id=person.organisation_id)
    return is_good


def _confirmed(person: Person | None) -> SecondFactor | None:
    number = person.id if person else 0
    return session.scalar(select(SecondFactor).where(SecondFactor.person_id == number, SecondFactor.confirmed_at.is_not(None)))


def _use_application_code(
    person: Person | None, factor: SecondFactor | None, typed: str, *, seal_key: bytes, at: datetime
) -> bool:
    secret = open_factor(seal_key, _context(person), factor.sealed_secret) if person and factor else NOBODY
    step = step_of(secret, typed, at=at)
    if person is None or factor is None or step is None or are_codes_slowed(person, at=at):
        return False
    # The comparison belongs to the change: of two who send the same code at once, one comes in (RFC 6238, 5.2).
    later = update(SecondFactor).where(SecondFactor.id == factor.id, SecondFactor.last_step < step).values(last_step=step)
    return session.scalar(later.returning(SecondFactor.id)) is not None


def _count_miss(person: Person, *, address: str, at: datetime) -> None:
    note_failed_login(_name_of_misses(person), address, at=at)
    session.flush()
    if _misses(person, at) == MOST_MISSES:
        post_letter(letters.codes_missed(person, misses=MOST_MISSES, at=at), to=person, at=at)


def _misses(person: Person, at: datetime) -> int:
    recent = select(func.count(LoginAttempt.id)).where(LoginAttempt.at > at - MISSES_COUNT_FOR)
    return session.scalars(recent.where(LoginAttempt.email == _name_of_misses(person))).one()


def _name_of_misses(person: Person) -> str:
    """Wrong codes are counted for the account, whatever the place: who types them knows its password."""
    return f"code:{person.id}"


def _context(person: Person | None) -> str:
    return f"person:{person.id if person else 0}"
