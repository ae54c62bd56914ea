"""A campaign: two suppliers are asked to confirm, one does, the other is suspended by a person, and comes back."""

from datetime import timedelta

from playwright.sync_api import Browser

from tests.browser.admission import PAPER, admit, apply
from tests.browser.scene import BUYER, OVEN, START, Scene
from tests.browser.site import Site
from tests.browser.visitor import PHONE, Findings, Visitor

SILENT = "Le Four de Paul"
LONG_AFTER = START + timedelta(days=45)


def ask(buyer: Visitor, scene: Scene) -> None:
    """Ask everybody, once what leaves was read."""
    buyer.open("/achats/systemes")
    buyer.follow(scene.system)
    buyer.follow("Les campagnes de confirmation")
    buyer.follow("Demander à tous de confirmer")
    buyer.answer_to("Pourquoi", "La vérification annuelle")
    buyer.press("Relire avant de demander")
    buyer.press("Demander à 2 fournisseurs")
    buyer.expect("Qui en est où")


def confirm(supplier: Visitor) -> None:
    """Give the only thing that is missing, swear, send."""
    supplier.open("/fournisseur/")
    supplier.follow("Confirmer")
    supplier.press("Joindre la preuve")
    supplier.join_file("Le document", "assurance.pdf", PAPER)
    supplier.type("Valable jusqu’au", "2027-12-31")
    supplier.press("Joindre ce document")
    supplier.tick("Je le déclare sur l’honneur")
    supplier.press("Envoyer ma confirmation")
    supplier.expect("Votre confirmation est envoyée")


def decide(buyer: Visitor, scene: Scene) -> None:
    """Once the time is over, keep the one who answered and suspend the one who did not."""
    buyer.sign_in(BUYER)
    buyer.open("/achats/systemes")
    buyer.follow(scene.system)
    buyer.follow("Les campagnes de confirmation")
    buyer.follow("vérification annuelle")
    buyer.follow("Garder")
    buyer.press("Voir la lettre avant de décider")
    buyer.press("Garder et envoyer la lettre")
    buyer.follow("Suspendre")
    buyer.press("Voir la lettre avant de décider")
    buyer.press("Suspendre et envoyer la lettre")
    buyer.expect("Suspendu")


def play(browser: Browser, site: Site, scene: Scene, findings: Findings, buyer: Visitor, mill: Visitor) -> Visitor:
    """The buyer, once the suspended supplier is admitted again."""
    ask(buyer, scene)
    assert site.deliver() >= 2
    confirm(mill)
    site.move_to(LONG_AFTER)
    later = Visitor(browser, site, findings)
    decide(later, scene)
    assert site.deliver() >= 2
    oven = Visitor(browser, site, findings, width=PHONE)
    oven.sign_in(OVEN)
    oven.open("/fournisseur/candidatures")
    apply(oven, scene)
    back = Visitor(browser, site, findings)
    admit(back, SILENT)
    return back
