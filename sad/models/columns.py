"""Column shapes that every aggregate shares."""

from enum import StrEnum
from typing import Annotated

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import mapped_column

Id = Annotated[int, mapped_column(primary_key=True)]
Word = Annotated[str, mapped_column(String(40))]
Name = Annotated[str, mapped_column(String(200))]
Text = Annotated[str, mapped_column(String(4000))]
Hash = Annotated[str, mapped_column(String(64))]
OrganisationId = Annotated[int, mapped_column(ForeignKey("organisations.id"), index=True)]


def one_of(column: str, words: type[StrEnum], *, nullable: bool = False) -> CheckConstraint:
    """The constraint that `column` holds one of `words`."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    null = f"{column} IS NULL OR " if nullable else ""
    return CheckConstraint(f"{null}{column} IN ({listed})", name=column)


def only_one(name: str, *columns: str, where: str) -> Index:
    """The partial unique index that lets a race create only one row with these columns where `where` holds."""
    return Index(f"uq_{name}", *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))
