"""A form that asks for a reason for each warning of an act."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from wtforms import TextAreaField
from wtforms.validators import Length

from sad.domain.errors import Refusal, Refused
from sad.web.fields import Form, Required

LIMIT = Length(max=2000, message="2 000 caractères au plus.")


class WarningsForm(Form):
    """One field for each rule that warns; `of` makes it."""

    RULES: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def of(cls, warnings: Iterable[Refusal]) -> "WarningsForm":
        """The form for these warnings, each rule once, with what it says as the hint of its field."""
        said: dict[str, list[Refusal]] = {}
        for each in warnings:
            said.setdefault(each.rule or "", []).append(each)
        fields = {_name(rule): _field(rule, _words(found)) for rule, found in said.items()}
        made: Any = type("WarningsForm", (cls,), {**fields, "RULES": tuple(said)})
        return made()  # type: ignore[no-any-return]

    def reasons(self) -> dict[str, str]:
        """What was written, by id of rule."""
        return {rule: self[_name(rule)].data or "" for rule in self.RULES}

    def take(self, refused: Refused) -> None:
        """A warning that still waits shows beside its field."""
        super().take(Refused(*(replace(one, field=_name(one.rule)) if one.rule in self.RULES else one for one in refused.refusals)))


def _name(rule: str | None) -> str:
    return f"reason_{(rule or '').replace('-', '_')}"


def _words(warnings: Sequence[Refusal]) -> Iterable[str]:
    """What they say, then what to do, each once."""
    said = [*(each.message for each in warnings), *(each.remedy for each in warnings)]
    return dict.fromkeys(filter(None, said))


def _field(rule: str, words: Iterable[str]) -> TextAreaField:
    return TextAreaField(f"Votre raison ({rule})", [Required("Écrivez une raison."), LIMIT], description=" ".join(words))
