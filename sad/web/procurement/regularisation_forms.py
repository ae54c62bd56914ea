"""Forms of a regularisation: which irregular offers are asked, for how long, and what is decided of each answer."""

from collections.abc import Iterable
from typing import Any

from wtforms import RadioField, TextAreaField
from wtforms.validators import Length

from sad.domain.regularisations import LONGEST_REASON, Candidate, Period
from sad.domain.sentences import of
from sad.letters.wording import moment
from sad.models.examinations import ExaminationAnswer
from sad.models.regularisations import RegularisationRequest
from sad.web.fields import Form, IntegerField, Required

LONG = Length(max=LONGEST_REASON, message="1 500 caractères au plus.")
ASKED, LEFT_OUT = "asked", "left_out"
CHOICES = [(ASKED, "Lui permettre de la corriger"), (LEFT_OUT, "La laisser de côté : elle sera écartée")]
OVER_BUDGET = "Son prix dépasse le budget fixé avant l’envoi et ne peut pas changer (L2152-3)."


class AskRegularisationForm(Form):
    """The days given to all; a choice and a reason for each irregular offer come with `ask_form`."""

    keys: tuple[int, ...] = ()
    days = IntegerField("Délai donné à toutes, en jours ouvrés", [Required("Écrivez un nombre de jours.")])

    def left_out(self) -> dict[int, str]:
        """The offers that are not asked, each with its reason, by id."""
        return {key: self[f"reason_{key}"].data or "" for key in self.keys if self[f"choice_{key}"].data != ASKED}


class DecideRegularisationForm(Form):
    decision = RadioField(
        "La correction",
        [Required("Choisissez l’une des deux phrases.")],
        choices=[
            ("accepted", "Elle corrige l’offre : elle pourra être classée régulière, au même prix."),
            ("rejected", "Elle ne la corrige pas : l’offre reste irrégulière et sera écartée (L2152-2)."),
        ],
    )
    reason = TextAreaField(
        "Pourquoi", [Required("Écrivez la raison."), LONG], description="L’entreprise lit cette phrase dans sa lettre, dès maintenant."
    )

    def kept(self, request: RegularisationRequest) -> ExaminationAnswer | None:
        """The answer that counts; None for the usual one."""
        return None


class ChooseAnswerForm(DecideRegularisationForm):
    """The same when several answers came."""

    answer = RadioField("La réponse qui compte", choices=[], coerce=int)

    def kept(self, request: RegularisationRequest) -> ExaminationAnswer | None:
        return next((each for each in request.answers if each.id == self.answer.data), None)


def ask_form(candidates: Iterable[Candidate], days: int, period: Period) -> AskRegularisationForm:
    """The form over these irregular offers; those over the budget are proposed to be left out."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {"days": days}
    for each in candidates:
        choice, reason, is_over = f"choice_{each.key}", f"reason_{each.key}", each.findings.is_over_budget
        fields[choice] = RadioField(f"L’offre {of(each.name)}", choices=CHOICES)
        fields[reason] = TextAreaField(f"Si elle est laissée de côté, pourquoi ({each.name})", [LONG], render_kw={"rows": 2})
        data |= {choice: LEFT_OUT if is_over else ASKED, reason: OVER_BUDGET if is_over else ""}
    fields["keys"] = tuple(each.key for each in candidates)
    form: AskRegularisationForm = type("AskRegularisationForm", (AskRegularisationForm,), fields)(data=data)
    form.days.description = f"De {period.least} à {period.most}. Le même dernier jour pour toutes."
    return form


def decide_form(request: RegularisationRequest) -> DecideRegularisationForm:
    """The form filled with what was decided; where several answers came, a person says which one counts."""
    usual = request.usual_answer
    typed = {"decision": request.decision, "reason": request.decision_reason, "answer": usual.id if usual else None}
    if len(request.answers) < 2:
        return DecideRegularisationForm(data=typed)
    form = ChooseAnswerForm(data=typed)
    form.answer.choices = [(each.id, _named(each)) for each in request.answers]
    return form


def _named(answer: ExaminationAnswer) -> str:
    return f"Celle du {moment(answer.answered_at)}" + (", après le dernier jour" if answer.is_late else "")
