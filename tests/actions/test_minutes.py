"""A sitting as it is held: who may vote, two secretaries, the closing, and the minutes that nobody changes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from sad.actions.awards import propose_award
from sad.actions.committees import end_member
from sad.actions.declarations import declare_interests
from sad.actions.marks import give_mark
from sad.actions.minutes import close_sitting, closing_faults, fingerprint_of, write_sitting
from sad.actions.rankings import compute_ranking
from sad.actions.sittings import cancel_sitting
from sad.actions.ties import first_places
from sad.db import session, transaction
from sad.domain.committees import Ballot, Opinion, Presence
from sad.domain.errors import Refused
from sad.models.journal import JournalBody, JournalEntry
from sad.models.people import Person, Role
from sad.models.sittings import Sitting, SittingPresence, SittingVote
from tests.factories.committees import (
    CLOSED,
    HELD,
    SUBSTITUTES,
    TITULARS,
    TYPED,
    all_present,
    make_convened,
    make_held,
    said,
    secretary_of,
)
from tests.factories.evaluations import Tender, make_ranked, offers_of
from tests.factories.mini_tenders import make_mini_tender
from tests.factories.people import make_person


@pytest.fixture
def sitting(database) -> Sitting:
    return make_convened()


@pytest.fixture
def secretary(sitting) -> Person:
    return secretary_of(sitting)


def write(sitting, secretary, *signs, at=TYPED, version=None, **values):
    return write_sitting(sitting, said(sitting, *signs, **values), version=version or sitting.version, by=secretary, at=at)


def kept(sitting) -> tuple[int, int]:
    """How many presences and votes the database has."""
    return tuple(len(session.scalars(select(kind).where(kind.sitting_id == sitting.id)).all()) for kind in (SittingPresence, SittingVote))


def fields(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[str | None, str | None]]:
    return [(one.field, one.rule) for one in refused.value.refusals]


def test_a_sitting_is_typed_again_and_again_until_it_is_closed(sitting, secretary):
    write(sitting, secretary)
    assert kept(sitting) == (5, 0)
    write(sitting, secretary, "ppp..", presences=all_present(sitting, 4, 5))
    write(sitting, secretary, "cpppa", presences=all_present(sitting, 1, 5, replaced={1: SUBSTITUTES[0], 5: SUBSTITUTES[1]}))
    assert kept(sitting) == (5, 5) and sitting.version == 4
    close_sitting(sitting, version=4, by=secretary, at=CLOSED)
    assert sitting.items[0].opinion == Opinion.FAVOURABLE and sitting.closer.id == secretary.id
    assert sitting.presences[0].titular.name == TITULARS[0] and sitting.presences[0].sitter.name == SUBSTITUTES[0]


def test_an_absent_member_does_not_vote(sitting, secretary):
    with pytest.raises(Refused, match="un absent ne vote pas") as refused:
        write(sitting, secretary, "ppppp", presences=all_present(sitting, 2))
    assert fields(refused) == [(f"vote_{sitting.items[0].id}_2", "AWD-09")] and kept(sitting) == (0, 0)


def test_a_present_titular_is_not_replaced_and_nobody_sits_twice(sitting, secretary):
    names = {member.name: member.id for member in sitting.committee.sitting_members}
    twice = [*all_present(sitting), Presence(2, names[SUBSTITUTES[0]])]
    with pytest.raises(Refused, match="un titulaire présent n’est pas remplacé"):
        write(sitting, secretary, "ppppp", presences=twice)
    with pytest.raises(Refused, match="siège déjà au siège 1"):
        write(sitting, secretary, presences=all_present(sitting, replaced={1: SUBSTITUTES[0], 2: SUBSTITUTES[0]}))
    with pytest.raises(Refused, match="plus de votants que de sièges"):
        write(sitting, secretary, presences=[*all_present(sitting), Presence(6, names[SUBSTITUTES[1]])])
    assert kept(sitting) == (0, 0)


def test_a_member_with_a_declared_interest_stands_aside_and_never_votes(database):
    ranking = make_ranked(Tender(), Tender(("4.00", "5.00")))
    elected = make_person(ranking.mini_tender.organisation, Role.AWARD_AUTHORITY)
    sitting = make_convened(ranking, people={TITULARS[1]: elected})
    secretary = secretary_of(sitting)
    write(sitting, secretary, "ppppp")
    declare_interests(ranking.mini_tender, has_conflict=True, link="Ma sœur y travaille.", by=elected, at=TYPED)
    assert [fault.rule for fault in closing_faults(sitting)] == ["ANA-05"], "declared after it had voted"
    with pytest.raises(Refused) as refused:
        write(sitting, secretary, "pcppp")
    assert fields(refused) == [(f"vote_{sitting.items[0].id}_2", "ANA-05")]
    write(sitting, secretary, "p.ppp")
    votes = {vote.seat: vote.ballot for vote in sitting.items[0].votes}
    assert votes == {1: "for", 2: "recused", 3: "for", 4: "for", 5: "for"}, "its ballot says by itself that it stands aside"
    close_sitting(sitting, version=sitting.version, by=secretary, at=CLOSED)
    assert sitting.items[0].opinion == Opinion.FAVOURABLE


def test_without_quorum_nobody_votes_and_the_file_is_put_off(sitting, secretary):
    with pytest.raises(Refused, match="quorum n’est pas réuni, 2 votants pour 3"):
        write(sitting, secretary, "pp...", presences=all_present(sitting, 3, 4, 5))
    write(sitting, secretary, presences=all_present(sitting, 3, 4, 5))
    close_sitting(sitting, version=sitting.version, by=secretary, at=CLOSED)
    assert sitting.items[0].opinion == Opinion.POSTPONED and "quorum" in sitting.items[0].sentence


def test_nothing_closes_without_its_presences_and_each_vote(sitting, secretary):
    with pytest.raises(Refused, match="feuille de présence"):
        close_sitting(sitting, version=sitting.version, by=secretary, at=CLOSED)
    write(sitting, secretary, "pp.p.")
    with pytest.raises(Refused, match=f"il manque le vote de {TITULARS[2]} et {TITULARS[4]}"):
        close_sitting(sitting, version=sitting.version, by=secretary, at=CLOSED)
    assert sitting.closed_at is None and sitting.items[0].opinion is None


def test_a_file_put_off_has_its_reason_and_no_vote(sitting, secretary):
    item = sitting.items[0]
    with pytest.raises(Refused, match="on ne vote pas"):
        write(sitting, secretary, "p....", postponed={item.id: "Une pièce est attendue."})
    write(sitting, secretary, postponed={item.id: " Une pièce est attendue. "})
    close_sitting(sitting, version=sitting.version, by=secretary, at=CLOSED)
    assert (item.opinion, item.postponed_reason) == (Opinion.POSTPONED, "Une pièce est attendue.")


def test_nobody_sits_before_the_day(sitting, secretary):
    with pytest.raises(Refused, match="personne n’a encore siégé"):
        write(sitting, secretary, "ppppp", at=HELD - timedelta(days=1))
    assert write(sitting, secretary, "ppppp", at=HELD - timedelta(hours=1)).version == 2


def test_a_secretary_has_declared_no_interest_in_any_file(sitting):
    silent = make_person(sitting.committee.organisation, Role.BUYER)
    with pytest.raises(Refused) as refused:
        write(sitting, silent, "ppppp")
    assert fields(refused) == [("has_conflict", "ANA-05")]


def test_an_opinion_is_not_given_on_a_ranking_that_has_changed(sitting, secretary):
    ranking = sitting.items[0].ranking
    write(sitting, secretary, "ppppp")
    give_mark(offers_of(ranking.mini_tender)[0], "quality", "9", "Relu.", by=secretary, at=TYPED)
    for _ in range(2):
        with pytest.raises(Refused, match="le classement a changé depuis la convocation"):
            close_sitting(sitting, version=sitting.version, by=secretary, at=CLOSED)
        compute_ranking(ranking.mini_tender, by=secretary, at=TYPED)
    write(sitting, secretary, postponed={sitting.items[0].id: "Classement refait."})
    assert close_sitting(sitting, version=sitting.version, by=secretary, at=CLOSED).items[0].opinion == Opinion.POSTPONED


def test_a_closed_sitting_never_changes_and_its_fingerprint_is_in_the_journal(database):
    sitting = make_held("ppcap")
    secretary = sitting.closer
    for act in (
        lambda: write(sitting, secretary, "ccccc"),
        lambda: close_sitting(sitting, version=sitting.version, by=secretary, at=CLOSED),
        lambda: cancel_sitting(sitting, "Regret.", by=secretary, at=CLOSED),
    ):
        with pytest.raises(Refused, match="ne change plus"):
            act()
    line = session.scalars(select(JournalEntry).where(JournalEntry.action == "close_sitting")).one()
    body = session.get_one(JournalBody, line.seq).body
    assert body["fingerprint"] == sitting.fingerprint == fingerprint_of(sitting)
    session.execute(update(SittingVote).where(SittingVote.seat == 3).values(ballot=Ballot.FOR))
    session.expire_all()
    assert fingerprint_of(sitting) != sitting.fingerprint, "a vote changed by another way is seen"


def test_who_leaves_later_stays_in_the_minutes(database):
    sitting = make_held("ppppp")
    fingerprint = fingerprint_of(sitting)
    for member in sitting.committee.titulars:
        end_member(member, by=sitting.closer, at=CLOSED)
    session.expire_all()
    assert fingerprint_of(sitting) == fingerprint and [each.sitter.name for each in sitting.presences] == list(TITULARS)


def test_of_two_secretaries_the_second_is_told(sitting, secretary):
    seen = sitting.version
    write(sitting, secretary, "ppppp", version=seen)
    with pytest.raises(Refused, match="Quelqu’un d’autre a enregistré"):
        write(sitting, secretary, "ccccc", version=seen)
    with pytest.raises(Refused, match="Quelqu’un d’autre a enregistré"):
        close_sitting(sitting, version=seen, by=secretary, at=CLOSED)
    assert {vote.ballot for vote in sitting.items[0].votes} == {"for"}


def test_two_secretaries_at_once_leave_one_sheet(database):
    with transaction():
        sitting = make_convened()
        people = [secretary_of(sitting) for _ in range(2)]
        sheets = [said(sitting, signs) for signs in ("ppppp", "ccccc")]
        sitting_id, ids = sitting.id, [person.id for person in people]
    session.remove()
    gate = Barrier(2)

    def save(place: int) -> str:
        gate.wait()
        try:
            with transaction():
                person, found = session.get_one(Person, ids[place]), session.get_one(Sitting, sitting_id)
                write_sitting(found, sheets[place], version=1, by=person, at=TYPED)
        except Refused as refused:
            return str(refused)
        finally:
            session.remove()
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(save, range(2)))
    assert answers[1] == "saved" and answers[0].startswith("Quelqu’un d’autre")
    votes = session.scalars(select(SittingVote)).all()
    assert len(votes) == 5 and len({vote.ballot for vote in votes}) == 1 and session.get_one(Sitting, sitting_id).version == 2


@pytest.mark.parametrize("who", ["absent", "twice", "from elsewhere"])
def test_the_database_itself_lets_nobody_vote_who_does_not_sit(sitting, secretary, who):
    write(sitting, secretary, "ppppp", presences=all_present(sitting, 5, replaced={4: SUBSTITUTES[0]}), **{"ballots": {}})
    item, members = sitting.items[0], {member.name: member.id for member in sitting.committee.sitting_members}
    seat, member = {"absent": (5, TITULARS[4]), "twice": (1, TITULARS[1]), "from elsewhere": (4, TITULARS[3])}[who]
    session.add(SittingVote(item_id=item.id, sitting_id=sitting.id, seat=seat, member_id=members[member], ballot="for"))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_a_file_of_an_award_that_was_proposed_meanwhile_has_no_opinion_any_more(sitting, secretary):
    ranking = sitting.items[0].ranking
    write(sitting, secretary, "ppppp")
    sitting.committee.asked_from = 100000
    propose_award(first_places(ranking)[0], "La première.", by=secretary, at=TYPED)
    with pytest.raises(Refused, match="déjà proposée"):
        close_sitting(sitting, version=sitting.version, by=secretary, at=CLOSED)


def test_each_file_has_its_own_votes(database):
    first = make_ranked(Tender(), Tender(("4.00", "5.00")))
    system, buyer = first.mini_tender.system, session.get_one(Person, first.ranked_by)
    second = make_ranked(Tender(), mini_tender=make_mini_tender(first.mini_tender.service, system=system, title="Goûters"))
    sitting = make_convened(first, second, by=buyer)
    make_held("ppppp", "cccrp", sitting=sitting)
    assert [item.opinion for item in sitting.items] == [Opinion.FAVOURABLE, Opinion.UNFAVOURABLE]
