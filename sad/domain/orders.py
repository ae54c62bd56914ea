"""What may be ordered of an award: when, for how many guests, in which slot, with which references on the invoice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from sad.domain.calendar import PARIS, paris_day
from sad.domain.errors import Refusal
from sad.domain.law import LawOfTheDay
from sad.domain.sentences import french_date, french_moment, french_number

MEASURED = frozenset({"kg", "g", "litre"})
LONGEST_ENGAGEMENT, LONGEST_SERVICE_CODE = 50, 100  # Chorus Pro, spécifications externes


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLaw(LawOfTheDay):
    """How far the headcount may move after the award, in percent, and until how many days before the delivery (R2194-1)."""

    headcount_change_percent: Decimal
    headcount_notice_days: int


@dataclass(frozen=True, slots=True)
class HeadcountLimits:
    """The headcount announced to every invitee, and the least and the most that may be confirmed later."""

    announced: int
    lowest: int
    highest: int

    @classmethod
    def around(cls, announced: int, law: OrderLaw) -> "HeadcountLimits":
        """The announced share on each side, whole people, one at least."""
        change = max(floor(Fraction(announced) * Fraction(law.headcount_change_percent) / 100), 1)
        return cls(announced, max(announced - change, 1), announced + change)


@dataclass(frozen=True, slots=True)
class Slot:
    """From when to when the delivery is awaited (aware)."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """What the service decides of an order: its slot, a word to the supplier, what the invoice must carry."""

    slot: Slot
    note: str = ""
    engagement_number: str = ""
    service_code: str = ""


def last_headcount_day(delivered_on: date, law: OrderLaw) -> date:
    """The last day, included, on which the headcount may still be confirmed."""
    return delivered_on - timedelta(days=law.headcount_notice_days)


def scaled(quantity: Decimal, unit: str, *, announced: int, headcount: int) -> Decimal:
    """An announced quantity for another headcount, in proportion.

    Never further from what was announced than the headcount itself: what is counted stays whole, what is weighed or poured
    keeps three decimals, both rounded towards the announced quantity.
    """
    step = Fraction(1, 1000) if unit in MEASURED or quantity != quantity.to_integral_value() else Fraction(1)
    exact = Fraction(quantity) * headcount / announced / step
    steps = floor(exact) if headcount > announced else ceil(exact)
    return Decimal(steps) if step == 1 else Decimal(steps).scaleb(-3)


def order_faults(*, is_notified: bool, is_held: bool, ordered: str, serves_at: datetime | None, at: datetime) -> Iterator[Refusal]:
    """All that keeps an award from being ordered at that instant; `ordered` says by whom it already was, or nothing."""
    if ordered:
        message = f"Ce marché est déjà commandé : {ordered}. Une seconde commande dépasserait ce qui est attribué."
        yield Refusal(message, "Ouvrir cette commande : le nombre de convives s’y confirme dans la limite annoncée.", "ORD-03")
        return
    if not is_notified:
        message = "Le marché n’est pas encore notifié : rien ne se commande avant."
        yield Refusal(message, "Attendre la notification par le service achats ; vous recevez alors un courrier.", "ORD-01")
    if is_held:
        message = "Un recours est en cours : rien ne se signe ni ne se commande jusqu’à la décision du juge."
        yield Refusal(message, "Demander au service achats où en est le recours.", "AWD-07")
    if serves_at is not None and paris_day(serves_at) < paris_day(at):
        message = f"Le jour de la livraison est passé : {french_date(paris_day(serves_at))}."
        yield Refusal(message, "Voir avec le service achats ce que le marché est devenu.", "ORD-01")


def slot_faults(slot: Slot, serves_at: datetime | None, at: datetime) -> Iterator[Refusal]:
    """The slot ends after it begins, on the day that the contract says, and is still to come."""
    day = paris_day(slot.begins)
    if slot.ends <= slot.begins:
        yield Refusal("La fin du créneau vient avant son début.", "Corriger l’une des deux heures.", field="ends")
    if serves_at is not None and {day, paris_day(slot.ends)} != {paris_day(serves_at)}:
        asked = french_date(paris_day(serves_at))
        yield Refusal(f"Le marché prévoit une livraison le {asked}.", "Garder ce jour-là : il a été annoncé à tous.", "ORD-03", "begins")
    if slot.begins <= at:
        moment = french_moment(at.astimezone(PARIS))
        yield Refusal("Ce créneau est déjà commencé.", f"Choisir une heure après le {moment}.", field="begins")


def reference_faults(engagement_number: str, service_code: str) -> Iterator[Refusal]:
    """What Chorus Pro would not take; either may be unknown on the day of the order."""
    for text, longest, field, label in (
        (engagement_number, LONGEST_ENGAGEMENT, "engagement_number", "Le numéro d’engagement"),
        (service_code, LONGEST_SERVICE_CODE, "service_code", "Le code service"),
    ):
        if len(text) > longest:
            yield Refusal(f"{label} a {longest} caractères au plus.", "Le recopier tel qu’il est dans votre logiciel.", "ORD-06", field)
        elif any(character.isspace() for character in text):
            yield Refusal(f"{label} s’écrit sans espace.", "Retirer les espaces.", "ORD-06", field)


def headcount_faults(limits: HeadcountLimits, headcount: int, *, until: date, law_percent: Decimal, at: datetime) -> Iterator[Refusal]:
    """A headcount out of the limit announced, or confirmed too late (R2194-1)."""
    if paris_day(at) > until:
        message = f"Le nombre de convives se confirmait jusqu’au {french_date(until)} inclus."
        remedy = "Celui de la commande reste. S’il change vraiment, appelez le fournisseur, et dites-le à la réception."
        yield Refusal(message, remedy, "ORD-02", "headcount")
    if not limits.lowest <= headcount <= limits.highest:
        message = f"{headcount} convives : la consultation en annonçait {limits.announced}, à {french_number(law_percent)} % près."
        remedy = f"Confirmer de {limits.lowest} à {limits.highest} convives ; au-delà, il faut une autre consultation."
        yield Refusal(message, remedy, "ORD-02", "headcount")
