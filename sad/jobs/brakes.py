"""Telling buyers of the coming stages that would leave too few suppliers in a category."""

from datetime import timedelta
from itertools import groupby

from sqlalchemy import select

from sad import parameters
from sad.actions.brakes import announce_brake, announced_categories, brakes_of
from sad.db import session, transaction
from sad.domain.calendar import paris_day
from sad.jobs.turn import Turn
from sad.models.stages import Stage, on_roadmap


def announce_brakes(turn: Turn) -> int:
    """Tell the buyers once of each category in which a coming stage leaves too few, unless it is decided; count the stages."""
    today = paris_day(turn.at)
    last = today + timedelta(days=parameters.value("brake_days", on=today))
    coming = select(Stage.organisation_id).where(on_roadmap(), Stage.effective_on > today, Stage.effective_on <= last)
    told = 0
    for organisation_id in session.scalars(coming.distinct().order_by(Stage.organisation_id)).all():
        if turn.stop.is_set():
            break
        with transaction():
            told += _announce(organisation_id, turn)
    return told


def _announce(organisation_id: int, turn: Turn) -> int:
    told = 0
    undecided = [each for each in brakes_of(organisation_id, turn.at) if each.review is None]
    for _, group in groupby(undecided, key=lambda each: each.stage.id):
        brakes = list(group)
        stage = brakes[0].stage
        known = announced_categories(stage)
        unsaid = [each for each in brakes if each.category.key not in known]
        if unsaid:
            announce_brake(stage, unsaid, home=turn.settings.base_url, at=turn.at)
            told += 1
    return told
