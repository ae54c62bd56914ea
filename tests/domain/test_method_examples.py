import pytest

from sad.domain.method_examples import example_of, worked_examples
from sad.domain.requirements import Nature
from sad.domain.scoring.methods import METHODS
from sad.requirement_library import library


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


CASES = {
    "lowest_ratio": "Si ce sont les seules offres, 100 a tous les points ; 125 en a 80 % ; 200 en a 50 %.",
    "highest_ratio": "Si ce sont les seules offres, 80 a tous les points ; 60 en a 75 % ; 20 en a 25 %.",
    "scale": "Une note de 10 sur 10 a tous les points ; une note de 8 sur 10 en a 80 % ; une note de 5 sur 10 en a 50 %.",
    "linear_excess": "Si ce sont les seules offres, 100 a tous les points ; 125 en a 75 % ; 200 n’en a aucun.",
    "linear_bounds": "100 a tous les points ; 75 en a 75 % ; 0 n’en a aucun.",
    "linear_minmax": "Si ce sont les seules offres, 100 a tous les points ; 101 en a 75 % ; 104 n’en a aucun.",
    "steps": "« Repris » a tous les points ; « Recyclable » en a 50 % ; « Autre » n’en a aucun.",
    "yes_no": "Oui a tous les points ; non n’en a aucun.",
}


def test_every_method_of_the_table_has_its_example():
    assert set(CASES) == set(METHODS)


@pytest.mark.parametrize(("name", "said"), CASES.items())
def test_a_method_is_shown_on_a_few_values(name, said):
    assert plain(example_of(name)) == said


def test_the_price_is_in_euros_and_the_points_out_of_the_weight():
    (said,) = worked_examples({"method": "lowest_ratio"}, weight=50, is_price=True)
    assert plain(said).endswith("100 € a tous les points ; 125 € en a 80 %, soit 40 sur 50 ; 200 € en a 50 %, soit 25 sur 50.")


def test_the_options_of_the_line_are_followed_rather_than_the_usual_ones():
    own = {"method": "linear_bounds", "best": "100", "worst": "40"}
    assert plain(example_of("linear_bounds", own)) == "100 a tous les points ; 85 en a 75 % ; 40 n’en a aucun."
    assert plain(example_of("linear_bounds", {"method": "scale", "scale": "5"})).startswith("100 a tous")
    minmax = {"method": "linear_minmax", "better": "higher"}
    assert plain(example_of("linear_minmax", minmax)).endswith("104 a tous les points ; 101 en a 25 % ; 100 n’en a aucun.")


def test_steps_of_numbers_show_what_is_beyond_the_last():
    said = example_of("steps", {"method": "steps", "steps": [["0", "1"], ["1", "0.6"], [None, "0.1"]]})
    assert plain(said) == "0 a tous les points ; 1 en a 60 % ; 2 en a 10 %."


def test_each_sub_criterion_has_its_own():
    taste = {"key": "a", "label": "Goût", "weight": "20", "method": "yes_no"}
    subs = [taste, {"key": "b", "label": "Choix", "weight": "10", "method": "yes_no"}]
    found = [plain(said) for said in worked_examples({"sub_criteria": subs}, weight=30)]
    assert found == ["Goût : oui a tous les points ; non n’en a aucun.", "Choix : oui a tous les points ; non n’en a aucun."]


@pytest.mark.parametrize("method", [{}, {"method": "dice"}, {"method": "steps", "steps": []}, {"method": "linear_bounds", "best": "1"}])
def test_what_cannot_be_read_has_no_example(method):
    assert worked_examples(method) == ()


def test_every_criterion_of_the_library_has_its_example():
    criteria = [ready.requirement for subject in library().values() for ready in subject.forms.values()]
    criteria = [each for each in criteria if each.nature is Nature.AWARD_CRITERION]
    assert len(criteria) > 10
    assert [each.key for each in criteria if not worked_examples(each.method, weight=each.weight, is_price=each.price)] == []
