"""The award is proposed by one, decided by another; its holder proves, out of its vault where it can; the contract is notified."""

from datetime import timedelta

from playwright.sync_api import Browser

from tests.browser.admission import PAPER
from tests.browser.award import FREE, POINTS, Told, read_ranking
from tests.browser.people import AUTHORITY, BUYER, LOSER, LOSER_NAME, NEED, WINNER, enter
from tests.browser.site import Site
from tests.browser.visitor import PHONE, Findings, Visitor

TAX, SOCIAL = "Attestation de régularité fiscale", "Attestation de cotisations sociales"
SIRET, OTHER_SIRET = "00000013300017", "73282932000074"


def keep_tax(holder: Visitor) -> None:
    """Before anybody asks, a company puts its tax certificate in its vault."""
    holder.open("/fournisseur/documents")
    holder.answer_to("Ce document est", TAX)
    holder.join_file("Le document", "fiscale.pdf", PAPER)
    holder.type("Établi le", "2026-11-02")
    holder.press("Ajouter au coffre")
    holder.expect("Le document est dans votre coffre")


def propose(buyer: Visitor) -> Told:
    """What the ranking says of the second; then the first is proposed, by somebody who cannot decide."""
    buyer.open("/achats/")
    buyer.follow(NEED)
    ranked = read_ranking(buyer, LOSER_NAME)
    buyer.follow("Proposer l’attribution")
    buyer.press("Proposer cette attribution")
    buyer.expect("Vous l’avez proposée : une autre personne décide")
    assert not buyer.page.get_by_role("link", name="Décider").count()
    return ranked


def decide(authority: Visitor) -> None:
    """Another person declares that it has no link, reads every letter, decides."""
    authority.open("/achats/")
    authority.follow(NEED)
    authority.answer_to("Votre déclaration", FREE)
    authority.press("Enregistrer ma déclaration")
    authority.follow("Voir l’attribution")
    authority.follow("Décider")
    authority.press("Décider et envoyer 4 lettres")
    authority.expect("L’attribution est décidée")


def prove(holder: Visitor) -> None:
    """What the vault holds is not asked again; another company's paper is refused; the right one is sent."""
    holder.open("/fournisseur/")
    holder.follow("Envoyer mes attestations")
    holder.expect(TAX)
    assert holder.page.get_by_role("link", name="Envoyer", exact=True).count() == 1
    holder.follow("Envoyer")
    holder.join_file("Le document", "sociale.pdf", PAPER)
    holder.type("SIRET écrit sur le document", OTHER_SIRET)
    holder.type("Établi le", "2026-11-20")
    holder.press("Envoyer")
    holder.expect("d’une autre entreprise")
    holder.join_file("Le document", "sociale.pdf", PAPER)
    holder.type("SIRET écrit sur le document", SIRET)
    holder.press("Envoyer")
    holder.expect("Tout est envoyé")


def check_proofs(buyer: Visitor) -> None:
    """Both papers are read, and the register."""
    buyer.open("/achats/")
    buyer.expect("2 documents reçus")
    buyer.follow(NEED, within="2 documents reçus")
    for label in (TAX, SOCIAL):
        buyer.follow("Vérifier", within=label)
        buyer.answer_to("Ce document", "Il convient")
        buyer.press("Enregistrer ma réponse")
    buyer.follow("Noter ce que dit le registre")
    buyer.type("SIRET cherché dans le registre", SIRET)
    buyer.answer_to("Dans le registre, cette entreprise", "Est inscrite, en activité.")
    buyer.type("Ce que vous avez lu", "Annuaire des entreprises, le jour même.")
    buyer.press("Enregistrer")
    buyer.expect("Toutes les attestations sont acceptées")


def notify(buyer: Visitor) -> None:
    """The contract exists."""
    buyer.follow("Notifier le marché")
    buyer.press("Notifier le marché")
    buyer.expect("Marché notifié")


def read_letter(loser: Visitor) -> Told:
    """What its letter says to the second."""
    loser.open("/fournisseur/courriers")
    loser.follow(f"Votre offre n’est pas retenue : {NEED}")
    text = loser.page.locator(".letter").inner_text()
    total = text.partition(" points")[0].split()[-1]
    return Told(total, {found["label"]: found["points"] for found in POINTS.finditer(text)})


def play(browser: Browser, site: Site, findings: Findings) -> tuple[Told, Told]:
    """What the ranking, then its letter, say of the second offer, once the contract is notified."""
    holder = enter(Visitor, browser, site, findings, WINNER, width=PHONE)
    keep_tax(holder)
    buyer = enter(Visitor, browser, site, findings, BUYER)
    ranked = propose(buyer)
    decide(enter(Visitor, browser, site, findings, AUTHORITY))
    assert site.deliver() >= 4
    site.move_to(site.now() + timedelta(hours=3))
    told = read_letter(enter(Visitor, browser, site, findings, LOSER, width=PHONE))
    prove(holder)
    check_proofs(buyer)
    notify(buyer)
    assert site.deliver() >= 2
    holder.open("/fournisseur/courriers")
    holder.follow(f"Notification du marché : {NEED}")
    return ranked, told
