"""Letters that follow a contract: to those invited, that it is concluded (AWD-06); to the buyers, that its notice is late (PUB-01)."""

from datetime import date, datetime

from sad.letters.consortiums import shares_of
from sad.letters.text import LetterText, write_letter
from sad.models.awards import Award


def conclusion(award: Award, *, challenge_until: date, at: datetime) -> LetterText:
    """To everybody invited but the holder: who holds the contract, why, until when a judge may be seized (CJA R551-7)."""
    holder = award.place.offer.supplier
    return write_letter(
        "conclusion",
        award=award,
        holder=holder,
        members=[part.name for part, _ in shares_of(holder, None)],
        mini_tender=award.mini_tender,
        organisation=award.mini_tender.organisation,
        challenge_until=challenge_until,
        at=at,
    )


def award_notices_late(label: str, count: int, *, due_on: date, home: str) -> LetterText:
    """To the buyers: so many contracts of a quarter have no award notice and its last day is over."""
    return write_letter("award_notices_late", label=label, count=count, due_on=due_on, home=home)
