"""Forms of a re-confirmation campaign: opening it, deciding cases, closing it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wtforms import BooleanField, RadioField, TextAreaField

from sad.actions.campaigns import Case
from sad.domain.admission.decision import FORMAL_GROUNDS
from sad.domain.admission.grounds import ground_label
from sad.domain.calendar import paris_day
from sad.domain.campaigns import points_of, proposed_suspension_day
from sad.domain.sentences import french_date
from sad.models.stages import Stage
from sad.web.fields import CheckboxesField, DateField, Form, Required
from sad.web.procurement.decision_forms import CITE, LIMIT, WHY, PointsForm

YEARLY = "annuelle"


class OpenCampaignForm(Form):
    """Why everybody is asked, and until when."""

    occasion = RadioField("Pourquoi", [Required("Choisissez la raison.")], validate_choice=True)
    due_on = DateField("Dernier jour pour répondre", [Required("Choisissez le dernier jour.")], description="Inclus. Le même pour tous.")


class CloseCampaignForm(Form):
    reason = TextAreaField(
        "Pourquoi la campagne s’arrête là", [LIMIT], description="La lettre la reprend. Obligatoire s’il reste des cas non décidés."
    )


class KeepForm(PointsForm):
    """Keeping one admission or several."""

    note = TextAreaField("Pourquoi garder malgré ces points", [LIMIT], description="Gardé dans l’historique de l’admission.")


class SuspendForm(PointsForm):
    """Suspending one admission or several, from a day, for published reasons."""

    effective_on = DateField(
        "À partir du",
        [Required("Choisissez le premier jour sans invitation.")],
        description="Jusqu’à la veille, le fournisseur est invité comme avant.",
    )


def open_form(stages: Sequence[Stage], **data: Any) -> OpenCampaignForm:
    """The form over the stages whose capacities may be confirmed, the one in force first."""
    form = OpenCampaignForm(data=data)
    form.occasion.choices = [
        *((str(each.id), f"{each.label}, à partir du {french_date(each.effective_on)}") for each in stages),
        (YEARLY, "La vérification annuelle, sur le palier en vigueur"),
    ]
    return form


def keep_form(cases: Sequence[Case], *, is_group: bool) -> KeepForm:
    """The form that keeps these admissions."""
    return _made(KeepForm, cases, is_group, {})


def suspend_form(cases: Sequence[Case], at: datetime, *, is_group: bool) -> SuspendForm:
    """The form that suspends them, filled with what was found."""
    first = cases[0]
    stage, due_on = first.request.campaign.stage.as_value(), first.request.campaign.due_on
    points = {
        point.requirement.key: point.requirement.label for case in cases for point in points_of(case.request.as_file(), stage, due_on)
    }
    points |= {key: ground_label(key, stage) for key in FORMAL_GROUNDS}
    fields: dict[str, Any] = {"keys": tuple(points)}
    for key, label in points.items():
        fields[CITE + key] = BooleanField(label)
        fields[WHY + key] = TextAreaField(f"Ce qui manque ({label})", [LIMIT])
    data: dict[str, Any] = {"effective_on": proposed_suspension_day(stage, paris_day(at))}
    for reason in first.proposal.reasons:
        data |= {CITE + reason.requirement: True, WHY + reason.requirement: reason.sentence}
    return _made(SuspendForm, cases, is_group, data, **fields)


def _made(kind: Any, cases: Sequence[Case], is_group: bool, data: dict[str, Any], **fields: Any) -> Any:
    """The form, with a box for each supplier, all ticked, when several are decided together."""
    if is_group:
        fields["requests"] = CheckboxesField("Pour qui", coerce=int)
        data["requests"] = [case.request.id for case in cases]
    form = type("DecisionForm", (kind,), fields)(data=data)
    if is_group:
        form.requests.choices = [
            (case.request.id, f"{case.request.admission.supplier.name}, {case.request.admission.category.label}") for case in cases
        ]
    return form
