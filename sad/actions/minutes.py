"""A sitting as it is held: who sits, what each says, the opinions, and the closing that freezes them (AWD-09, L2141-10)."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from sad.actions.declarations import concerned_people, interest_faults
from sad.actions.evaluations import take_up
from sad.actions.journal import record
from sad.actions.rankings import currency_faults
from sad.actions.sittings import hold_sitting
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.committees import Ballot, Debate, Outcome, Presence, debate_faults, outcome_of, presence_faults, silent_seats
from sad.domain.errors import Refusal, Refused
from sad.domain.sentences import french_date, listed
from sad.models.committees import Committee, CommitteeMember
from sad.models.evaluations import RankedOffer, Ranking
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person
from sad.models.sittings import Sitting, SittingItem, SittingPresence, SittingVote
from sad.trust.canonical import canonical_json, instant

VOTED = (Ballot.FOR, Ballot.AGAINST, Ballot.ABSTAIN)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a secretary types: who sits where, the ballots by item id and seat, why items are put off by item id."""

    presences: Sequence[Presence]
    ballots: Mapping[int, Mapping[int, Ballot]] = field(default_factory=dict)
    postponed: Mapping[int, str] = field(default_factory=dict)


def write_sitting(sitting: Sitting, sheet: Sheet, *, version: int, by: Person, at: datetime) -> Sitting:
    """Keep who sits in each seat and what each says; again and again until the closing, each time over what was there.

    `version`: of the sitting as its author saw it. A seat whose account declared an interest stands aside by itself.
    Raises `Refused` with every fault.
    """
    hold_sitting(sitting, version)
    titulars = titulars_of(sitting)
    substitutes = {member.id: member for member in sitting.committee.substitutes}
    people = {**substitutes, **{member.id: member for member in titulars.values() if member}}
    names = {member.id: member.name for member in people.values()}
    seats = {seat: member.id if member else None for seat, member in titulars.items()}
    faults = [*_secretary_faults(sitting, by, at), *presence_faults(sheet.presences, seats, substitutes, names)]
    debates = _typed_debates(sitting, sheet, people) if not faults else []
    faults += [fault for debate in debates for fault in debate_faults(debate, sheet.presences, sitting.quorum, names)]
    if faults:
        raise Refused(*faults)
    _replace(sitting, sheet.presences, seats, debates)
    sitting.version += 1
    said = {str(debate.item): {str(seat): ballot for seat, ballot in debate.ballots.items()} for debate in debates}
    present = {str(each.seat): each.sitter for each in sheet.presences}
    put_off = {str(debate.item): debate.postponed for debate in debates}
    record("write_sitting", sitting, by=by, at=at, present=present, ballots=said, postponed=put_off)
    return sitting


def close_sitting(sitting: Sitting, *, version: int, by: Person, at: datetime) -> Sitting:
    """Count the opinions and freeze the sitting, its fingerprint in the journal. Raises `Refused` with every fault.

    Refused while a ballot is missing, and on a file whose ranking has changed since the agenda, unless it is put off.
    """
    hold_sitting(sitting, version)
    faults = [*_secretary_faults(sitting, by, at), *closing_faults(sitting)]
    for item in sorted(sitting.items, key=lambda item: item.ranking.mini_tender_id):
        faults += _outdated_faults(item, by, at)
    if faults:
        raise Refused(*faults)
    for item, outcome in outcomes_of(sitting):
        item.opinion, item.sentence = outcome.opinion, outcome.sentence
    sitting.closed_at, sitting.closer, sitting.fingerprint = at, by, fingerprint_of(sitting)
    opinions = {str(item.ranking_id): item.opinion for item in sitting.items}
    record("close_sitting", sitting, by=by, at=at, fingerprint=sitting.fingerprint, opinions=opinions)
    return sitting


def closing_faults(sitting: Sitting) -> list[Refusal]:
    """What is still to be said before the opinions can be counted."""
    if not sitting.presences:
        return [Refusal("La feuille de présence n’est pas remplie.", "Dire qui siège, puis les votes.", "AWD-09")]
    presences = presences_of(sitting)
    faults: list[Refusal] = []
    names = {each.sitter.id: each.sitter.name for each in sitting.presences if each.sitter}
    sitters = {each.seat: each.sitter.name for each in sitting.presences if each.sitter}
    for debate in debates_of(sitting):
        faults += debate_faults(debate, presences, sitting.quorum, names)
        silent = [sitters[seat] for seat in silent_seats(debate, presences, sitting.quorum)]
        if silent:
            message = f"« {debate.title} » : il manque le vote de {listed(silent)}."
            faults.append(Refusal(message, "Le saisir, ou reporter ce dossier avec son motif.", "AWD-09"))
    return faults


def outcomes_of(sitting: Sitting) -> list[tuple[SittingItem, Outcome]]:
    """The opinion on each file as it would be, or is, with its counts."""
    presences = presences_of(sitting)
    counted = {debate.item: outcome_of(debate, presences, sitting.quorum) for debate in debates_of(sitting)}
    return [(item, counted[item.id]) for item in sitting.items]


def debates_of(sitting: Sitting) -> list[Debate]:
    """Each file with the ballots that were kept; until the closing, with the seats that have declared an interest by now."""
    sitters = {each.seat: each.sitter for each in sitting.presences if each.sitter}
    return [
        Debate(
            item.id,
            item.ranking.mini_tender.title,
            {vote.seat: Ballot(vote.ballot) for vote in item.votes},
            () if sitting.closed_at else concerned_seats(item, sitters),
            item.postponed_reason,
        )
        for item in sitting.items
    ]


