"""The contract is ordered, received by its holder, confirmed and delivered: the service never leaves its phone."""

from datetime import datetime, timedelta

from playwright.sync_api import Browser

from sad.domain.calendar import PARIS
from tests.browser.people import REQUESTER, WINNER, Thumb, enter
from tests.browser.site import Site
from tests.browser.visitor import PHONE, Findings, Visitor

SERVED = datetime(2027, 1, 12, 19, 0, tzinfo=PARIS)


def order(service: Thumb) -> None:
    """The order leaves; its headcount is refused beyond what was announced, then confirmed."""
    service.open("/service/")
    service.follow("Commander")
    service.type("Code service", "PROTOCOLE")
    service.press("Envoyer la commande")
    service.expect("Commande envoyée")
    service.follow("Confirmer le nombre de convives")
    service.type("Combien serez-vous", "120")
    service.press("Confirmer ce nombre")
    service.expect("de 72 à 88 convives")
    service.type("Combien serez-vous", "80")
    service.press("Confirmer ce nombre")
    service.expect("confirmé le")


def acknowledge(holder: Visitor) -> None:
    """The holder says that it has the order."""
    holder.open("/fournisseur/")
    holder.follow("Voir la commande")
    holder.press("Bien reçu")
    holder.expect("le service sait que vous avez la commande")


def accept(service: Thumb) -> int:
    """How many taps from the home page to the delivery accepted."""
    service.open("/service/")
    before = service.taps
    service.follow("Réceptionner")
    service.press("Réceptionner la livraison")
    service.expect("La livraison est réceptionnée")
    return service.taps - before


def play(browser: Browser, site: Site, findings: Findings) -> tuple[int, str]:
    """The taps of the delivery, and what the page of amounts says afterwards."""
    service = enter(Thumb, browser, site, findings, REQUESTER, width=PHONE)
    order(service)
    acknowledge(enter(Visitor, browser, site, findings, WINNER, width=PHONE))
    site.move_to(SERVED - timedelta(minutes=20))
    later = enter(Thumb, browser, site, findings, REQUESTER, width=PHONE)
    taps = accept(later)
    later.open("/service/montants")
    return taps, " ".join(later.text.split())
