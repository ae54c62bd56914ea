"""The acceptance of deliveries: said once by the service, told to the supplier, never counted in later marks."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sad.actions.journal import record
from sad.actions.letters import post_to_supplier
from sad.actions.mini_tenders import hold
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.deliveries import Awaited, Delivered, delivery_faults
from sad.domain.errors import Refused, refuse
from sad.letters import orders as letters
from sad.letters.wording import hour, long_date
from sad.models.orders import Delivery, Order
from sad.models.people import Person


def accept_delivery(order: Order, delivered: Delivered, *, link: Callable[[int], str], by: Person, at: datetime) -> Delivery:
    """Keep what the service says of the delivery, with its reserves; the supplier has a letter (ORD-04).

    Refused when it is accepted already, before its day, and with every fault of what is said.
    """
    hold(order.mini_tender)
    session.refresh(order)
    if order.delivery is not None:
        who, when = order.delivery.accepter.name, order.delivery.accepted_at
        message = f"Cette livraison est déjà réceptionnée : {who} l’a fait le {long_date(when)} à {hour(when)}."
        raise refuse(message, "Une livraison se réceptionne une fois. Pour corriger, voir avec le service achats.", rule="ORD-04")
    faults = list(delivery_faults(awaited(order), delivered, due_on=paris_day(order.delivers_from), at=at))
    if faults:
        raise Refused(*faults)
    for line, asked in zip(order.lines, awaited(order), strict=True):
        line.accepted_quantity = delivered.accepted(asked)
    delivery = Delivery(
        organisation_id=order.organisation_id,
        order=order,
        conformity=delivered.conformity,
        on_time=delivered.on_time,
        packaging=delivered.packaging,
        remark=delivered.remark.strip(),
        unmet_clauses=[key for key in order.mini_tender.clause_keys if key in delivered.unmet_clauses],
        accepted_total=order.as_accepted().total,
        accepter=by,
        accepted_at=at,
    )
    session.add(delivery)
    session.flush()
    text = letters.delivery_accepted(order, delivery, link=link(order.id))
    post_to_supplier(order.supplier, text, at=at, organisation_id=order.organisation_id, mini_tender=order.mini_tender)
    record("accept_delivery", delivery, by=by, at=at, order=order.reference, said=_journalled(delivery))
    return delivery


def awaited(order: Order) -> tuple[Awaited, ...]:
    """Its lines, as the delivery is checked against them."""
    return tuple(Awaited(str(line.id), line.label, line.quantity, line.unit) for line in order.lines)


def _journalled(delivery: Delivery) -> Mapping[str, object]:
    return {
        "conformity": delivery.conformity,
        "on_time": delivery.on_time,
        "packaging": delivery.packaging,
        "remark": delivery.remark,
        **({"unmet_clauses": delivery.unmet_clauses} if delivery.unmet_clauses else {}),
        "accepted_total": str(delivery.accepted_total),
    }
