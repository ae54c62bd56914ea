"""Forms of what a buyer does to a mini-tender before its offers are opened."""

from typing import ClassVar

from wtforms import TextAreaField

from sad.actions.mini_tenders import NeedChange
from sad.web.drafts import LONG, VersionedForm
from sad.web.fields import Form, ParisDateTimeField, Required


class DeadlineForm(VersionedForm):
    """Another deadline for a need that is being checked."""

    ASKED_AS: ClassVar = {"closes_at": "wanted_closes_at"}

    wanted_closes_at = ParisDateTimeField("Les fournisseurs répondent au plus tard le", [Required("Donnez le jour et l’heure.")])

    def change(self) -> NeedChange:
        """What this page changes."""
        return NeedChange(wanted_closes_at=self.wanted_closes_at.data)


class ReturnForm(Form):
    reason = TextAreaField(
        "Ce qu’il faut reprendre",
        [Required("Dites en une phrase ce qu’il faut reprendre."), LONG],
        description="Le service le lit en tête de chaque écran.",
    )


class DiscontinueForm(Form):
    reason = TextAreaField(
        "Le motif",
        [Required("Écrivez le motif."), LONG],
        description="Il est dans la lettre à chaque invité. Par exemple : le besoin a disparu, une erreur fausse la consultation.",
    )


class AnswerForm(Form):
    answer = TextAreaField("Votre réponse", [Required("Écrivez votre réponse."), LONG])
