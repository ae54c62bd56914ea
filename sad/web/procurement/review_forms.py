"""Forms about stages that are looked at again: with the services, before their date, after some months."""

from collections.abc import Mapping

from wtforms import RadioField, SelectField, TextAreaField

from sad.domain.brakes import CategoryBrake
from sad.letters.wording import plural
from sad.models.stage_changes import ReviewDecision
from sad.web.drafts import LONG
from sad.web.fields import CheckboxesField, DateField, Form, Required

DECISIONS = {
    ReviewDecision.MAINTAIN: "Maintenir le palier",
    ReviewDecision.POSTPONE: "Repousser le palier",
    ReviewDecision.EXEMPT: "Exempter la catégorie",
}


class OpenCommentsForm(Form):
    until = DateField("Dernier jour pour écrire", [Required("Donnez le dernier jour.")])


class AnswerCommentForm(Form):
    """Whether a comment is retained, and why."""

    is_retained = RadioField(
        "Ce que vous en faites", [Required("Choisissez.")], choices=[("yes", "Retenu"), ("no", "Non retenu")]
    )
    answer = TextAreaField("Votre réponse, en une phrase", [Required("Écrivez votre réponse."), LONG])


class BrakeForm(Form):
    """What to do of a stage that leaves too few suppliers in a category; `of` makes it."""

    decision = RadioField("Votre décision", [Required("Choisissez.")], choices=[(each.value, words) for each, words in DECISIONS.items()])
    until = DateField("Nouvelle date, si vous repoussez")
    requirements = CheckboxesField("Exigences à ne plus demander, si vous exemptez")
    reason = TextAreaField("Votre raison", [Required("Écrivez votre raison."), LONG])

    @classmethod
    def of(cls, figures: CategoryBrake) -> "BrakeForm":
        """The form with a box for each requirement that keeps somebody out."""
        form = cls()
        asked = [each.requirement for each in figures.lacks]
        form.requirements.choices = [(each.key, f"{each.label}, {each.wanted}") for each in asked]
        return form


class StageReviewForm(Form):
    """What is decided after some months of a stage; `of` makes it."""

    decision = RadioField("Votre décision", [Required("Choisissez.")])
    category = SelectField("Catégorie, si vous exemptez", validate_choice=False)
    reason = TextAreaField("Votre raison", [Required("Écrivez votre raison."), LONG])

    @classmethod
    def of(cls, labels: Mapping[str, str], categories: Mapping[str, str]) -> "StageReviewForm":
        """The form with these words for the decisions, and the categories by key."""
        form = cls()
        form.decision.choices = list(labels.items())
        form.category.choices = [("", "Choisir"), *categories.items()]
        return form


def exemption_hints(figures: CategoryBrake) -> dict[str, str]:
    """What exempting from each requirement alone would give, by its key."""
    return {each.requirement.key: f"Sans elle seule : {able(each.able_without)}." for each in figures.lacks}


def able(count: int) -> str:
    """« 2 fournisseurs pourraient offrir »."""
    return f"{plural(count, 'fournisseur')} {'pourrait' if count < 2 else 'pourraient'} offrir"
