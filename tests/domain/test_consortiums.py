"""Parts of a consortium: they make a whole or say why, and an amount is cut without losing a cent."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.consortiums import Liability, Part, operator_group, part_from_dict, part_to_dict, parts_faults, split_by_shares


def part(share: str | None, task: str = "pain", number: int = 1) -> Part:
    return Part(number, f"Ferme {number}", "1" * 14, task, Decimal(share) if share else None)


@st.composite
def whole_shares(draw) -> list[Decimal]:
    """Shares of two to nine members that make 100, to the hundredth."""
    cuts = sorted(draw(st.lists(st.integers(1, 9999), min_size=1, max_size=8, unique=True)))
    edges = [0, *cuts, 10000]
    return [Decimal(high - low) / 100 for low, high in pairwise(edges)]


@pytest.mark.parametrize(
    ("shares", "fields", "words"),
    [
        (("50", "50"), [], ""),
        (("33.33", "33.33", "33.34"), [], ""),
        (("33.33", "33.33", "33.33"), ["share_0"], "Il manque 0,01 %."),
        (("60", "50"), ["share_0"], "Il y a 10 % de trop."),
        (("100", None), ["share_1"], ""),
        (("100", "-1"), ["share_1"], ""),
        (("100",), [None], "au moins deux"),
    ],
)
def test_shares_make_a_whole_or_say_what_is_missing(shares, fields, words):
    faults = list(parts_faults([part(share, number=number) for number, share in enumerate(shares)]))
    assert [fault.field for fault in faults] == fields
    assert words in " ".join(map(str, faults)).replace("\u00a0", " ")


def test_all_faults_are_said_at_once():
    faults = list(parts_faults([part(None, "", 0), part("40", " ", 1)]))
    assert [fault.field for fault in faults] == ["task_0", "share_0", "task_1"]


@given(whole_shares())
def test_any_shares_that_make_a_hundred_are_a_whole(shares):
    assert not list(parts_faults([part(str(share)) for share in shares]))


@given(whole_shares(), st.integers(-1, 1).filter(bool))
def test_a_hundredth_more_or_less_is_not_a_whole(shares, step):
    shares[0] += Decimal(step) / 100
    assert list(parts_faults([part(str(share)) for share in shares]))


@given(whole_shares(), st.integers(0, 10**9))
def test_an_amount_is_cut_to_the_cent_and_adds_up(shares, cents):
    total = Decimal(cents) / 100
    amounts = split_by_shares(total, shares)
    assert sum(amounts) == total
    assert all(abs(amount - total * share / 100) < Decimal("0.01") for amount, share in zip(amounts, shares, strict=True))


def test_an_amount_is_not_cut_by_shares_that_do_not_make_a_hundred():
    with pytest.raises(ValueError, match="100"):
        split_by_shares(Decimal(10), [Decimal(50), Decimal(49)])


@given(whole_shares())
def test_a_part_is_read_back_as_it_was_kept(shares):
    parts = [part(str(share), number=number) for number, share in enumerate(shares)]
    assert [part_from_dict(part_to_dict(each)) for each in parts] == parts


def test_essential_data_know_three_words():
    words = {form: operator_group(form) for form in (None, *Liability)}
    assert words == {
        None: "Pas de groupement",
        Liability.JOINT: "Conjoint",
        Liability.JOINT_LIABLE_LEAD: "Conjoint",
        Liability.SOLIDARY: "Solidaire",
    }
