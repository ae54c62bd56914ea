"""The report of a play as a spreadsheet: every mini-tender, figures as figures, texts never as formulas."""

import io
from decimal import Decimal

import openpyxl
import pytest

from sad.domain.play_report import CategoryCount, Named, PlayReport, RequirementCount
from sad.domain.replay import replay
from sad.exports.play_sheet import play_sheet
from tests.factories.past_tenders import STAGES, offer_said, past_tender

FAR = offer_said("100.00", {"direct_supply_pct": "10"})
NEAR = offer_said("140.25", {"direct_supply_pct": "90"})
SIGNS = ("=1+1", "+33", "-2", "@SUM(A1)", "=HYPERLINK(\"http://x.example\")", "http://x.example")


def report(*titles: str) -> PlayReport:
    lines = tuple(replay(past_tender(FAR, NEAR, title=title, id=number), STAGES[1]) for number, title in enumerate(titles, start=1))
    requirement = RequirementCount("direct", "Direct", "40 % au moins", (Named("=A1", "00000000000018"),), (Named("B", "2"),), ())
    return PlayReport(2, 1, (CategoryCount("pain", "Pain", 2, 1, "Trop peu."),), (requirement,), lines, {"direct_supply_pct": "Direct"})


@pytest.fixture
def book():
    return openpyxl.load_workbook(io.BytesIO(play_sheet(report("Petit-déjeuner", *SIGNS))))


def rows(book, name: str) -> list[tuple]:
    return list(book[name].iter_rows(values_only=True))


def test_every_mini_tender_is_there_with_its_figures(book):
    titles, first, *_ = rows(book, "Consultations")
    found = dict(zip(titles, first, strict=True))
    assert (found["Offres classées"], found["Offres restantes"], found["Change de première"]) == (2, 1, "oui")
    assert (found["Première à l’époque"], found["Serait première"]) == ("Ferme A", "Ferme B")
    assert (found["Prix HT"], found["Prix HT après"], found["Écart HT"]) == (100, 140.25, 40.25)
    assert "10" in found["À savoir"] and len(rows(book, "Consultations")) == 2 + len(SIGNS)


def test_suppliers_stand_by_requirement_with_where_they_are(book):
    assert rows(book, "Fournisseurs")[1:] == [
        ("Direct", "40 % au moins", "=A1", "00000000000018", "respecte"),
        ("Direct", "40 % au moins", "B", "2", "en dessous"),
    ]
    assert rows(book, "Catégories")[1] == ("Pain", 2, 1, "Trop peu.")
    assert rows(book, "À retenir")[1] == ("Fournisseurs admis qui pourraient encore offrir", "1 sur 2")


def test_a_text_is_never_a_formula_nor_a_link(book):
    cells = [row[1] for row in book["Consultations"].iter_rows(min_row=3)]
    assert tuple(cell.value for cell in cells) == SIGNS
    assert {cell.data_type for cell in cells} == {"s"} and not any(cell.hyperlink for cell in cells)


def test_an_empty_report_is_still_a_sheet():
    book = openpyxl.load_workbook(io.BytesIO(play_sheet(PlayReport(0, 0, (), (), (), {}))))
    assert [len(rows(book, name)) for name in ("Catégories", "Fournisseurs", "Consultations")] == [1, 1, 1]
    assert ("Prix des offres classées premières", "rien à comparer") in rows(book, "À retenir")


def test_the_sum_of_the_differences_is_that_of_the_report(book):
    column = rows(book, "Consultations")[0].index("Écart HT")
    total = sum(Decimal(str(row[column])) for row in rows(book, "Consultations")[1:])
    assert total == report("Petit-déjeuner", *SIGNS).difference
