"""The fields of an offer: a price for each line, the values that the stage asks, a note; typed by a supplier, or by an agent for it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from wtforms import Field, RadioField, SelectField, TextAreaField
from wtforms.validators import Length

from sad.domain.errors import Refusal, Refused
from sad.domain.offers import OfferContent, OfferTerms
from sad.domain.requirements import Requirement
from sad.letters.wording import percent, quantity
from sad.web.fields import DecimalField, Form

YES_NO = [("oui", "Oui"), ("non", "Non")]
TOO_LONG = Length(max=4000, message="4 000 caractères au plus.")


class OfferFields(Form):
    """What every offer has; `offer_fields` gives those of the need and of its stage, named as refusals name them."""

    note = TextAreaField("Un mot sur votre offre", [TOO_LONG], description="Ce que vous servez, comment. L’acheteur le lira avec vos prix.")

    def content(self) -> dict[str, Any]:
        """What was typed and could be read, as `OfferContent.to_dict` writes it."""
        given = {kind: {name: typed_text(field) for name, field in self._named(kind)} for kind in ("price", "vat", "value", "answer")}
        return {"prices": given["price"], "vat": given["vat"], "values": given["value"], "answers": given["answer"], "note": self.note.data}

    def show_faults(self, faults: list[Refusal]) -> None:
        """Put each fault beside its field, unless the field already says what is wrong."""
        said = self.refusals
        self.take(Refused(*(one for one in faults if one.field not in self or not self[one.field].errors)))
        self.refusals = (*said, *self.refusals)

    def fields_of(self, kind: str) -> list[Field]:
        """Its fields of one kind: price, vat, value or answer."""
        return [field for _, field in self._named(kind)]

    def _named(self, kind: str) -> Iterator[tuple[str, Field]]:
        return ((field.name.removeprefix(f"{kind}-"), field) for field in self if field.name.startswith(f"{kind}-"))


def offer_fields(terms: OfferTerms) -> dict[str, Any]:
    """The fields that these terms ask, by name."""
    fields: dict[str, Any] = {}
    for key, label, amount, unit in terms.lines:
        fields[f"price-{key}"] = DecimalField(f"{label}, {quantity(amount, unit)} : prix hors taxe", render_kw={"inputmode": "decimal"})
        if not terms.is_vat_exempt:
            fields[f"vat-{key}"] = SelectField(f"{label} : taux de TVA", choices=_rates(terms), validate_choice=False)
    fields |= {f"value-{each.key}": question_field(each) for each in terms.specifications}
    return fields | {f"answer-{each.key}": question_field(each) for each in terms.criteria}


def read_typed(form: OfferFields, terms: OfferTerms) -> OfferContent:
    """What was typed and could be read, at the rates that apply to this supplier."""
    content = form.content()
    if terms.is_vat_exempt:
        content["vat"] = {key: "0" for key, *_ in terms.lines}
    return terms.read(content)


def _rates(terms: OfferTerms) -> list[tuple[str, str]]:
    return [("", "TVA ?"), *((str(rate), f"TVA {percent(rate)}") for rate in terms.vat_rates)]


def question_field(requirement: Requirement) -> Any:
    """The field in which a requirement is answered, after its unit."""
    hint = _hint(requirement)
    steps = [str(step[0]) for step in requirement.method.get("steps", ())]
    if requirement.unit == "yes_no" or requirement.method.get("method") == "yes_no":
        return RadioField(requirement.label, choices=YES_NO, description=hint, validate_choice=False)
    if requirement.unit == "text" and steps:
        choices = [("", "Choisir"), *((step, step) for step in steps)]
        return SelectField(requirement.label, choices=choices, description=hint, validate_choice=False)
    if requirement.unit == "text":
        return TextAreaField(requirement.label, [TOO_LONG], description=hint)
    return DecimalField(requirement.label, description=hint, places=3, minimum=None, render_kw={"inputmode": "decimal"})


def _hint(requirement: Requirement) -> str:
    """What is asked and how it is proved."""
    is_free = requirement.comparison == "any" or (requirement.comparison == "at_least" and not requirement.threshold)
    words = [] if is_free else [f"Demandé : {requirement.wanted}."]
    return " ".join([*words, f"Preuve : {requirement.proof}." if requirement.proof else ""]).strip()


def typed_value(asked: Requirement, value: Any) -> Any:
    """A value as its field takes it."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if value in (None, "") or asked.unit in ("yes_no", "text"):
        return value
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return None


def typed_text(field: Field) -> str | None:
    """What was typed, or chosen among what was offered."""
    if field.data in (None, "") or (isinstance(field, SelectField) and field.data not in dict(field.choices)):
        return None
    return str(field.data)
