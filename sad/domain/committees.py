"""Award committees: seats, quorum, recusal, and the opinion that the votes come to (AWD-09; L2141-10 for interests).

A seat is known by its number, from 1; the first is the president's. Whoever sits there, the titular or a substitute, votes for it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sad.domain.calendar import is_working_day
from sad.domain.errors import Refusal

PRESIDENT = 1
FEWEST_SEATS, MOST_SEATS = 3, 15
MOST_INTERVAL_DAYS = 92
ASK_AGAIN = "Relire la feuille de présence."


class Ballot(StrEnum):
    """What one seat says of one file; `RECUSED` takes part neither in the debate nor in the vote."""

    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"
    RECUSED = "recused"


class Opinion(StrEnum):
    """What a committee says of one file."""

    FAVOURABLE = "favourable"
    UNFAVOURABLE = "unfavourable"
    POSTPONED = "postponed"


@dataclass(frozen=True, slots=True)
class Presence:
    """Who sits in a seat during a sitting, by member id; None: nobody."""

    seat: int
    sitter: int | None


@dataclass(frozen=True, slots=True)
class Debate:
    """One file before the committee: ballots by seat, the seats with a declared interest, why it is put off ("": it is not)."""

    item: int
    title: str
    ballots: Mapping[int, Ballot]
    concerned: Collection[int] = ()
    postponed: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The opinion on one file, the counts behind it and the sentence that says why."""

    opinion: Opinion
    sentence: str
    voters: int
    in_favour: int = 0
    against: int = 0
    abstained: int = 0

    @property
    def counts(self) -> str:
        """The votes in words; empty when nobody voted."""
        if not self.in_favour + self.against + self.abstained:
            return ""
        end = "s" if self.abstained > 1 else ""
        return f"{self.in_favour} voix pour, {self.against} voix contre, {self.abstained} abstention{end}."


def least_quorum(seats: int) -> int:
    """More than half of the seats."""
    return seats // 2 + 1


def terms_faults(seats: int, quorum: int, interval_days: int) -> Iterator[Refusal]:
    """Why a committee may not be set up so."""
    if not FEWEST_SEATS <= seats <= MOST_SEATS:
        remedy = f"Choisir de {FEWEST_SEATS} à {MOST_SEATS} sièges."
        yield Refusal("Une commission a plusieurs sièges, et pas trop.", remedy, "AWD-09", "seats")
    elif not least_quorum(seats) <= quorum <= seats:
        message = f"Le quorum est de plus de la moitié des {seats} sièges."
        yield Refusal(message, f"Écrire de {least_quorum(seats)} à {seats}.", "AWD-09", "quorum")
    if not 1 <= interval_days <= MOST_INTERVAL_DAYS:
        remedy = f"Écrire de 1 à {MOST_INTERVAL_DAYS} jours : 14 pour tous les quinze jours."
        yield Refusal("Ce rythme ne dit pas quand elle se réunit.", remedy, "AWD-09", "interval_days")


