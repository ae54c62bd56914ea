"""What may still change in a mini-tender that has been sent: its deadline, put off for everybody, and the words of its need.

The grid, the lines, the quantities and the budget never change: that is another need, to be given up and sent again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sad.domain.calendar import PARIS, earliest_deadline, last_day, paris_day, paris_instant
from sad.domain.errors import Refusal, Refused
from sad.domain.phases import Dated, is_open
from sad.domain.sentences import french_date, french_moment

CHANGEABLE = {
    "place": "Lieu",
    "access": "Accès",
    "allergens": "Allergènes à écarter",
    "dietary_needs": "Régimes",
    "constraints": "À savoir",
}
NOON = time(12)
LONGEST_PLACE = 200


@dataclass(frozen=True, slots=True)
class Rewording:
    """One piece of the need, by its key in `CHANGEABLE`, before and after."""

    name: str
    before: str
    after: str

    @property
    def label(self) -> str:
        """What the page calls it."""
        return CHANGEABLE[self.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineChange:
    """A change as it would be made at `at`; instants are aware. `rewordings` None: the deadline alone is put off."""

    at: datetime
    mini_tender: Dated
    new_closes_at: datetime | None
    service_on: date | None
    reason: str
    rewordings: tuple[Rewording, ...] | None = field(default=None)


def rewordings(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Rewording, ...]:
    """What differs between two sets of words, in the order of `CHANGEABLE`; ends of lines and outer spaces do not count."""
    pairs = ((name, _plain(before[name]), _plain(after[name])) for name in CHANGEABLE if name in after)
    return tuple(Rewording(name, old, new) for name, old, new in pairs if old != new)


def change_faults(change: DeadlineChange) -> list[Refusal]:
    """All that forbids it (TIM-03, R2151-4).

    Too late, no reason, nothing changed, a deadline that is not later, within a change of clock, or not before the need.
    """
    if not is_open(change.mini_tender, change.at):
        remedy = "Si une erreur fausse la consultation, la déclarer sans suite et relancer le besoin."
        return [Refusal("La date limite est passée, ou la consultation est arrêtée : plus rien ne change.", remedy, "TIM-03")]
    return [*_reason_faults(change), *_rewording_faults(change), *_deadline_faults(change)]


def last_day_to_answer(closes_at: datetime, days: int) -> date:
    """The last day on which supplementary information asked in time may be given: `days` before that of the deadline (R2132-6)."""
    return paris_day(closes_at) - timedelta(days=days)


def proposed_extension(closes_at: datetime, at: datetime, days: int) -> datetime:
    """Noon of a working day, later than the deadline, that leaves `days` whole days to take the change into account (R2151-4)."""
    first = max(paris_day(earliest_deadline(paris_day(at), days)), paris_day(closes_at) + timedelta(days=1))
    return datetime.combine(last_day(first - timedelta(days=1), 1, "working-eu"), NOON, PARIS)


def extension_after_outage(closes_at: datetime, lasted: timedelta) -> datetime:
    """The same hour in Paris, on the first working day after the whole days that the outage lasted."""
    day = last_day(paris_day(closes_at) + timedelta(days=lasted.days), 1, "working-eu")
    return datetime.combine(day, closes_at.astimezone(PARIS).time(), PARIS)


def _reason_faults(change: DeadlineChange) -> Iterator[Refusal]:
    if not change.reason.strip():
        yield Refusal("Le motif manque.", "Il est écrit à tous les invités et gardé au dossier.", "TIM-03", "reason")


def _rewording_faults(change: DeadlineChange) -> Iterator[Refusal]:
    if change.rewordings is None:
        return
    if not change.rewordings:
        remedy = "Modifier ce qui doit l’être, ou seulement prolonger la date limite."
        yield Refusal("Rien ne change dans ce qui est demandé.", remedy, "TIM-03")
    for each in change.rewordings:
        if each.name == "place" and not each.after:
            yield Refusal("Le lieu manque.", "Dire où l’on sert ou livre.", "TIM-03", "place")
        if each.name in ("place", "allergens") and len(each.after) > LONGEST_PLACE:
            yield Refusal(f"« {each.label} » est trop long.", f"{LONGEST_PLACE} caractères au plus.", "TIM-03", each.name)


def _deadline_faults(change: DeadlineChange) -> Iterator[Refusal]:
    new, old = change.new_closes_at, change.mini_tender.closes_at
    if new is None or old is None:
        yield Refusal("La nouvelle date limite n’est pas choisie.", "Donner le jour et l’heure.", "TIM-03", "closes_at")
        return
    try:
        paris_instant(new.astimezone(PARIS).replace(tzinfo=None))
    except Refused as refused:
        yield from (Refusal(each.message, each.remedy, each.rule, "closes_at") for each in refused.refusals)
    if new <= old:
        message = "Une date limite déjà envoyée ne peut qu’être repoussée : elle ne se raccourcit pas et ne reste pas la même."
        remedy = f"Choisir une date après le {french_moment(old.astimezone(PARIS))}, heure de Paris."
        yield Refusal(message, remedy, "TIM-03", "closes_at")
    if change.service_on is not None and paris_day(new) >= change.service_on:
        message = f"La prestation est prévue le {french_date(change.service_on)} : la consultation finirait trop tard."
        yield Refusal(message, "Choisir un jour antérieur, ou déclarer sans suite et relancer le besoin.", "TIM-03", "closes_at")


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
