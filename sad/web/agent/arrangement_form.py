"""Service, tableware and leftovers, as the wizard asks for them."""

from wtforms import RadioField

from sad.domain.arrangements import ARRANGEMENTS, NOTHING, read_arrangements, with_arrangements
from sad.web.fields import Form


def _choices(kind: str, without: str) -> list[tuple[str, str]]:
    return [*ARRANGEMENTS[kind].items(), (NOTHING, without)]


class ArrangementForm(Form):
    """« Service, vaisselle et restes »: each choice becomes a line of the constraints, which suppliers read."""

    serving = RadioField("Le service", choices=_choices("serving", "Sans préférence"), default=NOTHING)
    tableware = RadioField("La vaisselle", choices=_choices("tableware", "Sans objet"), default=NOTHING)
    leftovers = RadioField("Que faire des restes", choices=_choices("leftovers", "Sans objet"), default=NOTHING)

    def show(self, constraints: str) -> str:
        """Tick what these constraints say, and give back the lines that are left."""
        chosen, rest = read_arrangements(constraints)
        for kind, key in chosen.items():
            self[kind].data = key
        return rest

    def arranged(self, rest: str) -> str:
        """The constraints with what is ticked."""
        return with_arrangements({kind: self[kind].data for kind in ARRANGEMENTS}, rest)
