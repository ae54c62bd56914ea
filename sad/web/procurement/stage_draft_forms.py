"""Forms over a draft stage that several people write."""

from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField, RadioField, StringField

from sad.actions.draft_changes import DraftChange, changes_since
from sad.domain.requirements import Nature
from sad.domain.stages import Stage as StageValue
from sad.models.stages import Stage
from sad.web.drafts import as_version
from sad.web.fields import CheckboxesField, DateField, Form, Required
from sad.web.procurement.system_forms import SHORT


class DraftForm(Form):
    """A form over a draft that several people write: it carries the version that its page showed."""

    version = HiddenField(filters=[as_version])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.changes: list[DraftChange] = []

    def note_crossing(self, draft: Stage) -> None:
        """When somebody saved since the page was shown: what they changed, to show it beside, and their version."""
        if self.version.data != draft.version:
            self.changes = changes_since(draft, self.version.data)
        self.version.data = draft.version


class NameForm(DraftForm):
    label = StringField("Nom du palier", [Required("Donnez un nom, par exemple « Palier 4 – Partager »."), SHORT])
    effective_on = DateField(
        "Il prend effet le", [Required("Choisissez un jour.")], description="À 0 h, heure de Paris. Le premier commence avec le système."
    )


class ExemptForm(DraftForm):
    category = RadioField("Dans quelle catégorie ?", [Required("Choisissez une catégorie.")])
    requirements = CheckboxesField("Ce qui n’y sera plus demandé", [Required("Cochez au moins une exigence.")])

    @classmethod
    def of(cls, stage: StageValue, names: Mapping[str, str], version: int) -> "ExemptForm":
        """The form for the categories of the system and what may be exempted."""
        form = cls(data={"version": version})
        form.category.choices = list(names.items())
        exempted = (each for each in stage.requirements if each.nature is not Nature.AWARD_CRITERION)
        form.requirements.choices = [(each.key, each.label) for each in exempted]
        return form
