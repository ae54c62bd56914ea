"""A shorter period to answer than that of the law, when every supplier to be invited agrees to the same date (SAD-18).

R2162-50 al. 2. Silence is not agreement: one refusal, one silence or one supplier who was not asked, and the period of the
law applies to all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from sad.domain.calendar import PARIS, last_day, paris_day, paris_instant
from sad.domain.errors import Refusal, Refused
from sad.domain.sentences import french_date, french_moment, listed

RULE = "SAD-18"
NOON = time(12)
MOST_NAMED = 8


class Answer(StrEnum):
    """What a supplier says of the date proposed; one that says nothing has not agreed."""

    AGREED = "agreed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A deadline that a need wishes, seen at `at`; instants are aware. `first` is the first one that the law allows alone."""

    at: datetime
    closes_at: datetime | None
    service_on: date | None
    first: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking(Wish):
    """The same with what is asked: answers by when, of how many admitted suppliers, about how many lines of need."""

    answers_by: datetime | None
    admitted: int
    lines: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was asked, on which deadline and day of service, and what each supplier asked has answered, by id."""

    closes_at: datetime
    service_on: date
    answers_by: datetime
    answers: Mapping[int, Answer | None]

    def is_on(self, closes_at: datetime | None, service_on: date | None) -> bool:
        """Whether it was asked about exactly this deadline and this day of service."""
        return self.closes_at == closes_at and self.service_on == service_on


@dataclass(frozen=True, slots=True)
class Standing:
    """Where each of those who would be invited stands, by id."""

    agreed: tuple[int, ...]
    refused: tuple[int, ...]
    silent: tuple[int, ...]
    unasked: tuple[int, ...]

    @property
    def is_complete(self) -> bool:
        """Whether all of them have agreed, and there is at least one."""
        return bool(self.agreed) and not (self.refused or self.silent or self.unasked)


def wish_faults(wish: Wish) -> list[Refusal]:
    """All that forbids to ask for this deadline: none, past, within a change of clock, after the service, or long enough."""
    if wish.closes_at is None:
        return [Refusal("La date limite n’est pas choisie.", "Donner le jour et l’heure.", RULE, "closes_at")]
    faults = [*_clock_faults(wish.closes_at, "closes_at")]
    if wish.closes_at <= wish.at:
        faults.append(Refusal("La date limite proposée est déjà passée.", "Choisir une date à venir.", RULE, "closes_at"))
    elif wish.closes_at >= wish.first:
        message = "Cette date laisse déjà à tous le délai de la loi : aucun accord n’est nécessaire (R2162-50)."
        faults.append(Refusal(message, "Continuer, et publier avec cette date.", RULE, "closes_at"))
    return [*faults, *_service_faults(wish)]


def asking_faults(asking: Asking) -> list[Refusal]:
    """All that forbids to send the request now, never only the first fault (SAD-18)."""
    return [*wish_faults(asking), *_audience_faults(asking), *_answer_date_faults(asking)]


def standing(agreement: Agreement, invitees: Sequence[int]) -> Standing:
    """Where the invitees of an instant stand; who was asked and is no longer among them counts for nothing."""
    unasked = tuple(each for each in invitees if each not in agreement.answers)
    said = {each: agreement.answers[each] for each in invitees if each in agreement.answers}
    of = {answer: tuple(each for each, given in said.items() if given == answer) for answer in (*Answer, None)}
    return Standing(of[Answer.AGREED], of[Answer.REFUSED], of[None], unasked)


def disagreement(
    agreement: Agreement, invitees: Mapping[int, str], *, closes_at: datetime | None, service_on: date | None, at: datetime
) -> Refusal | None:
    """Why the deadline is not agreed by all the invitees (name by id), and what to do; None when it is."""
    if not agreement.is_on(closes_at, service_on):
        message = "L’accord des fournisseurs a été demandé sur une autre date limite ou un autre jour de prestation (R2162-50)."
        return Refusal(message, "Demander de nouveau leur accord.", RULE, "closes_at")
    found = standing(agreement, tuple(invitees))
    if found.is_complete:
        return None
    why, what = zip(*_lacks(found, invitees, is_over=at > agreement.answers_by), strict=True)
    what = what[:1] if found.refused else what  # nothing else that could be done would make it agreed
    message = f"Cette date limite demande l’accord de tous les fournisseurs à inviter (R2162-50). {' '.join(why)}"
    return Refusal(message, " ".join(dict.fromkeys(what)), RULE, "closes_at")


def answer_faults(answers_by: datetime, at: datetime, *, is_sent: bool, is_ended: bool) -> list[Refusal]:
    """Why nothing can be answered any more: the mini-tender has left, the request was dropped, or the hour is past."""
    if is_sent:
        return [Refusal("La consultation est partie : cette réponse ne change plus.", "Ouvrir la consultation pour répondre.", RULE)]
    if is_ended:
        return [Refusal("Cette demande ne tient plus : aucune réponse n’est attendue.", "Vous n’avez rien à faire.", RULE)]
    if at > answers_by:
        message = f"Il fallait répondre avant le {french_moment(answers_by.astimezone(PARIS))}, heure de Paris."
        return [Refusal(message, "Une absence de réponse compte comme un non : le délai de la loi s’applique.", RULE)]
    return []


def proposed_answer_date(at: datetime, closes_at: datetime) -> datetime | None:
    """Noon of the second working day from now, else of the next, on a day before that of the deadline; None when there is none."""
    for days in (2, 1):
        proposed = datetime.combine(last_day(paris_day(at), days, "working-eu"), NOON, PARIS)
        if proposed.date() < paris_day(closes_at):
            return proposed
    return None


def _clock_faults(moment: datetime, field: str) -> Iterator[Refusal]:
    try:
        paris_instant(moment.astimezone(PARIS).replace(tzinfo=None))
    except Refused as refused:
        yield from (Refusal(each.message, each.remedy, each.rule, field) for each in refused.refusals)


def _service_faults(wish: Wish) -> Iterator[Refusal]:
    if wish.service_on is None:
        yield Refusal("La date de la prestation n’est pas choisie.", "Dire quel jour on sert ou livre.", RULE, "service_on")
    elif wish.closes_at is not None and wish.service_on <= paris_day(wish.closes_at):
        message = f"La prestation est prévue le {french_date(wish.service_on)} : les réponses arriveraient trop tard."
        yield Refusal(message, "Choisir une date limite qui tombe avant ce jour.", RULE, "service_on")


def _audience_faults(asking: Asking) -> Iterator[Refusal]:
    if asking.admitted < 1:
        message = "Aucun fournisseur n’est admis dans cette catégorie : il n’y a personne à qui demander (R2162-49)."
        yield Refusal(message, "Décider d’abord les candidatures de la catégorie.", RULE, "category")
    if asking.lines < 1:
        message = "Le besoin n’a aucune ligne : un fournisseur ne peut pas dire si le délai lui suffit."
        yield Refusal(message, "Écrire d’abord ce qui est demandé, avec une quantité.", RULE, "lines")


def _answer_date_faults(asking: Asking) -> Iterator[Refusal]:
    if asking.answers_by is None:
        yield Refusal("La date de réponse n’est pas choisie.", "Donner le jour et l’heure.", RULE, "answers_by")
        return
    yield from _clock_faults(asking.answers_by, "answers_by")
    if asking.answers_by <= asking.at:
        yield Refusal("La date de réponse est déjà passée.", "Laisser aux fournisseurs le temps de lire.", RULE, "answers_by")
    if asking.closes_at is not None and asking.answers_by >= asking.closes_at:
        message = f"Les réponses sont attendues après la date limite proposée, le {french_moment(asking.closes_at.astimezone(PARIS))}."
        yield Refusal(message, "Choisir un moment antérieur : la consultation part ensuite.", RULE, "answers_by")


def _lacks(found: Standing, names: Mapping[int, str], *, is_over: bool) -> Iterator[tuple[str, str]]:
    """For each kind of lack, who and what to do."""
    if not names:
        yield "Il n’y a personne à inviter.", "Décider d’abord les candidatures de la catégorie."
    if found.refused:
        yield f"Refus : {_named(found.refused, names)}.", "Un seul refus suffit : revenir au délai de la loi."
    if found.silent and is_over:
        yield f"Pas de réponse à temps : {_named(found.silent, names)}.", "Revenir au délai de la loi, ou demander de nouveau."
    elif found.silent:
        yield f"Pas encore de réponse : {_named(found.silent, names)}.", "Attendre, ou appeler : ne pas répondre compte comme un non."
    if found.unasked:
        yield f"Admis depuis, pas encore interrogé : {_named(found.unasked, names)}.", "Demander aussi l’accord des nouveaux admis."


def _named(found: Sequence[int], names: Mapping[int, str]) -> str:
    said = [names[each] for each in found[:MOST_NAMED]]
    more = len(found) - len(said)
    return listed([*said, f"{more} autre{'s' if more > 1 else ''}"] if more else said)
