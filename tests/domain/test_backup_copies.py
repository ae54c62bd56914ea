"""When a backup copy may be opened: each case of the rule, and all that forbids it said at once."""

from dataclasses import replace

import pytest

from sad.domain.backup_copies import COPY_GROUNDS, MEDIA, CopyGround, CopyOpening, Medium, closed_for_good, copy_opening_faults

NOTHING = CopyOpening(
    is_late=False, is_struck_out=False, is_opened=False, has_read_offer=False, is_broken=False, has_begun=False, has_outage=False,
    ground=None, reason="Constaté par Claire.",
)  # fmt: skip


@pytest.mark.parametrize(
    "found",
    [
        {"ground": "infected", "has_read_offer": True},
        {"ground": "late", "has_begun": True},
        {"ground": "late", "has_outage": True},
        {"ground": "late", "has_begun": True, "is_broken": True},
        {"ground": "unreadable", "is_broken": True},
    ],
)
def test_each_case_of_the_rule_opens_it(found):
    assert list(copy_opening_faults(replace(NOTHING, **found))) == []


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"ground": None}, "n’est pas choisi"),
        ({"ground": "traffic"}, "n’est pas choisi"),
        ({"ground": "infected"}, "nul n’a pu y trouver"),
        ({"ground": "late"}, "Ni envoi commencé"),
        ({"ground": "late", "is_broken": True}, "Ni envoi commencé"),
        ({"ground": "late", "has_begun": True, "has_read_offer": True}, "se lit"),
        ({"ground": "unreadable"}, "n’a refusé de s’ouvrir"),
        ({"ground": "unreadable", "has_begun": True, "has_outage": True}, "n’a refusé de s’ouvrir"),
        ({"ground": "unreadable", "is_broken": True, "has_read_offer": True}, "se lit"),
        ({"ground": "infected", "has_read_offer": True, "is_late": True}, "après la date limite"),
        ({"ground": "infected", "has_read_offer": True, "is_struck_out": True}, "rayé"),
        ({"ground": "infected", "has_read_offer": True, "is_opened": True}, "déjà ouverte"),
        ({"ground": "infected", "has_read_offer": True, "reason": " \n"}, "n’est pas écrit"),
    ],
)
def test_outside_of_them_it_stays_closed_for_one_reason_of_its_own(found, said):
    (fault,) = copy_opening_faults(replace(NOTHING, **found))
    assert said in fault.message and fault.remedy and fault.rule == "REC-06"


def test_every_fault_is_said_at_once():
    worst = replace(NOTHING, is_late=True, is_struck_out=True, is_opened=True, reason="")
    assert len(list(copy_opening_faults(worst))) == 5 and len(list(closed_for_good(worst))) == 3


def test_every_medium_and_ground_has_its_words():
    assert set(MEDIA) == set(Medium) and set(COPY_GROUNDS) == set(CopyGround)
