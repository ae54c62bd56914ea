"""How an outage is told to whoever had a deadline to meet."""

from sad.letters.wording import moment
from sad.models.outages import Outage, Part

MISSING = {Part.WEB: "Le site n’a pas répondu", Part.DATABASE: "Le service n’a pas pu enregistrer de dépôt"}


def noted(outage: Outage) -> str:
    """The same, a gap in the watch included, of which nothing is known."""
    if outage.part != Part.WATCH:
        return told(outage)
    until = f"au {moment(outage.ended_at)}" if outage.ended_at else "maintenant"
    return f"Personne ne relevait l’état du service du {moment(outage.began_at)} {until}, heure de Paris."


def told(outage: Outage) -> str:
    """What failed and when, in one sentence; `outage` is no mere gap in the watch."""
    began = moment(outage.began_at)
    until = f"du {began} au {moment(outage.ended_at)}" if outage.ended_at else f"depuis le {began}"
    return f"{MISSING[Part(outage.part)]} {until}, heure de Paris."
