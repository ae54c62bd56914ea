"""Rankings: points and ranks computed again from what was frozen are those that letters quoted."""

from collections.abc import Iterator

from sqlalchemy import select

from sad.actions.replays import ranking_faults
from sad.db import session
from sad.doctor.findings import Finding, Site, rows
from sad.models.awards import Award, AwardState
from sad.models.evaluations import RankedOffer, Ranking

_standing = select(Award.id).join(Award.place).where(RankedOffer.ranking_id == Ranking.id, Award.state != AwardState.CANCELLED)
_is_relied_on = _standing.correlate(Ranking).exists()
REMEDY = "Prévenir le service achats avant toute décision ; « flask --app app replay ranking » donne le détail."


def rankings_again(_site: Site) -> Iterator[Finding]:
    """Rankings that are not what their own inputs give, or whose inputs have changed under an award."""
    for row in rows(select(Ranking.id, _is_relied_on.label("is_relied_on")).order_by(Ranking.id)):
        for fault in ranking_faults(session.get_one(Ranking, row.id), is_relied_on=row.is_relied_on):
            yield Finding(f"rankings:{row.id}", fault, REMEDY)
        session.expunge_all()
