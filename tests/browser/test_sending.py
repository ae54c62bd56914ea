"""The documents of an offer go piece by piece: a line cut in the middle, a page closed, and the file is deposited bit for bit."""

import random
import re

import pytest
from playwright.sync_api import Route
from sqlalchemy import select

from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.uploads import StagedUpload
from sad.storage import CHUNK_BYTES
from sad.trust.sealing import open_envelope, unwrap
from tests.browser.visitor import PHONE, Findings, Visitor
from tests.factories.mini_tenders import SEAL_KEY, SENT, make_published
from tests.factories.offers import IN_TIME
from tests.factories.suppliers import member_of

pytestmark = pytest.mark.engine_free
BODY = b"%PDF-1.4\n" + random.Random(8).randbytes(4 * CHUNK_BYTES + 321)
NOTED = re.compile(r"ERR_(FAILED|CONNECTION|INTERNET)|Failed to load resource")


@pytest.fixture(scope="module")
def need(site):
    with transaction():
        made = make_published(suppliers=2, at=SENT)
        found = made.id, [member_of(each).email for each in invitees_of(made)]
    session.remove()
    site.move_to(IN_TIME)
    return found


@pytest.fixture
def paper(tmp_path):
    path = tmp_path / "Menu d’été.pdf"
    path.write_bytes(BODY)
    return path


class Line:
    """What passes between a page and the site while files are sent; `cuts` are the pieces lost, from 1, and those that follow `after`."""

    def __init__(self, visitor: Visitor, cuts=(), after=10**6) -> None:
        self.cuts, self.after, self.begun, self.pieces = set(cuts), after, 0, 0
        visitor.page.route("**/offre/fichiers", self.begin)
        visitor.page.route("**/fichiers/*?offset=*", self.piece)

    def begin(self, route: Route) -> None:
        self.begun += 1
        route.continue_()

    def piece(self, route: Route) -> None:
        self.pieces += 1
        if self.pieces in self.cuts or self.pieces > self.after:
            route.abort("connectionfailed")
        else:
            route.continue_()


def at_the_form(browser, site, need, number) -> Visitor:
    visitor = Visitor(browser, site, Findings(), width=PHONE)
    visitor.sign_in(need[1][number])
    visitor.open(f"/fournisseur/consultations/{need[0]}/offre")
    return visitor


def fill_and_deposit(visitor: Visitor) -> None:
    for box in visitor.page.locator("input[name^='price-']").all():
        box.fill("3,10")
    for box in visitor.page.locator("select[name^='vat-']").all():
        box.select_option("5.5")
    for box, value in (("Intermédiaires", "0"), ("Approvisionnement direct", "80"), ("Bio, signe de qualité ou équivalent", "40")):
        visitor.type(box, value)
    visitor.answer_to("Emballage réemployable", "Oui")
    visitor.page.get_by_role("button", name="Vérifier mon offre").click()
    visitor.page.wait_for_url("**/offre/verifier", timeout=60_000)
    visitor.look()
    visitor.expect("Menu d’été.pdf")
    visitor.press("Déposer mon offre")
    visitor.expect("Votre offre est déposée")


def deposited(need) -> list[tuple[str, bytes]]:
    """The files in the envelope of the last offer."""
    session.rollback()
    offer = session.scalars(select(Offer).order_by(Offer.id.desc())).first()
    tender = session.get_one(MiniTender, need[0])
    identity = unwrap(tender.wrapped_private_key, SEAL_KEY, f"mini_tender:{tender.id}")
    place = {"mini_tender_id": tender.id, "supplier_id": offer.supplier_id, "deposit_id": offer.deposit_id}
    found = [(file.name, file.body) for file in open_envelope(offer.sealed, identity, **place).files]
    assert session.scalars(select(StagedUpload)).all() == []
    session.remove()
    return found


def no_fault(visitor: Visitor) -> None:
    found = visitor.findings
    assert [each for each in found.console if not NOTED.search(each)] == []
    assert (found.accessibility, found.html, found.width, found.strangers) == ([], [], [], [])


def test_a_line_cut_in_the_middle_is_taken_up_by_itself_and_the_form_waits_for_it(browser, site, need, paper):
    visitor = at_the_form(browser, site, need, 0)
    line = Line(visitor, cuts=(2, 4))
    visitor.page.get_by_label("Ajouter des documents").set_input_files(paper)
    fill_and_deposit(visitor)
    assert (line.begun, line.pieces) == (1, 5 + 2)
    assert deposited(need) == [(paper.name, BODY)]
    no_fault(visitor)


def test_a_page_closed_in_the_middle_says_what_came_and_goes_on_from_there(browser, site, need, paper):
    visitor = at_the_form(browser, site, need, 1)
    line = Line(visitor, after=3)
    visitor.page.get_by_label("Ajouter des documents").set_input_files(paper)
    visitor.page.get_by_text("Connexion coupée").first.wait_for()
    visitor.look_at_width(PHONE)
    visitor.open(f"/fournisseur/consultations/{need[0]}/offre")
    visitor.expect("Menu d’été.pdf : 1,6 Mo reçus sur 2,1 Mo")
    line.after = 10**6
    visitor.page.get_by_label("Ajouter des documents").set_input_files(paper)
    visitor.page.get_by_text("Il sera joint").first.wait_for()
    assert line.begun == 1, "the same sending went on"
    fill_and_deposit(visitor)
    assert deposited(need) == [(paper.name, BODY)]
    no_fault(visitor)


def test_a_file_that_cannot_be_accepted_says_so_beside_its_name(browser, site, need, tmp_path):
    visitor = at_the_form(browser, site, need, 1)
    wrong = tmp_path / "menu.exe"
    wrong.write_bytes(b"MZ")
    visitor.page.get_by_label("Ajouter des documents").set_input_files(wrong)
    visitor.page.get_by_text("ce type de fichier n’est pas accepté").first.wait_for()
    assert visitor.page.locator("input[name=staged]").count() == 0


def test_without_javascript_the_same_form_sends_them_in_one_go(browser, site, need, paper):
    visitor = Visitor(browser, site, Findings())
    visitor.context.close()
    visitor.context = browser.new_context(java_script_enabled=False, locale="fr-FR", timezone_id="Europe/Paris")
    visitor.page = visitor.context.new_page()
    visitor.page.on("response", visitor._keep)
    visitor.look = lambda: None  # what looks at a page is itself a script
    visitor.sign_in(need[1][0])
    visitor.open(f"/fournisseur/consultations/{need[0]}/offre")
    visitor.page.get_by_label("Ajouter des documents").set_input_files(paper)
    fill_and_deposit(visitor)
    assert deposited(need) == [(paper.name, BODY)]
