"""Forms of a requirement, one for each nature; shape only, the law speaks when it is saved."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField

from sad.domain.errors import Refused
from sad.domain.requirements import Nature, Requirement
from sad.domain.sentences import decimal_text
from sad.domain.stages import Stage as StageValue
from sad.domain.stages import announced_range
from sad.reference import product_families
from sad.web.drafts import LONG
from sad.web.fields import CheckboxesField, DecimalField, Required
from sad.web.procurement.stage_draft_forms import DraftForm
from sad.web.procurement.system_forms import SHORT
from sad.web.typed import is_numeric, read_steps, steps_text

ASKED = {
    "yes": ("Oui : c’est demandé", "yes_no", "is_true"),
    "percent_min": ("Un pourcentage, au moins", "percent", "at_least"),
    "percent_max": ("Un pourcentage, au plus", "percent", "at_most"),
    "count_min": ("Un nombre, au moins", "count", "at_least"),
    "count_max": ("Un nombre, au plus", "count", "at_most"),
    "tell_yes_no": ("À indiquer par oui ou non, sans minimum", "yes_no", "any"),
    "tell_percent": ("Un pourcentage à indiquer, sans minimum", "percent", "any"),
    "tell_count": ("Un nombre à indiquer, sans minimum", "count", "any"),
    "tell_text": ("Un texte à écrire", "text", "any"),
}
METHODS = {
    "lowest_ratio": "Le plus bas a tous les points, les autres en proportion (le prix)",
    "highest_ratio": "Le plus haut a tous les points, les autres en proportion",
    "scale": "Une note donnée par des personnes, avec une raison écrite",
    "linear_bounds": "En proportion, entre deux valeurs fixées d’avance",
    "yes_no": "Tous les points pour oui, aucun pour non",
    "steps": "Une part des points par marche",
}
OTHERS = {
    "linear_excess": "Le plus bas a tous les points ; les autres en perdent autant qu’ils le dépassent",
    "linear_minmax": "En proportion, entre le plus bas et le plus haut",
    "sub_criteria": "La somme de ses sous-critères, tels qu’ils sont",
}
OPTIONS = {"scale": ("scale",), "linear_bounds": ("best", "worst"), "steps": ("steps",)}


class RequirementForm(DraftForm):
    """What every nature asks; `of` gives the form of a nature, filled with a requirement."""

    NATURE: ClassVar[Nature]

    label = StringField(
        "Ce qui est demandé", [Required("Écrivez ce qui est demandé."), SHORT], description="En quelques mots : les fournisseurs le liront."
    )
    asked = SelectField("Réponse attendue")
    threshold = DecimalField("Seuil", description="Pour un pourcentage ou un nombre, au moins ou au plus.", places=3)
    proof = TextAreaField("Preuve acceptée", [LONG], description="Ce que l’on montre. Toujours ouverte à l’équivalent.")
    categories = CheckboxesField("Catégories concernées", description="Aucune case : toutes les catégories.")
    exempt_families = CheckboxesField(
        "Qui en est exempté", description="Qui ne vend que les produits cochés. Par exemple, le café n’a pas de producteur proche."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.asked is not None:
            has_bounds = self.threshold is not None
            self.asked.choices = [(name, words) for name, (words, _, comparison) in ASKED.items() if has_bounds or comparison == "any"]
        if self.exempt_families is not None:
            self.exempt_families.choices = list(product_families().items())
        self.kept: Requirement | None = None

    @classmethod
    def of(cls, requirement: Requirement, stage: StageValue, names: Mapping[str, str], version: int) -> "RequirementForm":
        """The form of its nature, filled; `names` are the categories of the system, by key."""
        form = FORMS[requirement.nature](data={**_shown(requirement), "version": version})
        form.kept = requirement
        form.categories.choices = list(names.items())
        if isinstance(form, CriterionForm):
            form.offer(requirement, stage)
        return form

    def requirement(self, key: str) -> Requirement:
        """What was typed, once the form is valid."""
        return Requirement(key=key, nature=self.NATURE, **self.common(), **self.parts())

    def common(self) -> dict[str, Any]:
        """The parts that every nature has."""
        tuples = {name: tuple(self[name].data) for name in ("categories", "exempt_families")}
        return {"label": self.label.data, "proof": " ".join(self.proof.data.split()), **tuples}

    def parts(self) -> dict[str, Any]:
        """The parts of this nature."""
        _, unit, comparison = ASKED[self.asked.data]
        return {"unit": unit, "comparison": comparison, "threshold": self.threshold.data if comparison in ("at_least", "at_most") else None}

    def validate(self, extra_validators: Any = None) -> bool:
        is_sound = super().validate(extra_validators)
        faults = list(self._shape_faults()) if is_sound else []
        for name, words in faults:
            self[name].errors = [*self[name].errors, words]
        return is_sound and not faults

    def take(self, refused: Refused) -> None:
        """What the law says of the whole line stands on top, where its rewritings are."""
        of_the_line = ("label", "categories")
        super().take(Refused(*(one if one.field in of_the_line else replace(one, field=None) for one in refused.refusals)))

    def _shape_faults(self) -> Iterator[tuple[str, str]]:
        _, unit, comparison = ASKED[self.asked.data]
        if self.threshold is None:
            return
        if comparison in ("at_least", "at_most") and self.threshold.data is None:
            yield "threshold", "Écrivez le seuil, ou choisissez une réponse sans minimum."
        if unit == "percent" and self.threshold.data is not None and self.threshold.data > 100:
            yield "threshold", "Un pourcentage va de 0 à 100."


class CapacityForm(RequirementForm):
    NATURE = Nature.CAPACITY

    document_required = BooleanField("Le document est à joindre à la candidature")

    def parts(self) -> dict[str, Any]:
        return {**super().parts(), "document_required": self.document_required.data}


class SpecificationForm(RequirementForm):
    NATURE = Nature.SPECIFICATION

    environmental = BooleanField("Cela porte sur l’environnement")

    def parts(self) -> dict[str, Any]:
        return {**super().parts(), "environmental": self.environmental.data}


class ConditionForm(SpecificationForm):
    NATURE = Nature.PERFORMANCE_CONDITION


class InformationForm(RequirementForm):
    NATURE = Nature.INFORMATION

    threshold = None


class CriterionForm(RequirementForm):
    NATURE = Nature.AWARD_CRITERION

    asked = None
    threshold = None
    exempt_families = None
    proof = TextAreaField("Sur quoi la note se fonde", [LONG], description="Ce que le fournisseur montre ou décrit.")
    weight = DecimalField("Poids dans ce palier", [Required("Donnez un poids.")], minimum=Decimal("0.01"), maximum=100)
    weight_min = DecimalField("Le plus bas annoncé", [Required("Donnez un poids.")], maximum=100)
    weight_max = DecimalField("Le plus haut annoncé", [Required("Donnez un poids.")], maximum=100)
    method = RadioField("Comment il est noté", [Required("Choisissez une méthode.")])
    scale = DecimalField("Note sur", minimum=Decimal("0.01"), maximum=1000, description="Si des personnes notent.")
    best = DecimalField("Tous les points à", minimum=None, places=3, description="Entre deux valeurs.")
    worst = DecimalField("Aucun point à", minimum=None, places=3, description="Entre deux valeurs.")
    steps = TextAreaField(
        "Par marches", [LONG], description="Une par ligne, avec la part des points : « Recyclable : 50 % » ou « 2 : 100 % »."
    )
    source = SelectField("Ce qui est noté", description="Une valeur que l’offre donne déjà ne se demande pas deux fois.")
    environmental = BooleanField("Ce critère porte sur l’environnement")
    price = BooleanField("C’est le critère du prix")

    def offer(self, requirement: Requirement, stage: StageValue) -> None:
        """Give it the choices of its stage; a method that is no longer offered stays for the criterion that has it."""
        present = "sub_criteria" if "sub_criteria" in requirement.method else requirement.method.get("method")
        self.method.choices = [*METHODS.items(), *((name, words) for name, words in OTHERS.items() if name == present)]
        values = [(each.key, each.label) for each in stage.of_nature(Nature.SPECIFICATION)]
        self.source.choices = [("", "Une réponse ou une note propre à ce critère"), *values]

    def common(self) -> dict[str, Any]:
        exempt = self.kept.exempt_families if self.kept else ()
        text = {"label": self.label.data, "proof": " ".join(self.proof.data.split())}
        return {**text, "categories": tuple(self.categories.data), "exempt_families": exempt}

    def parts(self) -> dict[str, Any]:
        names = ("weight", "weight_min", "weight_max", "environmental", "price", "source")
        return {**{name: self[name].data for name in names}, "method": self._method(), "unit": self._unit()}

    def _method(self) -> dict[str, Any]:
        """The options of the method as the scoring file writes them; those that the page does not show stay."""
        kept = dict(self.kept.method) if self.kept else {}
        if self.method.data == "sub_criteria":
            return kept
        others = {name: value for name, value in kept.items() if kept.get("method") == self.method.data}
        return {**others, "method": self.method.data, **{name: self._option(name) for name in OPTIONS.get(self.method.data, ())}}

    def _option(self, name: str) -> Any:
        return read_steps(self.steps.data) if name == "steps" else decimal_text(self[name].data)

    def _unit(self) -> str:
        """In what a criterion without source is answered."""
        if self.source.data or self.method.data not in ("yes_no", "steps"):
            return "points"
        if self.method.data == "yes_no":
            return "yes_no"
        return "count" if is_numeric(read_steps(self.steps.data)) else "text"

    def _shape_faults(self) -> Iterator[tuple[str, str]]:
        for name in OPTIONS.get(self.method.data, ()):
            if name != "steps" and self[name].data is None:
                yield name, "Écrivez cette valeur : la méthode choisie en a besoin."
        if self.method.data == "steps":
            try:
                read_steps(self.steps.data)
            except ValueError as error:
                yield "steps", str(error)


FORMS: dict[Nature, type[RequirementForm]] = {
    form.NATURE: form for form in (CapacityForm, SpecificationForm, CriterionForm, ConditionForm, InformationForm)
}


def _shown(requirement: Requirement) -> dict[str, Any]:
    """The values of the fields for a requirement."""
    asked = next((name for name, (_, *parts) in ASKED.items() if parts == [requirement.unit, requirement.comparison]), "yes")
    low, high = announced_range(requirement)
    method = requirement.method
    given = {name: getattr(requirement, name) for name in ("label", "proof", "threshold", "weight", "source", "price")}
    flags = {name: getattr(requirement, name) for name in ("environmental", "document_required")}
    options = {name: _number(method.get(name)) for name in ("scale", "best", "worst")}
    lists = {name: list(getattr(requirement, name)) for name in ("categories", "exempt_families")}
    chosen = {"asked": asked, "method": "sub_criteria" if "sub_criteria" in method else method.get("method")}
    weights = {"weight_min": low, "weight_max": high}
    return {**given, **flags, **options, **lists, **chosen, **weights, "steps": steps_text(method.get("steps") or ())}


def _number(value: Any) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


