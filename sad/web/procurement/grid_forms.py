"""The form on which a grid is tried: it is asked by the address and keeps nothing."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field, SelectField

from sad.domain.requirements import Requirement
from sad.domain.sentences import french_number
from sad.domain.stages import announced_range
from sad.web.fields import DecimalField, Form, Required

WEIGHT, CATEGORY, OFFERS = "poids_", "categorie", "offres"
INVENTED = ""

Choices = Sequence[tuple[str, str]]


class GridForm(Form):
    """Weights by criterion, the category whose criteria they are, the offers on which they are tried."""

    class Meta(Form.Meta):
        csrf = False  # it changes nothing

    @property
    def weights(self) -> list[Field]:
        """The fields of the weights, in grid order."""
        return [field for field in self if field.name.startswith(WEIGHT)]

    def chosen(self) -> dict[str, Decimal]:
        """The weights typed, by key of criterion or sub-criterion, once the form is valid."""
        return {field.name.removeprefix(WEIGHT): field.data for field in self.weights}


def grid_form(
    criteria: Sequence[Requirement], start: Mapping[str, Decimal], asked: Mapping[str, str], *, categories: Choices, offers: Choices
) -> GridForm:
    """The form for these criteria: what the address asks, else the weights of `start` and of the stage."""
    fields: dict[str, Field] = {}
    weights: dict[str, Decimal] = {}
    for each in criteria:
        low, high = announced_range(each)
        hint = f"De {french_number(low)} à {french_number(high)}." if low != high else f"{french_number(low)}, fixé par l’avis."
        fields[WEIGHT + each.key], weights[each.key] = _weight(each.label, hint), start.get(each.key, each.weight or Decimal(0))
        for sub in each.method.get("sub_criteria") or ():
            fields[WEIGHT + sub["key"]] = _weight(sub["label"], f"Dans « {each.label} ».")
            weights[sub["key"]] = start.get(sub["key"], Decimal(str(sub["weight"])))
    if len(categories) > 1:
        fields[CATEGORY] = SelectField("Catégorie", choices=list(categories))
    fields[OFFERS] = SelectField("Essayer sur", choices=[(INVENTED, "Cinq offres inventées, différentes"), *offers])
    formdata = MultiDict({f"{WEIGHT}{key}": french_number(weight) for key, weight in weights.items()})
    formdata.update({OFFERS: INVENTED})
    for name, value in asked.items():
        formdata.setlist(name, [value])
    return type("GridForm", (GridForm,), fields)(formdata=formdata)  # type: ignore[no-any-return]


def _weight(label: str, hint: str) -> Any:
    return DecimalField(label, [Required("Donnez un poids.")], description=hint, minimum=Decimal("0.01"), maximum=100)
