"""Forms of the supplier's space."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from sad.clause_library import clauses
from sad.domain.errors import Refused
from sad.domain.proofs import LABELS, ProofKind, is_asked
from sad.domain.requirements import Requirement
from sad.web.fields import CheckboxesField, DateField, EmailField, FilesField, Form, Required, SiretField
from sad.web.profiles import ProfileForm

YES_NO = [("oui", "Oui"), ("non", "Non")]
PREFIX = "q_"
OTHER = "other"
KEPT_KINDS = [(OTHER, "Un document que je nomme"), *((each.value, LABELS[each]) for each in ProofKind if is_asked(each))]
TEXT_LIMIT = Length(max=4000, message="4 000 caractères au plus.")


class ConfirmForm(Form):
    """Only the button."""


class InviteForm(Form):
    email = EmailField("Adresse e-mail de la personne", [Required("Écrivez son adresse.")], render_kw={"autocomplete": "off"})


class AddSupplierForm(ProfileForm):
    siret = SiretField(
        "SIRET", [Required("Écrivez le SIRET.")], description="14 chiffres. Il est sur vos factures.", render_kw={"inputmode": "numeric"}
    )


class ProofForm(Form):
    """A file and the last day it holds."""

    files = FilesField("Le document", [Required("Choisissez un fichier, ou prenez une photo.")], max_files=1)
    expires_on = DateField("Valable jusqu’au", description="Le dernier jour écrit sur le document. Laissez vide s’il n’y en a pas.")


class CertificateForm(ProofForm):
    """A paper for the vault: of a kind that buyers ask before a contract, dated, or any other that the company names."""

    kind = RadioField("Ce document est", choices=KEPT_KINDS, default=OTHER, validate_choice=False)
    issued_on = DateField("Établi le", description="Le jour écrit sur l’attestation. Il dit jusqu’à quand elle vaut.")
    label = StringField(
        "Ce qu’il prouve",
        [Length(max=200, message="200 caractères au plus.")],
        description="Par exemple : certificat bio, attestation d’assurance.",
    )


class SubmitForm(Form):
    is_sworn = BooleanField("Je le déclare sur l’honneur", [Required("Cochez cette déclaration pour envoyer la candidature.")])


class HearingForm(Form):
    answer = TextAreaField(
        "Vos observations",
        [Required("Écrivez votre réponse."), TEXT_LIMIT],
        description="Dites si les faits sont exacts, ce qui a été réparé, ce qui a changé depuis.",
    )


class ExplainForm(Form):
    text = TextAreaField(
        "Votre explication",
        [TEXT_LIMIT],
        description="Par exemple : d’où viennent vos produits, ce que votre façon de travailler vous fait économiser.",
    )
    files = FilesField("Vos documents", description="Une facture, un devis, une fiche de prix.")


class QuestionsForm(Form):
    """Questions that come from requirements; each field is named after its key, behind a prefix that no form attribute has.

    `suffixes` goes by field name: the unit of what is typed.
    """

    suffixes: Mapping[str, str] = {}

    def take(self, refused: Refused) -> None:
        super().take(Refused(*(replace(one, field=PREFIX + one.field) if one.field else one for one in refused.refusals)))

    def answers(self) -> dict[str, object]:
        """What was typed, by requirement key."""
        return {field.name.removeprefix(PREFIX): field.data for field in self if field.name.startswith(PREFIX)}


class UsualOfferForm(QuestionsForm):
    """The questions of the stages, then the clauses that the supplier could honour, boxes to tick."""

    clauses = CheckboxesField(
        "Je peux m’y engager dès aujourd’hui", choices=[(each.key, each.label) for each in clauses().values()]
    )

    def answers(self) -> dict[str, object]:
        """What was typed, by requirement key, and each clause by its own: ticked or not."""
        return {**super().answers(), **{key: key in self.clauses.data for key in clauses()}}


class ConfirmationForm(QuestionsForm):
    """The questions of a confirmation and the sworn statement, which only sending asks for."""

    is_sworn = BooleanField("Je le déclare sur l’honneur")
    others = CheckboxesField("Confirmer en même temps", coerce=int, choices=[])

    def take(self, refused: Refused) -> None:
        named = (one if one.field is None or one.field in self else replace(one, field=PREFIX + one.field) for one in refused.refusals)
        Form.take(self, Refused(*named))

    def answers(self) -> dict[str, object]:
        """What was typed, by requirement key; a question that was not shown or not touched is left out."""
        return {field.name.removeprefix(PREFIX): field.data for field in self if field.name.startswith(PREFIX) and field.raw_data}


def questions_form(requirements: Iterable[Requirement], given: Mapping[str, Any], kind: type[QuestionsForm] = QuestionsForm) -> Any:
    """The form that asks these questions, filled with what was answered."""
    asked = list(requirements)
    fields = {PREFIX + each.key: _field(each) for each in asked}
    fields["suffixes"] = {PREFIX + each.key: "%" for each in asked if each.unit == "percent"}
    form_class = type("QuestionsForm", (kind,), fields)
    typed = {PREFIX + each.key: _typed(each, given.get(each.key)) for each in asked}
    return form_class(data={**typed, "clauses": [key for key in clauses() if given.get(key)]})


def _field(asked: Requirement) -> Any:
    hint = asked.proof
    if asked.unit == "yes_no":
        return RadioField(asked.question, choices=YES_NO, description=hint, validate_choice=False)
    if asked.unit == "text":
        return TextAreaField(asked.question, [TEXT_LIMIT], description=hint)
    return StringField(asked.question, [Length(max=40)], description=hint, render_kw={"inputmode": "decimal"})


def _typed(asked: Requirement, value: Any) -> str:
    """An answer as it is typed again: `oui`, `12,5`."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    text = "" if value is None else str(value)
    return text if asked.unit == "text" else text.replace(".", ",")
