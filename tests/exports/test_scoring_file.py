"""A ranking exported: whoever computes it again finds the same points."""

import json

import pytest

from sad.domain.scoring.ranking import rank
from sad.domain.scoring.scoring_file import ranking_to_dict, read_scoring_file
from sad.domain.scoring.strict_json import read_json
from sad.exports.scoring_file import scoring_file, scoring_file_name
from tests.factories.generated import make_generated_award


@pytest.mark.parametrize("seed", range(5))
def test_the_file_ranked_again_gives_the_stored_points_to_the_last_digit(database, seed):
    ranking = make_generated_award(seed).place.ranking
    _, grid, bids = read_scoring_file(read_json(scoring_file(ranking)))
    again = ranking_to_dict(rank(bids[::-1], grid))
    assert again == ranking.result
    stored = {place.ref: (place.rank, place.total, place.points) for place in ranking.places}
    assert {each["ref"]: (each["rank"], each["total"], each["points"]) for each in again["ranking"]} == stored


def test_the_file_holds_what_ranks_and_nothing_more(database):
    ranking = make_generated_award(3).place.ranking
    content = json.loads(scoring_file(ranking))
    assert set(content) == {"title", "grid", "offers"}
    assert scoring_file_name(ranking) == "notation-petit-dejeuner-des-vice-presidents-2026-12-08.json"


def test_a_title_without_any_plain_letter_still_gives_a_name(database):
    ranking = make_generated_award(3).place.ranking
    ranking.scoring_file = {**ranking.scoring_file, "title": "« ¿ »"}
    assert scoring_file_name(ranking) == f"notation-{ranking.id}-2026-12-08.json"
