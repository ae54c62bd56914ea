"""Loading the demo into an empty database: every story played, its mail delivered at its date."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from sad.actions.deliveries import note_delivery
from sad.db import session, transaction
from sad.demo.buyer import buyer_story
from sad.demo.calendar import DemoCalendar
from sad.demo.consultations import need_stories
from sad.demo.data import demo_organisation, demo_password, demo_suppliers
from sad.demo.setting import Setting
from sad.demo.stories import play
from sad.demo.suppliers import supplier_stories
from sad.domain.calendar import paris_day
from sad.models.letters import Letter
from sad.models.organisations import Organisation
from sad.settings import Settings
from sad.trust.passwords import hash_password


def is_loaded() -> bool:
    """Whether the database holds the demo's organisation."""
    return session.scalar(select(Organisation.id).where(Organisation.siren == demo_organisation()["siren"])) is not None


def is_alone() -> bool:
    """Whether the database holds no other organisation than the demo's."""
    return session.scalar(select(Organisation.id).where(Organisation.siren != demo_organisation()["siren"]).limit(1)) is None


def load(settings: Settings, *, now: datetime, told: Callable[[int], None]) -> int:
    """Play every story up to `now` (aware); `told` hears the number of steps done. Returns that number."""
    body = demo_organisation()
    calendar = DemoCalendar.around(paris_day(now), body["stages"][-1])
    setting = Setting(now, calendar, settings.data_dir, settings.seal_key, settings.base_url, hash_password(demo_password()))
    opened_on = calendar.moved(body["system"]["valid_from"])
    steps = play([buyer_story(setting), *supplier_stories(demo_suppliers(), opened_on, setting), *need_stories(setting)], told=told)
    with transaction():
        for letter in session.scalars(select(Letter).where(Letter.sent_at.is_(None))):
            note_delivery(letter, at=letter.created_at)
    session.remove()
    return steps
