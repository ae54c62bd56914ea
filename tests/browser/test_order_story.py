"""From the notified contract to the accepted delivery and the amounts, on a phone: three taps at most for the delivery."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from sad import db
from sad.letters.wording import money
from tests.browser.people import Thumb
from tests.browser.visitor import PHONE, Findings, Visitor
from tests.factories.mini_tenders import SERVED
from tests.factories.orders import ORDERED, make_notified
from tests.factories.suppliers import member_of

pytestmark = pytest.mark.engine_free
MOST_TAPS = 3


@dataclass(frozen=True)
class Story:
    """What was found wrong on its pages, how many taps the delivery took, what the last page says, the amount awaited there."""

    findings: Findings
    taps: int
    amounts: str
    total: str


@pytest.fixture(scope="module")
def story(browser, site) -> Story:
    with db.transaction():
        award = make_notified()
        requester, supplier = award.mini_tender.creator.email, member_of(award.place.offer.supplier).email
        total = money(award.place.offer.total)
    site.move_to(ORDERED)
    findings = Findings()
    thumb = Thumb(browser, site, findings, width=PHONE)
    thumb.sign_in(requester)
    _order(thumb)
    holder = Visitor(browser, site, findings, width=PHONE)
    holder.sign_in(supplier)
    holder.follow("Voir la commande")
    holder.press("Bien reçu")
    holder.expect("le service sait que vous avez la commande")
    site.move_to(SERVED - timedelta(minutes=10))
    thumb.open("/service/")
    taps = _accept(thumb)
    thumb.open("/service/montants")
    return Story(findings, taps, " ".join(thumb.text.split()), " ".join(total.split()))


def _order(thumb: Thumb) -> None:
    thumb.open("/service/")
    thumb.follow("Commander")
    thumb.type("Code service", "DGA")
    thumb.press("Envoyer la commande")
    thumb.expect("Commande envoyée")
    thumb.follow("Confirmer le nombre de convives")
    thumb.type("Combien serez-vous", "30")
    thumb.press("Confirmer ce nombre")
    thumb.expect("de 20 à 24 convives")
    thumb.type("Combien serez-vous", "22")
    thumb.press("Confirmer ce nombre")
    thumb.expect("confirmé le")


def _accept(thumb: Thumb) -> int:
    """How many taps from the home page to the delivery accepted."""
    before = thumb.taps
    thumb.follow("Réceptionner")
    thumb.press("Réceptionner la livraison")
    thumb.expect("La livraison est réceptionnée")
    return thumb.taps - before


def test_a_delivery_is_accepted_in_three_taps_at_most(story):
    assert story.taps <= MOST_TAPS


def test_its_amount_is_on_the_page_of_the_service(story):
    assert story.amounts.count(story.total) >= 3


def test_no_page_of_the_story_has_a_fault_of_accessibility(story):
    assert not story.findings.accessibility, "\n".join(story.findings.accessibility)


def test_every_page_of_the_story_is_sound_html_and_fits_a_phone(story):
    assert (story.findings.html, story.findings.width) == ([], [])


def test_no_page_of_the_story_complains_nor_asks_another_host(story):
    assert (story.findings.console, story.findings.strangers) == ([], [])
