"""What a job is given each time its turn comes."""

from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from sad.settings import Settings


@dataclass(frozen=True, slots=True)
class Turn:
    """One run of a job: the settings, the instant (aware) at which it began, and whether it is asked to stop midway."""

    settings: Settings
    at: datetime
    stop: Event = field(default_factory=Event)
