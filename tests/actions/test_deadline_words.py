"""The words that say why a deadline is proposed (SAD-17, TIM-01)."""

from datetime import date, datetime

import pytest

from sad import parameters
from sad.actions.launches import deadline_words, first_possible_deadline, proposed_deadline
from sad.domain.calendar import PARIS
from sad.domain.deadlines import DeadlineLaw, harvest_advice


def words(day: date) -> str:
    reasons, advice = deadline_words(datetime(day.year, day.month, day.day, 9, tzinfo=PARIS))
    return " ".join((*reasons, advice)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("sent_on", "said"),
    [
        (date(2026, 11, 23), "Ils finissent le jeudi 3 décembre 2026. Première date limite possible : vendredi 4 décembre 2026 à 0 h."),
        (date(2026, 11, 25), "finiraient le samedi 5 décembre 2026, un samedi : le délai va jusqu’au lundi 7 décembre 2026."),
        (date(2026, 11, 26), "finiraient le dimanche 6 décembre 2026, un dimanche : le délai va jusqu’au lundi 7 décembre 2026."),
        (date(2026, 12, 15), "finiraient le vendredi 25 décembre 2026, un jour férié : le délai va jusqu’au lundi 28 décembre 2026."),
        (date(2026, 12, 21), "Nous proposons le lundi 4 janvier 2027 à 12 h : un jour ouvré de plus"),
    ],
)
def test_the_words_say_how_the_period_is_counted(sent_on, said):
    assert said in words(sent_on)


@pytest.mark.parametrize(
    ("sent_on", "is_advised"),
    [
        (date(2026, 5, 10), False),
        (date(2026, 5, 20), True),
        (date(2026, 7, 1), True),
        (date(2026, 9, 13), True),
        (date(2026, 9, 14), False),
    ],
)
def test_a_period_that_touches_the_season_of_harvest_is_advised_longer(sent_on, is_advised):
    assert ("saison des récoltes" in words(sent_on)) is is_advised


def test_the_longer_deadline_falls_on_a_working_day_at_the_same_hour():
    assert "jusqu’au mercredi 15 juillet 2026 à 12 h" in harvest_of(datetime(2026, 7, 7, 12, tzinfo=PARIS))
    assert "jusqu’au mardi 21 juillet 2026 à 12 h" in harvest_of(datetime(2026, 7, 14, 12, tzinfo=PARIS))


def test_the_words_name_the_dates_that_the_form_proposes():
    at = datetime(2026, 8, 3, 9, tzinfo=PARIS)
    assert (first_possible_deadline(at).date(), proposed_deadline(at).date()) == (date(2026, 8, 14), date(2026, 8, 17))
    assert "vendredi 14 août 2026" in words(at.date()) and "lundi 17 août 2026 à 12 h" in words(at.date())


def harvest_of(proposed: datetime) -> str:
    sent_on = date(2026, 6, 25)
    return harvest_advice(sent_on, proposed, DeadlineLaw.on(sent_on, parameters.value)).replace("\u00a0", " ")
