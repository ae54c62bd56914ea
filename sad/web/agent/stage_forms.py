"""The form in which a service comments a draft stage."""

from collections.abc import Sequence

from wtforms import RadioField, SelectField, TextAreaField

from sad.domain.stages import Stage
from sad.letters.stage_comments import line_names
from sad.models.organisations import Service
from sad.web.drafts import LONG
from sad.web.fields import Form, Required


class CommentForm(Form):
    """What is said, of which line, for which service; `of` makes it."""

    requirement = SelectField("Sur quoi", validate_choice=False)
    service = RadioField("Pour quel service ?", [Required("Choisissez le service.")], coerce=int)
    text = TextAreaField("Votre remarque", [Required("Écrivez votre remarque."), LONG])

    @classmethod
    def of(cls, stage: Stage, services: Sequence[Service], line: str) -> "CommentForm":
        """The form for this draft, on the line from which one comes; with a single service nothing is asked."""
        form = cls(data={"requirement": line})
        form.requirement.choices = list(line_names(stage).items())
        if len(services) > 1:
            form.service.choices = [(each.id, each.name) for each in services]
        else:
            del form.service
        return form

    def of_service(self, services: Sequence[Service]) -> Service | None:
        """The service for which it is said; None for somebody whose services are all closed."""
        if "service" in self:
            return next(each for each in services if each.id == self.service.data)
        return services[0] if services else None
