"""Who did not win is told why: a tenderer that asks for reasons has them; all those invited to a consultation given up read the motive."""

from playwright.sync_api import Browser

from tests.browser.people import BUYER, LOSER, LOSER_NAME, NEED, SECOND_BUYER, enter
from tests.browser.site import Site
from tests.browser.visitor import PHONE, Findings, Visitor

QUESTION = "Qu’est-ce qui a fait la différence avec une note de qualité égale ?"
GIVEN_UP = "Matinale entreprises à Rovaltain, 70 personnes"
MOTIVE = "La salle n’est plus disponible : la matinale est reportée au printemps."
# One that had not answered, one that had.
INVITED = ("karim.benali@le-fournil-de-la-gare.example", "odile.pogne@maison-pogne-et-cie.example")


def ask(loser: Visitor) -> None:
    """From the home page, in two taps and a sentence."""
    loser.open("/fournisseur/")
    loser.follow("Mon résultat, mes points et pourquoi", within=NEED)
    loser.type("Votre question", QUESTION)
    loser.press("Demander les raisons")
    loser.expect("Réponse attendue")


def answer(buyer: Visitor) -> None:
    """The request waits on the home; its letter is drafted, read, sent once."""
    buyer.open("/achats/")
    buyer.follow(LOSER_NAME)
    buyer.expect(QUESTION)
    buyer.press("Voir la lettre avant de l’envoyer")
    buyer.press("Envoyer la réponse")
    buyer.expect("La réponse est partie")


def read_reasons(loser: Visitor) -> str:
    """The letter that answers, and the page of its result that says so."""
    loser.open("/fournisseur/courriers")
    loser.follow(f"Réponse à votre demande : {NEED}")
    read = " ".join(loser.page.locator(".letter").inner_text().split())
    loser.follow("Mon résultat, mes points et pourquoi")
    loser.expect("Réponse reçue")
    return read


def give_up(buyer: Visitor) -> None:
    """Never without a motive; the letter is read before it goes."""
    buyer.open("/achats/consultations")
    buyer.follow(GIVEN_UP)
    buyer.follow("Déclarer sans suite")
    buyer.press("Voir ce qui va se passer")
    buyer.expect("à corriger")
    buyer.type("Le motif", MOTIVE)
    buyer.press("Voir ce qui va se passer")
    buyer.expect(MOTIVE)
    buyer.press("Demander l’accord d’un collègue")
    buyer.expect("La demande est faite")


def approve(second: Visitor) -> None:
    """The second person reads the same thing, on a phone, and the act is done."""
    second.open("/compte/approbations")
    second.follow(GIVEN_UP)
    second.expect(MOTIVE)
    second.press("Approuver, et le faire maintenant")
    second.expect("Vous avez approuvé")


def play(browser: Browser, site: Site, findings: Findings) -> str:
    """What the loser reads in the answer to its question."""
    loser = enter(Visitor, browser, site, findings, LOSER, width=PHONE)
    ask(loser)
    answer(enter(Visitor, browser, site, findings, BUYER))
    assert site.deliver() >= 1
    return read_reasons(loser)


def play_given_up(browser: Browser, site: Site, findings: Findings) -> list[str]:
    """The letter that each of these people reads."""
    give_up(enter(Visitor, browser, site, findings, BUYER))
    approve(enter(Visitor, browser, site, findings, SECOND_BUYER, width=PHONE))
    site.deliver()
    read = []
    for email in INVITED:
        supplier = enter(Visitor, browser, site, findings, email, width=PHONE)
        supplier.open("/fournisseur/courriers")
        supplier.follow(GIVEN_UP)
        read.append(supplier.page.locator(".letter").inner_text())
    return read
