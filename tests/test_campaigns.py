"""A campaign goes on where it stopped, tells the seeds that fail, and counts only what this very code passed."""

import json
import math
import time
from datetime import UTC, datetime
from types import ModuleType, SimpleNamespace

import pytest

from tests.campaigns import __main__ as campaigns
from tests.campaigns import crashes, deadlines, disk, journal, kills, ledger, mail, postgres, pure, scoring, short, stories
from tests.campaigns.ledger import BATCH, ROOT, Campaign, fingerprint, play
from tests.campaigns.report import ALL, RULES, write

NAME = "essai"
SEEDS = 3 * BATCH + 7


def played(path, check, target=SEEDS, *arguments, code="this"):
    return play(list(arguments), {NAME: Campaign(check, target)}, path, code)


def test_every_seed_is_passed_once_and_the_table_says_so(tmp_path, capsys):
    seen = []
    assert played(tmp_path / "ledger.json", seen.append) == 0
    assert seen == list(range(SEEDS))
    assert capsys.readouterr().out.splitlines()[1].split() == [NAME, str(SEEDS), str(SEEDS), "aucune"]


def test_a_run_that_is_stopped_goes_on_from_the_last_batch(tmp_path):
    path, seen = tmp_path / "ledger.json", []

    def stopped(seed):
        if seed == 2 * BATCH + 3:
            raise KeyboardInterrupt
        seen.append(seed)

    with pytest.raises(KeyboardInterrupt):
        played(path, stopped)
    assert json.loads(path.read_text())["campaigns"][NAME]["next"] == 2 * BATCH
    again = []
    assert played(path, again.append) == 0
    assert again == list(range(2 * BATCH, SEEDS))
    assert played(path, pytest.fail) == 0


def test_a_seed_that_fails_is_told_and_the_others_go_on(tmp_path, capsys):
    def check(seed):
        assert seed not in (5, BATCH), "deux lectures"

    assert played(tmp_path / "ledger.json", check) == 1
    out = capsys.readouterr().out
    assert f"{NAME} : graine 5 : AssertionError deux lectures" in out
    assert out.splitlines()[-2].split(maxsplit=3) == [NAME, str(SEEDS - 2), str(SEEDS), f"5, {BATCH}"]
    assert played(tmp_path / "ledger.json", pytest.fail, SEEDS, "--table") == 1


def test_a_run_ends_when_its_time_is_spent_and_the_next_goes_on(tmp_path):
    path, seen = tmp_path / "ledger.json", []
    assert played(path, pytest.fail, SEEDS, "--minutes=0") == 1
    assert played(path, seen.append, SEEDS, "--minutes=1") == 0
    assert len(seen) == SEEDS


def test_a_seed_counts_for_what_it_holds(tmp_path, capsys):
    assert play([], {NAME: Campaign(lambda seed: None, 6, worth=8, batch=4)}, tmp_path / "ledger.json", "this") == 0
    assert capsys.readouterr().out.splitlines()[1].split() == [NAME, "48", "48", "aucune"]


def test_the_figures_of_a_run_are_kept_whether_it_passed_or_not(tmp_path, monkeypatch):
    class Missed(AssertionError):
        measured = {"p99": 3}

    def check(seed):
        if seed:
            raise Missed
        return {"p99": 1}

    module = ModuleType("tests.campaigns.essai")
    module.HELD, module.CAMPAIGNS = ("README.md",), {NAME: Campaign(check, 2)}
    monkeypatch.setattr(ledger, "KEPT", tmp_path)
    assert play([], module.CAMPAIGNS, tmp_path / "essai.json", fingerprint(module.HELD)) == 1
    write([module], tmp_path / "report.md")
    said = (tmp_path / "report.md").read_text()
    assert f"- {NAME}, run 0: p99 1\n- {NAME}, run 1: p99 3\n" in said


def test_what_another_code_passed_does_not_count(tmp_path):
    path, seen = tmp_path / "ledger.json", []
    played(path, lambda seed: None)
    assert played(path, seen.append, code="another") == 0
    assert len(seen) == SEEDS


def test_the_table_alone_runs_nothing(tmp_path, capsys):
    assert played(tmp_path / "ledger.json", pytest.fail, SEEDS, "--table") == 1
    assert capsys.readouterr().out.splitlines()[1].split() == [NAME, "0", str(SEEDS), "aucune"]
    assert not (tmp_path / "ledger.json").exists()


