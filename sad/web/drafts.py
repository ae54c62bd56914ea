"""Forms over a draft that two people may edit: each carries the version that its page showed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from flask import flash
from wtforms import Field, HiddenField, TextAreaField
from wtforms.validators import Length

from sad.actions.deadline_requests import running_request
from sad.actions.mini_tenders import NeedChange, check_screen, save_need
from sad.domain.errors import Refusal, Refused
from sad.domain.sentences import listed
from sad.letters.wording import NOTHING, number, quantity
from sad.models.mini_tenders import MiniTender
from sad.web.access import current_person
from sad.web.acts import attempt
from sad.web.fields import Form, Required
from sad.web.filters import long_datetime

NO_LONGER_AGREED = (
    "La date limite ou le jour de la prestation a changé : la demande d’accord ne tient plus. Les fournisseurs interrogés sont prévenus."
)
LONG = Length(max=4000, message="Au plus 4 000 caractères.")


def keep(form: "VersionedForm", draft: MiniTender, change: NeedChange, *fields: str, at: datetime) -> bool:
    """Save what a page changes, unless the rules say something against these fields; whether it is saved.

    When somebody else saved meanwhile, the form says so and takes the version that is now there. When the change drops the
    agreement asked of suppliers, its author is told.
    """
    asked = running_request(draft)
    with attempt(form) as done:
        save_need(draft, change, version=form.version.data, by=current_person(), at=at)
        check_screen(draft, fields, at=at)
    if not done:
        form.note_crossing(draft)
    elif asked is not None and asked.ended_at is not None:
        flash(NO_LONGER_AGREED, "warning")
    return bool(done)


def as_version(value: object) -> int:
    """The version that a page carried; 0, which no draft has, when somebody bent it."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class VersionedForm(Form):
    """A form over a draft. `ASKED_AS` gives the field that asks for what a rule names otherwise."""

    ASKED_AS: ClassVar[Mapping[str, str]] = {}

    version = HiddenField(filters=[as_version])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.differences: list[tuple[str, str]] = []

    def note_crossing(self, row: Any) -> None:
        """When somebody else saved since this page was shown: keep what they wrote to show it beside, and their version."""
        if self.version.data != row.version:
            self.differences = [(field.label.text, _said(field, getattr(row, field.name))) for field in self if _differs(field, row)]
        self.version.data = row.version

    def take(self, refused: Refused) -> None:
        """Show each refusal beside the field that asks for what it is about."""
        super().take(Refused(*(replace(each, field=self.ASKED_AS.get(each.field or "", each.field)) for each in refused.refusals)))


class ReasonsForm(VersionedForm):
    """A reason for each warning, then the act; `of` adds the reasons."""

    RULES: ClassVar[tuple[str, ...]] = ()

    act = HiddenField()

    @classmethod
    def of(cls, warnings: Sequence[Refusal], draft: MiniTender, *, act: str) -> "ReasonsForm":
        """The form of an act for these warnings, filled with the reasons already given."""
        rules = tuple(dict.fromkeys(each.rule or "" for each in warnings))
        fields = {_reason_name(rule): _reason_field(rule) for rule in rules}
        given = {_reason_name(rule): draft.justifications.get(rule, "") for rule in rules}
        made = type("ReasonsForm", (cls,), {**fields, "RULES": rules})
        return made(data={"version": draft.version, "act": act, **given})  # type: ignore[no-any-return]

    def reason_field(self, rule: str) -> Any:
        """The field of the reason for a warning."""
        return self[_reason_name(rule)]

    def reasons(self) -> dict[str, str]:
        """The reasons given, by rule."""
        return {rule: self.reason_field(rule).data for rule in self.RULES}


def _differs(field: Field, row: Any) -> bool:
    return field.name not in ("version", "csrf_token") and hasattr(row, field.name) and field.data != getattr(row, field.name)


def _said(field: Field, saved: Any) -> str:
    """What is kept, as people write it."""
    if isinstance(saved, datetime):
        return long_datetime(saved)
    if isinstance(saved, list):
        return listed([_said_of_list(field, each) for each in saved]) or NOTHING
    if isinstance(saved, Decimal):
        return number(saved)
    return str(dict(getattr(field, "choices", ())).get(saved, saved) or NOTHING)


def _said_of_list(field: Field, kept: Any) -> str:
    """A box that was ticked, or a line of what is asked."""
    return dict(field.choices)[kept] if isinstance(kept, str) else f"{kept.label} ({quantity(kept.quantity, kept.unit)})"


def _reason_name(rule: str) -> str:
    return f"reason_{rule.replace('-', '_')}"


def _reason_field(rule: str) -> TextAreaField:
    return TextAreaField(f"Votre raison ({rule})", [Required("Écrivez une raison, ou corrigez ce point."), LONG])
