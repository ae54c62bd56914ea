"""The tasting that a need may announce, as the wizard asks for it."""

from collections.abc import Mapping

from wtforms import RadioField, SelectField, StringField
from wtforms.validators import Length

from sad.domain.tastings import Announcement, MissingRule
from sad.models.mini_tenders import AnnouncedTasting
from sad.web.fields import Form, ParisDateTimeField

SHORT = Length(max=200, message="Au plus 200 caractères.")
MISSING_RULES = {
    MissingRule.FILE.value: "Le critère est noté sur son dossier",
    MissingRule.ZERO.value: "Elle reçoit 0 à ce critère",
}
ASKED = {
    "tasting_at": "Donnez le jour et l’heure de la dégustation.",
    "tasting_place": "Dites où remettre les échantillons.",
    "tasting_samples": "Dites ce qu’il faut apporter, et combien.",
}


class TastingForm(Form):
    """« Dégustation d’échantillons »: what it asks counts only when one is announced."""

    has_tasting = RadioField(
        "Faire goûter des échantillons", choices=[("no", "Non"), ("yes", "Oui, à l’aveugle, après l’ouverture des offres")], default="no"
    )
    tasting_criterion = SelectField("Critère noté par la dégustation", choices=[], validate_choice=False)
    tasting_at = ParisDateTimeField("Jour et heure de la dégustation")
    tasting_place = StringField("Où remettre les échantillons", [SHORT])
    tasting_samples = StringField(
        "Ce qu’il faut apporter", [SHORT], description="Par exemple : 3 portions de chaque pièce, sans marque ni nom."
    )
    tasting_missing = RadioField("Si une entreprise n’apporte rien", choices=list(MISSING_RULES.items()), default=MissingRule.FILE.value)

    def offer(self, judged: Mapping[str, str]) -> None:
        """Let people choose among these criteria, label by key."""
        self.tasting_criterion.choices = list(judged.items())

    def validate(self, extra_validators: Mapping[str, object] | None = None) -> bool:
        """When one is announced, everything about it is said."""
        is_valid = bool(super().validate(extra_validators))
        for name, message in ASKED.items() if self.has_tasting.data == "yes" else ():
            field = self[name]
            if not field.data and not field.errors:
                field.errors = [*field.errors, message]
                is_valid = False
        return is_valid

    def announcement(self) -> Announcement | None:
        """What is announced; None when there is no tasting."""
        if self.has_tasting.data != "yes":
            return None
        return Announcement(
            criterion=self.tasting_criterion.data or "",
            criterion_label=dict(self.tasting_criterion.choices).get(self.tasting_criterion.data, ""),
            happens_at=self.tasting_at.data,
            place=self.tasting_place.data,
            samples=self.tasting_samples.data,
            missing_rule=MissingRule(self.tasting_missing.data),
        )


def tasting_values(announced: AnnouncedTasting | None) -> dict[str, object]:
    """What the fields show of the tasting announced."""
    if announced is None:
        return {}
    return {
        "has_tasting": "yes",
        "tasting_criterion": announced.criterion,
        "tasting_at": announced.happens_at,
        "tasting_place": announced.place,
        "tasting_samples": announced.samples,
        "tasting_missing": announced.missing_rule,
    }
