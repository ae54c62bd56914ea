"""The spreadsheet of a ranking, computed again by the formulas read back from it: the points and the order of `rank`."""

import io
import json
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.utils import get_column_letter

from sad.cli.rank import rank_command
from sad.domain.scoring.scoring_file import read_json, read_scoring_file, scoring_file_to_dict
from sad.exports.ranking_sheet import sheet_of
from tests.factories.scoring_files import make_scoring_file, shuffled
from tests.scoring_reference import everyone, output, told
from tests.spreadsheet import Spreadsheet

FIRST = 6
BATCHES, SEEDS = 10, 20
PRICE = {"key": "price", "label": "Prix", "weight": "60", "method": "lowest_ratio", "price": True}
MARK = {"key": "mark", "label": "Note", "weight": "40", "method": "scale", "scale": "20"}


def file_of(*rows, **grid):
    criteria = grid.pop("criteria", [PRICE, MARK])
    keys = [leaf["key"] for each in criteria for leaf in each.get("sub_criteria", [each])]
    offers = [{"ref": f"O{place}", "values": dict(zip(keys, row, strict=True))} for place, row in enumerate(rows)]
    whole = {"criteria": criteria, "decimals": 2, "tie_rule": None, "minimum_total": None, **grid}
    return {"title": "Essai", "grid": whole, "offers": offers}


def read(data):
    return read_scoring_file(read_json(json.dumps(data).encode()))


def sheet(data):
    return Spreadsheet(sheet_of(*read(data)))


def by_command(data):
    done = CliRunner().invoke(rank_command, ["-"], input=json.dumps(data).encode())
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def expected(data, result):
    """What the first sheet should show of a result: each row without its place and without what is to be checked."""
    labels = {each["key"]: each["label"] for each in everyone(data["grid"])}
    ranked = [[each["rank"], each["ref"], float(each["total"]), *map(float, each["points"].values()), ""] for each in result["ranking"]]
    gone = [["", each["ref"], "", *[""] * len(labels), labels.get(each["criterion"], "Total")] for each in result["eliminated"]]
    return ranked + gone


def shown(rows):
    return [row[1:-1] for row in rows if row[0] is not None]


