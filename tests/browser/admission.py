"""First part of the story: a producer opens an account and applies, a buyer admits it."""

from playwright.sync_api import Browser

from tests.browser.scene import BUYER, Scene
from tests.browser.site import Site
from tests.browser.visitor import PHONE, Findings, Visitor
from tests.factories.people import PASSWORD

GOATS, GOATS_SIRET, GOATS_EMAIL = "Les Chèvres du Vercors", "84217392400015", "lea@chevres.example"
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def register(producer: Visitor, site: Site, scene: Scene) -> None:
    """Open an account by the link that arrives in the mail."""
    producer.open("/")
    producer.open("/systemes")
    producer.follow(scene.system)
    producer.follow("Toute la trajectoire, ligne par ligne")
    producer.follow("Comparer deux paliers")
    producer.expect("Devient plus exigeant")
    producer.open("/comment-candidater")
    producer.open("/inscription")
    producer.press("Recevoir le lien")
    producer.expect("à corriger")
    producer.type("Adresse e-mail", GOATS_EMAIL)
    producer.press("Recevoir le lien")
    producer.expect("Regardez votre courrier")
    assert site.deliver() == 1
    producer.open("/demo/courrier")
    producer.follow(GOATS_EMAIL)
    producer.page.get_by_role("row").last.get_by_role("link").first.click()
    producer.look()
    producer.page.locator(".letter a").first.click()
    producer.look()
    producer.type("SIRET", GOATS_SIRET)
    producer.type("Nom de l’entreprise", GOATS)
    producer.choose("Métier", "Boulangerie")
    producer.type("Code postal", "26420")
    producer.type("Commune", "Saint-Julien-en-Vercors")
    producer.answer_to("Ce que vous vendez", "Pain, viennoiserie")
    producer.type("Prénom et nom", "Léa Chabert")
    producer.type("Mot de passe", PASSWORD)
    producer.type("Le même, une seconde fois", PASSWORD)
    producer.press("Ouvrir le compte")
    producer.expect(f"Le compte de {GOATS} est ouvert")


def apply(producer: Visitor, scene: Scene) -> None:
    """Answer, prove, say what is usual, swear, send."""
    producer.press("Candidater", within=scene.category)
    producer.answer_to("Assurance responsabilité civile professionnelle", "Oui")
    producer.press("Enregistrer et continuer")
    prove_insurance(producer)
    producer.follow("Continuer")
    producer.press("Enregistrer et continuer")
    producer.press("Envoyer ma candidature")
    producer.expect("Cochez cette déclaration")
    producer.tick("Je le déclare sur l’honneur")
    producer.press("Envoyer ma candidature")
    producer.expect("Votre candidature est envoyée")


def prove_insurance(producer: Visitor) -> None:
    """Join the certificate that the stage asks for."""
    producer.follow("Assurance responsabilité civile professionnelle")
    producer.join_file("Le document", "assurance.pdf", PAPER)
    producer.type("Valable jusqu’au", "2027-12-31")
    producer.press("Joindre ce document")


def admit(buyer: Visitor, name: str) -> None:
    """Read the application that waits, and admit its author."""
    buyer.sign_in(BUYER)
    buyer.follow("Candidatures")
    buyer.follow(name)
    buyer.expect("L’examen ne trouve rien contre l’admission")
    buyer.follow("Admettre")
    buyer.press("Voir la lettre avant de décider")
    buyer.press("Admettre et envoyer la lettre")
    buyer.expect(f"{name} est admis")


def play(browser: Browser, site: Site, scene: Scene, findings: Findings) -> tuple[Visitor, Visitor]:
    """The producer on its phone and the buyer at its desk, once the producer is admitted."""
    producer = Visitor(browser, site, findings, width=PHONE)
    register(producer, site, scene)
    apply(producer, scene)
    buyer = Visitor(browser, site, findings)
    admit(buyer, GOATS)
    return producer, buyer