def test_the_report_counts_what_the_present_code_passed_and_says_when_another_did(tmp_path, monkeypatch):
    module = ModuleType("tests.campaigns.essai")
    module.HELD, module.CAMPAIGNS = ("README.md",), {NAME: Campaign(lambda seed: None, 6, worth=8)}
    monkeypatch.setattr(ledger, "KEPT", tmp_path)
    code, said = fingerprint(module.HELD), tmp_path / "report.md"
    write([module], said)
    assert f"| {NAME} |  | 0 | 48 |  |  |  |  |  | {code} |" in said.read_text()
    play([], module.CAMPAIGNS, tmp_path / "essai.json", code)
    write([module], said)
    assert f"| {NAME} |  | 48 | 48 | 0 to 5 | none | 2" in said.read_text()
    play([], module.CAMPAIGNS, tmp_path / "essai.json", "another")
    write([module], said)
    assert f"| {NAME} |  | 0 | 48 |" in said.read_text() and f"{code}, was another" in said.read_text()


@pytest.mark.parametrize(
    ("campaign", "fewest"),
    [(scoring, 20), (journal, 5), (deadlines, 15), (crashes, 15), (kills, 15), (disk, 15),
     (postgres, 15), (pure, 15), (stories, 20), (mail, 9)],
)
def test_the_code_is_told_by_all_the_files_that_decide(tmp_path, campaign, fewest):
    named = [path for pattern in campaign.HELD for path in ROOT.glob(pattern)]
    assert len(named) >= fewest and all(any(path.match(pattern) for path in named) for pattern in campaign.HELD)
    copy = tmp_path / named[-1].relative_to(ROOT)
    copy.parent.mkdir(parents=True)
    copy.write_text("a")
    before = fingerprint(campaign.HELD, tmp_path)
    copy.write_text("b")
    assert fingerprint(campaign.HELD, tmp_path) != before


@pytest.mark.parametrize("words", [["--tabel"], ["--help"], ["30"], ["--minutes=soon"]])
def test_a_word_that_is_not_known_starts_nothing(words, tmp_path):
    started: list[int] = []
    with pytest.raises(SystemExit):
        play(words, {"essai": Campaign(started.append, 3)}, tmp_path / "essai.json", "code")
    assert started == []


def test_two_runs_never_count_in_one_ledger(tmp_path):
    path, seen = tmp_path / "ledger.json", []

    def check(seed):
        with pytest.raises(SystemExit, match="une autre passe"):
            played(path, seen.append)
        assert played(path, pytest.fail, SEEDS, "--table") == 1, "the table may always be read"

    assert played(path, check, 2) == 0 and not seen
    assert played(path, seen.append, 3) == 0 and seen == [2]


def test_who_asks_little_is_given_all_of_it_and_the_others_share_what_is_left():
    assert campaigns.level([10, 50, 400], 1000) == math.inf
    assert campaigns.level([10, 50, 400, 900], 460) == 200
    assert campaigns.level([100, 100], 50) == 25


def made_module(name: str, seeds: int) -> ModuleType:
    module = ModuleType(f"tests.campaigns.{name}")
    module.HELD, module.CAMPAIGNS = ("README.md",), {name: Campaign(lambda seed: None, seeds, batch=1)}
    return module


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """One that is whole, one that goes fast, one that takes ten times as long."""
    monkeypatch.setattr(ledger, "KEPT", tmp_path)
    made = [made_module("whole", 3), made_module("fast", 100), made_module("slow", 100)]
    for module, done, seconds in zip(made, (3, 10, 10), (1, 100, 1000), strict=True):
        row = {"next": done, "failed": [], "seconds": seconds, "timed": done}
        ledger.Ledger(ledger.ledger_of(module.__name__), fingerprint(module.HELD), {module.__name__.rpartition(".")[2]: row}).keep()
    return made


def test_what_is_whole_is_not_run_and_what_takes_longest_goes_first(modules):
    turns = campaigns.Turns(modules, time.monotonic() + 1e6)
    assert [turns.take()[0].__name__ for _ in range(2)] == ["tests.campaigns.slow", "tests.campaigns.fast"]
    assert turns.take() is None


def test_the_minutes_are_shared_by_what_is_left_to_do(modules, monkeypatch):
    monkeypatch.setattr(campaigns, "CORES", 2)
    turns = campaigns.Turns(modules, time.monotonic() + 3000)
    (_, long), (_, short) = turns.take(), turns.take()
    assert long == pytest.approx(3000, abs=5) and short == pytest.approx(900, abs=5)


def test_what_went_on_may_go_on_and_what_did_nothing_is_left_alone(modules):
    turns = campaigns.Turns(modules[1:2], time.monotonic() + 1e6)
    module, _ = turns.take()
    turns.give_back(module, campaigns.seeds_left(module))
    assert turns.take() is None
    turns = campaigns.Turns(modules[1:2], time.monotonic() + 1e6)
    module, _ = turns.take()
    turns.give_back(module, campaigns.seeds_left(module) + 1)
    assert turns.take()[0] is module


def test_what_a_seed_takes_is_kept_and_serves_when_the_code_changed(tmp_path):
    path = tmp_path / "ledger.json"
    played(path, lambda seed: time.sleep(0.001), 20)
    ((left, pace),) = ledger.standing(path, "another", {NAME: Campaign(lambda seed: None, 20)})
    assert left == 20 and 0.001 < pace < 0.1


