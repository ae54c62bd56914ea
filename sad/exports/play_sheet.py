"""The report of a played stage as a spreadsheet: figures, suppliers by requirement, and every mini-tender replayed."""

import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sad.domain.play_report import PlayReport
from sad.domain.replay import ReplayLine
from sad.letters.plays import cautions, headlines, outcome_words, told

Cell = str | int | Decimal | None
SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
FIGURES = ["Ce qui est compté", "Résultat"]
CATEGORIES = ["Catégorie", "Admis", "Pourraient offrir", "Alerte (PAL-06)"]
SUPPLIERS = ["Exigence", "Demandé", "Fournisseur", "SIRET", "Situation"]
TENDERS = [
    "N°",
    "Consultation",
    "Envoyée le",
    "Catégorie",
    "Offres classées",
    "Offres restantes",
    "Première à l’époque",
    "Prix HT",
    "Serait première",
    "Prix HT après",
    "Écart HT",
    "Change de première",
    "À savoir",
]
WIDEST = 60
GROUPS = (("meeting", "respecte"), ("short", "en dessous"), ("silent", "n’a pas répondu"))


def play_sheet(report: PlayReport) -> bytes:
    """The spreadsheet (xlsx); every text is written as text, whatever sign it begins with."""
    target = io.BytesIO()
    sheets: dict[str, tuple[list[str], Iterable[Sequence[Cell]]]] = {
        "À retenir": (FIGURES, [*headlines(report), *((caution, "") for caution in cautions(report))]),
        "Catégories": (CATEGORIES, ([each.label, each.admitted, each.meeting, each.warning] for each in report.categories)),
        "Fournisseurs": (SUPPLIERS, _suppliers(report)),
        "Consultations": (TENDERS, (_tender(line) for line in report.lines)),
    }
    with xlsxwriter.Workbook(target, SAFE) as book:
        bold, amount = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "#,##0.00"})
        for name, (titles, rows) in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            _write(sheet, [titles], bold, amount)
            widths = _write(sheet, rows, None, amount, first=1)
            for column, title in enumerate(titles):
                sheet.set_column(column, column, min(max(widths.get(column, 0), len(title)) + 2, WIDEST))
    return target.getvalue()


def _suppliers(report: PlayReport) -> Iterator[list[Cell]]:
    for each in report.requirements:
        for group, words in GROUPS:
            for named in getattr(each, group):
                yield [each.label, each.wanted, named.name, named.siret, words]


def _tender(line: ReplayLine) -> list[Cell]:
    return [
        line.id,
        line.title,
        line.sent_on.isoformat(),
        line.category,
        line.offers,
        line.left,
        line.before.name if line.before else "",
        line.before.total if line.before else None,
        outcome_words(line),
        line.after.total if line.after else None,
        line.difference,
        "oui" if line.is_changed else "non",
        " / ".join(told(line).notes),
    ]


def _write(
    sheet: Worksheet, rows: Iterable[Sequence[Cell]], text: Format | None, amount: Format, *, first: int = 0
) -> dict[int, int]:
    """Write rows from this one down; the greatest length of each column."""
    widths: dict[int, int] = {}
    for place, row in enumerate(rows, start=first):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(place, column, cell, text)
            elif cell is not None:
                sheet.write_number(place, column, cell, amount if isinstance(cell, Decimal) else None)
            widths[column] = max(widths.get(column, 0), len(str(cell)))
    return widths
