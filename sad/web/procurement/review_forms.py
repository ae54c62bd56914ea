"""Forms about stages that are looked at again: with the services, before their date, after some months."""

from wtforms import RadioField, TextAreaField

from sad.web.drafts import LONG
from sad.web.fields import DateField, Form, Required


class OpenCommentsForm(Form):
    until = DateField("Dernier jour pour écrire", [Required("Donnez le dernier jour.")])


class AnswerCommentForm(Form):
    """Whether a comment is retained, and why."""

    is_retained = RadioField(
        "Ce que vous en faites", [Required("Choisissez.")], choices=[("yes", "Retenu"), ("no", "Non retenu")]
    )
    answer = TextAreaField("Votre réponse, en une phrase", [Required("Écrivez votre réponse."), LONG])
