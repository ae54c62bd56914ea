"""The examination by command: the words, the code that a watch can read, and JSON for machines."""

import json

import pytest

from sad.doctor.checkup import INVARIANTS
from sad.models.evaluations import RankedOffer
from tests.factories.mini_tenders import SEAL_KEY
from tests.factories.sound import make_sound
from tests.factories.tampering import tampered


@pytest.fixture
def examined(database, settings, run, monkeypatch, tmp_path):
    """The command on a sound system, with its seal key."""
    make_sound(settings.data_dir)
    (tmp_path / "seal.key").write_bytes(SEAL_KEY)
    monkeypatch.setenv("SAD_SEAL_KEY_FILE", str(tmp_path / "seal.key"))
    return lambda *words: run("doctor", *words)


def test_the_command_answers_to_people_and_to_machines(examined):
    sane = examined()
    assert (sane.exit_code, sane.stdout.splitlines()[-1]) == (0, "Tout tient.")
    assert json.loads(examined("--format", "json").stdout)["findings"] == 0
    with tampered(RankedOffer) as place:
        place.total = "99.99"
    wrong, machine = examined(), examined("--format", "json")
    assert wrong.exit_code == machine.exit_code == 1
    assert "ÉCART" in wrong.stdout and "rankings:" in wrong.stdout
    said = json.loads(machine.stdout)
    assert said["findings"] == 1 and len(said["checks"]) == len(INVARIANTS)
    assert [check["name"] for check in said["checks"] if check["findings"]] == ["rankings"]
