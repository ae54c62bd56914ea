"""How near a system comes to the maximum that its notice announced, and needs cut below a threshold. EUR excl. VAT."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil

from sad.domain.calendar import months_before
from sad.domain.errors import Refusal
from sad.domain.estimates import Engagement
from sad.domain.law import LawOfTheDay
from sad.domain.scoring.numbers import printed
from sad.domain.sentences import listed

PACE_MONTHS = 12
MOST_NAMED = 3
DUTIES = (
    ("essential_data_threshold", "la publication des données essentielles (R2196-1)"),
    ("written_contract_threshold", "le contrat écrit (R2112-1)"),
    ("vigilance_threshold", "les attestations de vigilance (R8222-1 du code du travail)"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CeilingLaw(LawOfTheDay):
    """The thresholds of the day, in EUR excl. VAT, and three choices of prudence: a share in percent, two numbers of days."""

    ceiling_warning_percent: Decimal
    projection_history_days: int
    splitting_days: int
    essential_data_threshold: Decimal
    written_contract_threshold: Decimal
    vigilance_threshold: Decimal


@dataclass(frozen=True, slots=True)
class Spent:
    """What the mini-tenders sent in one category engage; those given up count nothing.

    `awarded`: the totals of the offers retained; `expected`: the budgets of those not awarded yet; `recent`: of both
    together, what was sent since the first day of the pace.
    """

    key: str
    label: str
    sent: int
    awarded: Decimal
    expected: Decimal
    recent: Decimal

    @property
    def engaged(self) -> Decimal:
        """The sum of what is awarded and of what may still be."""
        return self.awarded + self.expected


@dataclass(frozen=True, slots=True)
class Pace:
    """Since which day the pace is measured, over how many days (both ends included), how many days are left after today."""

    since: date
    days: int
    days_left: int

    def projected(self, spent: Decimal, recent: Decimal) -> Decimal:
        """What would be engaged at the end of the validity if each day left engaged as much as those measured, to the cent."""
        return Decimal(printed(Fraction(spent) + Fraction(recent) * self.days_left / self.days, 2))


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A system on one day against its announced maximum (R2121-8): what is engaged, by category and in all.

    `first_sent_on`: the day of its first mini-tender that counts, none when there is none.
    """

    day: date
    valid_until: date
    maximum: Decimal
    first_sent_on: date | None
    categories: tuple[Spent, ...]

    @property
    def awarded(self) -> Decimal:
        """Over all categories."""
        return sum((each.awarded for each in self.categories), Decimal(0))

    @property
    def expected(self) -> Decimal:
        """Over all categories."""
        return sum((each.expected for each in self.categories), Decimal(0))

    @property
    def recent(self) -> Decimal:
        """Over all categories."""
        return sum((each.recent for each in self.categories), Decimal(0))

    def engagement(self, law: CeilingLaw) -> Engagement:
        """All that is engaged against the maximum, with the share that warns."""
        return Engagement(self.awarded + self.expected, self.maximum, law.ceiling_warning_percent)

    def pace(self, law: CeilingLaw) -> Pace | None:
        """How fast the system spends: over the last twelve months, or since its first mini-tender when it is younger.

        None while fewer days than the law of the day asks are known: no projection is then honest.
        """
        if self.first_sent_on is None:
            return None
        since = max(pace_begins(self.day), self.first_sent_on)
        days = (self.day - since).days + 1
        if days < law.projection_history_days:
            return None
        return Pace(since, days, max((self.valid_until - self.day).days, 0))

    def projection(self, law: CeilingLaw) -> Decimal | None:
        """What would be engaged in all at the end of the validity; None with too little history."""
        pace = self.pace(law)
        return pace.projected(self.awarded + self.expected, self.recent) if pace else None

    def reached_on(self, law: CeilingLaw) -> date | None:
        """The first day on which the maximum would be reached at that pace; None when it would not before the end."""
        pace, left = self.pace(law), self.engagement(law).remaining
        if pace is None or left < 0 or not self.recent:
            return None
        days = ceil(Fraction(left) * pace.days / Fraction(self.recent))
        return self.day + timedelta(days=days) if days <= pace.days_left else None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another mini-tender sent by the same service in the same category for a near day, with its budget."""

    title: str
    budget: Decimal


def pace_begins(day: date) -> date:
    """The first of the days over which a pace is measured: twelve months, `day` included."""
    return months_before(day, PACE_MONTHS) + timedelta(days=1)


def ceiling_faults(ceiling: Ceiling, budget: Decimal | None, law: CeilingLaw) -> Iterator[Refusal]:
    """SAD-02: nothing is sent beyond the maximum on which the procedure and the notice rest (R2121-8).

    The words hold no amount: those who write needs read them too.
    """
    if ceiling.engagement(law).with_added(budget or Decimal(0)).is_over_maximum:
        message = "Avec ce besoin, le système dépasserait le maximum que son avis a annoncé (R2121-8)."
        remedy = "Réduire le budget, déclarer sans suite une consultation abandonnée, ou publier l’avis d’un nouveau système."
        yield Refusal(message, remedy, "SAD-02")


def ceiling_warnings(ceiling: Ceiling, budget: Decimal | None, law: CeilingLaw) -> Iterator[Refusal]:
    """SAD-02: from a share of the announced maximum on, a reason is recorded; beyond it `ceiling_faults` refuses."""
    after = ceiling.engagement(law).with_added(budget or Decimal(0))
    if after.is_near_maximum and not after.is_over_maximum:
        share = f"{law.ceiling_warning_percent.normalize():f} %".replace(".", ",")
        message = f"Avec ce besoin, au moins {share} du maximum annoncé par l’avis est engagé (R2121-8)."
        yield Refusal(message, "Préparer l’avis d’un nouveau système, et écrire pourquoi l’on envoie ce besoin.", "SAD-02")


def splitting_warnings(budget: Decimal | None, neighbours: Sequence[Neighbour], law: CeilingLaw) -> Iterator[Refusal]:
    """THR-01: near needs of the same kind which only together reach a threshold ask why they are apart (R2121-4).

    One warning at most, on the highest of the thresholds crossed.
    """
    for name, duty in DUTIES:
        threshold = getattr(law, name)
        small = [each for each in neighbours if each.budget < threshold]
        if budget and budget < threshold <= budget + sum(each.budget for each in small):
            message = f"Ce besoin et {_named(small)}, du même service à moins de {law.splitting_days} jours d’écart,"
            message += f" atteignent ensemble {_grouped(threshold)} € hors taxe, le seuil pour {duty}."
            remedy = "Les réunir en une consultation, ou écrire pourquoi ils sont séparés : un besoin ne se découpe pas (R2121-4)."
            yield Refusal(message, remedy, "THR-01", "budget")
            return


def _grouped(amount: Decimal) -> str:
    """Whole euros, by thousands: `25 000`."""
    return f"{amount:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _named(neighbours: Iterable[Neighbour]) -> str:
    """The titles, the first few and how many more."""
    titles = [f"« {each.title} »" for each in neighbours]
    more = len(titles) - MOST_NAMED
    if more <= 0:
        return listed(titles)
    return listed([*titles[:MOST_NAMED], "un autre" if more == 1 else f"{more} autres"])
