"""Forms of what a buyer asks and decides of a consortium."""

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import Length

from sad.domain.admission.grounds import EXCLUSIONS
from sad.web.fields import Form, Required

LONG = Length(max=4000, message="4 000 caractères au plus.")
DECISIONS = [("oui", "Accepter la nouvelle entreprise"), ("non", "Écarter le groupement")]


class AskForm(Form):
    member = RadioField("L’entreprise visée", [Required("Choisissez l’entreprise.")], choices=[], validate_choice=False)
    ground = SelectField(
        "Le motif",
        [Required("Choisissez le motif.")],
        choices=[("", "Choisir…"), *((key, f"{key} : {words}") for key, words in EXCLUSIONS.items())],
    )
    facts = TextAreaField(
        "Les faits", [Required("Écrivez les faits."), LONG], description="La lettre au mandataire les reprend mot pour mot."
    )


class DecideForm(Form):
    is_accepted = RadioField("Votre décision", [Required("Choisissez.")], choices=DECISIONS)
    reason = TextAreaField("La raison", [Required("Écrivez la raison."), LONG], description="Chaque membre la lira.")
