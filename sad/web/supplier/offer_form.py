"""The offer on one screen: a price for each line, the values that the stage asks, documents, a note."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from wtforms import BooleanField, Field, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from sad.actions.offer_drafts import Draft
from sad.domain.errors import Refusal, Refused
from sad.domain.offers import OfferContent, OfferTerms
from sad.domain.requirements import Requirement
from sad.letters.wording import file_size, percent, quantity
from sad.trust.envelopes import EnvelopeFile
from sad.web.fields import CheckboxesField, DecimalField, FilesField, Form
from sad.web.supplier.sent import Sent

YES_NO = [("oui", "Oui"), ("non", "Non")]
TOO_LONG = Length(max=4000, message="4 000 caractères au plus.")


class SendingForm(Form):
    """A form with documents: sent with it, or piece by piece before it, and then ticked to be joined."""

    staged = CheckboxesField("Envoyés, à joindre à votre offre", choices=[], validate_choice=False)
    files = FilesField("Ajouter des documents")
    unfinished: Sequence[Sent] = ()

    def show_sent(self, sent: Sequence[Sent]) -> None:
        """List what came piece by piece; a page that is only shown has all that came whole ticked."""
        self.staged.choices = [(str(each.id), f"{each.name} ({file_size(each.size)})") for each in sent if each.is_whole]
        self.unfinished = [each for each in sent if not each.is_whole]
        if not self.is_submitted():
            self.staged.data = [identifier for identifier, _ in self.staged.choices]


class OfferForm(SendingForm):
    """The fields that every offer has; `offer_form` adds those of the need and of its stage, named as refusals name them."""

    stamp = HiddenField()
    next = StringField()  # of the button that is pressed
    remove = CheckboxesField("Retirer", choices=[], validate_choice=False)
    note = TextAreaField("Un mot sur votre offre", [TOO_LONG], description="Ce que vous servez, comment. L’acheteur le lira avec vos prix.")

    def content(self) -> dict[str, Any]:
        """What was typed and could be read, as `OfferContent.to_dict` writes it."""
        given = {kind: {name: typed_text(field) for name, field in self._named(kind)} for kind in ("price", "vat", "value", "answer")}
        return {"prices": given["price"], "vat": given["vat"], "values": given["value"], "answers": given["answer"], "note": self.note.data}

    def show_draft(self, draft: Draft | None, stamp: str) -> None:
        """Say which draft the page stands for, and which documents it holds when it can be read."""
        self.stamp.data = stamp
        self.remove.data = []
        files = draft.files if draft else ()
        self.remove.choices = [(str(number), f"{file.name} ({file_size(file.size)})") for number, file in enumerate(files)]

    def kept_files(self, draft: Draft | None, sent: Sequence[EnvelopeFile]) -> list[EnvelopeFile]:
        """The documents of the draft that are not taken out, then those that were just sent, piece by piece or with the form."""
        old = [file for number, file in enumerate(draft.files if draft else ()) if str(number) not in (self.remove.data or ())]
        return [*old, *sent, *(EnvelopeFile(file.name, file.media_type, file.body) for file in self.files.checked)]

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


class DepositForm(Form):
    """The last button. `key` is drawn when the page is shown: the same sending twice is one offer.

    `shown` is what the page says of itself, signed, for a reception while the database does not answer.
    """

    key = HiddenField()
    stamp = HiddenField()
    shown = HiddenField()
    keep = BooleanField(
        "Garder mon brouillon",
        description="Scellé, pour remplacer votre offre sans tout retaper. Sinon il est détruit dès le dépôt.",
    )


def offer_form(terms: OfferTerms, content: OfferContent, draft: Draft | None, stamp: str) -> OfferForm:
    """The form for these terms, filled with the content; `stamp` names the draft that is kept, if there is one."""
    fields: dict[str, Any] = {}
    for key, label, amount, unit in terms.lines:
        fields[f"price-{key}"] = DecimalField(f"{label}, {quantity(amount, unit)} : prix hors taxe", render_kw={"inputmode": "decimal"})
        if not terms.is_vat_exempt:
            fields[f"vat-{key}"] = SelectField(f"{label} : taux de TVA", choices=_rates(terms), validate_choice=False)
    fields |= {f"value-{each.key}": question_field(each) for each in terms.specifications}
    fields |= {f"answer-{each.key}": question_field(each) for each in terms.criteria}
    form: OfferForm = type("OfferForm", (OfferForm,), fields)(data={"note": content.note, **_shown(terms, content)})
    if not form.is_submitted():
        form.show_draft(draft, stamp)
    return form


def deposit_form(draft: Draft | None) -> DepositForm:
    """The form that deposits the draft as the page shows it."""
    return DepositForm(data={"key": uuid4().hex, "stamp": draft.stamp if draft else ""})


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


def _shown(terms: OfferTerms, content: OfferContent) -> dict[str, Any]:
    """The content by name of field."""
    found: dict[str, Any] = {}
    for line in content.lines:
        found[f"price-{line.key}"] = line.unit_price
        found[f"vat-{line.key}"] = "" if line.vat_rate is None else str(line.vat_rate)
    found |= {f"value-{each.key}": typed_value(each, content.values.get(each.key)) for each in terms.specifications}
    found |= {f"answer-{each.key}": typed_value(each, content.answers.get(each.key)) for each in terms.criteria}
    return found


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
