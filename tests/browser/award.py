"""Third part: two people open, judge, rank and award; a loser reads its letter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from playwright.sync_api import Browser
from sqlalchemy import select

from sad import db
from sad.models.mini_tenders import MiniTender
from tests.browser.admission import GOATS
from tests.browser.consultation import TITLE
from tests.browser.scene import SECOND
from tests.browser.site import Site
from tests.browser.visitor import Findings, Visitor

FREE = "Je n’ai de lien avec aucune de ces entreprises."
WINNER, LAST = "Le Moulin de Jeanne", "Le Four de Paul"
MARKS = {"Qualité et adaptation au besoin": {WINNER: "9", GOATS: "8", LAST: "7"}, "Livraison": {WINNER: "8", GOATS: "8", LAST: "7"}}
POINTS = re.compile(r"^\W*(?P<label>[^:]+?)\s*:\s*(?P<points>[\d,]+)\s+sur\s+(?P<weight>[\d,]+)", re.MULTILINE)


@dataclass(frozen=True)
class Told:
    """What one page says of an offer: its total, and points by criterion, as printed."""

    total: str
    points: dict[str, str]


def close(site: Site) -> None:
    """Go a minute past the deadline."""
    closes_at = db.session.scalars(select(MiniTender.closes_at).where(MiniTender.title == TITLE)).one()
    db.session.remove()
    assert closes_at is not None
    site.move_to(closes_at + timedelta(minutes=1))


def open_offers(first: Visitor, second: Visitor) -> None:
    """One asks, the other opens; before that, nobody reads a name."""
    first.open("/achats/")
    first.follow(TITLE)
    first.follow("Ouvrir les offres")
    first.answer_to("Votre déclaration", FREE)
    first.press("Demander l’ouverture")
    second.sign_in(SECOND)
    second.open(first.path)
    second.answer_to("Votre déclaration", FREE)
    second.press("Ouvrir les offres, définitivement")
    second.expect(WINNER)


def declare(evaluator: Visitor) -> None:
    """Say that one has no link with who is invited, when the page asks for it before the names of who answered."""
    if evaluator.page.get_by_role("group", name="Votre déclaration").count():
        evaluator.answer_to("Votre déclaration", FREE)
        evaluator.press("Enregistrer ma déclaration")


def judge(buyer: Visitor, asked: Mapping[str, Mapping[str, str]] = MARKS) -> None:
    """Each offer is classified, each criterion of judgement is marked, then all are ranked."""
    buyer.follow("Examiner les offres")
    declare(buyer)
    for name in next(iter(asked.values())):
        buyer.follow(name)
        buyer.answer_to("Cette offre est", "Régulière")
        buyer.press("Enregistrer")
    for criterion, marks in asked.items():
        buyer.follow(criterion)
        for name, mark in marks.items():
            buyer.page.get_by_label(re.compile(f"^Note .*{re.escape(name.split()[-1])}")).fill(mark)
            buyer.page.get_by_label(re.compile(f"^Raison .*{re.escape(name.split()[-1])}")).fill(f"Mérite {mark} sur 10.")
        buyer.press("Enregistrer les notes")
    buyer.press("Classer les offres")
    buyer.expect("Classement des offres")


def read_ranking(buyer: Visitor, name: str) -> Told:
    """What the ranking says of one offer."""
    buyer.follow("Tout déplier")
    row = buyer.page.get_by_role("row").filter(has=buyer.page.get_by_role("link", name=name))
    total = row.locator("td.points").inner_text()
    said = "\n".join(row.locator("details li").all_inner_texts())
    return Told(_number(total), {found["label"]: found["points"] for found in POINTS.finditer(said)})


def award(buyer: Visitor, authority: Visitor) -> None:
    """One proposes, the other decides; the letters are read before they go."""
    buyer.open(authority.path)
    buyer.follow("Proposer l’attribution")
    buyer.press("Proposer cette attribution")
    authority.open(buyer.path)
    authority.follow("Décider")
    authority.press("Décider et envoyer 3 lettres")
    authority.expect("L’attribution est décidée")


def read_letter(loser: Visitor) -> Told:
    """What the letter says to the one who was not retained."""
    loser.open("/fournisseur/courriers")
    loser.follow(f"Votre offre n’est pas retenue : {TITLE}")
    text = loser.page.locator(".letter").inner_text()
    total = re.search(r"avec ([\d,]+) points", text)
    assert total is not None, text
    return Told(total.group(1), {found["label"]: found["points"] for found in POINTS.finditer(text)})


def read_result(loser: Visitor) -> Told:
    """What the page of its result says to the same."""
    loser.open("/fournisseur/")
    loser.follow("Mon résultat, mes points et pourquoi")
    rows = loser.page.get_by_role("table").first.get_by_role("row").all()[1:]
    points = {row.get_by_role("rowheader").inner_text().strip(): _number(row.get_by_role("cell").first.inner_text()) for row in rows}
    return Told(_number(loser.page.locator(".big-figure").inner_text()), points)


def play(browser: Browser, site: Site, findings: Findings, producer: Visitor, buyer: Visitor) -> tuple[Told, Told, Told]:
    """What the ranking, then the letter, then the page of its result say of the producer's offer."""
    close(site)
    second = Visitor(browser, site, findings)
    open_offers(buyer, second)
    judge(second)
    ranked = read_ranking(second, GOATS)
    award(buyer, second)
    assert site.deliver() >= 3
    return ranked, read_letter(producer), read_result(producer)


def _number(text: str) -> str:
    found = re.search(r"[\d,]+", text)
    assert found is not None, text
    return found.group()
