"""Refusals: what is refused, which rule of law says so, and what the person can do next."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason to refuse an act.

    `message` and `remedy` are French sentences for the person who reads them; `rule` is an id of the rule table
    (`SAD-17`), from which screens find the article; `field` names the form field concerned, if any.
    """

    message: str
    remedy: str = ""
    rule: str | None = None
    field: str | None = None

    def __str__(self) -> str:
        rule = f" ({self.rule})" if self.rule else ""
        return f"{self.message}{rule} {self.remedy}".strip()


class Refused(Exception):
    """An act that is refused, with all its reasons, never only the first."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(" ".join(map(str, refusals)))
        self.refusals = refusals


def refuse(message: str, remedy: str = "", *, rule: str | None = None, field: str | None = None) -> Refused:
    """The `Refused` to raise for a single reason."""
    return Refused(Refusal(message, remedy, rule, field))
