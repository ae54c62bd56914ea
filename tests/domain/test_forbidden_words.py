from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.forbidden_words import find_forbidden_words

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "forbidden_words.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["strict"], ids=lambda case: case["text"])
def test_a_label_shows_every_word_of_the_list_and_no_other(case):
    assert find_forbidden_words(case["text"], strict=True) == tuple(case["found"])


@pytest.mark.parametrize("case", CASES["free"], ids=lambda case: case["text"])
def test_free_text_lets_premises_and_places_of_delivery_pass(case):
    assert find_forbidden_words(case["text"], strict=False) == tuple(case["found"])


@given(st.text(), st.sampled_from(["commune", "KM", "Kilome\u0300tres", "locaux", "ORIGINE", "département"]), st.text())
def test_a_word_that_stands_alone_is_found_in_any_label(before, word, after):
    assert find_forbidden_words(f"{before} {word} {after}", strict=True)


@given(st.text(), st.booleans())
def test_each_word_is_named_once(text, strict):
    found = find_forbidden_words(text, strict=strict)
    assert len(found) == len(set(found))


def test_a_long_text_full_of_delivery_words_is_read_to_its_end():
    text = "livraison " + "a la le de du 1 " * 20_000 + "fin, " + "livraison dans les locaux " * 5_000 + ". Pain local"
    assert find_forbidden_words(text, strict=False) == ("local",)
