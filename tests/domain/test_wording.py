from pathlib import Path

import pytest
import yaml

from sad.domain.wording import (
    asks_references,
    asks_seniority,
    asks_turnover,
    lacks_equivalent,
    measures_place,
    named_brand,
    product_rewriting,
    proves_no_exclusion,
)

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "wording.yaml").read_text(encoding="utf-8"))


def text_of(case) -> str:
    return case.get("text") or f"{case['key']} {case['label']}"


@pytest.mark.parametrize("case", CASES["product"], ids=text_of)
def test_a_product_under_admission_is_seen_and_its_capacity_form_proposed(case):
    assert product_rewriting(case["text"]) == case.get("rewriting")


@pytest.mark.parametrize("case", [case for case in CASES["product"] if case.get("rewriting")], ids=text_of)
def test_a_proposed_rewriting_is_itself_a_capacity_open_to_equivalents(case):
    assert product_rewriting(case["rewriting"]) is None
    assert not lacks_equivalent(case["rewriting"])


@pytest.mark.parametrize("case", CASES["lacks_equivalent"], ids=text_of)
def test_a_label_named_alone_is_seen(case):
    assert lacks_equivalent(case["text"]) is case["found"]


@pytest.mark.parametrize("case", CASES["exclusion"], ids=text_of)
def test_a_proof_about_exclusion_grounds_is_seen(case):
    assert proves_no_exclusion(case["text"]) is case["found"]


@pytest.mark.parametrize("case", CASES["place"], ids=text_of)
def test_a_requirement_about_a_place_is_seen(case):
    assert measures_place(case["key"], case["label"]) is case["found"]


def test_references_are_seen():
    assert asks_references("Références de prestations comparables")
    assert not asks_references("Assurance")


@pytest.mark.parametrize("case", CASES["brand"], ids=text_of)
def test_a_brand_is_found_as_it_is_written(case):
    assert named_brand(case["text"]) == case.get("name")


@pytest.mark.parametrize("case", CASES["seniority"], ids=text_of)
def test_a_seniority_is_seen(case):
    assert asks_seniority(case["text"]) is case["found"]


@pytest.mark.parametrize("case", CASES["turnover"], ids=text_of)
def test_a_turnover_is_seen(case):
    assert asks_turnover(case["text"]) is case["found"]
