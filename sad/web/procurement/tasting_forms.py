"""Forms of a blind tasting: receptions by name, the jury, sheets by code, the closing, the marks it proposes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from sad.actions.marks import give_mark
from sad.actions.tasting_results import Outcome
from sad.actions.tastings import Reception
from sad.domain.errors import Refusal, Refused
from sad.domain.scoring.numbers import french
from sad.domain.sentences import of
from sad.domain.tastings import LONGEST_REMARK, TypedMark
from sad.models.people import Person
from sad.models.tastings import TastingSample
from sad.web.fields import CheckboxesField, DateField, Form, ParisDateTimeField, Required

SHORT = Length(max=200, message="Au plus 200 caractères.")
WORD = Length(max=40, message="Au plus 40 caractères.")
LONG = Length(max=4000, message="Au plus 4 000 caractères.")
A_REMARK = Length(max=LONGEST_REMARK, message=f"{LONGEST_REMARK} caractères au plus.")
NO_ALLERGEN = "none"
FROM_OUTSIDE = 0
OF_THE_JURY = "Note de la dégustation à l’aveugle, tenue comme l’invitation l’annonçait."


class ReceptionForm(Form):
    """A sample that comes, with what its supplier says of its allergens."""

    arrived_at = ParisDateTimeField("Arrivé le", [Required("Donnez le jour et l’heure.")])
    temperature = StringField("Température à l’arrivée", [WORD], description="Par exemple : 4 °C.")
    remark = TextAreaField("Remarque", [LONG], description="Emballage, état, quantité. Le jury ne la lit pas.")
    allergens = CheckboxesField("Allergènes déclarés par l’entreprise", [Required("Cochez les allergènes, ou « Aucun des 14 ».")])
    allergens_source = StringField(
        "Où elle les a déclarés", [Required("Dites d’où ils viennent."), SHORT], description="Étiquette, fiche technique, courriel."
    )

    @classmethod
    def of(cls, sample: TastingSample, names: Mapping[str, str], at: datetime) -> "ReceptionForm":
        """The form of a sample, with what was already written of it."""
        form = cls(
            data={
                "arrived_at": sample.received_at or at,
                "temperature": sample.temperature,
                "remark": sample.remark,
                "allergens": [NO_ALLERGEN] if sample.allergens == [] else sample.allergens,
                "allergens_source": sample.allergens_source,
            }
        )
        form.allergens.choices = [*names.items(), (NO_ALLERGEN, f"Aucun des {len(names)}")]
        return form

    def validate(self, extra_validators: Mapping[str, object] | None = None) -> bool:
        """None of the list, or some of it, never both."""
        is_valid = bool(super().validate(extra_validators))
        if is_valid and NO_ALLERGEN in self.allergens.data and len(self.allergens.data) > 1:
            self.allergens.errors = [*self.allergens.errors, "Cochez des allergènes, ou « aucun », pas les deux."]
            return False
        return is_valid

    def reception(self) -> Reception:
        """What was written."""
        return Reception(
            arrived_at=self.arrived_at.data,
            temperature=self.temperature.data or "",
            remark=self.remark.data or "",
            allergens=[each for each in self.allergens.data if each != NO_ALLERGEN],
            allergens_source=self.allergens_source.data,
        )


class MissingForm(Form):
    reason = TextAreaField(
        "Ce que l’on sait",
        [Required("Écrivez ce que l’on sait."), A_REMARK],
        description="Par exemple : rien reçu à 14 h, l’entreprise prévenue.",
    )


class JurorForm(Form):
    person = SelectField("La personne", coerce=int)
    name = StringField("Son nom, si elle vient de l’extérieur", [SHORT])
    title = StringField("Sa fonction", [SHORT], description="Par exemple : cuisinière du collège, parent d’élève.")
    has_conflict = RadioField(
        "Ce qu’elle déclare",
        [Required("Choisissez l’une des deux phrases.")],
        choices=[
            ("no", "Aucun intérêt, ni personnel ni familial, dans une entreprise qui a répondu."),
            ("yes", "Un lien avec une entreprise qui a répondu."),
        ],
    )

    def offer(self, people: Iterable[Person]) -> "JurorForm":
        """The same, with the agents who may taste."""
        self.person.choices = [(FROM_OUTSIDE, "Une personne de l’extérieur"), *((each.id, each.name) for each in people)]
        return self


class ReleaseForm(Form):
    reason = TextAreaField("Le motif", [Required("Écrivez le motif."), LONG], description="Par exemple : malade le jour de la dégustation.")


class SheetForm(Form):
    """A mark and a remark for each code, in the order in which this juror tasted."""

    codes: Sequence[int] = ()

    def typed(self) -> dict[int, TypedMark]:
        """What was typed, by code."""
        return {code: TypedMark(self[f"value_{code}"].data or "", self[f"remark_{code}"].data or "") for code in self.codes}


class CloseForm(Form):
    held_on = DateField("Le jury a goûté le", [Required("Donnez le jour.")])


class StopForm(Form):
    reason = TextAreaField(
        "Le motif",
        [Required("Écrivez le motif."), LONG],
        description="Chaque entreprise le lit avec sa note. Par exemple : une panne de froid.",
    )


class ProposedMarksForm(Form):
    """The mark proposed for each offer with the sentence that its tenderer reads; a person confirms both."""

    outcomes: Sequence[Outcome] = ()

    def give(self, criterion: str, **act: Any) -> None:
        """Give every mark. Raises `Refused` with the faults of all offers, each beside its field."""
        faults: list[Refusal] = []
        for each in self.outcomes:
            offer = each.sample.offer
            try:
                value, reason = self[f"value_{offer.id}"].data or "", self[f"reason_{offer.id}"].data or ""
                give_mark(offer, criterion, value, reason, apart_reason=OF_THE_JURY, **act)
            except Refused as refused:
                faults += [replace(one, field=f"{one.field}_{offer.id}" if one.field else None) for one in refused.refusals]
        if faults:
            raise Refused(*faults)


def sheet_form(codes: Sequence[int], scale: str) -> SheetForm:
    """The form over these codes, in this order."""
    fields: dict[str, object] = {"codes": codes}
    for code in codes:
        fields[f"value_{code}"] = StringField(f"Note de l’échantillon {code}, sur {scale}", render_kw={"inputmode": "decimal"})
        fields[f"remark_{code}"] = TextAreaField(f"Remarque sur l’échantillon {code}", [A_REMARK], render_kw={"rows": 2})
    return type("SheetForm", (SheetForm,), fields)()


def proposed_marks_form(outcomes: Sequence[Outcome], scale: str) -> ProposedMarksForm:
    """The form over these offers, filled with what the tasting proposes."""
    fields: dict[str, object] = {"outcomes": outcomes}
    proposed: dict[str, str] = {}
    for each in outcomes:
        offer = each.sample.offer
        value, reason = f"value_{offer.id}", f"reason_{offer.id}"
        fields[value] = StringField(f"Note {of(offer.supplier.name)}, sur {scale}", render_kw={"inputmode": "decimal"})
        fields[reason] = TextAreaField(f"Ce que lira {offer.supplier.name}", [LONG], render_kw={"rows": 4})
        proposed |= {value: french(each.proposed), reason: each.sentence}
    return type("ProposedMarksForm", (ProposedMarksForm,), fields)(data=proposed)
