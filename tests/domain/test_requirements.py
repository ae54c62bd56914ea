from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.requirements import Nature, Requirement, is_met, read_answer, shortfall
from tests.factories.requirements import capacity, criteria, specification

DIRECT = specification()
INTERMEDIARIES = specification("intermediaries", "Intermédiaires", unit="count", comparison="at_most", threshold=Decimal(1))
REUSABLE = specification("reusable_packaging", "Emballage réemployable", unit="yes_no", comparison="is_true", threshold=None)
FREE = specification("story", "Ce que vous produisez", unit="text", comparison="any", threshold=None)

decimals = st.decimals(min_value=-(10**6), max_value=10**6, places=3)
texts = st.text(max_size=20)


@st.composite
def requirements(draw) -> Requirement:
    """Any coherent requirement."""
    unit, comparison = draw(
        st.sampled_from([("percent", "at_least"), ("count", "at_most"), ("yes_no", "is_true"), ("text", "any"), ("points", "any")])
    )
    weights = draw(st.none() | st.lists(st.decimals(min_value="0.001", max_value=100, places=3), min_size=3, max_size=3).map(sorted))
    nature = draw(st.sampled_from(Nature if weights else [each for each in Nature if each is not Nature.AWARD_CRITERION]))
    return Requirement(
        key=draw(texts),
        label=draw(texts),
        nature=nature,
        categories=tuple(draw(st.lists(texts, max_size=3))),
        unit=unit,
        comparison=comparison,
        threshold=draw(decimals) if comparison.startswith("at_") else None,
        proof=draw(texts),
        exempt_families=tuple(draw(st.lists(texts, max_size=3))),
        weight_min=weights[0] if weights else None,
        weight=weights[1] if weights else None,
        weight_max=weights[2] if weights else None,
        method=draw(st.dictionaries(texts, texts | decimals | st.lists(st.tuples(texts, decimals), max_size=2), max_size=3)),
        price=draw(st.booleans()),
        environmental=draw(st.booleans()),
        document_required=draw(st.booleans()),
        source=draw(texts),
    )


@given(requirements())
def test_a_requirement_comes_back_whole_from_its_dictionary(requirement):
    assert Requirement.from_dict(requirement.to_dict()) == requirement


@pytest.mark.parametrize(
    ("requirement", "value", "met"),
    [
        (DIRECT, "40", True),
        (DIRECT, 40, True),
        (DIRECT, "39,9", False),
        (DIRECT, Decimal("39.999"), False),
        (DIRECT, 0, False),
        (DIRECT, "", None),
        (DIRECT, None, None),
        (DIRECT, "beaucoup", None),
        (DIRECT, "1e9", None),
        (DIRECT, "NaN", None),
        (DIRECT, True, None),
        (INTERMEDIARIES, "1", True),
        (INTERMEDIARIES, 2, False),
        (REUSABLE, True, True),
        (REUSABLE, "Oui", True),
        (REUSABLE, "non", False),
        (REUSABLE, False, False),
        (REUSABLE, "peut-être", None),
        (REUSABLE, None, None),
        (FREE, "du pain", True),
        (FREE, "  ", None),
    ],
)
def test_a_value_meets_a_requirement_misses_it_or_was_not_said(requirement, value, met):
    assert is_met(requirement, value) is met


def test_a_number_is_read_with_a_comma_and_spaces():
    assert read_answer(DIRECT, " 1 234,50 ") == Decimal("1234.50")


def test_a_supplier_is_exempt_only_when_all_its_families_are():
    assert not DIRECT.applies_to("boissons", ["cafe_the"])
    assert DIRECT.applies_to("boissons", ["cafe_the", "vins"])
    assert DIRECT.applies_to("boissons", [])


def test_a_requirement_of_some_categories_leaves_the_others_alone():
    of_bread = replace(DIRECT, categories=("pain",))
    assert of_bread.applies_to("pain", ())
    assert not of_bread.applies_to("frais", ())
    assert of_bread.applies_to(None, ())
    assert DIRECT.applies_to("frais", ())


@pytest.mark.parametrize(
    ("requirement", "value", "sentence"),
    [
        (DIRECT, 35, "35\u00a0% d’approvisionnement direct, 40\u00a0% demandés"),
        (replace(DIRECT, label="Part d’approvisionnement direct"), "35,5", "35,5\u00a0% d’approvisionnement direct, 40\u00a0% demandés"),
        (replace(DIRECT, label="SIQO ou équivalent", threshold=Decimal(1)), 0, "0\u00a0% de SIQO ou équivalent, 1\u00a0% demandé"),
        (replace(DIRECT, label="Produits surgelés", comparison="at_most"), 60, "60\u00a0% de produits surgelés, 40\u00a0% au plus"),
        (DIRECT, None, "Approvisionnement direct\u00a0: à renseigner (40\u00a0% au moins)"),
        (INTERMEDIARIES, 2, "2 intermédiaires, 1 au plus"),
        (replace(INTERMEDIARIES, label="Tournées", comparison="at_least", threshold=Decimal(3)), 1, "Tournées\u00a0: 1, 3 au moins"),
        (REUSABLE, False, "Emballage réemployable\u00a0: non, alors que c’est demandé"),
        (REUSABLE, None, "Emballage réemployable\u00a0: à renseigner (oui)"),
    ],
)
def test_what_is_missing_reads_as_french(requirement, value, sentence):
    assert shortfall(requirement, value) == sentence


def test_each_unit_asks_its_own_question():
    assert capacity().question == "Assurance responsabilité civile professionnelle\u00a0: est-ce votre cas\u00a0?"
    assert DIRECT.question == "Approvisionnement direct\u00a0: quelle part, en\u00a0%\u00a0?"
    assert INTERMEDIARIES.question == "Intermédiaires\u00a0: combien\u00a0?"


@pytest.mark.parametrize(
    "parts",
    [
        {"unit": "yes_no"},
        {"threshold": None},
        {"comparison": "any"},
        {"unit": "euros"},
        {"comparison": "is_true", "threshold": None},
    ],
)
def test_parts_that_contradict_each_other_make_no_requirement(parts):
    with pytest.raises(ValueError, match="direct_supply_pct"):
        specification(**parts)


def test_an_award_criterion_weighs_something():
    with pytest.raises(ValueError, match="weighs"):
        replace(criteria()[0], weight=Decimal(0))


@pytest.mark.parametrize("content", [{"colour": "green"}, {"threshold": "douze"}, {"nature": "wish"}])
def test_a_dictionary_that_is_not_a_requirement_is_refused(content):
    with pytest.raises(ValueError, match=r"unknown parts|not a number|not a valid"):
        Requirement.from_dict({**DIRECT.to_dict(), **content})
