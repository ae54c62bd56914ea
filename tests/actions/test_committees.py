"""Setting a committee up, convening it, and what an award waits for."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from sad.actions.awards import propose_award
from sad.actions.committees import (
    Named,
    committee_of,
    end_member,
    name_member,
    name_warning,
    proposed_moment,
    set_up_committee,
    vacant_seats,
)
from sad.actions.marks import give_mark
from sad.actions.opinions import competence_warnings, is_asked_on, opinion_on, waiting_rankings
from sad.actions.rankings import compute_ranking
from sad.actions.sittings import cancel_sitting, convene_sitting
from sad.actions.ties import first_places
from sad.db import session
from sad.domain.calendar import PARIS
from sad.domain.errors import Refused
from sad.models.committees import CommitteeMember
from sad.models.evaluations import Ranking
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.people import Person, Role
from tests.factories.committees import (
    CLOSED,
    HELD,
    SUBSTITUTES,
    TITULARS,
    convening,
    make_committee,
    make_convened,
    make_held,
    terms,
)
from tests.factories.evaluations import EXAMINED, Tender, make_ranked, offers_of
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person

REASON = "La meilleure qualité."


@pytest.fixture
def ranking(database) -> Ranking:
    return make_ranked(Tender(), Tender(("4.00", "5.00")))


@pytest.fixture
def buyer(ranking) -> Person:
    return session.get_one(Person, ranking.ranked_by)


def proposed(ranking, buyer, at=EXAMINED):
    return propose_award(first_places(ranking)[0], REASON, by=buyer, at=at)


def fields(refused: pytest.ExceptionInfo[Refused]) -> list[str | None]:
    return [one.field for one in refused.value.refusals]


def test_a_committee_has_its_members_in_order_and_one_place_for_each_person(database):
    organisation = make_organisation()
    buyer = make_person(organisation, Role.BUYER)
    committee = make_committee(organisation, by=buyer)
    assert [member.name for member in committee.titulars] == list(TITULARS)
    assert [member.name for member in committee.substitutes] == list(SUBSTITUTES)
    again = Named(seat=5, name="Une autre", title="", email=committee.titulars[0].email.upper())
    with pytest.raises(Refused) as refused:
        name_member(committee, again, by=buyer, at=EXAMINED)
    assert fields(refused) == ["email", "seat"]


def test_a_member_who_leaves_is_kept_and_frees_its_seat(database):
    organisation = make_organisation()
    buyer, elected = make_person(organisation, Role.BUYER), make_person(organisation, Role.AWARD_AUTHORITY)
    committee = make_committee(organisation, by=buyer, people={TITULARS[1]: elected})
    member = committee.titulars[1]
    assert (member.name, member.email) == (elected.name, elected.email)
    end_member(member, by=buyer, at=EXAMINED)
    assert vacant_seats(committee) == [2] and len(committee.members) == 7
    with pytest.raises(Refused, match="n’est déjà plus membre"):
        end_member(member, by=buyer, at=EXAMINED)
    assert name_member(committee, Named(seat=2, name="", title="", email="", person=elected), by=buyer, at=EXAMINED).seat == 2


def test_a_seat_that_is_held_is_not_taken_away(database):
    organisation = make_organisation()
    committee = make_committee(organisation)
    with pytest.raises(Refused) as refused:
        set_up_committee(organisation, terms(seats=3, quorum=1), by=make_person(organisation, Role.BUYER), at=EXAMINED)
    assert fields(refused) == ["quorum", "seats"] and committee.seats == 5


@pytest.mark.parametrize("changes", [{"seat": 1}, {"email": "same"}])
def test_the_database_itself_keeps_one_person_a_seat(database, changes):
    committee = make_committee(make_organisation())
    first = committee.titulars[0]
    values = {"seat": None, "email": "nouvelle@agglo.example", **changes}
    values["email"] = first.email if values["email"] == "same" else values["email"]
    said = {"organisation_id": committee.organisation_id, "committee_id": committee.id, "named_by": first.named_by, "since": first.since}
    session.add(CommitteeMember(name="Une autre", title="", **said, **values))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


@pytest.mark.parametrize(
    ("name", "warns"),
    [("Commission d’appel d’offres", True), ("COMMISSION D'APPEL D'OFFRES", True), ("Commission des achats", False)],
)
def test_the_name_of_the_committee_of_the_law_is_warned_against(database, name, warns):
    found = name_warning(name, EXAMINED)
    assert (found is not None) == warns
    assert found is None or ("216" in found.message and "L1414-2" in found.message and found.rule == "AWD-09")


def test_from_the_european_threshold_the_committee_of_the_law_awards(ranking):
    place = first_places(ranking)[0]
    place.offer.total = Decimal("215999.99")
    assert competence_warnings(place, EXAMINED) == []
    place.offer.total = Decimal("216000.00")
    assert [warning.rule for warning in competence_warnings(place, EXAMINED)] == ["AWD-09"]


def test_its_letters_name_the_agenda_and_nobody_who_answered(ranking):
    elected = make_person(ranking.mini_tender.organisation, Role.AWARD_AUTHORITY)
    sitting = make_convened(ranking, people={TITULARS[0]: elected})
    letters = list(session.scalars(select(Letter).where(Letter.kind == "committee_convened").order_by(Letter.id)))
    assert [letter.to_name for letter in letters] == [elected.name, *TITULARS[1:], *SUBSTITUTES]
    assert letters[0].person_id == elected.id and {letter.person_id for letter in letters[1:]} == {None}
    for letter in letters:
        assert ranking.mini_tender.title in letter.body and "L2141-10" in letter.body and sitting.place in letter.body
        assert not [each for each in offers_of(ranking.mini_tender) if each.supplier.name in letter.body or str(each.total) in letter.body]
    assert "présidez" in letters[0].body and "suppléant : vous siégez" in letters[-1].body.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"held_at": EXAMINED + timedelta(days=5)}, "held_at"),
        ({"held_at": HELD.replace(day=25)}, "held_at"),
        ({"held_at": HELD.replace(day=20)}, "held_at"),
        ({"place": "  "}, "place"),
        ({"rankings": ()}, "rankings"),
    ],
)
def test_a_committee_is_not_convened_too_late_on_a_day_off_nowhere_or_for_nothing(ranking, changes, field):
    committee = make_committee(ranking.mini_tender.organisation)
    with pytest.raises(Refused) as refused:
        convene_sitting(committee, replace(convening(ranking), **changes), by=_buyer(ranking), at=EXAMINED)
    assert fields(refused) == [field]
    assert session.scalars(select(Letter).where(Letter.kind == "committee_convened")).all() == []


def test_one_sitting_at_a_time_and_none_without_members(ranking):
    organisation = ranking.mini_tender.organisation
    empty = set_up_committee(organisation, terms(), by=_buyer(ranking), at=EXAMINED)
    with pytest.raises(Refused, match="moins de 3 membres"):
        convene_sitting(empty, convening(ranking), by=_buyer(ranking), at=EXAMINED)
    session.delete(empty)
    session.flush()
    sitting = make_convened(ranking)
    other = make_ranked(Tender())
    with pytest.raises(Refused, match="déjà convoquée") as refused:
        convene_sitting(sitting.committee, convening(ranking, other), by=_buyer(ranking), at=EXAMINED)
    assert fields(refused) == [None, "rankings", "rankings"], "the file is on an agenda already, the other is another buyer's"


def test_the_usual_day_leaves_the_notice(ranking):
    committee = make_committee(ranking.mini_tender.organisation)
    assert proposed_moment(committee, EXAMINED) == HELD
    assert proposed_moment(committee, HELD.replace(day=15)) == HELD
    assert proposed_moment(committee, HELD.replace(day=17)) == HELD.replace(year=2027, month=1, day=5)
    summer = proposed_moment(committee, HELD.replace(year=2027, month=6))
    assert (summer.astimezone(PARIS).hour, summer.astimezone(PARIS).minute) == (14, 30)


def test_a_sitting_given_up_is_told_and_its_files_wait_again(ranking):
    sitting = make_convened(ranking)
    assert waiting_rankings(sitting.committee) == []
    with pytest.raises(Refused, match="motif"):
        cancel_sitting(sitting, " ", by=_buyer(ranking), at=EXAMINED)
    cancel_sitting(sitting, "Neige.", by=_buyer(ranking), at=EXAMINED)
    assert [each.ranking.id for each in waiting_rankings(sitting.committee)] == [ranking.id]
    assert len(session.scalars(select(Letter).where(Letter.kind == "committee_cancelled")).all()) == 7
    with pytest.raises(Refused, match="annulée"):
        cancel_sitting(sitting, "Encore.", by=_buyer(ranking), at=EXAMINED)


def test_an_award_waits_for_a_favourable_opinion_where_the_house_asks_for_one(ranking, buyer):
    make_committee(ranking.mini_tender.organisation)
    with pytest.raises(Refused, match="ne lui a pas été soumis") as refused:
        proposed(ranking, buyer)
    assert [one.rule for one in refused.value.refusals] == ["AWD-09"]


def test_a_file_on_the_agenda_has_no_opinion_before_the_closing(ranking, buyer):
    make_convened(ranking)
    assert opinion_on(ranking) is None
    with pytest.raises(Refused, match="Tenir la séance convoquée") as refused:
        proposed(ranking, buyer)
    assert "ne lui a pas été soumis" in str(refused.value)


def test_a_favourable_opinion_lets_the_award_be_proposed(ranking, buyer):
    make_held("ppcpp", sitting=make_convened(ranking))
    assert proposed(ranking, buyer, CLOSED).place.rank == 1


@pytest.mark.parametrize(("signs", "words"), [("ccccc", "défavorable"), ("aaaaa", "reporté")])
def test_another_opinion_keeps_the_award_waiting_and_may_be_asked_again(ranking, buyer, signs, words):
    sitting = make_held(signs, sitting=make_convened(ranking))
    with pytest.raises(Refused, match=words):
        proposed(ranking, buyer, CLOSED)
    waiting = waiting_rankings(sitting.committee)
    assert [(each.ranking.id, each.last.sitting_id) for each in waiting] == [(ranking.id, sitting.id)]
    again = convene_sitting(sitting.committee, convening(ranking, held_at=HELD + timedelta(days=14)), by=_buyer(ranking), at=CLOSED)
    assert again.id != sitting.id


def test_an_opinion_is_on_one_ranking_and_no_other(ranking, buyer):
    sitting = make_held("ppppp", sitting=make_convened(ranking))
    assert waiting_rankings(sitting.committee) == []
    give_mark(offers_of(ranking.mini_tender)[0], "quality", "9", "Relu.", by=buyer, at=CLOSED)
    again = compute_ranking(ranking.mini_tender, by=buyer, at=CLOSED)
    assert opinion_on(again) is None and opinion_on(ranking) is not None
    assert [each.ranking.id for each in waiting_rankings(sitting.committee)] == [again.id]
    with pytest.raises(Refused, match="ne lui a pas été soumis"):
        proposed(again, buyer, CLOSED)


@pytest.mark.parametrize(("above", "is_asked"), [("0.00", True), ("0.01", False)])
def test_the_opinion_is_asked_from_an_amount_to_the_cent(ranking, buyer, above, is_asked):
    place = first_places(ranking)[0]
    committee = make_committee(ranking.mini_tender.organisation, asked_from=place.offer.total + Decimal(above))
    assert is_asked_on(place) == is_asked and bool(waiting_rankings(committee)) == is_asked
    if not is_asked:
        assert proposed(ranking, buyer).place.id == place.id


def test_a_committee_that_is_no_longer_asked_keeps_no_award_waiting(ranking, buyer):
    organisation = ranking.mini_tender.organisation
    sitting = make_convened(ranking)
    with pytest.raises(Refused) as refused:
        set_up_committee(organisation, terms(is_asked=False), by=buyer, at=EXAMINED)
    assert fields(refused) == ["is_asked"]
    cancel_sitting(sitting, "Plus de commission.", by=buyer, at=EXAMINED)
    set_up_committee(organisation, terms(is_asked=False), by=buyer, at=EXAMINED)
    assert proposed(ranking, buyer).place.rank == 1


def test_the_committee_of_another_buyer_says_nothing_here(ranking, buyer):
    make_committee(make_organisation())
    assert committee_of(ranking.organisation_id) is None
    assert proposed(ranking, buyer).place.rank == 1
    acts = session.scalars(select(JournalEntry.action).where(JournalEntry.action.in_(["set_up_committee", "name_member"]))).all()
    assert len(acts) == 8


def _buyer(ranking: Ranking) -> Person:
    return session.get_one(Person, ranking.ranked_by)
