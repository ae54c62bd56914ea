"""What every story needs."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sad.actions.accounts import find_person
from sad.demo.calendar import DemoCalendar
from sad.demo.data import demo_agents
from sad.models.people import Person


@dataclass(frozen=True, slots=True)
class Setting:
    """The present instant, the dates, where files go, the sealing key, the address of the pages, the hash of the common password."""

    now: datetime
    calendar: DemoCalendar
    data_dir: Path
    seal_key: bytes
    base_url: str
    password_hash: str

    def agent(self, key: str) -> Person:
        """The agent of the demo with that key, as a row."""
        return self.person(next(agent.email for agent in demo_agents() if agent.key == key))

    def person(self, email: str) -> Person:
        """The person of the demo with that address."""
        person = find_person(email)
        if person is None:
            raise LookupError(email)
        return person
