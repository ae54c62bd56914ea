"""Needs before they are sent: started, written, copied, checked, thrown away."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from sad.actions.mini_tenders import (
    NeedChange,
    NeedLine,
    copy_mini_tender,
    discard_mini_tender,
    fill_lines,
    refilled_lines,
    return_to_requester,
    save_need,
    start_mini_tender,
    submit_for_check,
)
from sad.db import session, transaction
from sad.domain.calendar import PARIS
from sad.domain.errors import Refused
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender, MiniTenderLine, MiniTenderState
from sad.models.people import Role
from sad.need_templates import need_templates
from tests.factories.mini_tenders import make_admitted, make_mini_tender
from tests.factories.organisations import make_service
from tests.factories.people import make_person
from tests.factories.systems import make_system

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BREAKFAST = need_templates()["petit_dejeuner"]


@pytest.fixture
def system(database):
    return make_system()


@pytest.fixture
def service(system):
    return make_service(system.organisation)


@pytest.fixture
def requester(service):
    person = make_person(service.organisation, Role.REQUESTER, service=service)
    session.commit()
    return person


@pytest.fixture
def buyer(system):
    return make_person(system.organisation, Role.BUYER)


@pytest.fixture
def draft(system, service, requester, buyer):
    mini_tender = make_mini_tender(service, system=system, by=requester)
    make_admitted(system.categories[0], 2, by=buyer)
    session.commit()
    return mini_tender


def refusals(act) -> list[tuple[str | None, str | None]]:
    """What an act is refused for: (rule, field)."""
    with pytest.raises(Refused) as refused, transaction():
        act()
    return [(each.rule, each.field) for each in refused.value.refusals]


def save(mini_tender, by, version=None, **changes) -> MiniTender:
    with transaction():
        return save_need(mini_tender, NeedChange(**changes), version=version or mini_tender.version, by=by, at=AT)


def submit(mini_tender, by) -> MiniTender:
    with transaction():
        return submit_for_check(mini_tender, by=by, at=AT)


def test_a_need_starts_from_its_template_three_weeks_ahead_with_a_lawful_deadline(service, system, requester):
    with transaction():
        draft = start_mini_tender(service, BREAKFAST, system=system, by=requester, at=AT)
    assert (draft.title, draft.category.key, draft.state) == ("Petit-déjeuner de réunion", "pain", MiniTenderState.DRAFT)
    assert draft.happens_at == datetime(2026, 12, 14, 8, 0, tzinfo=PARIS)
    assert draft.wanted_closes_at == datetime(2026, 12, 7, 12, 0, tzinfo=PARIS)
    assert draft.constraints.splitlines() == list(BREAKFAST.constraints)


def test_a_need_that_the_system_does_not_buy_is_refused(service, system, requester):
    basket = need_templates()["panier_garni"]
    assert refusals(lambda: start_mini_tender(service, basket, system=system, by=requester, at=AT)) == [("SAD-22", "template")]


def test_lines_follow_the_guests_until_somebody_rewrites_them(draft, requester):
    save(draft, requester, guests=22, lines=fill_lines(BREAKFAST, 22))
    assert refilled_lines(draft, BREAKFAST, 30)[0] == NeedLine("Viennoiseries et pogne", Decimal(60), "pièce")
    save(draft, requester, lines=(NeedLine("Pogne entière", Decimal(3), "pièce"),))
    assert refilled_lines(draft, BREAKFAST, 30) is None


def test_what_a_screen_does_not_show_is_left_as_it_is(draft, requester):
    save(draft, requester, place="Mairie", lines=(NeedLine("Brioche", Decimal("2.5"), "kg"),))
    assert (draft.place, draft.guests, draft.budget) == ("Mairie", 22, Decimal("300.00"))
    assert [(line.position, line.label, line.quantity) for line in draft.lines] == [(1, "Brioche", Decimal("2.500"))]


def test_the_second_of_two_editors_is_told(draft, requester):
    version = draft.version
    save(draft, requester, place="Mairie")
    assert refusals(lambda: save_need(draft, NeedChange(place="École"), version=version, by=requester, at=AT)) == [(None, None)]
    assert draft.place == "Mairie"


def test_changing_only_the_lines_makes_another_version(draft, requester):
    version = draft.version
    save(draft, requester, lines=(NeedLine("Brioche", Decimal(2), "kg"),))
    assert draft.version > version


def test_a_copy_says_what_the_past_need_said_on_the_same_day_of_a_coming_week(draft, requester, system):
    draft.weights = {"price": "40", "quality": "30", "packaging": "10"}
    draft.returned_reason = "À revoir"
    session.commit()
    with transaction():
        copy = copy_mini_tender(draft, BREAKFAST, system=system, by=requester, at=AT)
    kept = ("template", "title", "guests", "place", "budget", "weights", "category_id", "service_id")
    assert [getattr(copy, name) for name in kept] == [getattr(draft, name) for name in kept]
    assert [(line.label, line.quantity) for line in copy.lines] == [(line.label, line.quantity) for line in draft.lines]
    assert copy.happens_at == datetime(2026, 12, 17, 8, 0, tzinfo=PARIS)
    assert copy.happens_at.astimezone(PARIS).weekday() == draft.happens_at.astimezone(PARIS).weekday()
    assert copy.wanted_closes_at == datetime(2026, 12, 7, 12, 0, tzinfo=PARIS)
    assert (copy.state, copy.returned_reason, copy.justifications) == (MiniTenderState.DRAFT, None, {})


def test_a_draft_handed_to_the_buyers_tells_each_of_them(draft, requester, buyer):
    submit(draft, requester)
    assert draft.state == MiniTenderState.TO_CHECK
    letters = session.scalars(select(Letter).where(Letter.mini_tender_id == draft.id)).all()
    assert [(letter.kind, letter.person_id) for letter in letters] == [("mini_tender_to_check", buyer.id)]
    assert "300,00" in letters[0].body


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"budget": None}, [("CRI-12", "budget")]),
        ({"budget": None, "wanted_closes_at": None}, [("CRI-12", "budget"), ("SAD-17", "closes_at")]),
        ({"wanted_closes_at": AT + timedelta(days=9)}, [("SAD-17", "closes_at")]),
        ({"happens_at": None}, [("SAD-22", "service_on")]),
        ({"constraints": "Produits de la commune, à moins de 20 km"}, [("CRI-08", "constraints")]),
        ({"weights": {"price": "90"}}, [("SAD-20", "price"), ("CRI-04", "weights"), ("CRI-03", "weights")]),
        ({"lines": ()}, [("SAD-05", "lines")]),
    ],
    ids=["no budget", "nor deadline", "too near", "no day", "forbidden word", "weight", "no line"],
)
def test_a_draft_leaves_for_the_check_only_once_its_author_mended_all(draft, requester, change, expected):
    save(draft, requester, **change)
    assert refusals(lambda: submit_for_check(draft, by=requester, at=AT)) == expected


def test_what_depends_on_the_buyers_does_not_keep_a_draft_from_them(system, service, requester):
    system.notice_dispatched_at = AT - timedelta(days=2)
    session.commit()
    nobody_admitted = make_mini_tender(service, system=system, by=requester)
    session.commit()
    assert submit(nobody_admitted, requester).state == MiniTenderState.TO_CHECK


def test_a_reason_lets_a_forbidden_word_leave(draft, requester):
    save(draft, requester, constraints="Repas servi aux élus de la commune", justifications={"CRI-08": "Le lieu de la réunion."})
    assert submit(draft, requester).state == MiniTenderState.TO_CHECK


def test_only_buyers_change_what_they_are_checking(draft, requester, buyer):
    submit(draft, requester)
    assert refusals(lambda: save_need(draft, NeedChange(place="École"), version=draft.version, by=requester, at=AT)) == [(None, None)]
    assert save(draft, buyer, place="École").place == "École"


def test_a_draft_that_comes_back_says_why_and_leaves_again(draft, requester, buyer):
    submit(draft, requester)
    assert refusals(lambda: return_to_requester(draft, "  ", by=buyer, at=AT)) == [(None, "reason")]
    with transaction():
        return_to_requester(draft, "Dire l’étage.", by=buyer, at=AT)
    assert (draft.state, draft.returned_reason) == (MiniTenderState.DRAFT, "Dire l’étage.")
    letter = session.scalars(select(Letter).where(Letter.kind == "mini_tender_returned")).one()
    assert letter.person_id == requester.id
    assert "Dire l’étage." in letter.body
    assert submit(draft, requester).returned_reason is None


def test_a_draft_thrown_away_leaves_its_trace_in_the_journal_alone(draft, requester, buyer):
    submit(draft, requester)
    assert refusals(lambda: discard_mini_tender(draft, by=requester, at=AT)) == [(None, None)]
    with transaction():
        return_to_requester(draft, "Inutile.", by=buyer, at=AT)
    identifier = draft.id
    with transaction():
        discard_mini_tender(draft, by=requester, at=AT)
    assert session.get(MiniTender, identifier) is None
    assert session.scalars(select(MiniTenderLine)).all() == []
    assert session.scalars(select(JournalEntry.action).order_by(JournalEntry.seq.desc())).first() == "discard_mini_tender"


def test_every_template_makes_lines_and_a_budget_for_any_number_of_guests():
    for template in need_templates().values():
        for guests in (1, 22, 500):
            assert all(line.quantity > 0 and line.quantity == round(line.quantity, 3) for line in fill_lines(template, guests))
            assert template.budget(guests) == round(template.high * guests, 2)
