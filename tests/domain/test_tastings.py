"""Tastings by rule: codes that tell nothing, sheets read strictly, exact means, sentences."""

import random
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.tastings import (
    LONGEST_REMARK,
    MOST_JURORS,
    Announcement,
    MissingRule,
    TypedMark,
    announcement_faults,
    closing_faults,
    code_faults,
    drawn_codes,
    missing_sentence,
    read_mark,
    result_of,
    result_sentence,
    sheet_faults,
    tasting_order,
)

TEN, CLOSES = Fraction(10), datetime(2026, 12, 7, 11, 0, tzinfo=UTC)
DAY = date(2026, 12, 3)
JUDGED = {"quality": "Qualité"}
hundredths = st.integers(0, 1000).map(lambda cents: Fraction(cents, 100))
codes = st.sets(st.integers(100, 999), min_size=1, max_size=12)


def announced(criterion="quality", label="Qualité", after=timedelta(days=2)) -> Announcement:
    return Announcement(criterion, label, CLOSES + after, "Quai 2", "3 portions", MissingRule.FILE)


@pytest.mark.parametrize(
    ("tasting", "rules"),
    [
        (announced(), []),
        (announced(after=timedelta(microseconds=1)), []),
        (announced(after=timedelta(0)), ["REC-01"]),
        (announced(after=timedelta(days=10)), ["CRI-12"]),
        (announced(criterion="price"), ["CRI-12"]),
        (announced(label="Goût"), ["CRI-12"]),
        (announced(criterion="price", after=timedelta(days=-1)), ["CRI-12", "REC-01"]),
    ],
)
def test_a_tasting_is_announced_between_the_deadline_and_the_need_for_a_judged_criterion(tasting, rules):
    found = announcement_faults(tasting, closes_at=CLOSES, served_at=CLOSES + timedelta(days=10), judged=JUDGED)
    assert [fault.rule for fault in found] == rules


@pytest.mark.parametrize(
    ("given_codes", "faults"),
    [
        ((731, 418, 952), 0), ((100, 999, 500), 0), ((99, 418, 952), 1), ((1000, 418, 952), 1), ((731, 731, 952), 1),
        ((731, 732, 952), 1), ((732, 952, 731), 1), ((731, 418), 1), ((99, 99, 100), 3),
    ],
)
def test_codes_have_three_digits_are_different_and_never_follow_each_other(given_codes, faults):
    assert len(code_faults(given_codes, 3)) == faults


@given(st.integers(0, 60), st.integers())
def test_drawn_codes_have_no_fault_whatever_is_drawn(count, seed):
    found = drawn_codes(count, random.Random(seed).sample)
    assert code_faults(found, count) == []


@given(codes)
def test_each_juror_tastes_every_sample_once_in_an_order_of_its_own(found):
    orders = [tasting_order(found, place) for place in range(len(found))]
    assert all(sorted(order) == sorted(found) for order in orders)
    assert len(set(orders)) == len(found) and {order[0] for order in orders} == found


def test_two_samples_are_tasted_in_both_orders_and_none_by_nobody():
    assert [tasting_order((300, 200), place) for place in (0, 1)] == [(200, 300), (300, 200)]
    assert tasting_order((), 3) == ()


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("7,5", Fraction(15, 2)), ("7.25", Fraction(29, 4)), (" 10 ", TEN), ("0", Fraction(0)), ("10,01", None), ("-1", None),
        ("7,255", None), ("", None), ("sept", None), ("1e1", None), ("٧", None), ("7,5,1", None),
    ],
)
def test_a_mark_is_read_as_people_type_it_and_never_off_its_scale(text, mark):
    assert read_mark(text, TEN) == mark


