"""Where a mini-tender stands: the last decision taken, read with the calendar."""

from datetime import datetime
from typing import Literal, Protocol, cast

Phase = Literal["draft", "to_check", "open", "closed", "opened", "ranked", "awarded", "notified", "discontinued"]


class Dated(Protocol):
    """What a phase is computed from: the stored decision and the two instants (aware) of the publication."""

    @property
    def state(self) -> str: ...
    @property
    def published_at(self) -> datetime | None: ...
    @property
    def closes_at(self) -> datetime | None: ...


def phase(mini_tender: Dated, at: datetime) -> Phase:
    """The phase at that instant (aware): open while `at <= closes_at`, to the microsecond.

    Open and closed are never stored, so that a late job can never admit a late offer.
    """
    if mini_tender.state != "published":
        return cast(Phase, str(mini_tender.state))
    if mini_tender.published_at is None or mini_tender.closes_at is None:
        raise ValueError("a published mini-tender has its two instants")
    if at < mini_tender.published_at:
        return "to_check"
    return "open" if at <= mini_tender.closes_at else "closed"


def is_open(mini_tender: Dated, at: datetime) -> bool:
    """Whether an offer received at that instant is on time."""
    return phase(mini_tender, at) == "open"
