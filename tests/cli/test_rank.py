"""`rank FILE`: a result on standard output and exit 0, or every fault on standard error and exit 2; no application is needed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sad.cli.rank import rank_command

CASES = Path(__file__).parent.parent / "cases"
SAMPLE = CASES / "scoring_sample.json"
RESULT = json.loads((CASES / "scoring_sample_result.json").read_text(encoding="utf-8"))


def run(*arguments, content=None):
    return CliRunner().invoke(rank_command, [str(argument) for argument in arguments], input=content)


def sample_with(tmp_path, **changes):
    data = json.loads(SAMPLE.read_text(encoding="utf-8"))
    path = tmp_path / "file.json"
    path.write_text(json.dumps(data | changes), encoding="utf-8")
    return path


def test_the_documented_sample_gives_its_documented_output():
    result = run(SAMPLE)
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.dumps(json.loads(result.stdout)) == json.dumps(RESULT)
    assert "Qualité : 22,50 sur 30, 15 sur 20" in result.stdout


def test_a_dash_reads_the_standard_input():
    result = run("-", content=SAMPLE.read_bytes())
    assert (result.exit_code, json.loads(result.stdout)) == (0, RESULT)


def test_warnings_do_not_change_the_exit_code(tmp_path):
    criteria = [{"key": "price", "label": "Prix local", "weight": "1", "method": "lowest_ratio", "price": True}]
    result = run(sample_with(tmp_path, grid={"criteria": criteria}, offers=[]))
    shown = json.loads(result.stdout)
    assert result.exit_code == 0
    assert shown["ranking"] == []
    assert [warning["code"] for warning in shown["warnings"]] == ["CRI-01", "CRI-02", "CRI-04", "CRI-08", "CRI-11"]


def test_every_fault_is_one_line_on_standard_error_and_nothing_goes_out(tmp_path):
    offers = [{"ref": "A", "values": {"price": "0", "quality": "30", "packaging": "bag"}}, {"ref": "A\n", "values": {}}]
    result = run(sample_with(tmp_path, offers=offers, note=1))
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 7
    assert result.stderr.splitlines()[0].replace("\u00a0", " ") == "fichier : la clé « note » est inconnue"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"\xff", "UTF-8"),
        (b"[" * 100_000, "emboîte"),
        (b"[]", "un objet est attendu"),
        (b"{}", "il manque"),
        (b'{"grid": NaN, "offers": []}', "un objet est attendu"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_without_a_traceback(tmp_path, content, said):
    path = tmp_path / "file.json"
    path.write_bytes(content)
    for result in (run(path), run("-", content=content)):
        assert (result.exit_code, result.stdout) == (2, "")
        assert isinstance(result.exception, SystemExit)
        assert said in result.stderr


def test_a_path_that_cannot_be_opened_is_one_line(tmp_path):
    for path, reason in ((tmp_path / "none.json", "il n’existe pas"), (tmp_path, "c’est un dossier"), ("a\0b", "sa lecture échoue")):
        result = run(path)
        assert (result.exit_code, result.stdout) == (2, "")
        assert len(result.stderr.splitlines()) == 1 and reason in result.stderr


def test_the_table_is_for_people(tmp_path):
    data = json.loads(SAMPLE.read_text(encoding="utf-8"))
    data["grid"]["criteria"][1]["minimum"] = "0.5"
    twins = [*data["offers"], data["offers"][0] | {"ref": "C\x1b"}, {"ref": "D", "values": data["offers"][0]["values"] | {"quality": "9"}}]
    shown = run(sample_with(tmp_path, grid=data["grid"], offers=twins), "--format", "table").stdout.replace("\u00a0", " ")
    assert shown.splitlines()[:4] == [
        "Rang  Offre  Total  Prix /50  Qualité /30  Emballage /20",
        "   1  A      88,46     45,96        22,50          20,00",
        "   1  C\\x1b  88,46     45,96        22,50          20,00",
        "   3  B      68,00     50,00        18,00           0,00",
    ]
    assert "  D : Qualité : 13,50 sur 30, sous le minimum de 15,00" in shown
    assert "À égalité\n  A, C\\x1b\n" in shown
    assert "  A\n    Prix : 45,96 sur 50, 142,5 pour un minimum de 131\n" in shown
    assert "Avertissements" not in shown


def test_an_empty_ranking_has_a_table_too(tmp_path):
    result = run(sample_with(tmp_path, offers=[]), "--format", "table")
    assert result.exit_code == 0 and result.stdout.startswith("Rang  Offre  Total")


def test_the_rules_of_scoring_load_no_framework():
    loaded = "import sys, sad.cli.rank; print(sorted(name for name in ('flask', 'sqlalchemy') if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
