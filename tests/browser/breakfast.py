"""A breakfast, from somebody who has never seen the product to a ranking that says why: published in six screens by its own service."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Browser
from sqlalchemy import select

from sad import db
from sad.models.organisations import Organisation
from sad.models.people import Person
from sad.models.systems import Category
from tests.browser import award, consultation
from tests.browser.award import LAST, WINNER, Told
from tests.browser.consultation import TITLE
from tests.browser.scene import BUYER, MILL, OVEN, REQUESTER, set_scene
from tests.browser.site import Site
from tests.browser.visitor import PHONE, Findings, Visitor
from tests.factories.admissions import make_admission
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier

FOURTH = "anna@fournil.example"
DECLINES = "Le Fournil d’Anna"
REASON = "Pas disponible ce jour-là"
MARKS = {criterion: {name: marks[name] for name in (WINNER, LAST)} for criterion, marks in award.MARKS.items()}
TYPED = ("Salle du conseil, Valence", "Premier étage, ascenseur à gauche", "Sans fruits à coque")


def set_breakfast() -> None:
    """The usual scene, where services publish up to 400 EUR by themselves and a third baker is admitted."""
    set_scene()
    with db.transaction():
        db.session.scalars(select(Organisation)).one().direct_publication_limit = 400
        buyer = db.session.scalars(select(Person).where(Person.email == BUYER)).one()
        category = db.session.scalars(select(Category).order_by(Category.id)).first()
        baker = make_supplier(make_person(email=FOURTH, name="Anna Ferrand"), name=DECLINES)
        make_admission(baker, category, buyer)


class Walk:
    """The pages that a person goes through, tabs closed and opened again included."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def follow(self, visitor: Visitor) -> None:
        """Note every page that this tab shows from now on."""
        visitor.page.on("framenavigated", lambda frame: self.paths.append(re.sub(r"\d+", "n", urlsplit(frame.url).path)))

    @property
    def screens(self) -> list[str]:
        """The screens where something is asked, each once: neither the home, nor signing in, nor the page that follows the publication."""
        asked = (each for each in self.paths if each.startswith("/service/besoins/") and each != "/service/besoins/n")
        return list(dict.fromkeys(asked))


def begin(requester: Visitor) -> None:
    """Three screens, then the tab is closed on the fourth."""
    requester.sign_in(REQUESTER)
    requester.follow("Décrire un premier besoin")
    requester.answer_to("De quoi avez-vous besoin", "Petit-déjeuner de réunion")
    requester.press("Commencer")
    requester.type("Nom de ce besoin", TITLE)
    requester.type("Nombre de convives", "22")
    requester.type("Lieu", "Salle du conseil, Valence")
    requester.type("Accès", "Premier étage, ascenseur à gauche")
    requester.press("Enregistrer et continuer")
    requester.type("Allergènes à écarter", "fruits à coque")
    requester.press("Enregistrer et continuer")
    requester.expect("Lignes à chiffrer")
    requester.page.close()


def finish(requester: Visitor) -> None:
    """One click on the home goes on; all that was typed is there; three screens later it is published."""
    requester.sign_in(REQUESTER)
    requester.follow(TITLE)
    requester.expect("Lignes à chiffrer")
    assert requester.page.locator("input[name='lines-0-quantity']").input_value() == "44"
    requester.type("Budget", "170")
    requester.press("Enregistrer et continuer")
    requester.press("Enregistrer et continuer")
    for words in (TITLE, *TYPED, "Viennoiseries et pogne : 44 pièces"):
        requester.expect(words)
    requester.press("Publier et inviter 3 fournisseurs")
    requester.expect("Votre besoin est publié.")


def decline(supplier: Visitor) -> None:
    """« Non, parce que… » in one click on the page that the invitation leads to."""
    supplier.open("/fournisseur/")
    supplier.follow("Non merci")
    supplier.press(REASON)
    supplier.expect("C’est noté, merci.")


def evaluate(site: Site, buyer: Visitor, second: Visitor) -> None:
    """Two people open; one declares, examines, marks and ranks."""
    award.close(site)
    award.open_offers(buyer, second)
    award.judge(second, MARKS)


def play(browser: Browser, site: Site, findings: Findings) -> tuple[Walk, Told, Visitor]:
    """Its screens, what the ranking says of the loser, and the requester once all is ranked."""
    walk, first = Walk(), Visitor(browser, site, findings)
    walk.follow(first)
    begin(first)
    requester = Visitor(browser, site, findings)
    walk.follow(requester)
    finish(requester)
    assert site.deliver() >= 3
    for email, width, prices in ((FOURTH, PHONE, ()), (MILL, PHONE, consultation.MILL_PRICES), (OVEN, None, consultation.OVEN_PRICES)):
        supplier = Visitor(browser, site, findings, **({"width": width} if width else {}))
        supplier.sign_in(email)
        consultation.deposit(supplier, prices) if prices else decline(supplier)
    buyer, second = Visitor(browser, site, findings), Visitor(browser, site, findings)
    buyer.sign_in(BUYER)
    evaluate(site, buyer, second)
    told = award.read_ranking(second, LAST)
    requester.open("/service/")
    requester.follow(TITLE)
    return walk, told, requester
