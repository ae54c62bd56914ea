"""How long an account stays open on a device: without anything done, and in all, by what it opens to."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """The longest time without a request (`idle`), and the longest since the sign-in (`absolute`)."""

    idle: timedelta
    absolute: timedelta

    def is_over(self, opened_at: datetime, seen_at: datetime, at: datetime) -> bool:
        """Is a session opened and last seen at these instants over? A limit itself is still inside."""
        return at - seen_at > self.idle or at - opened_at > self.absolute


# A supplier in a field finds its phone as it left it; its sealed offers cannot be read there anyway. An agent sees those of everybody.
SUPPLIER = SessionLimits(idle=timedelta(hours=12), absolute=timedelta(days=7))
AGENT = SessionLimits(idle=timedelta(hours=2), absolute=timedelta(hours=12))
ADMINISTRATOR = SessionLimits(idle=timedelta(minutes=30), absolute=timedelta(hours=8))
LONGEST = max(SUPPLIER.absolute, AGENT.absolute, ADMINISTRATOR.absolute)


def session_limits(*, is_agent: bool, is_administrator: bool) -> SessionLimits:
    """The limits of a person's sessions: the shortest of what it is."""
    if is_administrator:
        return ADMINISTRATOR
    return AGENT if is_agent else SUPPLIER
