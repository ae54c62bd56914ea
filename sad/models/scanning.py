"""What the antivirus said of a file that somebody sent; every table that holds such files has these columns."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from sad.models.columns import Name, Word, one_of

WAITING = "verdict = 'not_scanned'"


class Verdict(StrEnum):
    """What is known of a file. Without an antivirus, or while it does not answer, nothing is: it is never said to be clean."""

    NOT_SCANNED = "not_scanned"
    CLEAN = "clean"
    INFECTED = "infected"


class Scanned:
    """The columns of a file that the antivirus reads."""

    verdict: Mapped[Word] = mapped_column(default=Verdict.NOT_SCANNED, comment="what the antivirus said of it")
    scanned_at: Mapped[datetime | None] = mapped_column(comment="when it said so")
    threat: Mapped[Name | None] = mapped_column(comment="what it found, as it names it; the file is then in quarantine: nobody is given it")

    @property
    def is_quarantined(self) -> bool:
        """Is it kept from everybody, its supplier included?"""
        return self.verdict == Verdict.INFECTED


def scan_constraints(table: str) -> tuple[CheckConstraint | Index, ...]:
    """What holds of those columns in a table, and the index of what is still to be read."""
    return (
        one_of("verdict", Verdict),
        CheckConstraint("(verdict = 'not_scanned') = (scanned_at IS NULL)", name="scanned"),
        CheckConstraint("(verdict = 'infected') = (threat IS NOT NULL)", name="threat"),
        Index(f"ix_{table}_not_scanned", "id", sqlite_where=text(WAITING), postgresql_where=text(WAITING)),
    )