def kept(content):
    """The values that the file keeps beside its formulas, for readers that do not compute."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    rows = book["Classement"].iter_rows(min_row=FIRST, values_only=True)
    return [["" if value is None else value for value in row[1:-1]] for row in rows if row[0] is not None]


@pytest.mark.parametrize("batch", range(BATCHES))
def test_command_exported_file_and_spreadsheet_give_the_same_points_and_order(batch):
    for seed in range(batch * SEEDS, (batch + 1) * SEEDS):
        data = make_scoring_file(seed, long_numbers=False)
        result = by_command(data)
        assert by_command(scoring_file_to_dict(*read(data))) == result
        assert told(data, result) == output(data)
        content = sheet_of(*read(data))
        assert shown(Spreadsheet(content).rows("Classement", FIRST)) == expected(data, result), seed
        assert kept(content) == expected(data, result), seed


@pytest.mark.parametrize("batch", range(BATCHES))
def test_what_is_typed_in_the_sheet_changes_the_ranking_as_it_would_the_command(batch):
    settled = 0
    for seed in range(batch * SEEDS, batch * SEEDS + 5):
        data = make_scoring_file(seed, long_numbers=False)
        computed = sheet(data)
        assert computed.value("Classement", "A4") == ""
        weighed = next(row for row, each in enumerate(everyone(data["grid"]), start=4) if "sub_criteria" not in each)
        offers = sorted(data["offers"], key=lambda offer: offer["ref"])
        for column, key in enumerate(offers[0]["values"] if offers else (), start=3):
            address = get_column_letter(column)
            computed.put("Offres", f"{address}{FIRST}", computed.value("Offres", f"{address}{FIRST + len(offers) - 1}"))
            offers[0]["values"][key] = offers[-1]["values"][key]
        computed.put("Grille", f"C{weighed}", 7)
        weigh(data["grid"], 7)
        if computed.value("Classement", "A4") == "":
            assert shown(computed.rows("Classement", FIRST)) == expected(data, by_command(data)), seed
            settled += 1
    assert settled >= 4  # the others say that they need one more round


def weigh(grid, weight):
    """Give this weight to the first criterion that has a value, and its parent what follows."""
    first = grid["criteria"][0]
    leaf = first.get("sub_criteria", [first])[0]
    leaf["weight"] = str(weight)
    if leaf is not first:
        first["weight"] = str(sum(Decimal(part["weight"]) for part in first["sub_criteria"]))


def test_a_change_that_needs_more_rounds_than_the_sheet_has_is_said():
    rows = [["100", "20"], ["101", "20"], ["102", "20"], ["103", "20"], ["104", "20"]]
    criteria = [PRICE | {"method": "linear_minmax", "better": "lower", "minimum": "0.3"}, MARK]
    computed = sheet(file_of(*(["100", "20"] for _ in rows), criteria=criteria))
    assert computed.value("Classement", "A4") == ""
    for row, (price, _) in enumerate(rows, start=FIRST):
        computed.put("Offres", f"C{row}", int(price))
    assert "un tour d’élimination de plus" in computed.value("Classement", "A4")


CLOSE = {
    "Égalité à un milliardième de point près.": [
        (["100", "10"], ["100", "10"]),
        (["100", "10.0000000001"], ["100", "10"]),
        (["100", "10.00000000000000000000000001"], ["100", "10"]),
    ],
    "Des points à un milliardième de la moitié d’un arrondi.": [
        (["100", "10.0025"], ["100", "1"]),
        (["100", "10.00249999999"], ["100", "1"]),
        (["100", "10.002499999999999999999999999999"], ["100", "1"]),
    ],
    "Des points à un milliardième d’un minimum.": [
        (["100", "5"], ["100", "10"]),
        (["100", "4.9999999999"], ["100", "10"]),
    ],
}


@pytest.mark.parametrize(("words", "rows"), [(words, rows) for words, cases in CLOSE.items() for rows in cases])
def test_what_a_spreadsheet_cannot_settle_is_said_beside_the_offer(words, rows):
    computed = sheet(file_of(*rows, criteria=[PRICE, MARK | {"minimum": "0.25"}]))
    assert words in computed.value("Points", f"{column_of(computed, 'À vérifier')}{FIRST}")
    assert words in next(row[-1] for row in computed.rows("Classement", FIRST) if row[2] == "O0")


def test_nothing_is_said_of_offers_that_are_apart():
    computed = sheet(file_of(["100", "10"], ["120", "17"], criteria=[PRICE, MARK | {"minimum": "0.25"}]))
    assert [row[-1] for row in computed.rows("Classement", FIRST)] == ["", ""]
    assert computed.value("Classement", "A4") == ""


def test_a_total_too_great_and_values_too_long_for_a_spreadsheet_are_said():
    wide = {"key": "price", "label": "Prix", "weight": "60", "method": "linear_excess", "floor": None, "price": True}
    computed = sheet(file_of(["0.001", "10"], ["99999", "10"], criteria=[wide, MARK]))
    assert "trop grand" in computed.rows("Classement", FIRST)[1][-1]
    assert "plus de quinze chiffres" in sheet(file_of(["100.00000000000001", "10"])).value("Classement", "A4")


def test_the_exact_ranking_of_two_totals_too_close_for_a_sheet_is_kept_beside_its_formulas():
    content = sheet_of(*read(file_of(["100", "10.00000000000000000000000001"], ["100", "10"])))
    assert [row[0] for row in kept(content)] == [1, 2]
    assert [row[1] for row in Spreadsheet(content).rows("Classement", FIRST)] == [1, 1]


def test_texts_that_look_like_formulas_stay_texts():
    signs = ["=1+1", "+1", "-1 à deux", "@SUM(A1)", "\tx"]
    steps = {"key": "how", "label": "=cmd|'/C calc'!A1", "weight": "100", "method": "steps", "steps": [[sign, "1"] for sign in signs]}
    data = file_of(*([sign] for sign in signs), criteria=[steps])
    data["title"] = "=HYPERLINK(1)"
    for offer, sign in zip(data["offers"], signs, strict=True):
        offer["ref"] = f"{sign} {offer['ref']}"
    computed = sheet(data)
    assert shown(computed.rows("Classement", FIRST)) == expected(data, by_command(data))
    typed = [cell for page in computed.book for row in page.iter_rows() for cell in row if str(cell.value).startswith(tuple(signs))]
    written = [cell for cell in typed if cell.data_type == "s"]
    assert len(written) == 3 * len(signs) and all(cell.quotePrefix for cell in written)
    assert computed.book["Classement"]["A1"].data_type == "s" and computed.book["Grille"]["A4"].data_type == "s"


@pytest.mark.parametrize("rows", [(), (["100", "1"],)], ids=["no offer", "all under a minimum"])
def test_a_ranking_of_nobody_has_a_sheet_too(rows):
    data = file_of(*rows, criteria=[PRICE, MARK | {"minimum": "0.5"}])
    assert shown(sheet(data).rows("Classement", FIRST)) == expected(data, by_command(data))


def test_nothing_is_locked_nor_run():
    with zipfile.ZipFile(io.BytesIO(sheet_of(*read(make_scoring_file(3))))) as parts:
        assert not any("vba" in name.lower() or "external" in name.lower() for name in parts.namelist())
        assert not any(b"sheetProtection" in parts.read(name) for name in parts.namelist())


def column_of(computed, title):
    return next(cell.column_letter for cell in computed.book["Points"][FIRST - 1] if cell.value == title)


def test_the_order_of_the_offers_never_matters():
    for seed in range(20):
        data = make_scoring_file(seed, long_numbers=False)
        assert sheet(shuffled(data, seed)).rows("Points", 1) == sheet(data).rows("Points", 1)