@pytest.mark.parametrize(
    ("mark", "field"),
    [
        (TypedMark("5"), None), (TypedMark("4,99"), "remark_300"), (TypedMark("4,99", " "), "remark_300"), (TypedMark("0", "Rance."), None),
        (TypedMark("11"), "value_300"), (TypedMark("", "Oublié."), "value_300"), (TypedMark("8", "x" * (LONGEST_REMARK + 1)), "remark_300"),
    ],
)
def test_a_sheet_has_a_mark_for_each_code_and_a_remark_under_half(mark, field):
    assert [fault.field for fault in sheet_faults({300: mark}, [300], TEN)] == ([field] if field else [])


def test_a_sheet_says_each_code_that_is_missing_or_unknown():
    found = list(sheet_faults({500: TypedMark("7")}, [300, 400], TEN))
    assert [fault.field for fault in found] == [None, "value_300", "value_400"]


@given(st.lists(st.lists(hundredths, min_size=3, max_size=3), min_size=1, max_size=12), st.permutations([0, 1, 2]))
def test_a_permutation_of_codes_never_changes_what_an_offer_gets(rows, permuted):
    plain = [result_of([(row[sample], "") for row in rows], TEN).proposed for sample in range(3)]
    codes_of = dict(zip(range(3), (permuted[sample] * 100 + 150 for sample in range(3)), strict=True))
    sheets = [{codes_of[sample]: row[sample] for sample in range(3)} for row in rows]
    coded = [result_of([(sheet[codes_of[sample]], "") for sheet in sheets], TEN).proposed for sample in range(3)]
    assert coded == plain


@given(st.lists(hundredths, min_size=1, max_size=12))
def test_the_mean_is_exact_between_its_ends_and_proposed_to_the_nearest_hundredth(values):
    result = result_of([(value, "") for value in values], TEN)
    assert result.mean * len(values) == sum(values) and result.lowest <= result.mean <= result.highest
    assert abs(Fraction(result.proposed) - result.mean) <= Fraction(1, 200) and read_mark(result.proposed, TEN) is not None


def test_half_a_hundredth_goes_up():
    assert result_of([(Fraction("7.25"), ""), (Fraction("7.26"), "")], TEN).proposed == "7.26"


def test_nobody_tasted_gives_no_result():
    with pytest.raises(ValueError, match="nobody tasted"):
        result_of([], TEN)


@pytest.mark.parametrize(
    ("marks", "sentence"),
    [
        (
            [("6", ""), ("7", "Trop salé."), ("7", ""), ("9", "Croustillant.")],
            "Dégustation à l’aveugle du jeudi 3 décembre 2026 par 4 personnes : 7,25 sur 10, de 6 à 9."
            " Remarques : « Trop salé. » ; « Croustillant. ».",
        ),
        ([("8", ""), ("8", "")], "Dégustation à l’aveugle du jeudi 3 décembre 2026 par 2 personnes : 8 sur 10, toutes à 8."),
    ],
)
def test_the_sentence_says_who_tasted_when_the_mark_and_its_spread(marks, sentence):
    result = result_of([(Fraction(value), remark) for value, remark in marks], TEN)
    assert result_sentence(result, DAY).replace("\u00a0", " ") == sentence


def test_the_longest_sentence_holds_in_a_mark():
    marks = [(Fraction(4), "x" * LONGEST_REMARK)] * MOST_JURORS
    assert len(result_sentence(result_of(marks, TEN), DAY)) <= 4000


def test_a_missing_sample_quotes_what_was_announced():
    assert "reçoit 0" in missing_sentence(MissingRule.ZERO, "rien à 10 h") and "dossier" in missing_sentence(MissingRule.FILE, "rien")


@pytest.mark.parametrize(("sheets", "waiting", "faults"), [(3, [], 0), (2, [], 1), (3, ["Zoé"], 1), (1, ["Zoé", "Marc"], 2), (0, [], 1)])
def test_names_stay_hidden_while_sheets_are_missing_or_too_few(sheets, waiting, faults):
    assert len(list(closing_faults(sheets, waiting, 3))) == faults
