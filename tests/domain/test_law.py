from datetime import date

import pytest

from sad import parameters
from sad.domain.law import EvaluationLaw, LaunchLaw, StageLaw
from tests.factories.requirements import EVALUATION_LAW, LAUNCH_LAW, STAGE_LAW

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(("law", "values"), [(EvaluationLaw, EVALUATION_LAW), (StageLaw, STAGE_LAW), (LaunchLaw, LAUNCH_LAW)])
def test_the_dated_parameters_hold_every_number_that_the_rules_need(law, values):
    assert law.on(TODAY, parameters.value) == values


def test_the_numbers_are_those_of_the_day():
    before = LaunchLaw.on(date(2026, 8, 20), parameters.value)
    assert (before.minimum_environmental_criteria, before.price_only_allowed) == (0, True)
