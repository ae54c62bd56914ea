"""The offer on one screen: a price for each line, the values that the stage asks, documents, a note."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from wtforms import BooleanField, HiddenField, StringField

from sad.actions.offer_drafts import Draft
from sad.domain.offers import OfferContent, OfferTerms
from sad.letters.wording import file_size
from sad.trust.envelopes import EnvelopeFile
from sad.web.fields import CheckboxesField, FilesField, Form
from sad.web.offer_fields import OfferFields, offer_fields, typed_value
from sad.web.supplier.sent import Sent


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


class OfferForm(OfferFields, SendingForm):
    """The fields that every offer has; `offer_form` adds those of the need and of its stage, named as refusals name them."""

    stamp = HiddenField()
    next = StringField()  # of the button that is pressed
    remove = CheckboxesField("Retirer", choices=[], validate_choice=False)

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
    form: OfferForm = type("OfferForm", (OfferForm,), offer_fields(terms))(data={"note": content.note, **_shown(terms, content)})
    if not form.is_submitted():
        form.show_draft(draft, stamp)
    return form


def deposit_form(draft: Draft | None) -> DepositForm:
    """The form that deposits the draft as the page shows it."""
    return DepositForm(data={"key": uuid4().hex, "stamp": draft.stamp if draft else ""})


def _shown(terms: OfferTerms, content: OfferContent) -> dict[str, Any]:
    """The content by name of field."""
    found: dict[str, Any] = {}
    for line in content.lines:
        found[f"price-{line.key}"] = line.unit_price
        found[f"vat-{line.key}"] = "" if line.vat_rate is None else str(line.vat_rate)
    found |= {f"value-{each.key}": typed_value(each, content.values.get(each.key)) for each in terms.specifications}
    found |= {f"answer-{each.key}": typed_value(each, content.answers.get(each.key)) for each in terms.criteria}
    return found
