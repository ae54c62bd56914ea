"""What commands print: results on the standard output, everything else on the standard error."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import click

WRONG = 2


def give_up(*lines: str) -> NoReturn:
    """End the command because of what it was asked, one line for each fault."""
    for line in lines:
        click.echo(line, err=True)
    raise SystemExit(WRONG)


def print_json(content: Mapping[str, Any]) -> None:
    """The whole result as JSON, in UTF-8."""
    click.echo(json.dumps(content, ensure_ascii=False, indent=2).encode())


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Lines in columns, the first one being the titles; no space after the last column."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip().encode())


def print_lines(lines: Sequence[str]) -> None:
    """Sentences, one a line."""
    for line in lines:
        click.echo(line.encode())
