"""People whose account asks for a code, and the codes that their telephone shows."""

from datetime import UTC, datetime, timedelta

from sad.actions.second_factors import confirm_factor, secret_being_set, start_factor
from sad.models.people import Person
from sad.trust.one_time_codes import code_of, step_at
from tests.factories.mini_tenders import SEAL_KEY

A_WEEK_AGO = datetime(2026, 11, 13, 9, 0, tzinfo=UTC)


def give_factor(person: Person, *, at: datetime = A_WEEK_AGO, seal_key: bytes = SEAL_KEY) -> bytes:
    """Put an application in place; its key, for `shown`."""
    start_factor(person, seal_key=seal_key, by=person, at=at)
    secret = secret_being_set(person, seal_key=seal_key, at=at)
    assert secret is not None
    confirm_factor(person, shown(secret, at), seal_key=seal_key, by=person, at=at)
    return secret


def shown(secret: bytes, at: datetime, *, steps: int = 0) -> str:
    """What the application shows at that instant, or some steps away."""
    return code_of(secret, step_at(at) + steps)


def wrong(secret: bytes, at: datetime) -> str:
    """Six figures that are none of the codes around that instant."""
    around = {shown(secret, at + timedelta(seconds=30 * n)) for n in range(-3, 4)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777") if code not in around)
