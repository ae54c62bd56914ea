"""Letters about the journal: its hashes, for a mailbox to keep."""

from collections.abc import Sequence

from sad.letters.text import LetterText, write_letter
from sad.models.journal import Occasion, PublishedHead

OCCASIONS = {
    Occasion.DAY: "chaque jour",
    Occasion.DEADLINE: "date limite d’une consultation",
    Occasion.OPENING: "avant une ouverture",
    Occasion.AWARD: "attribution",
}


def published_heads(heads: Sequence[PublishedHead], *, home: str) -> LetterText:
    """To an auditor: the hashes published since the last letter, without the numbers of their lines (SEC-01)."""
    return write_letter("journal_heads", heads=heads, occasions=OCCASIONS, home=home)
