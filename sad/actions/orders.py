"""Orders: sent for a notified award, their headcount confirmed, their invoice references completed, received by the supplier."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from sad.actions.evaluations import live_award
from sad.actions.journal import record
from sad.actions.letters import post_to_supplier
from sad.actions.litigation import hold_of
from sad.actions.mini_tenders import hold
from sad.db import session
from sad.domain.calendar import PARIS, paris_day
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.orders import (
    HeadcountLimits,
    OrderTerms,
    Slot,
    headcount_faults,
    last_headcount_day,
    order_faults,
    reference_faults,
    scaled,
    slot_faults,
)
from sad.letters import orders as letters
from sad.letters.headcounts import order_law
from sad.letters.text import LetterText
from sad.letters.wording import long_date, plural
from sad.models.awards import Award
from sad.models.evaluations import RankedOffer
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.orders import Delivery, Order, OrderLine
from sad.models.organisations import Organisation
from sad.models.people import Person
from sad.reports.papers import enclosed_order

CROSSED = "Une autre personne a changé cette commande pendant que vous l’écriviez."
READ_AGAIN = "Vos réponses sont restées sur cet écran. Relisez la commande, puis enregistrez de nouveau."


def order_of(mini_tender: MiniTender) -> Order | None:
    """Its order with all that pages, letters and the PDF say of it."""
    found = select(Order).join(Order.award).where(Award.mini_tender_id == mini_tender.id)
    return session.scalar(with_all(found))


def with_all(query: Select[Order]) -> Select[Order]:
    """The same query of orders, with all that is shown of each, in as many statements for a hundred as for one."""
    award, people = joinedload(Order.award), (Order.orderer, Order.confirmer, Order.acknowledger)
    need = award.joinedload(Award.mini_tender)
    return query.options(
        award.joinedload(Award.place).joinedload(RankedOffer.offer).joinedload(Offer.supplier),
        need.joinedload(MiniTender.organisation),
        need.joinedload(MiniTender.service),
        need.joinedload(MiniTender.category),
        joinedload(Order.delivery).joinedload(Delivery.accepter).lazyload(Person.roles),
        *(joinedload(each).lazyload(Person.roles) for each in people),
        selectinload(Order.lines),
    )


def standing_faults(mini_tender: MiniTender, at: datetime) -> list[Refusal]:
    """All that keeps its award from being ordered now, whatever is asked."""
    order, award = order_of(mini_tender), live_award(mini_tender)
    said = f"{order.reference}, envoyée par {order.orderer.name} le {long_date(order.ordered_at)}" if order else ""
    return list(
        order_faults(
            is_notified=award is not None and award.notified_at is not None,
            is_held=hold_of(mini_tender) is not None,
            ordered=said,
            serves_at=mini_tender.happens_at,
            at=at,
        )
    )


def place_order(mini_tender: MiniTender, terms: OrderTerms, *, link: Callable[[int], str], by: Person, at: datetime) -> Order:
    """Send the order of its notified award, line by line at the prices of the offer retained; the holder has a letter.

    `link` gives the address where the supplier reads an order. Raises `Refused` with every fault (ORD-01, ORD-03, AWD-07).
    """
    hold(mini_tender)
    award = live_award(mini_tender)
    faults = [*standing_faults(mini_tender, at), *slot_faults(terms.slot, mini_tender.happens_at, at)]
    faults += reference_faults(terms.engagement_number.strip(), terms.service_code.strip())
    if faults or award is None:
        raise Refused(*faults)
    order = _new_order(award, terms, by, at)
    order.year, order.number = _next_number(mini_tender.organisation, at)
    session.add(order)
    session.flush()
    _post(order, letters.order_sent(order, link=link(order.id)), at)
    record("place_order", order, by=by, at=at, award=award.id, reference=order.reference, total=str(order.total))
    return order


def confirm_headcount(order: Order, headcount: int, *, version: int, link: Callable[[int], str], by: Person, at: datetime) -> Order:
    """Confirm for how many guests, within the limit announced: quantities follow at the same prices, the holder is told (ORD-02)."""
    _take(order, version)
    limits, until = order.limits, order.headcount_until
    if limits is None or until is None:
        raise refuse("Ce besoin n’annonçait pas de nombre de convives.", "Les quantités de la commande restent.", rule="ORD-02")
    percent = order_law(order.mini_tender).headcount_change_percent
    faults = list(headcount_faults(limits, headcount, until=until, law_percent=percent, at=at))
    if faults:
        raise Refused(*faults)
    for line in order.lines:
        line.quantity = scaled(line.awarded_quantity, line.unit, announced=limits.announced, headcount=headcount)
    before, order.headcount = order.headcount, headcount
    order.total = order.as_content().total
    order.confirmer, order.confirmed_at = by, at
    words = f"Nombre de convives confirmé : {plural(headcount, 'convive')}."
    if before != headcount:
        words = f"Nombre de convives : {plural(headcount, 'convive')}, au lieu de {before}. Les quantités suivent, aux mêmes prix."
    _tell(order, [words], link, at)
    record("confirm_headcount", order, by=by, at=at, before=before, headcount=headcount, total=str(order.total))
    return order


def set_invoice_references(
    order: Order, *, engagement_number: str, service_code: str, version: int, link: Callable[[int], str], by: Person, at: datetime
) -> Order:
    """Write what the supplier copies on its Chorus Pro invoice; the holder is told (ORD-06)."""
    _take(order, version)
    engagement_number, service_code = engagement_number.strip(), service_code.strip()
    faults = list(reference_faults(engagement_number, service_code))
    if faults:
        raise Refused(*faults)
    order.engagement_number, order.service_code = engagement_number, service_code
    _tell(order, ["Les références de la facture ont changé."], link, at)
    record("set_invoice_references", order, by=by, at=at, engagement_number=engagement_number, service_code=service_code)
    return order


def acknowledge_order(order: Order, *, by: Person, at: datetime) -> Order:
    """« Bien reçu », says the supplier; saying it twice changes nothing."""
    session.refresh(order, with_for_update={"of": Order})
    if order.acknowledged_at is None:
        order.acknowledger, order.acknowledged_at = by, at
        record("acknowledge_order", order, by=by, at=at, reference=order.reference)
    return order


def _take(order: Order, version: int) -> None:
    """Hold the order for a change made on the version that the page showed; not once its delivery is accepted."""
    hold(order.mini_tender)
    session.refresh(order)
    if order.delivery is not None:
        raise refuse("La livraison est réceptionnée : la commande ne change plus.", "Voir avec le service achats.", rule="ORD-04")
    if order.version != version:
        raise refuse(CROSSED, READ_AGAIN)
    order.version += 1


def _tell(order: Order, changes: list[str], link: Callable[[int], str], at: datetime) -> None:
    session.flush()
    _post(order, letters.order_changed(order, changes=changes, link=link(order.id)), at)


def _post(order: Order, text: LetterText, at: datetime) -> None:
    """The PDF goes with the mail, as the order stands now."""
    owner, enclosed = order.organisation_id, enclosed_order(order)
    post_to_supplier(order.supplier, text, at=at, organisation_id=owner, mini_tender=order.mini_tender, enclosed=enclosed)


def _new_order(award: Award, terms: OrderTerms, by: Person, at: datetime) -> Order:
    """The row of an order, without its number yet."""
    order = Order(
        organisation_id=award.organisation_id,
        award=award,
        orderer=by,
        ordered_at=at,
        delivers_from=terms.slot.begins,
        delivers_until=terms.slot.ends,
        note=terms.note.strip(),
        engagement_number=terms.engagement_number.strip(),
        service_code=terms.service_code.strip(),
        lines=_lines(award),
        **_headcount(award.mini_tender, terms.slot),
    )
    order.total = order.as_content().total
    return order


def _lines(award: Award) -> list[OrderLine]:
    """The lines of the offer retained, with its prices and its VAT."""
    content = award.place.offer.as_content()
    return [
        OrderLine(
            position=position,
            label=line.label,
            unit=line.unit,
            awarded_quantity=line.quantity,
            quantity=line.quantity,
            unit_price=line.unit_price,
            vat_rate=line.vat_rate,
        )
        for position, line in enumerate(content.lines, start=1)
    ]


def _headcount(mini_tender: MiniTender, slot: Slot) -> dict[str, object]:
    """What was announced and may still move, frozen in the order."""
    if mini_tender.guests is None:
        return {}
    law = order_law(mini_tender)
    limits = HeadcountLimits.around(mini_tender.guests, law)
    return {
        "announced_headcount": limits.announced,
        "lowest_headcount": limits.lowest,
        "highest_headcount": limits.highest,
        "headcount": limits.announced,
        "headcount_until": last_headcount_day(paris_day(slot.begins), law),
    }


def _next_number(organisation: Organisation, at: datetime) -> tuple[int, int]:
    """The year in Paris and the next number in it; nobody else draws one until the end of the transaction."""
    session.refresh(organisation, with_for_update={"of": Organisation})
    year = at.astimezone(PARIS).year
    last = select(func.max(Order.number)).where(Order.organisation_id == organisation.id, Order.year == year)
    return year, (session.scalar(last) or 0) + 1
