"""Letters about a system: what changes in its validity."""

from sad.letters.text import LetterText, write_letter
from sad.models.systems import SystemChange


def changed(change: SystemChange) -> LetterText:
    """To every admitted supplier: the new end of the system, and why (R2162-40)."""
    return write_letter("system_changed", change=change, system=change.system, organisation=change.system.organisation)
