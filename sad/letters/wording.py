"""How values read in letters and on pages: French numbers, amounts, dates in Paris."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from sad.domain.calendar import PARIS
from sad.domain.reserved import reserved_to
from sad.domain.scoring.numbers import printed
from sad.domain.sentences import french_date, listed, of
from sad.models.assisted_deposits import AssistedDeposit, Means
from sad.models.people import Role

Number = Decimal | Fraction | int | float | str

FRENCH = Locale("fr")
NBSP = "\N{NO-BREAK SPACE}"
NOTHING = "–"
ROLES = {
    Role.REQUESTER: "Agent, service demandeur",
    Role.BUYER: "Gestionnaire du service achats",
    Role.OPENER: "Ouvreur",
    Role.EVALUATOR: "Évaluateur",
    Role.AWARD_AUTHORITY: "Autorité d’attribution",
    Role.AUDITOR: "Auditeur",
    Role.ADMINISTRATOR: "Administrateur technique",
}
MEANS = {Means.PHONE: "par téléphone", Means.LETTER: "par lettre", Means.VISIT: "sur place"}
_SIZES = ((10**9, "Go"), (10**6, "Mo"), (10**3, "ko"))


def money(amount: Number | None) -> str:
    """An amount in euros, to the cent: `1 234,50 €`; a dash for none."""
    return NOTHING if amount is None else format_currency(rounded(amount, 2), "EUR", locale=FRENCH)


def number(value: Number | None, decimals: int = 6) -> str:
    """A number without useless zeros, with at most `decimals` decimals: `1 234,5`; a dash for none."""
    return NOTHING if value is None else format_decimal(rounded(value, decimals), f"#,##0.{'#' * decimals}", locale=FRENCH)


def points(value: Number | None) -> str:
    """A mark to two decimals: `86,40`; a dash for none."""
    return NOTHING if value is None else format_decimal(rounded(value, 2), "#,##0.00", locale=FRENCH)


def percent(value: Number | None) -> str:
    """A number of per cent, not a share: 35 gives `35 %`; a dash for none."""
    return NOTHING if value is None else f"{number(value, 2)}{NBSP}%"


def long_date(value: date | None) -> str:
    """The Paris day of a date or instant: `jeudi 3 décembre 2026`, `vendredi 1er janvier 2027`; a dash for none."""
    return NOTHING if value is None else french_date(paris_date(value))


def short_date(value: date | None) -> str:
    """The same for a narrow column: `3 déc. 2026`; a dash for none."""
    if value is None:
        return NOTHING
    day = paris_date(value)
    text = format_date(day, "d MMM y", locale=FRENCH)
    return text.replace("1 ", "1er ", 1) if day.day == 1 else text


def hour(value: datetime) -> str:
    """The hour of an instant in Paris: `12 h`, `12 h 05`."""
    local = in_paris(value)
    return f"{local.hour}{NBSP}h{NBSP}{local.minute:02d}" if local.minute else f"{local.hour}{NBSP}h"


def moment(value: datetime | None) -> str:
    """An instant in full, in Paris: `jeudi 3 décembre 2026 à 12 h 05`; a dash for none."""
    return NOTHING if value is None else f"{long_date(value)} à {hour(value)}"


def instant(value: datetime | None) -> str:
    """An instant to the second, for what must be proved: `18 novembre 2026 à 9 h 41 min 07 s`; a dash for none."""
    if value is None:
        return NOTHING
    local = in_paris(value)
    day = french_date(local.date()).partition(" ")[2]
    return f"{day} à {local.hour}{NBSP}h{NBSP}{local.minute:02d}{NBSP}min{NBSP}{local.second:02d}{NBSP}s"


def plural(count: Number, one: str, many: str | None = None) -> str:
    """A count with its noun: `1 fournisseur`, `0 fournisseur`, `1 200 fournisseurs`; `many` when it is not `one` + s."""
    return f"{number(count)}{NBSP}{one if abs(Fraction(count)) < 2 else many or one + 's'}"


def quantity(value: Number, unit: str) -> str:
    """So many units: `44 pièces`, `4,4 litres`, `3 kg`; signs and words that end like a plural stay as they are."""
    if len(unit) < 3 or unit[-1] in "sxz":
        return plural(value, unit, unit)
    return plural(value, unit, f"{unit}x" if unit.endswith("eau") else f"{unit}s")


def siret(digits: str) -> str:
    """A SIRET or a SIREN in groups: `123 456 789 00012`."""
    groups = (digits[:3], digits[3:6], digits[6:9], digits[9:])
    return NBSP.join(group for group in groups if group)


def file_size(size: int) -> str:
    """A size in bytes, in the unit in which it reads best: `1,2 Mo`."""
    return next((f"{number(Fraction(size, unit), 1)}{NBSP}{name}" for unit, name in _SIZES if size >= unit), plural(size, "octet"))


def rounded(value: Number, decimals: int) -> Decimal:
    """The value to `decimals` places, half away from zero, never -0; exact for a fraction."""
    return Decimal(printed(Fraction(value), decimals))


def paris_date(value: date) -> date:
    """The day itself, or the Paris day of an instant (aware)."""
    return in_paris(value).date() if isinstance(value, datetime) else value


def in_paris(value: datetime) -> datetime:
    """The instant (aware) as clocks in Paris show it."""
    if value.tzinfo is None:
        raise ValueError(f"naive datetime {value!r}")
    return value.astimezone(PARIS)


def agreement_words(begun: AssistedDeposit) -> str:
    """How, when and by whom a supplier agreed: `accord donné par téléphone par Karim Benali, le 3 décembre 2026 à 9 h`."""
    return f"accord donné {MEANS[Means(begun.means)]} par {begun.agreed_by}, le {moment(begun.agreed_at)}"


FILTERS: dict[str, Callable[..., Any]] = {
    "money": money,
    "number": number,
    "points": points,
    "percent": percent,
    "date": long_date,
    "short_date": short_date,
    "hour": hour,
    "datetime": moment,
    "instant": instant,
    "plural": plural,
    "quantity": quantity,
    "siret": siret,
    "file_size": file_size,
    "listed": listed,
    "reserved_to": reserved_to,
    "of": of,
    "agreement_words": agreement_words,
}
