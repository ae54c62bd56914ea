"""The watch on the announced maximum and on needs cut below a threshold (SAD-02, THR-01, R2121-4, R2121-8)."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from sad import parameters
from sad.domain.ceilings import Ceiling, CeilingLaw, Neighbour, Spent, ceiling_faults, ceiling_warnings, splitting_warnings

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "ceilings.yaml").read_text(encoding="utf-8"))
DAY, UNTIL = date(2026, 11, 24), date(2030, 1, 14)
LONG_AGO = date(2024, 1, 1)
LAW = CeilingLaw.on(DAY, parameters.value)


def ceiling(*spent: Spent, maximum: str = "900000", first: date | None = LONG_AGO, until: date = UNTIL) -> Ceiling:
    return Ceiling(DAY, until, Decimal(maximum), first, spent)


def spent(awarded: str = "0", expected: str = "0", recent: str = "0", key: str = "pain") -> Spent:
    return Spent(key, key.capitalize(), 1, Decimal(awarded), Decimal(expected), Decimal(recent))


def amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize("case", CASES["sendings"], ids=str)
def test_a_need_is_warned_of_near_the_maximum_and_refused_beyond_it(case):
    found, now = ceiling(spent(case["awarded"], case["expected"]), maximum=case["maximum"]), amount(case["now"])
    assert bool(list(ceiling_warnings(found, now, LAW))) is case["warns"]
    assert bool(list(ceiling_faults(found, now, LAW))) is case["refused"]


def test_categories_count_together_against_the_one_maximum():
    found = ceiling(spent("400000", "100000"), spent("300000", "50000", key="traiteur"))
    assert (found.awarded, found.expected) == (700000, 150000)
    assert found.engagement(LAW).remaining == 50000
    assert list(ceiling_faults(found, Decimal("50000.01"), LAW)) and not list(ceiling_faults(found, Decimal(50000), LAW))


def test_who_writes_a_need_reads_no_amount_in_the_words_on_the_maximum():
    near, over = ceiling(spent("800000")), ceiling(spent("900000"))
    for refusal in (*ceiling_warnings(near, Decimal(1), LAW), *ceiling_faults(over, Decimal(1), LAW)):
        assert refusal.rule == "SAD-02"
        assert re.findall(r"\d[\d.,\s]*€", f"{refusal.message} {refusal.remedy}") == []


@pytest.mark.parametrize("case", CASES["paces"], ids=str)
def test_a_pace_is_of_twelve_months_at_most_and_of_three_at_least(case):
    pace = ceiling(spent(), first=case["first"]).pace(LAW)
    assert (pace.since, pace.days) == (case["since"], case["days"]) if case["since"] else pace is None


@pytest.mark.parametrize("case", CASES["projections"], ids=str)
def test_a_projection_adds_to_what_is_engaged_the_pace_of_the_days_measured(case):
    found = ceiling(spent(awarded=case["engaged"], recent=case["recent"]), maximum=case["maximum"])
    assert str(found.projection(LAW)) == case["projected"]
    assert found.reached_on(LAW) == case["reached"]


def test_nothing_is_projected_without_history():
    young = ceiling(spent("1000", recent="1000"), first=DAY)
    assert (young.projection(LAW), young.reached_on(LAW)) == (None, None)


def test_a_system_that_has_ended_projects_what_it_engaged():
    assert ceiling(spent("1000", recent="1000"), until=date(2026, 11, 1)).projection(LAW) == 1000


def test_the_projections_of_categories_make_that_of_the_system():
    parts = (spent("36500", recent="36500"), spent("7300", "7300", recent="14600", key="traiteur"))
    found = ceiling(*parts)
    pace = found.pace(LAW)
    assert sum(pace.projected(each.engaged, each.recent) for each in parts) == found.projection(LAW)


@pytest.mark.parametrize("case", CASES["splittings"], ids=str)
def test_near_needs_that_only_together_reach_a_threshold_ask_why_they_are_apart(case):
    neighbours = [Neighbour(f"Besoin {place}", Decimal(budget)) for place, budget in enumerate(case["near"], start=1)]
    found = list(splitting_warnings(amount(case["budget"]), neighbours, LAW))
    assert len(found) == (case["says"] is not None)
    for refusal in found:
        assert case["says"] in refusal.message and refusal.rule == "THR-01"
        assert [each.title for each in neighbours if each.title not in refusal.message] == []


def test_many_neighbours_are_named_to_three():
    neighbours = [Neighbour(f"Goûter {place}", Decimal(1200)) for place in range(1, 6)]
    (found,) = splitting_warnings(Decimal(1200), neighbours, LAW)
    assert "Goûter 3" in found.message and "Goûter 4" not in found.message and "2 autres" in found.message
    (found,) = splitting_warnings(Decimal(1200), neighbours[:4], LAW)
    assert "un autre" in found.message
