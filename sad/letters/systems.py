"""Letters about a system: its validity changes."""

from datetime import date

from sad.letters.text import LetterText, write_letter
from sad.models.systems import PurchasingSystem, SystemChangeKind

TEMPLATES = {SystemChangeKind.EXTENDED: "system_extended", SystemChangeKind.ENDED: "system_ended"}


def changed(system: PurchasingSystem, kind: SystemChangeKind, *, until: date, reason: str, notice_reference: str) -> LetterText:
    """To each supplier admitted, suspended or waiting for an answer: the new end, why, and the published notice.

    Written before the change is made, so that it can be read before it leaves.
    """
    return write_letter(
        TEMPLATES[kind],
        system=system,
        organisation=system.organisation,
        before=system.valid_until,
        until=until,
        reason=reason,
        notice_reference=notice_reference,
    )
