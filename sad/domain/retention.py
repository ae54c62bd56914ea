"""How long papers are kept: a clock for offers and for applications (ARC-01), another for the contract (ARC-02)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sad.domain.errors import Refusal
from sad.domain.sentences import french_date


@dataclass(frozen=True, slots=True)
class RetentionLaw:
    """Years: `tender` for applications and offers (R2184-12), `contract` for the contract (R2184-13), `policy` what archives advise."""

    tender: int
    contract: int
    policy: int


@dataclass(frozen=True, slots=True)
class Lived:
    """The dates (Paris days) from which clocks run. `ended_on`: contract notified, or given up; `performed_on`: last delivery.

    `is_contracted`: a contract was signed; `system_until`: last day of its system, whose amounts still count until then;
    `is_disputed`: a court action is pending.
    """

    ended_on: date | None
    performed_on: date | None
    is_contracted: bool
    system_until: date
    is_disputed: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """One duration of retention: what it is for, its last day, the rule that sets it."""

    label: str
    until: date
    rule: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """The dates (Paris days) from which the clock of the applications to a category runs: they served all its mini-tenders.

    `last_ended_on`: the last contract notified, or mini-tender given up; `system_until`: last day of the system; `going_on`: how many
    mini-tenders were sent and have not ended; `is_disputed`: a court action is pending on one.
    """

    last_ended_on: date | None
    system_until: date
    going_on: int = 0
    is_disputed: bool = False


def applications_clock(gathered: Gathered, law: RetentionLaw) -> Clock:
    """How long the applications to a category are kept: from its last contract, and from the end of the system at the earliest."""
    from_day = max(gathered.last_ended_on or gathered.system_until, gathered.system_until)
    return Clock("Candidatures", years_after(from_day, law.tender), "ARC-01")


def applications_faults(gathered: Gathered, law: RetentionLaw, day: date) -> Iterator[Refusal]:
    """All that forbids destroying the applications to a category that day."""
    if gathered.going_on:
        message = "Une consultation de cette catégorie n’est pas terminée."
        yield Refusal(message, "Attendre le marché notifié, ou la décision sans suite.", "ARC-01")
    clock = applications_clock(gathered, law)
    if day <= clock.until:
        yield Refusal(f"{clock.label} : à garder jusqu’au {french_date(clock.until)} inclus.", "Attendre le lendemain.", clock.rule)
    if gathered.is_disputed:
        yield Refusal("Un recours est en cours : rien ne se détruit.", "Attendre la décision du juge.", "ARC-03")


def clocks_of(lived: Lived, law: RetentionLaw) -> tuple[Clock, ...]:
    """The clocks that run; none before the end of the mini-tender. Without a contract, the day it was given up stands for the signature."""
    if lived.ended_on is None:
        return ()
    offers = Clock("Candidatures et offres", years_after(lived.ended_on, law.tender), "ARC-01")
    if not lived.is_contracted:
        return (offers,)
    performed_on = max(lived.performed_on or lived.ended_on, lived.ended_on)
    return (offers, Clock("Pièces du marché", years_after(performed_on, max(law.contract, law.policy)), "ARC-02"))


def keeping_faults(lived: Lived, law: RetentionLaw, day: date) -> Iterator[Refusal]:
    """All that forbids destroying these papers that day: they go together, once the last clock has run out."""
    if lived.ended_on is None:
        yield Refusal("Cette consultation n’est pas terminée.", "Attendre le marché notifié, ou la décision sans suite.", "ARC-01")
    for clock in clocks_of(lived, law):
        if day <= clock.until:
            message = f"{clock.label} : à garder jusqu’au {french_date(clock.until)} inclus."
            yield Refusal(message, "Attendre le lendemain.", clock.rule)
    if day <= lived.system_until:
        message = f"Le système dure jusqu’au {french_date(lived.system_until)} : ce marché compte dans son montant."
        yield Refusal(message, "Attendre sa fin.", "ARC-02")
    if lived.is_disputed:
        yield Refusal("Un recours est en cours : rien ne se détruit.", "Attendre la décision du juge.", "ARC-03")


def years_after(day: date, years: int) -> date:
    """The same day so many years later; a 29 February is kept until the 1st of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
