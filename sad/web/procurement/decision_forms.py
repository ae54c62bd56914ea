"""Forms of what a buyer decides on an application."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from wtforms import BooleanField, SelectField, TextAreaField
from wtforms.validators import Length

from sad.domain.admission.decision import DISCRETIONARY_EXCLUSIONS, FORMAL_GROUNDS, MANDATORY_EXCLUSIONS, Reason
from sad.domain.admission.grounds import EXCLUSIONS, ground_label
from sad.domain.admission.values import Finding
from sad.domain.errors import Refused
from sad.domain.requirements import Nature
from sad.domain.stages import Stage
from sad.models.applications import Application
from sad.web.fields import Form, Required

CITE, WHY = "cite_", "why_"
LIMIT = Length(max=1000, message="1 000 caractères au plus.")
LONG = Length(max=4000, message="4 000 caractères au plus.")


class PointsForm(Form):
    """Published points, each to be cited or not, with a sentence for the supplier."""

    keys: tuple[str, ...] = ()

    def take(self, refused: Refused) -> None:
        """The refusal of a point shows beside its sentence."""
        super().take(Refused(*(replace(one, field=WHY + one.field) if one.field in self.keys else one for one in refused.refusals)))

    def reasons(self) -> list[Reason]:
        """The points cited, in the order of the page."""
        return [Reason(key, self[WHY + key].data or "") for key in self.keys if self[CITE + key].data]


class RefuseForm(PointsForm):
    """Reasons of a refusal, an exclusion among them if need be."""

    exclusion = SelectField("Motif d’exclusion", choices=[], validate_choice=False)
    exclusion_why = TextAreaField("Les faits, en une phrase", [LIMIT])

    def take(self, refused: Refused) -> None:
        """The refusal of an exclusion shows beside its choice."""
        named = [replace(one, field="exclusion") if one.field in EXCLUSIONS else one for one in refused.refusals]
        super().take(Refused(*named))

    def reasons(self) -> list[Reason]:
        """The points cited, then the exclusion."""
        excluded = [Reason(self.exclusion.data, self.exclusion_why.data or "")] if self.exclusion.data else []
        return [*super().reasons(), *excluded]


class AdmitForm(Form):
    note = TextAreaField("Pourquoi admettre malgré ces points", [LIMIT], description="Gardé dans l’historique de l’admission.")


class ExtendForm(Form):
    reason = TextAreaField(
        "La raison",
        [Required("Écrivez la raison."), LIMIT],
        description="Elle est dans la lettre. Par exemple : des pièces complémentaires sont attendues, un agrément est à vérifier.",
    )


class HearForm(Form):
    ground = SelectField(
        "Le motif",
        [Required("Choisissez le motif.")],
        choices=[("", "Choisir…"), *((each, f"{each} : {EXCLUSIONS[each]}") for each in DISCRETIONARY_EXCLUSIONS)],
    )
    facts = TextAreaField(
        "Les faits", [Required("Écrivez les faits."), LONG], description="Avec les dates et les pièces. La lettre les reprend mot pour mot."
    )


def points_form(application: Application, findings: Iterable[Finding], kind: type[PointsForm] = PointsForm) -> PointsForm:
    """The form over the points that may be cited, those that the examination found being proposed."""
    stage, found = application.frozen_stage(), {each.requirement: each for each in findings}
    points = _points(stage, application)
    fields: dict[str, object] = {"keys": tuple(points)}
    for key, label in points.items():
        fields[CITE + key] = BooleanField(label)
        fields[WHY + key] = TextAreaField(f"Ce qui manque ({label})", [LIMIT])
    form = type("PointsForm", (kind,), fields)(data=_proposed(found, points))
    if isinstance(form, RefuseForm):
        form.exclusion.choices = [("", "Aucun"), *_exclusions(application)]
    return form


def _points(stage: Stage, application: Application) -> dict[str, str]:
    """What may be cited: the capacities of the notice that concern this applicant, then the formal grounds."""
    capacities = stage.of_nature(Nature.CAPACITY, application.category.key, application.supplier.families)
    return {key: ground_label(key, stage) for key in (*(each.key for each in capacities), *FORMAL_GROUNDS)}


def _proposed(found: Mapping[str, Finding], points: Mapping[str, str]) -> dict[str, object]:
    """What was found, already cited; the letter names each point itself, so its sentence does not."""
    proposed: dict[str, object] = {}
    for key, finding in found.items():
        name = points.get(key, "")
        sentence = finding.message.removeprefix(f"« {name} » : ").removeprefix(f"{name} : ")
        proposed |= {CITE + key: True, WHY + key: sentence[:1].upper() + sentence[1:]}
    return proposed


def _exclusions(application: Application) -> list[tuple[str, str]]:
    """The mandatory exclusions, and the discretionary ones on which the supplier was heard."""
    heard = {hearing.ground for hearing in application.hearings}
    return [(each, f"{each} : {EXCLUSIONS[each]}") for each in (*MANDATORY_EXCLUSIONS, *sorted(heard))]