def next_sitting_day(first_on: date, interval_days: int, not_before: date) -> date:
    """The first usual day from `not_before` on: `first_on`, then every `interval_days` days; a day off moves to the next working day."""
    turn = max(0, (not_before - first_on).days // interval_days - 1)
    while True:
        day = _worked(first_on + timedelta(days=turn * interval_days))
        if day >= not_before:
            return day
        turn += 1


def first_day_after_notice(convened_on: date, notice_days: int) -> date:
    """The first day on which a committee convened that day may sit: neither that day nor the day of the sitting counts."""
    return convened_on + timedelta(days=notice_days + 1)


def presence_faults(
    presences: Sequence[Presence], titulars: Mapping[int, int | None], substitutes: Collection[int], names: Mapping[int, str]
) -> Iterator[Refusal]:
    """Why this attendance cannot be. `titulars`: member id by seat, None for a vacant one; `names` by member id."""
    said: dict[int, int] = {}
    for presence in presences:
        field = f"seat_{presence.seat}"
        name = names.get(presence.sitter or 0, "Cette personne")
        if presence.seat not in titulars:
            message = f"La commission n’a pas de siège {presence.seat} : il y aurait plus de votants que de sièges."
            yield Refusal(message, ASK_AGAIN, "AWD-09")
        elif _is_twice(presence, presences):
            message = f"Le siège {presence.seat} est occupé deux fois : un titulaire présent n’est pas remplacé."
            yield Refusal(message, ASK_AGAIN, "AWD-09", field)
        elif presence.sitter is not None and presence.sitter in said:
            message = f"{name} siège déjà au siège {said[presence.sitter]} : une personne n’a qu’une voix."
            yield Refusal(message, "Choisir une autre personne, ou dire ce siège absent.", "AWD-09", field)
        elif presence.sitter is not None and presence.sitter != titulars[presence.seat] and presence.sitter not in substitutes:
            yield Refusal(f"{name} n’est ni titulaire de ce siège ni suppléant.", "Choisir un suppléant.", "AWD-09", field)
        if presence.sitter is not None:
            said.setdefault(presence.sitter, presence.seat)


def debate_faults(debate: Debate, presences: Sequence[Presence], quorum: int, names: Mapping[int, str]) -> Iterator[Refusal]:
    """Why these ballots cannot be: of who is not there, of who has an interest, without quorum, on a file that is put off."""
    sitting = {presence.seat: presence.sitter for presence in presences if presence.sitter is not None}
    for seat, ballot in sorted(debate.ballots.items()):
        field, name = f"vote_{debate.item}_{seat}", names.get(sitting.get(seat) or 0, "")
        if seat not in sitting:
            message = f"« {debate.title} » : personne n’est au siège {seat}, et un absent ne vote pas."
            yield Refusal(message, "Dire qui siège, ou retirer ce vote.", "AWD-09", field)
        elif seat in debate.concerned and ballot != Ballot.RECUSED:
            message = f"« {debate.title} » : {name} a déclaré un lien avec une entreprise de cette consultation."
            yield Refusal(message, "Choisir « Ne prend pas part » : ni débat, ni vote.", "ANA-05", field)
    cast = [seat for seat, ballot in debate.ballots.items() if ballot != Ballot.RECUSED and seat in sitting]
    voters = _voters(debate, presences)
    if cast and debate.postponed:
        message = f"« {debate.title} » est reporté : on ne vote pas."
        yield Refusal(message, "Retirer les votes, ou le motif du report.", "AWD-09", f"postponed_{debate.item}")
    elif cast and len(voters) < quorum:
        message = f"« {debate.title} » : {_no_quorum(len(voters), quorum)}"
        remedy = "Retirer les votes : ce dossier est reporté à une autre séance."
        yield Refusal(message, remedy, "AWD-09", f"vote_{debate.item}_{min(cast)}")


def silent_seats(debate: Debate, presences: Sequence[Presence], quorum: int) -> list[int]:
    """The seats whose ballot is missing before an opinion can be counted; none where nothing is voted."""
    voters = _voters(debate, presences)
    if debate.postponed or len(voters) < quorum:
        return []
    return [seat for seat in voters if seat not in debate.ballots]


def outcome_of(debate: Debate, presences: Sequence[Presence], quorum: int) -> Outcome:
    """The opinion: the majority of the votes cast, abstentions aside; on a tie the president's seat decides, if it has voted.

    The quorum is counted for each file, without those who take no part.
    """
    voters = _voters(debate, presences)
    if debate.postponed:
        return Outcome(Opinion.POSTPONED, f"Reporté : {debate.postponed}", len(voters))
    if len(voters) < quorum:
        return Outcome(Opinion.POSTPONED, f"Reporté : {_no_quorum(len(voters), quorum)}", len(voters))
    cast = [debate.ballots[seat] for seat in voters if seat in debate.ballots]
    counts = [cast.count(each) for each in (Ballot.FOR, Ballot.AGAINST, Ballot.ABSTAIN)]
    if counts[0] != counts[1]:
        opinion = Opinion.FAVOURABLE if counts[0] > counts[1] else Opinion.UNFAVOURABLE
        said = "À la majorité des voix exprimées." if min(counts[:2]) else "Toutes les voix exprimées vont dans le même sens."
        return Outcome(opinion, said, len(voters), *counts)
    casting = debate.ballots.get(PRESIDENT) if PRESIDENT in voters else None
    if counts[0] and casting in (Ballot.FOR, Ballot.AGAINST):
        opinion = Opinion.FAVOURABLE if casting == Ballot.FOR else Opinion.UNFAVOURABLE
        return Outcome(opinion, "À égalité, la voix du président l’emporte.", len(voters), *counts)
    why = "les voix sont égales et la présidence n’a pas voté" if counts[0] else "personne n’a exprimé de voix"
    return Outcome(Opinion.POSTPONED, f"Reporté : {why}.", len(voters), *counts)


def _voters(debate: Debate, presences: Sequence[Presence]) -> list[int]:
    """The seats that may vote on the file: somebody sits there, who neither has an interest nor stands aside."""
    aside = {seat for seat, ballot in debate.ballots.items() if ballot == Ballot.RECUSED} | set(debate.concerned)
    return sorted({presence.seat for presence in presences if presence.sitter is not None} - aside)


def _is_twice(presence: Presence, presences: Sequence[Presence]) -> bool:
    return sum(other.seat == presence.seat for other in presences) > 1


def _no_quorum(voters: int, quorum: int) -> str:
    return f"le quorum n’est pas réuni, {voters} votant{'s' if voters > 1 else ''} pour {quorum} qu’il faut."


def _worked(day: date) -> date:
    while not is_working_day(day, "working-eu"):
        day += timedelta(days=1)
    return day
