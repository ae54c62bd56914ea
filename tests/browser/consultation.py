"""Second part: a requester writes a breakfast in six short screens, a buyer publishes it, three suppliers deposit."""


from playwright.sync_api import Browser

from tests.browser.admission import PAPER
from tests.browser.scene import MILL, OVEN, REQUESTER
from tests.browser.site import Site
from tests.browser.visitor import PHONE, Findings, Visitor

TITLE = "Petit-déjeuner des vice-présidents"
# For a pastry, a share of bread, a litre of juice, a cup, in EUR excl. VAT.
GOATS_PRICES = ("1,30", "1,40", "3,20", "0,65")
MILL_PRICES, OVEN_PRICES = ("1,20", "1,30", "3,00", "0,60"), ("1,25", "1,45", "2,80", "0,60")


def write(requester: Visitor) -> None:
    """From the template to the buyer's check."""
    requester.sign_in(REQUESTER)
    requester.follow("Décrire un besoin")
    requester.answer_to("De quoi avez-vous besoin", "Petit-déjeuner de réunion")
    requester.press("Commencer")
    requester.type("Nom de ce besoin", TITLE)
    requester.press("Enregistrer et continuer")
    requester.expect("Dites pour combien de personnes")
    requester.type("Nombre de convives", "22")
    requester.type("Lieu", "Salle du conseil, Valence")
    requester.press("Enregistrer et continuer")
    requester.press("Enregistrer et continuer")
    requester.expect("Lignes à chiffrer")
    requester.type("Budget", "150")
    requester.press("Enregistrer et continuer")
    requester.press("Enregistrer et continuer")
    requester.expect("Rien n’est encore parti")
    requester.press("Envoyer au service achats")
    requester.expect(TITLE)


def publish(buyer: Visitor) -> None:
    """Read as a supplier would, then invite all the admitted."""
    buyer.open("/achats/")
    buyer.follow("Consultations")
    buyer.follow(TITLE)
    buyer.follow("Vérifier et publier")
    buyer.expect("3 fournisseurs reçoivent l’invitation au même instant")
    buyer.press("Publier et inviter 3 fournisseurs")
    buyer.expect(TITLE)


def deposit(supplier: Visitor, prices: tuple[str, ...]) -> None:
    """From the invitation to the receipt."""
    supplier.open("/fournisseur/")
    supplier.follow("Voir et répondre")
    supplier.follow("Préparer mon offre")
    supplier.press("Vérifier mon offre")
    supplier.expect("Il manque")
    boxes = supplier.page.locator("input[name^='price-']")
    for number, price in enumerate(prices):
        boxes.nth(number).fill(price)
    for box in supplier.page.locator("select[name^='vat-']").all():
        box.select_option("5.5")
    for box, value in (("Intermédiaires", "0"), ("Approvisionnement direct", "80"), ("Bio, signe de qualité ou équivalent", "40")):
        supplier.type(box, value)
    supplier.answer_to("Emballage réemployable", "Oui")
    supplier.join_file("Ajouter des documents", "menu.pdf", PAPER)
    supplier.press("Vérifier mon offre")
    supplier.expect("Total hors taxe")
    supplier.press("Déposer mon offre")
    supplier.expect("Votre offre est déposée")


def play(browser: Browser, site: Site, findings: Findings, producer: Visitor, buyer: Visitor) -> Visitor:
    """The requester, once the three offers are in."""
    requester = Visitor(browser, site, findings)
    write(requester)
    publish(buyer)
    assert site.deliver() > 3
    deposit(producer, GOATS_PRICES)
    for email, prices in ((MILL, MILL_PRICES), (OVEN, OVEN_PRICES)):
        other = Visitor(browser, site, findings, width=PHONE)
        other.sign_in(email)
        deposit(other, prices)
    requester.open("/service/")
    requester.follow(TITLE)
    requester.expect("3 invités sur 3 ont ouvert la page.")
    requester.expect("Qui a déposé une offre, et combien, ne se sait qu’à l’ouverture.")
    return requester
