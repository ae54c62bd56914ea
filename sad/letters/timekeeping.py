"""The letter that says that the hour of the server is in doubt."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sad.domain.clock_watch import Source
from sad.letters.text import LetterText, write_letter
from sad.models.people import Person

WHY: Mapping[Source, str] = MappingProxyType(
    {
        Source.ELAPSED: "l’horloge du serveur s’est écartée du temps écoulé depuis son démarrage",
        Source.DATABASE: "l’horloge du serveur et celle de la base de données ne disaient plus la même heure",
        Source.PAST: "le serveur donnait une heure plus ancienne que la dernière connue",
        Source.START: "le serveur a démarré longtemps après la dernière heure connue\u00a0: il était arrêté, ou son horloge avance",
    }
)


def hour_in_doubt(person: Person, source: Source, *, at: datetime) -> LetterText:
    """Openings wait for an hour that is sure; `at`: what the server said when the doubt began."""
    return write_letter("hour_in_doubt", person=person, why=WHY[source], at=at)
