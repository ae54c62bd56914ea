"""A letter's words: rendered from `templates/letters/`, without Flask."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sad.letters import wording

FOLDER = Path(__file__).resolve().parent.parent.parent / "templates" / "letters"


@dataclass(frozen=True, slots=True)
class LetterText:
    """The words of one letter: its kind (name of its template), subject and plain-text body."""

    kind: str
    subject: str
    body: str


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    environment.filters.update(wording.FILTERS)
    return environment


ENVIRONMENT = _environment()


def write_letter(kind: str, **context: Any) -> LetterText:
    """Render `templates/letters/<kind>.txt`, whose first line is the subject and the rest the body."""
    text = ENVIRONMENT.get_template(f"{kind}.txt").render(**context)
    subject, _, body = text.strip().partition("\n")
    return LetterText(kind, subject.strip(), body.strip() + "\n")
