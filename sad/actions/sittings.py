"""Convening a committee in writing, with its agenda, and giving a sitting up (AWD-09)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sad.actions.committees import first_possible_day, live_sitting_of
from sad.actions.journal import record
from sad.actions.letters import post_letter
from sad.actions.opinions import waiting_rankings
from sad.db import session
from sad.domain.calendar import is_working_day, paris_day
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.sentences import french_date
from sad.letters import committees as letters
from sad.letters.text import LetterText
from sad.models.committees import Committee, CommitteeMember
from sad.models.evaluations import Ranking
from sad.models.people import Person
from sad.models.sittings import Sitting, SittingItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Convening:
    """When and where the committee meets, on which rankings, in this order."""

    held_at: datetime
    place: str
    rankings: Sequence[Ranking]


def convene_sitting(committee: Committee, convening: Convening, *, by: Person, at: datetime) -> Sitting:
    """Convene the committee in writing, with its agenda: titles only, since offers are read at the sitting.

    Raises `Refused` with every fault: too late a notice, a day off, a sitting already convened, files that wait for no opinion.
    """
    session.refresh(committee, with_for_update={"of": Committee})
    faults = convening_faults(committee, convening, at)
    if faults:
        raise Refused(*faults)
    sitting = Sitting(
        organisation_id=committee.organisation_id,
        committee_id=committee.id,
        held_at=convening.held_at,
        place=convening.place.strip(),
        seats=committee.seats,
        quorum=committee.quorum,
        convened_by=by.id,
        convened_at=at,
    )
    sitting.items = [SittingItem(ranking=ranking, position=place) for place, ranking in enumerate(convening.rankings, start=1)]
    session.add(sitting)
    for member in committee.sitting_members:
        _post(letters.convened(committee, member, convening.held_at, sitting.place, titles_of(convening)), member, at)
    rankings = [ranking.id for ranking in convening.rankings]
    record("convene_sitting", sitting, by=by, at=at, held_at=convening.held_at.isoformat(), place=sitting.place, rankings=rankings)
    return sitting


def cancel_sitting(sitting: Sitting, reason: str, *, by: Person, at: datetime) -> Sitting:
    """Give up a convened sitting; its members are told why, and its files may be put on another agenda."""
    hold_sitting(sitting)
    if not reason.strip():
        raise refuse("Le motif n’est pas écrit.", "Les membres le liront.", rule="AWD-09", field="reason")
    sitting.cancelled_at, sitting.cancelled_reason = at, reason.strip()
    for member in sitting.committee.sitting_members:
        _post(letters.cancelled(sitting, member), member, at)
    record("cancel_sitting", sitting, by=by, at=at, reason=sitting.cancelled_reason)
    return sitting


def convening_faults(committee: Committee, convening: Convening, at: datetime) -> list[Refusal]:
    """Why the committee may not be convened so."""
    return [*_convening_faults(committee, convening, at), *_agenda_faults(committee, convening.rankings)]


def titles_of(convening: Convening) -> list[str]:
    """The agenda, as the letters say it."""
    return [ranking.mini_tender.title for ranking in convening.rankings]


def hold_sitting(sitting: Sitting, version: int | None = None) -> None:
    """Lock the sitting and read it again; refused once it is over, or when somebody else saved meanwhile."""
    session.refresh(sitting, with_for_update={"of": Sitting})
    session.expire(sitting, ["items", "presences"])
    if sitting.closed_at is not None:
        raise refuse("La séance est close : son procès-verbal ne change plus.", "Inscrire le dossier à une autre séance.", rule="AWD-09")
    if sitting.cancelled_at is not None:
        raise refuse("La séance est annulée.", "Convoquer une autre séance.", rule="AWD-09")
    if version is not None and version != sitting.version:
        message = "Quelqu’un d’autre a enregistré cette séance depuis que la page est affichée."
        raise refuse(message, "Comparer avec ce qui est enregistré, puis enregistrer à nouveau.", rule="AWD-09")


def _convening_faults(committee: Committee, convening: Convening, at: datetime) -> Iterator[Refusal]:
    day, first = paris_day(convening.held_at), first_possible_day(at)
    if not committee.is_asked:
        yield Refusal("L’avis de cette commission n’est plus demandé.", "Le demander à nouveau dans ses règles.", "AWD-09")
    live = live_sitting_of(committee)
    if live is not None:
        message = f"Une séance est déjà convoquée le {french_date(paris_day(live.held_at))}."
        yield Refusal(message, "La tenir et la clore, ou l’annuler.", "AWD-09")
    if day < first:
        message = "La convocation partirait trop tard : les membres n’auraient pas le délai du règlement intérieur."
        yield Refusal(message, f"Premier jour possible : {french_date(first)}.", "AWD-09", "held_at")
    elif not is_working_day(day, "working-eu"):
        yield Refusal(f"Le {french_date(day)} n’est pas un jour ouvré.", "Choisir un autre jour.", "AWD-09", "held_at")
    if not convening.place.strip():
        yield Refusal("Le lieu manque.", "La convocation le dit aux membres.", "AWD-09", "place")
    if len(committee.titulars) + len(committee.substitutes) < committee.quorum:
        message = f"La commission a moins de {committee.quorum} membres : le quorum ne pourrait jamais être réuni."
        yield Refusal(message, "Nommer ses membres d’abord.", "AWD-09")


def _agenda_faults(committee: Committee, rankings: Sequence[Ranking]) -> Iterator[Refusal]:
    waiting = {each.ranking.id for each in waiting_rankings(committee)}
    if not rankings:
        yield Refusal("L’ordre du jour est vide.", "Choisir au moins un dossier classé.", "AWD-09", "rankings")
    for ranking in rankings:
        if ranking.id not in waiting:
            message = f"« {ranking.mini_tender.title} » n’attend pas d’avis sur ce classement."
            yield Refusal(message, "Retirer ce dossier, ou le classer à nouveau.", "AWD-09", "rankings")


def _post(text: LetterText, member: CommitteeMember, at: datetime) -> None:
    post_letter(text, to=member.person or (member.name, member.email), at=at, organisation_id=member.organisation_id)
