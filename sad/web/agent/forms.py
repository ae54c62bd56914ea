"""Forms of the requesters: one for each screen of the wizard; shape only, the rules speak when it is saved."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from wtforms import FieldList, FormField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from sad.actions.mini_tenders import NeedChange, NeedLine
from sad.clause_library import chosen_clauses, clauses
from sad.domain.requirements import Requirement
from sad.domain.sentences import decimal_text, french_number
from sad.domain.stages import announced_range
from sad.models.organisations import Service
from sad.need_templates import NeedTemplate
from sad.web.agent.arrangement_form import ArrangementForm
from sad.web.agent.tasting_form import TastingForm
from sad.web.drafts import LONG, VersionedForm
from sad.web.fields import CheckboxesField, DecimalField, Form, IntegerField, ParisDateTimeField, Required

SHORT = Length(max=200, message="Au plus 200 caractères.")
MOST_GUESTS = 5000
MOST_MONEY = 1_000_000
MOST_LINES = 30
SPARE_LINES = 2
UNITS = ("pièce", "part", "portion", "kg", "litre", "bouteille", "tasse", "convive", "plateau", "pique-nique", "panier", "lot", "heure")
PACKAGING = {"reusable": "Contenants repris ou réemployables", "compostable": "Compostable accepté"}
CUSTOM = "custom"


def _without_zeros(quantity: Any) -> Any:
    """44, not 44.000."""
    return Decimal(decimal_text(quantity)) if isinstance(quantity, Decimal) else quantity


class StartForm(Form):
    """« Modèle »: what is needed, for which service."""

    template = RadioField("De quoi avez-vous besoin ?", [Required("Choisissez un modèle.")])
    service = RadioField("Pour quel service ?", [Required("Choisissez le service.")], coerce=int)

    def offer(self, templates: Iterable[NeedTemplate], services: Sequence[Service]) -> "StartForm":
        """The same, with its choices; a person with one service is not asked."""
        self.template.choices = [(each.key, each.label) for each in templates]
        self.service.choices = [(each.id, each.name) for each in services]
        if len(services) == 1:
            self.service.data = services[0].id
            self.service.raw_data = [str(services[0].id)]
        return self


class GuestsForm(VersionedForm):
    """« Convives et date »."""

    ASKED_AS: ClassVar = {"object": "title", "service_on": "happens_at", "closes_at": "wanted_closes_at"}

    title = StringField("Nom de ce besoin", [Required("Donnez un nom, par exemple « Petit-déjeuner des vice-présidents »."), SHORT])
    guests = IntegerField("Nombre de convives", [Required("Dites pour combien de personnes.")], minimum=1, maximum=MOST_GUESTS)
    happens_at = ParisDateTimeField("Servi ou livré le", [Required("Donnez le jour et l’heure.")])
    place = StringField("Lieu", [Required("Dites où servir ou livrer."), SHORT])
    access = TextAreaField("Accès", [LONG], description="Étage, monte-charge, quai, code, personne à appeler.")
    wanted_closes_at = ParisDateTimeField("Les fournisseurs répondent au plus tard le", [Required("Donnez le jour et l’heure.")])

    def change(self, lines: tuple[NeedLine, ...] | None) -> NeedChange:
        """What this screen changes; `lines` when they follow the number of guests."""
        return NeedChange(
            title=self.title.data,
            guests=self.guests.data,
            happens_at=self.happens_at.data,
            place=self.place.data,
            access=self.access.data,
            wanted_closes_at=self.wanted_closes_at.data,
            lines=lines,
        )


class ConstraintsForm(ArrangementForm, TastingForm, VersionedForm):
    """« Contraintes »."""

    ASKED_AS: ClassVar = {"tasting": "tasting_at"}

    packaging = RadioField("Emballage", [Required("Choisissez.")], choices=PACKAGING)
    clause_keys = CheckboxesField(
        "Clauses à respecter", choices=[(each.key, each.label) for each in clauses().values()], description="Vérifiées à la livraison."
    )
    vegetarian_meals = IntegerField("Nombre de repas végétariens", maximum=MOST_GUESTS)
    allergens = StringField("Allergènes à écarter", [SHORT], description="Par exemple : fruits à coque, lait, gluten.")
    dietary_needs = TextAreaField("Autres régimes", [LONG])
    constraints = TextAreaField("Vos autres contraintes", [LONG], description="Une par ligne. Retirez celles qui ne servent pas.")

    def change(self) -> NeedChange:
        """What this screen changes."""
        return NeedChange(
            packaging=self.packaging.data,
            clauses=chosen_clauses(self.clause_keys.data or ()),
            vegetarian_meals=self.vegetarian_meals.data,
            allergens=self.allergens.data,
            dietary_needs=self.dietary_needs.data,
            constraints=self.arranged(self.constraints.data or ""),
            tasting=self.announcement(),
        )


class LineForm(FlaskForm):
    """One line of what is asked; all blank, it is no line."""

    class Meta(Form.Meta):
        csrf = False

    label = StringField("Ce qui est demandé", [SHORT])
    quantity = DecimalField("Quantité", filters=[_without_zeros], places=3, minimum=Decimal("0.001"), maximum=MOST_MONEY)
    unit = SelectField("Unité")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = getattr(kwargs.get("obj"), "unit", None)
        self.unit.choices = list(UNITS) if kept in (None, *UNITS) else [*UNITS, kept]

    def validate_label(self, field: StringField) -> None:
        if not field.data and (self.quantity.data or self.quantity.process_errors):
            raise ValidationError("Dites ce que c’est, ou effacez aussi la quantité pour retirer la ligne.")

    def validate_quantity(self, field: DecimalField) -> None:
        if self.label.data and field.data is None and not field.process_errors:
            raise ValidationError("Donnez la quantité.")


class BudgetForm(VersionedForm):
    """« Budget »: what is asked line by line, and the most it may cost."""

    lines = FieldList(FormField(LineForm, label="Ligne"), "Ce qui est demandé", max_entries=MOST_LINES)
    budget = DecimalField(
        "Budget maximum, hors taxe", [Required("Donnez un montant hors taxe.")], minimum=Decimal("0.01"), maximum=MOST_MONEY
    )

    def complete(self, lines: Sequence[NeedLine], budget: Decimal) -> None:
        """Propose these lines and this budget where nothing is written yet, and leave room for more lines."""
        for line in lines:
            self.lines.append_entry(line)
        if self.budget.data is None:
            self.budget.data = budget
        for _ in range(min(SPARE_LINES, MOST_LINES - len(self.lines))):
            self.lines.append_entry()

    def change(self) -> NeedChange:
        """What this screen changes."""
        return NeedChange(budget=self.budget.data, lines=tuple(self._lines()))

    def _lines(self) -> Iterator[NeedLine]:
        for entry in self.lines:
            if entry.form.label.data:
                yield NeedLine(entry.form.label.data, entry.form.quantity.data, entry.form.unit.data)


class WeightsForm(VersionedForm):
    """« Ce qui compte »: a ready-made weighing, or one's own; `of` adds a field for each criterion."""

    emphasis = RadioField("Ce qui doit compter le plus", [Required("Choisissez.")])

    @classmethod
    def of(cls, criteria: Sequence[Requirement], **data: Any) -> "WeightsForm":
        """The form for the criteria of a stage, whose refusals find the criterion that they are about."""
        fields = {f"weight_{each.key}": _weight_field(each) for each in criteria}
        asked_as = {each.key: f"weight_{each.key}" for each in criteria}
        return type("WeightsForm", (cls,), {**fields, "ASKED_AS": asked_as})(**data)  # type: ignore[no-any-return]

    def chosen(self) -> dict[str, str]:
        """The weights typed, by criterion key, as text; those left empty are left out."""
        typed = ((key, self[field].data) for key, field in self.ASKED_AS.items())
        return {key: decimal_text(weight) for key, weight in typed if weight is not None}


def _weight_field(criterion: Requirement) -> DecimalField:
    low, high = announced_range(criterion)
    hint = f"De {french_number(low)} à {french_number(high)} points." if low != high else f"{french_number(low)} points."
    return DecimalField(criterion.label, description=hint, maximum=100)
