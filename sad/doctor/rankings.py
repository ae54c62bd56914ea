"""Rankings: points and ranks computed again from what was frozen are those that letters quoted."""

from collections.abc import Iterator

from sqlalchemy import select

from sad.actions.replays import ranking_faults
from sad.db import session
from sad.doctor.findings import Finding, Site, rows
from sad.models.evaluations import Ranking

REMEDY = "Prévenir le service achats avant toute décision ; « flask --app app replay ranking » donne le détail."


def rankings_again(_site: Site) -> Iterator[Finding]:
    """Rankings that are not what their own inputs give, or whose inputs have changed."""
    for row in rows(select(Ranking.id).order_by(Ranking.id)):
        for fault in ranking_faults(session.get_one(Ranking, row.id)):
            yield Finding(f"rankings:{row.id}", fault, REMEDY)
        session.expunge_all()
