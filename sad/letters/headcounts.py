"""How far the headcount of a need may still move after the award: announced to every invitee, held by its order (ORD-02)."""

from sad import parameters
from sad.domain.calendar import paris_day
from sad.domain.orders import HeadcountLimits, OrderLaw, last_headcount_day
from sad.letters.wording import long_date, percent
from sad.models.mini_tenders import MiniTender


def order_law(mini_tender: MiniTender) -> OrderLaw:
    """The limits that its invitation announces: those of the day of sending; of the day of writing while it is a draft."""
    return OrderLaw.on(paris_day(mini_tender.published_at or mini_tender.created_at), parameters.value)


def headcount_words(mini_tender: MiniTender) -> str:
    """The clause in a sentence; empty for a need without guests or without day."""
    if mini_tender.guests is None or mini_tender.happens_at is None:
        return ""
    law = order_law(mini_tender)
    limits = HeadcountLimits.around(mini_tender.guests, law)
    until = long_date(last_headcount_day(paris_day(mini_tender.happens_at), law))
    return (
        f"Le nombre de convives peut encore varier de {percent(law.headcount_change_percent)} après l’attribution, de {limits.lowest} à "
        f"{limits.highest} : le service le confirme au plus tard le {until}. Les quantités suivent, aux mêmes prix unitaires (R2194-1)."
    )
