"""The library of ready requirements: lawful in each nature that it offers, with the keys of the model."""

from dataclasses import replace
from decimal import Decimal

import pytest
import yaml

from sad.domain.publication import publication_faults, publication_warnings
from sad.domain.requirements import Nature
from sad.requirement_library import EFFORTS, FILE, LibraryError, effort_of, found_by, groups, library, load, ready
from sad.stages_model import model_categories, model_stages
from tests.factories.requirements import NOTICE, STAGE_LAW, a_stage, capacity, condition, criterion, specification

FORMS = [(key, nature) for key, subject in library().items() for nature in subject.forms]
DAYS = [NOTICE.valid_from, NOTICE.valid_from.replace(year=2027), NOTICE.valid_from.replace(year=2028)]


def stage_with(subject, nature):
    """A lawful stage with this requirement beside what it needs to hold."""
    asked = ready(subject, nature).requirement
    forms = library()[subject].forms
    scored = [_left_open(forms[Nature.SPECIFICATION].requirement)] if asked.source else []
    weight = asked.weight or Decimal(0)
    rest = criterion("cost", "Prix", 50 - int(weight), price=True, method={"method": "lowest_ratio"})
    rest = replace(rest, price=not asked.price, method={"method": "scale", "scale": "10"} if asked.price else rest.method)
    packaging = criterion("boxes", "Contenants repris", 50, environmental=True, method={"method": "yes_no"})
    return a_stage(capacity("basic"), specification("basic_pct"), condition("basic_crates"), rest, packaging, *scored, asked)


def _left_open(scored):
    """A yes that the stage asks of every offer would leave nothing to score."""
    return replace(scored, comparison="any") if scored.comparison == "is_true" else scored


@pytest.mark.parametrize(("subject", "nature"), FORMS)
def test_every_ready_requirement_is_lawful_in_each_of_its_natures(subject, nature):
    stage = stage_with(subject, nature)
    assert publication_faults(stage, [], NOTICE, STAGE_LAW) == []
    assert publication_warnings(stage, [], NOTICE, STAGE_LAW) == []
    assert ready(subject, nature).requirement.nature is nature


@pytest.mark.parametrize(("subject", "nature"), FORMS)
def test_every_ready_requirement_says_what_proves_it_and_what_it_asks_of_a_supplier(subject, nature):
    form = ready(subject, nature)
    assert form.effort in EFFORTS and effort_of(form.requirement.key) == form.effort
    assert form.requirement.proof or nature is Nature.AWARD_CRITERION
    assert library()[subject].group in groups()


def test_all_that_the_model_asks_first_is_in_the_library_under_the_same_key_and_nature():
    usual = {each.key: each.families for each in model_categories()}
    asked = {(each.nature, each.key): each for stage in reversed(model_stages(DAYS[0], DAYS, usual)) for each in stage.requirements}
    offered = {(nature, form.requirement.key): form for subject in library().values() for nature, form in subject.forms.items()}
    assert set(asked) - set(offered) == set()
    for pair, modelled in asked.items():
        form = offered[pair].for_categories(usual)
        parts = ("label", "unit", "proof", "source", "price", "environmental", "method", "weight_min", "exempt_families", "categories")
        assert [getattr(form, part) for part in parts] == [getattr(modelled, part) for part in parts], pair


def test_what_suppliers_declare_has_an_effort_and_what_is_unknown_has_none():
    keys = ("direct_supply_pct", "organic_or_siqo_pct", "reusable_packaging", "liability_insurance", "organic_on_delivery")
    assert [effort_of(key) for key in keys] == ["supplier", "certification", "equipment", "paper", "paper"]
    assert effort_of("anything") is None


def test_a_capacity_is_for_the_categories_that_buy_its_families():
    form = ready("cold_chain", "capacity")
    assert form.for_categories({"pain": ["pain_viennoiserie"], "frais": ["fromages", "fruits"]}).categories == ("frais",)
    assert form.for_categories({"frais": ["fromages"]}).categories == ()


def test_a_search_takes_every_word_whatever_its_accents():
    assert [each.key for each in found_by("ALLERGENE")] == ["allergens"]
    assert "reusable_packaging" in [each.key for each in found_by("contenants repris")]
    assert found_by("vélo cargo")[0].key == "delivery_mode" and found_by("trottinette") == []
    assert found_by(" ") == list(library().values())


def test_there_is_no_form_for_an_unknown_subject_or_nature():
    assert ready("organic", "capacity") and not ready("inclusion", "capacity")
    assert ready("unknown", "capacity") is None and ready("organic", "anything") is None


@pytest.mark.parametrize(
    ("subject", "nature", "change", "said"),
    [
        ("insurance", "capacity", {"label": "Produits bio"}, "ne décrit|décrit ce qui est offert"),
        ("insurance", "capacity", {"proof": ""}, "aucune preuve"),
        ("insurance", "capacity", {"families": ["poisson"]}, "famille de produits inconnue"),
        ("insurance", "capacity", {"effort": "money"}, "effort ou groupe inconnu"),
        ("insurance", "capacity", {"key": "price"}, "sert deux fois"),
        ("direct_supply", "award_criterion", {"source": "nothing"}, "n’est demandée"),
        ("quality", "award_criterion", {"weight": "80"}, "80"),
        ("direct_supply", "specification", {"threshold": None}, "threshold"),
        ("traceability", "performance_condition", {"label": "Chaque livraison dit la commune du producteur"}, "commune"),
    ],
)
def test_a_faulty_library_is_refused_on_load_with_what_is_wrong(tmp_path, subject, nature, change, said):
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    content["subjects"][subject]["forms"][nature] |= change
    path = tmp_path / "library.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(LibraryError, match=said):
        load(path)
