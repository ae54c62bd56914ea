"""Letters to a contract holder about its order: sent, changed, delivered."""

from sad.letters.consortiums import shares_of
from sad.letters.text import LetterText, write_letter
from sad.letters.wording import hour, long_date
from sad.models.orders import Delivery, Order


def order_sent(order: Order, *, link: str) -> LetterText:
    """The order as it leaves, with the address of its page and of its PDF."""
    return write_letter("order_sent", **_context(order), link=link)


def order_changed(order: Order, *, changes: list[str], link: str) -> LetterText:
    """What the service changed of it, one sentence each, and the order as it now stands."""
    return write_letter("order_changed", **_context(order), changes=changes, link=link)


def delivery_accepted(order: Order, delivery: Delivery, *, link: str) -> LetterText:
    """What was accepted, the reserves with their reason, and what the invoice may ask."""
    return write_letter("delivery_accepted", **_context(order), delivery=delivery, accepted=order.as_accepted(), link=link)


def slot_words(order: Order) -> str:
    """When the delivery is awaited: `jeudi 17 décembre 2026, entre 7 h 30 et 8 h`."""
    return f"{long_date(order.delivers_from)}, entre {hour(order.delivers_from)} et {hour(order.delivers_until)}"


def _context(order: Order) -> dict[str, object]:
    mini_tender, content = order.mini_tender, order.as_content()
    return {
        "order": order,
        "mini_tender": mini_tender,
        "organisation": mini_tender.organisation,
        "supplier": order.supplier,
        "content": content,
        "shared": shares_of(order.supplier, content.total),
        "slot": slot_words(order),
    }
