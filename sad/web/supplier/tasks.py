"""What waits for the supplier, as its home page shows it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for the supplier; `by` is its last day, when there is one."""

    tag: str
    title: str
    text: str
    label: str
    url: str
    by: date | None = None
