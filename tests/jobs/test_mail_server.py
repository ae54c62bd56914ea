"""A mail server that misbehaves and a sender that dies: the campaign of letters, a few at each run (`tests/campaigns/mail.py`)."""

import pytest

from tests.campaigns.mail import check_letters


@pytest.mark.own_database
@pytest.mark.parametrize("seed", [0, 1])
def test_none_is_lost_nor_sent_twice_without_a_death_nor_sent_to_two(app, seed):
    check_letters(app, seed, letters=15, crashes=2)
