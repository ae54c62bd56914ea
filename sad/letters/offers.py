"""Letters about deposits: they say who, what and when, never what the offer holds nor how its files are called."""

from collections.abc import Sequence
from datetime import datetime

from sad.domain.errors import Refusal
from sad.domain.late_offers import GROUNDS, LateGround
from sad.letters.text import LetterText, write_letter
from sad.models.assisted_deposits import AssistedDeposit
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.suppliers import Supplier


def deposited(offer: Offer, mini_tender: MiniTender, supplier: Supplier, *, link: str) -> LetterText:
    """To the people of the supplier: the offer is there, in time or late (REC-02, REC-04); `link` leads to the receipt."""
    kind = "offer_late" if offer.late else "offer_deposited"
    return write_letter(kind, offer=offer, mini_tender=mini_tender, supplier=supplier, link=link)


def late_opened(offer: Offer, ground: str, reason: str, *, is_opened: bool) -> LetterText:
    """To the people of the supplier: its offer came late because of the service, and is opened all the same (REC-04)."""
    said = {"cause": GROUNDS[LateGround(ground)], "reason": reason, "is_opened": is_opened}
    return write_letter("offer_late_opened", offer=offer, mini_tender=offer.mini_tender, **said)


def assisted(begun: AssistedDeposit, *, link: str) -> LetterText:
    """To the people of the supplier: an agent enters its offer, since it agreed (REC-08); `link` leads to the consultation."""
    return write_letter("offer_assisted", begun=begun, mini_tender=begun.mini_tender, supplier=begun.supplier, link=link)


def withdrawn(offer: Offer, *, at: datetime, link: str) -> LetterText:
    """To the people of the supplier: it is withdrawn before the deadline (REC-05); `link` leads to the consultation."""
    return write_letter("offer_withdrawn", mini_tender=offer.mini_tender, supplier=offer.supplier, at=at, link=link)


def not_registered(
    mini_tender: MiniTender, supplier: Supplier, *, received_at: datetime, refusals: Sequence[Refusal], link: str
) -> LetterText:
    """To the people of the supplier: what was received during a breakdown could not become an offer, and why."""
    return write_letter(
        "offer_not_registered", mini_tender=mini_tender, supplier=supplier, received_at=received_at, refusals=refusals, link=link
    )