def test_every_campaign_says_what_it_holds_to():
    assert {each.__name__.rpartition(".")[2] for each in ALL} == RULES.keys()


@pytest.fixture
def another_checkout(tmp_path, monkeypatch):
    """A module of campaigns that is whole in the report of a first checkout, and where another, which ran nothing, keeps its ledger."""
    monkeypatch.setattr(ledger, "PUBLISHED", tmp_path / "report.json")
    monkeypatch.setattr(ledger, "KEPT", tmp_path / "first")
    module = made_module("essai", 3)
    play([], module.CAMPAIGNS, ledger.ledger_of(module.__name__), fingerprint(module.HELD))
    short.keep("sqlite", 4321)
    write([module], tmp_path / "report.md")
    monkeypatch.setattr(ledger, "KEPT", tmp_path / "other")
    return module, ledger.ledger_of(module.__name__)


def test_another_checkout_goes_on_from_what_the_report_tells(another_checkout):
    module, path = another_checkout
    seen = []
    assert campaigns.seeds_left(module) == 0 and not path.exists()
    assert play([], {"essai": Campaign(seen.append, 5)}, path, fingerprint(module.HELD)) == 0 and seen == [3, 4]
    assert path.exists() and short.kept()["sqlite"]["passed"] == 4321


def test_a_ledger_that_is_behind_the_report_goes_on_from_the_report(another_checkout):
    module, path = another_checkout
    ledger.Ledger(path, fingerprint(module.HELD), {"essai": {"next": 1, "failed": []}}).keep()
    assert play([], {"essai": Campaign(pytest.fail, 3)}, path, fingerprint(module.HELD)) == 0


def test_the_report_written_again_by_another_checkout_is_the_same(another_checkout, tmp_path):
    said = [(tmp_path / name).read_text() for name in ("report.md", "report.json")]
    write([another_checkout[0]], tmp_path / "report.md")
    assert said == [(tmp_path / name).read_text() for name in ("report.md", "report.json")] and "| 3 | 3 | 0 to 2 |" in said[0]


def test_what_the_report_tells_of_another_code_does_not_count(another_checkout):
    module, path = another_checkout
    seen = []
    assert play([], {"essai": Campaign(seen.append, 3)}, path, "another") == 0 and seen == [0, 1, 2]
    assert campaigns.seeds_left(module) == 0, "its own ledger tells of another code, the report of this one"


def test_the_report_tells_of_the_last_whole_run_of_the_tests(tmp_path, monkeypatch):
    monkeypatch.setattr(ledger, "KEPT", tmp_path)
    monkeypatch.setattr(ledger, "PUBLISHED", tmp_path / "report.json")
    write([], tmp_path / "report.md")
    assert "- SQLite: none kept" in (tmp_path / "report.md").read_text()
    short.keep("sqlite", 4321, datetime(2026, 11, 22, 23, 5, tzinfo=UTC))
    write([], tmp_path / "report.md")
    assert "- SQLite: 2026-11-22T23:05+00:00, commit " in (told := (tmp_path / "report.md").read_text()) and "4,321 tests" in told
    assert "- PostgreSQL: none kept" in told


@pytest.mark.parametrize(
    ("args", "keyword", "mark", "whole"),
    [(["tests"], "", "", True), (["tests"], "", "not engine_free", True), (["tests"], "x", "", False), (["tests/web"], "", "", False),
     (["tests"], "", "slow", False)],
)
def test_only_a_run_of_all_the_tests_is_whole(args, keyword, mark, whole):
    config = SimpleNamespace(args=args, option=SimpleNamespace(keyword=keyword, markexpr=mark, collectonly=False))
    assert short.is_whole(config) == whole
    config.workerinput = {}
    assert not short.is_whole(config)


def test_the_last_minute_is_played_first_and_alone_then_the_others_with_all_the_cores(modules, monkeypatch):
    played_in_order, (alone, *others) = [], modules[1:] + modules[:1]

    def run(module, arguments):
        played_in_order.append((module.__name__, *arguments))
        play(arguments, module.CAMPAIGNS, ledger.ledger_of(module.__name__), fingerprint(module.HELD))
        return 0

    monkeypatch.setattr(campaigns, "_run", run)
    monkeypatch.setattr(campaigns, "write", list)
    monkeypatch.setattr(campaigns, "last_minute", alone)
    monkeypatch.setattr(campaigns, "ALL", (*others, alone))
    assert campaigns.main(["--minutes=60"]) == 0
    names = [name.rpartition(".")[2] for name, *_ in played_in_order]
    assert names[0] == "fast" and names[1] == "slow" and names.count("whole") == 1, "the table alone for what is whole"
    assert not any(map(campaigns.seeds_left, modules))
