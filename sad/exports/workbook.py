"""A spreadsheet being written: texts that stay texts, formulas with the value that they give, formats made once."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet would read as a formula if the cell were typed again
LONGEST = 32_767  # characters that a cell holds

Value = str | int | float


class Workbook:
    """A workbook kept in memory."""

    def __init__(self) -> None:
        self._target = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._target, SAFE)
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def page(self, name: str) -> "Page":
        """A new sheet, after those that are there; printed on its side, as wide as the paper."""
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return Page(self, sheet)

    def format(self, **properties: Any) -> Format:
        """The format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]

    def content(self) -> bytes:
        """The file; nothing can be written afterwards."""
        self._book.close()
        return self._target.getvalue()


class Page:
    """One sheet; rows and columns are counted from 0."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        self.book, self.sheet = book, sheet

    def text(self, row: int, column: int, text: str, **look: Any) -> None:
        """A text, never read as a formula, even once it is edited."""
        look |= {"quote_prefix": True} if text.startswith(RISKY) else {}
        self.sheet.write_string(row, column, text[:LONGEST], self.book.format(**look))

    def number(self, row: int, column: int, number: float, **look: Any) -> None:
        """A number."""
        self.sheet.write_number(row, column, number, self.book.format(**look))

    def formula(self, row: int, column: int, formula: str, value: Value, **look: Any) -> None:
        """A formula without its equals sign, and the value that a reader shows when it does not compute."""
        self.sheet.write_formula(row, column, f"={formula}", self.book.format(**look), value)

    def heads(self, row: int, titles: Sequence[str], *, widths: Sequence[int]) -> None:
        """Titles of columns, wrapped; everything down to them stays in view, and the first two columns."""
        for column, (title, width) in enumerate(zip(titles, widths, strict=True)):
            self.text(row, column, title, bold=True, bottom=1, text_wrap=True, valign="top")
            self.sheet.set_column(column, column, width)
        self.sheet.freeze_panes(row + 1, 2)
        self.sheet.repeat_rows(row)


def cell(row: int, column: int) -> str:
    """The address of a cell, that does not move when a formula is copied: $B$4."""
    return str(xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True))


def on(name: str, address: str) -> str:
    """An address on another sheet."""
    return f"'{name}'!{address}"