def presences_of(sitting: Sitting) -> list[Presence]:
    """Who sits in each seat, as it was kept."""
    return [Presence(each.seat, each.sitter_id) for each in sitting.presences]


def titulars_of(sitting: Sitting) -> dict[int, CommitteeMember | None]:
    """Who holds each seat of the sitting now; None for a vacant one."""
    held = {member.seat: member for member in sitting.committee.titulars}
    return {seat: held.get(seat) for seat in range(1, sitting.seats + 1)}


def concerned_seats(item: SittingItem, sitters: Mapping[int, CommitteeMember]) -> frozenset[int]:
    """The seats of those whose account has declared a link with a supplier of the file."""
    concerned = concerned_people(item.ranking.mini_tender)
    return frozenset(seat for seat, member in sitters.items() if member.person_id in concerned)


def sitting_with_all(sitting_id: int, organisation_id: int) -> Sitting | None:
    """A sitting of the organisation with its agenda, presences and votes, in as many statements for many as for one."""
    found = select(Sitting).where(Sitting.id == sitting_id, Sitting.organisation_id == organisation_id)
    ranking = selectinload(Sitting.items).joinedload(SittingItem.ranking)
    people = (joinedload(person).lazyload(Person.roles) for person in (Sitting.convener, Sitting.closer))
    seats = (selectinload(Sitting.presences).joinedload(side) for side in (SittingPresence.sitter, SittingPresence.titular))
    committee = joinedload(Sitting.committee)
    return session.scalar(
        found.options(
            ranking.joinedload(Ranking.mini_tender).joinedload(MiniTender.service),
            ranking.selectinload(Ranking.places).joinedload(RankedOffer.offer).joinedload(Offer.supplier),
            selectinload(Sitting.items).selectinload(SittingItem.votes),
            committee.selectinload(Committee.members).joinedload(CommitteeMember.person).lazyload(Person.roles),
            committee.joinedload(Committee.organisation),
            *seats,
            *people,
        )
    )


def fingerprint_of(sitting: Sitting) -> str:
    """What proves later that nothing of a closed sitting has changed."""
    return hashlib.sha256(canonical_json(_content(sitting))).hexdigest()


def _secretary_faults(sitting: Sitting, by: Person, at: datetime) -> Iterator[Refusal]:
    if paris_day(at) < paris_day(sitting.held_at):
        day = french_date(paris_day(sitting.held_at))
        yield Refusal(f"La séance est convoquée pour le {day} : personne n’a encore siégé.", "", "AWD-09")
    found = {str(one): one for item in sitting.items for one in interest_faults(item.ranking.mini_tender, by)}
    yield from found.values()


def _typed_debates(sitting: Sitting, sheet: Sheet, people: Mapping[int, CommitteeMember]) -> list[Debate]:
    sitters = {each.seat: people[each.sitter] for each in sheet.presences if each.sitter is not None}
    found = []
    for item in sitting.items:
        ballots, concerned = dict(sheet.ballots.get(item.id, {})), concerned_seats(item, sitters)
        ballots |= {seat: Ballot.RECUSED for seat in concerned if seat not in ballots}
        why = sheet.postponed.get(item.id, "").strip()
        found.append(Debate(item.id, item.ranking.mini_tender.title, ballots, concerned, why))
    return found


def _replace(sitting: Sitting, presences: Sequence[Presence], seats: Mapping[int, int | None], debates: Sequence[Debate]) -> None:
    """Put what was typed in the place of what was there: votes go first and come last, since each has the key of a presence."""
    for item in sitting.items:
        item.votes.clear()
    session.flush()
    sitting.presences.clear()
    session.flush()
    for each in presences:
        sitting.presences.append(
            SittingPresence(committee_id=sitting.committee_id, seat=each.seat, titular_id=seats[each.seat], sitter_id=each.sitter)
        )
    session.flush()
    sitters, typed = {each.seat: each.sitter for each in presences}, {debate.item: debate for debate in debates}
    for item in sitting.items:
        item.postponed_reason = typed[item.id].postponed
        for seat, ballot in sorted(typed[item.id].ballots.items()):
            item.votes.append(SittingVote(sitting_id=sitting.id, seat=seat, member_id=sitters[seat], ballot=ballot))
    session.flush()


def _outdated_faults(item: SittingItem, by: Person, at: datetime) -> list[Refusal]:
    """Why no opinion can be given on this ranking any more; its mini-tender is held, so that nothing changes meanwhile."""
    if not any(vote.ballot in VOTED for vote in item.votes):
        return []
    try:
        take_up(item.ranking.mini_tender, by=by, at=at)
    except Refused as refused:
        return list(refused.refusals)
    if not list(currency_faults(item.ranking)):
        return []
    message = f"« {item.ranking.mini_tender.title} » : le classement a changé depuis la convocation."
    return [Refusal(message, "Reporter ce dossier avec son motif, puis l’inscrire à une autre séance.", "AWD-09")]


def _content(sitting: Sitting) -> dict[str, Any]:
    return {
        "sitting": sitting.id,
        "held_at": instant(sitting.held_at),
        "place": sitting.place,
        "seats": sitting.seats,
        "quorum": sitting.quorum,
        "presences": [
            [each.seat, each.titular_id, each.sitter_id, each.sitter.name if each.sitter else None] for each in sitting.presences
        ],
        "items": [
            {
                "ranking": item.ranking_id,
                "postponed": item.postponed_reason,
                "opinion": item.opinion,
                "sentence": item.sentence,
                "ballots": [[vote.seat, vote.member_id, vote.ballot] for vote in sorted(item.votes, key=lambda vote: vote.seat)],
            }
            for item in sitting.items
        ],
    }
