"""An order as PDF: what is bought at which price, when, where, and what the invoice must carry; accessible (PDF/UA-1)."""

from typing import Any

from sad.domain.offers import OfferContent
from sad.letters.consortiums import shares_of
from sad.letters.orders import slot_words
from sad.letters.wording import long_date, moment, money, percent, plural, quantity, siret
from sad.models.orders import Order
from sad.reports.typesetting import typeset

UNKNOWN = "non communiqué à ce jour"


def order_pdf(order: Order) -> bytes:
    """The order as it stands: the same bytes as long as nothing of it changes."""
    return typeset("order", order_content(order), at=order.confirmed_at or order.ordered_at)


def order_content(order: Order) -> dict[str, Any]:
    """All the words of the order, as its template sets them."""
    need, supplier, content = order.mini_tender, order.supplier, order.as_content()
    return {
        "title": f"Bon de commande {order.reference}",
        "subject": need.title,
        "buyer": [need.organisation.name, f"SIREN {siret(need.organisation.siren)}", *need.organisation.address.splitlines(),
                  need.organisation.contact_email],
        "supplier": [supplier.name, f"SIRET {siret(supplier.siret)}", f"{supplier.postcode} {supplier.commune}".strip()],
        "facts": _facts(order),
        "lines": [_line(line) for line in content.lines],
        "totals": _totals(content),
        "members": [[part.name, f"SIRET {siret(part.siret)}", money(amount)] for part, amount in shares_of(supplier, content.total)],
        "invoice": [
            ["Où la déposer", "Chorus Pro, portail public de facturation (L2192-1)"],
            ["Bon de commande", order.reference],
            ["Numéro d’engagement", order.engagement_number or UNKNOWN],
            ["Code service", order.service_code or UNKNOWN],
            ["Acheteur", f"SIREN {siret(need.organisation.siren)}"],
            ["Paiement", "trente jours au plus après réception de la facture (R2192-10)"],
        ],
        "footer": f"{order.reference} · envoyé le {moment(order.ordered_at)}, heure de Paris",
    }


def order_file_name(order: Order) -> str:
    """The name under which it is downloaded."""
    return f"bon-de-commande-{order.reference}.pdf"


def _facts(order: Order) -> list[list[str]]:
    need = order.mini_tender
    contract = f"notifié le {long_date(order.award.notified_at)}"
    if order.award.contract_reference:
        contract += f", contrat {order.award.contract_reference}"
    facts = [
        ["Marché", contract],
        ["Commandé par", f"{order.orderer.name}, {need.service.name}"],
        ["Livraison", f"{slot_words(order)}, heure de Paris"],
        ["Lieu", need.place or need.service.name],
        ["Accès", need.access],
        ["Convives", _guests(order)],
        ["Emballage", "contenants repris ou réemployables" if need.packaging == "reusable" else "compostable accepté"],
        *(["Clause à respecter", f"{each['label']}. Ce qui le montre : {each['proof']}."] for each in need.clauses),
        ["À savoir", order.note],
    ]
    return [fact for fact in facts if fact[1]]


def _guests(order: Order) -> str:
    if order.headcount is None:
        return ""
    if order.confirmed_at:
        return f"{plural(order.headcount, 'convive')}, nombre confirmé le {long_date(order.confirmed_at)}"
    others = f"de {order.lowest_headcount} à {order.highest_headcount}, à confirmer jusqu’au {long_date(order.headcount_until)}"
    return f"{plural(order.headcount, 'convive')} ({others})"


def _line(line: Any) -> list[str]:
    return [line.label, quantity(line.quantity, line.unit), money(line.unit_price), percent(line.vat_rate), money(line.amount)]


def _totals(content: OfferContent) -> list[list[str]]:
    """Excl. VAT, the VAT of each rate on its base, incl. VAT."""
    vat = [[f"TVA à {percent(each.rate)} sur {money(each.base)}", money(each.tax)] for each in content.vat if each.tax]
    exempt = [] if vat else [["TVA non applicable (article 293 B du code général des impôts) ou à 0 %", money(0)]]
    return [["Total hors taxe", money(content.total)], *(vat or exempt), ["Total à payer, taxes comprises", money(content.total_with_vat)]]
