"""A committee is asked, convened, held: a member who has a link stands aside, the quorum is counted without it, the minutes are kept."""

from datetime import datetime, timedelta

from playwright.sync_api import Browser

from sad.domain.calendar import PARIS
from tests.browser.people import BUYER, NEED, SECOND_BUYER, enter
from tests.browser.site import Site
from tests.browser.visitor import Findings, Visitor

SITTING = datetime(2026, 12, 1, 14, 0, tzinfo=PARIS)
PLACE = "Salle des commissions, Valence"
LINK = "J’y ai dirigé la cuisine jusqu’à l’an dernier."
ACCOUNTS = {"Présidence, siège 1": "Jeanne Vernet", "Titulaire, siège 2": "Marc Teyssier"}
OUTSIDE = {"Titulaire, siège 3": "Hélène Roux", "Titulaire, siège 4": "Luc Martin", "Suppléant": "Inès Brun"}
ASIDE, FOR, AGAINST = "Ne prend pas part", "Pour", "Contre"


def found(buyer: Visitor) -> None:
    """The house asks for an opinion from 2,000 EUR on; four seats of five are held."""
    buyer.open("/achats/consultations")
    buyer.follow("La commission et ses séances")
    buyer.follow("Régler la commission")
    buyer.type("Le nom de la commission", "Commission des achats")
    buyer.type("À partir de quel montant", "2000")
    buyer.type("Quorum", "2")
    set_moment(buyer, "first_at", "2026-11-17", "14:00")
    buyer.type("Lieu habituel", PLACE)
    buyer.press("Enregistrer les règles")
    buyer.expect("plus de la moitié")
    buyer.type("Quorum", "3")
    buyer.press("Enregistrer les règles")
    for seat, name in ACCOUNTS.items():
        name_member(buyer, seat, account=name)
    for seat, name in OUTSIDE.items():
        name_member(buyer, seat, name=name)
    buyer.expect("1 siège est libre")


def name_member(buyer: Visitor, seat: str, *, account: str = "", name: str = "") -> None:
    """Somebody with an account, or from outside with an address."""
    buyer.follow("Nommer un membre")
    buyer.choose("Sa place", seat)
    if account:
        buyer.choose("Son compte", account)
    else:
        buyer.type("Son nom, sans compte", name)
        buyer.type("Son adresse électronique", f"{name.split()[-1].lower()}@commission.example")
    buyer.press("Nommer")
    buyer.expect(account or name)


def set_moment(visitor: Visitor, name: str, day: str, hour: str) -> None:
    """The two boxes of a day and an hour."""
    boxes = visitor.page.locator(f"input[name='{name}']")
    boxes.nth(0).fill(day)
    boxes.nth(1).fill(hour)


def convene(buyer: Visitor) -> None:
    """The award waits for an opinion; too short a notice is refused, what was chosen stays, the letters are read before they go."""
    buyer.open("/achats/")
    buyer.follow(NEED)
    buyer.follow("Proposer l’attribution")
    buyer.expect("Ce classement ne lui a pas été soumis")
    buyer.press("Proposer cette attribution")
    buyer.expect("L’inscrire à la prochaine séance")
    buyer.follow("Voir la commission et ses séances")
    buyer.follow("Convoquer la commission")
    set_moment(buyer, "held_at", "2026-11-24", "14:00")
    buyer.press("Relire la convocation")
    buyer.expect("La convocation partirait trop tard")
    set_moment(buyer, "held_at", f"{SITTING:%Y-%m-%d}", f"{SITTING:%H:%M}")
    buyer.press("Relire la convocation")
    buyer.press("Convoquer 5 membres")
    buyer.expect("La commission est convoquée")


def stand_aside(member: Visitor) -> None:
    """A member who is an agent finds out that it has a link with a tenderer, and says so."""
    member.open("/achats/")
    member.follow(NEED)
    member.follow("Déclarer un lien découvert depuis")
    member.page.get_by_label("J’ai un lien").check()
    member.press("Enregistrer ma déclaration")
    member.expect("n’est pas dit")
    member.type("Avec quelle entreprise, et quel lien", LINK)
    member.press("Enregistrer ma déclaration")
    member.expect("Un collègue prend le relais")


def hold(buyer: Visitor) -> bytes:
    """A vote of the one who stands aside is refused, then a vote without quorum; then the opinion is counted, and the minutes are read."""
    buyer.open("/achats/")
    buyer.follow("Le mardi 1er décembre 2026")
    buyer.follow("Tenir la séance")
    vote(buyer, {2: FOR})
    buyer.press("Enregistrer la séance")
    buyer.expect("Marc Teyssier a déclaré un lien")
    vote(buyer, {1: FOR, 2: ASIDE, 3: FOR, 4: ""})
    seat(buyer, 4, "Absent")
    buyer.press("Enregistrer la séance")
    buyer.expect("le quorum n’est pas réuni, 2 votants pour 3")
    seat(buyer, 4, "Suppléance : Inès Brun")
    vote(buyer, {4: AGAINST})
    buyer.press("Enregistrer la séance")
    buyer.follow("Clore la séance")
    buyer.expect("Avis favorable")
    buyer.expect("Ni débat ni vote pour : Marc Teyssier")
    buyer.press("Clore la séance")
    buyer.expect("Le procès-verbal est prêt")
    href = buyer.page.get_by_role("link", name="Procès-verbal (PDF)").get_attribute("href")
    return buyer.context.request.get(f"{buyer.site.url}{href}").body()


def vote(buyer: Visitor, ballots: dict[int, str]) -> None:
    """What each seat says; empty: nothing."""
    for number, words in ballots.items():
        buyer.page.locator(f"select[name^='vote_'][name$='_{number}']").select_option(label=words or "–")


def seat(buyer: Visitor, number: int, words: str) -> None:
    """Who sits there."""
    buyer.page.locator(f"select[name='seat_{number}']").select_option(label=words)


def play(browser: Browser, site: Site, findings: Findings, buyer: Visitor) -> bytes:
    """The minutes of the sitting, as a PDF."""
    found(buyer)
    convene(buyer)
    assert site.deliver() >= 5
    stand_aside(enter(Visitor, browser, site, findings, SECOND_BUYER))
    site.move_to(SITTING + timedelta(minutes=20))
    later = enter(Visitor, browser, site, findings, BUYER)
    return hold(later)
