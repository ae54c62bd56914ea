"""The ready-made needs: complete, lawful words, known codes, units that the wizard offers."""

import json
from decimal import Decimal

import pytest
import yaml

from sad import need_templates as module
from sad.domain.arrangements import read_arrangements
from sad.domain.forbidden_words import find_forbidden_words
from sad.need_templates import need_templates
from sad.stages_model import model_categories
from sad.web.agent.forms import UNITS

TEMPLATES = list(need_templates().values())
ASKED = {
    *("petit_dejeuner", "pause_cafe", "gouter", "aperitif", "cocktail_dinatoire", "buffet_froid", "plateau_repas"),
    *("pique_nique_enfant", "panier_repas_adulte", "repas_assis", "panier_garni", "produits_bruts"),
}


def test_every_usual_need_has_its_template():
    assert set(need_templates()) >= ASKED


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.key)
def test_a_template_is_bought_in_a_category_of_the_model_with_units_that_the_wizard_offers(template):
    assert template.category in {each.key for each in model_categories()}
    assert {line.unit for line in template.lines} <= set(UNITS)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.key)
def test_no_template_speaks_of_a_place_of_origin(template):
    words = "\n".join((template.label, *template.constraints, *(line.label for line in template.lines)))
    assert find_forbidden_words(words, strict=False) == ()


def _codes(shared) -> list[dict]:
    return json.loads((shared / "data" / "cpv_food_catering_fr_en.json").read_text(encoding="utf-8"))["codes"]


def test_every_code_is_in_the_common_vocabulary(shared):
    known = {each["code"][:8] for each in _codes(shared)}
    assert [each.key for each in TEMPLATES if each.cpv not in known] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.key)
def test_a_template_says_how_it_is_delivered_in_a_sentence_that_can_be_chosen(template):
    chosen, rest = read_arrangements("\n".join(template.constraints))
    assert chosen["serving"], template.constraints
    assert rest.splitlines() == [line for line in template.constraints if line in rest.splitlines()]


@pytest.mark.parametrize("guests", [1, 22, 300])
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.key)
def test_quantities_and_budget_follow_the_guests(template, guests):
    assert [line.quantity(guests) for line in template.lines] == [line.per_guest * guests for line in template.lines]
    assert template.budget(guests) == (template.high * guests).quantize(Decimal("0.01"))
    assert Decimal("1.50") <= template.low and template.high <= Decimal("60.00")


def test_a_quantity_is_never_nothing():
    (line,) = need_templates()["produits_bruts"].lines[1:]
    assert line.quantity(1) == Decimal("0.060")
    assert module.TemplateLine("Sel", "kg", Decimal("0.0001")).quantity(1) == Decimal("0.001")


@pytest.mark.parametrize(
    "change",
    [{"lines": []}, {"price": {"low": "9", "typical": "6", "high": "8"}}, {"price": {"low": "0", "typical": "6", "high": "8"}}],
)
def test_a_wrong_file_is_refused(tmp_path, monkeypatch, change):
    content = yaml.safe_load(module.FILE.read_text(encoding="utf-8"))
    content["gouter"] |= change
    path = tmp_path / "need_templates.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    monkeypatch.setattr(module, "FILE", path)
    with pytest.raises(ValueError, match="gouter"):
        need_templates.__wrapped__()
