"""Forms of an evaluation: classification, ties, award."""

from collections.abc import Iterable

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from sad.models.evaluations import RankedOffer
from sad.models.people import Person
from sad.web.fields import Form, Required
from sad.web.procurement.opened import Examined

LONG = Length(max=4000, message="4 000 caractères au plus.")
CLASSIFICATIONS = (
    ("regular", "Régulière"),
    ("irregular", "Irrégulière"),
    ("unacceptable", "Inacceptable"),
    ("inappropriate", "Inappropriée"),
)
HINTS = {
    "regular": "Elle répond à ce qui était demandé : elle sera notée.",
    "irregular": "Elle ne respecte pas ce qui était demandé, ou elle est incomplète (L2152-2).",
    "unacceptable": "Son prix dépasse le budget fixé avant l’envoi (L2152-3).",
    "inappropriate": "Elle est sans rapport avec le besoin (L2152-4).",
}


class ClassifyForm(Form):
    classification = RadioField("Cette offre est", [Required("Choisissez l’un des quatre mots.")], choices=list(CLASSIFICATIONS))
    reason = TextAreaField(
        "Pourquoi",
        [Required("Écrivez la raison."), LONG],
        description="Si l’offre est écartée, l’entreprise lira cette phrase dans sa lettre.",
    )


class AskPriceForm(Form):
    asked = TextAreaField(
        "Ce que vous voulez savoir en particulier",
        [Length(max=2000, message="2 000 caractères au plus.")],
        description="La lettre demande déjà les points prévus par la loi. N’écrivez rien des autres offres.",
    )


class DecidePriceForm(Form):
    decision = RadioField(
        "L’explication",
        [Required("Choisissez l’une des deux phrases.")],
        choices=[
            ("accepted", "Elle tient : l’offre est jugée comme les autres."),
            ("rejected", "Elle ne tient pas : l’offre est écartée comme anormalement basse (L2152-6)."),
        ],
    )
    reason = TextAreaField(
        "Pourquoi",
        [Required("Écrivez la raison."), Length(max=3000, message="3 000 caractères au plus.")],
        description="Si l’offre est écartée, l’entreprise lira cette phrase dans sa lettre. N’écrivez rien du prix des autres.",
    )


class TieForm(Form):
    place = RadioField("L’offre retenue", [Required("Choisissez une offre.")], coerce=int)
    reason = TextAreaField(
        "Comment elles ont été départagées",
        [Required("Écrivez-le."), LONG],
        description="Par exemple : tirage au sort de deux bulletins pliés, le 8 décembre à 10 h. Les entreprises le liront.",
    )
    witness = SelectField("En présence de", [Required("Choisissez le témoin.")], choices=[], coerce=int)


class ProposeForm(Form):
    reason = TextAreaField(
        "Les raisons du choix",
        [Required("Écrivez les raisons du choix."), LONG],
        description="Chaque entreprise les lit dans sa lettre. Dire ce qui fait la force de cette offre, sans citer le prix des autres.",
    )


class ApproveForm(Form):
    waits = BooleanField("Attendre avant de signer")


class CancelForm(Form):
    reason = TextAreaField("Le motif", [Required("Écrivez le motif."), LONG], description="Il est gardé au journal.")


class NotifyForm(Form):
    contract_reference = StringField("Référence du contrat signé", [Length(max=200, message="200 caractères au plus.")])


def classify_form(examined: Examined) -> ClassifyForm:
    """The form filled with what was decided, or with what follows from the rules."""
    offer, findings = examined.offer, examined.findings
    proposed = "" if findings.awaits_explanation else findings.proposal
    meets_all = "Elle répond à tout ce qui était demandé et tient dans le budget."
    words = meets_all if proposed == "regular" else "\u00a0; ".join(findings.shortfalls)
    return ClassifyForm(data={"classification": offer.classification or proposed, "reason": offer.classification_reason or words})


def tie_form(places: Iterable[RankedOffer], witnesses: Iterable[Person]) -> TieForm:
    """The form over the offers that share the first place and the agents who may have been there."""
    form = TieForm()
    form.place.choices = [(place.id, place.offer.supplier.name) for place in places]
    form.witness.choices = [(person.id, person.name) for person in witnesses]
    return form
