import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from sad.cli.deadline import deadline

ROOT = Path(__file__).parent.parent.parent
CASES = yaml.safe_load((ROOT / "tests" / "cases" / "deadlines.yaml").read_text(encoding="utf-8"))


def run(*arguments):
    return CliRunner().invoke(deadline, arguments)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['sent']}-{case['days']}-{case['kind']}")
def test_the_command_prints_the_rows_of_the_table(case):
    result = run("--from", str(case["sent"]), "--days", str(case["days"]), "--kind", case["kind"])
    assert result.exit_code == 0
    assert result.stdout == f"last_day {case['last']}\nearliest {case['earliest']}T00:00 Europe/Paris\n"
    assert result.stderr == ""


def test_calendar_days_are_the_default():
    assert run("--from", "2026-12-15", "--days", "10").stdout == "last_day 2026-12-28\nearliest 2026-12-29T00:00 Europe/Paris\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--days", "10"], ["--from manque"]),
        (["--from", "2026-12-15"], ["--days manque"]),
        ([], ["--from manque", "--days manque"]),
        (["--from", "2026-02-30", "--days", "10"], ["2026-02-30", "n’est pas une date"]),
        (["--from", "15/12/2026", "--days", "10"], ["n’est pas une date"]),
        (["--from", "20261215", "--days", "10"], ["n’est pas une date"]),
        (["--from", "2026-W51-2", "--days", "10"], ["n’est pas une date"]),
        (["--from", "", "--days", "10"], ["n’est pas une date"]),
        (["--from", "0000-01-01", "--days", "10"], ["n’est pas une date"]),
        (["--from", "1850-01-01", "--days", "10"], ["1850", "calendrier"]),
        (["--from", "9999-12-31", "--days", "1"], ["9999", "calendrier"]),
        (["--from", "2199-12-31", "--days", "1"], ["trop long"]),
        (["--from", "2026-12-15", "--days", "0"], ["au moins un jour"]),
        (["--from", "2026-12-15", "--days", "-5"], ["au moins un jour"]),
        (["--from", "2026-12-15", "--days", "1.5"], ["n’est pas un nombre de jours"]),
        (["--from", "2026-12-15", "--days", "dix"], ["n’est pas un nombre de jours"]),
        (["--from", "2026-12-15", "--days", "१"], ["n’est pas un nombre de jours"]),
        (["--from", "2026-12-15", "--days", "999999999"], ["trop long"]),
        (["--from", "2026-12-15", "--days", "9" * 5000], ["trop long"]),
        (["--from", "2026-12-15", "--days", "10", "--kind", "working"], ["working", "working-eu"]),
        (["--from", "hier", "--days", "dix", "--kind", "working"], ["hier", "dix", "working-fr"]),
    ],
)
def test_a_fault_is_told_in_french_on_standard_error(arguments, words):
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert [word for word in words if word not in result.stderr] == []
    assert "Traceback" not in result.stderr


def test_the_command_needs_no_application_and_no_setting(tmp_path):
    code = "from sad.cli.deadline import deadline; deadline(['--from', '2026-12-15', '--days', '10'])"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "SAD_ENV": "production"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "last_day 2026-12-28\nearliest 2026-12-29T00:00 Europe/Paris\n")
    assert list(tmp_path.iterdir()) == []
