"""What an examination reads and what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["missing", "insufficient", "remark"]


@dataclass(frozen=True, slots=True)
class ApplicationFile:
    """An application to one category, as it stands on the day of the examination.

    `answers` and `documents` go by requirement key; a document's value is the last day it holds, None without end.
    `foreign_number` identifies an operator established out of France, which has no SIRET.
    """

    category: str
    category_families: tuple[str, ...]
    families: tuple[str, ...]
    answers: Mapping[str, object]
    documents: Mapping[str, date | None]
    sworn_statement: bool
    name: str
    siret: str
    foreign_number: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing an examination found, in French, with the rule behind it and what to do.

    `missing` can be completed, `insufficient` stands against admission, a `remark` never decides.
    """

    rule: str | None
    requirement: str
    message: str
    remedy: str
    kind: Kind
