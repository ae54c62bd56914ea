"""Committees, convened sittings and sittings held, at fixed dates, on rankings of `tests.factories.evaluations`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from sad.actions.committees import Named, Terms, name_member, set_up_committee
from sad.actions.declarations import declare_interests
from sad.actions.minutes import Sheet, close_sitting, write_sitting
from sad.actions.sittings import Convening, convene_sitting
from sad.db import session
from sad.domain.calendar import PARIS
from sad.domain.committees import Ballot, Presence
from sad.models.committees import Committee
from sad.models.evaluations import Ranking
from sad.models.organisations import Organisation
from sad.models.people import Person, Role
from sad.models.sittings import Sitting
from tests.factories.evaluations import EXAMINED, Tender, make_ranked
from tests.factories.organisations import LONG_AGO
from tests.factories.people import make_person

FIRST_SITTING = datetime(2026, 11, 24, 14, 30, tzinfo=PARIS)
HELD = datetime(2026, 12, 22, 14, 30, tzinfo=PARIS)
TYPED = HELD + timedelta(minutes=20)
CLOSED = HELD + timedelta(hours=1)
PLACE = "Salle des commissions, hôtel de l’agglomération"
TITULARS = ("Odile Garnier", "Marc Teyssier", "Samia Haddad", "Paul Vernet", "Anne Roux")
SUBSTITUTES = ("Luc Chazal", "Nora Perrin")
TERMS = {
    "name": "Commission des achats alimentaires",
    "is_asked": True,
    "asked_from": Decimal("100.00"),
    "seats": 5,
    "quorum": 3,
    "first_at": FIRST_SITTING,
    "interval_days": 14,
    "place": PLACE,
}


def terms(**values) -> Terms:
    return Terms(**{**TERMS, **values})


def make_committee(
    organisation: Organisation, *, by: Person | None = None, at: datetime = EXAMINED, people: Mapping[str, Person] | None = None, **values
) -> Committee:
    """Five titulars, the first of whom presides, and two substitutes; `people`: the account of some of them, by name."""
    by = by or make_person(organisation, Role.BUYER)
    committee = set_up_committee(organisation, terms(**values), by=by, at=at)
    seats = [*enumerate(TITULARS[: committee.seats], start=1), *((None, name) for name in SUBSTITUTES)]
    for seat, name in seats:
        email = f"{name.lower().replace(' ', '.')}.{organisation.id}@agglo.example"
        person = (people or {}).get(name)
        name_member(committee, Named(seat=seat, name=name, title="Élue", email=email, person=person), by=by, at=at)
    session.flush()
    return committee


def convening(*rankings: Ranking, **values) -> Convening:
    return Convening(**{"held_at": HELD, "place": PLACE, "rankings": rankings, **values})


def make_convened(*rankings: Ranking, by: Person | None = None, **values) -> Sitting:
    """A committee convened on these rankings, by default on one of its own."""
    rankings = rankings or (make_ranked(Tender(), Tender(("4.00", "5.00"))),)
    organisation = rankings[0].mini_tender.organisation
    committee = make_committee(organisation, **values)
    return convene_sitting(committee, convening(*rankings), by=by or make_person(organisation, Role.BUYER), at=EXAMINED)


def secretary_of(sitting: Sitting) -> Person:
    """A buyer who has declared no interest in any file of the agenda."""
    person = make_person(sitting.committee.organisation, Role.BUYER)
    for item in sitting.items:
        declare_interests(item.ranking.mini_tender, has_conflict=False, by=person, at=EXAMINED)
    return person


def all_present(sitting: Sitting, *absent: int, replaced: Mapping[int, str] | None = None) -> list[Presence]:
    """Every titular in its seat but those absent; `replaced`: name of the substitute by seat."""
    names = {member.name: member.id for member in sitting.committee.sitting_members}
    sitters = {member.seat: member.id for member in sitting.committee.titulars if member.seat not in absent}
    sitters |= {seat: names[name] for seat, name in (replaced or {}).items()}
    return [Presence(seat, sitters.get(seat)) for seat in range(1, sitting.seats + 1)]


def said(sitting: Sitting, *signs: str, **values) -> Sheet:
    """The ballots of each file in order, one sign by seat: p for, c against, a abstention, r recused, a dot for nothing."""
    words = {"p": Ballot.FOR, "c": Ballot.AGAINST, "a": Ballot.ABSTAIN, "r": Ballot.RECUSED}
    ballots = {
        item.id: {seat: words[sign] for seat, sign in enumerate(line, start=1) if sign != "."}
        for item, line in zip(sitting.items, signs, strict=False)
    }
    return Sheet(**{"presences": all_present(sitting), "ballots": ballots, **values})


def make_cancelled(committee: Committee, *, by: Person) -> Sitting:
    """A sitting given up, with nothing on its agenda."""
    sitting = Sitting(
        organisation_id=committee.organisation_id,
        committee_id=committee.id,
        held_at=HELD,
        place=PLACE,
        seats=committee.seats,
        quorum=committee.quorum,
        convened_by=by.id,
        convened_at=LONG_AGO,
        cancelled_at=EXAMINED,
        cancelled_reason="Neige.",
    )
    session.add(sitting)
    session.flush()
    return sitting


def make_sittings(ranking: Ranking, *, by: Person) -> Sitting:
    """A sitting closed on an unfavourable opinion, then another convened on the same file."""
    committee = make_committee(ranking.mini_tender.organisation, by=by, asked_from=Decimal(0))
    closed = convene_sitting(committee, convening(ranking), by=by, at=EXAMINED)
    write_sitting(closed, said(closed, "ccccc"), version=1, by=by, at=TYPED)
    close_sitting(closed, version=2, by=by, at=CLOSED)
    return convene_sitting(committee, convening(ranking, held_at=HELD + timedelta(days=14)), by=by, at=CLOSED)


def make_held(*signs: str, sitting: Sitting | None = None, presences: Sequence[Presence] | None = None, **values) -> Sitting:
    """A sitting written and closed, by default with five votes for."""
    sitting = sitting or make_convened(**values)
    by = secretary_of(sitting)
    sheet = said(sitting, *(signs or ("ppppp",)), presences=presences or all_present(sitting))
    write_sitting(sitting, sheet, version=sitting.version, by=by, at=TYPED)
    return close_sitting(sitting, version=sitting.version, by=by, at=CLOSED)
