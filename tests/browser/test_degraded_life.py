"""Each degraded mode as a person with a phone meets it: plain words, nothing wider than the screen, and a way on."""

import contextlib
import os
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from sad import db, spool
from sad.actions.letters import post_letter
from sad.actions.offer_drafts import save_offer_draft
from sad.actions.publications import invitees_of
from sad.actions.scanning import note_verdict
from sad.db import session, transaction
from sad.letters.text import LetterText
from sad.models.certificates import Certificate
from sad.models.documents import Document
from sad.models.offers import Offer
from sad.models.people import Role
from sad.storage import UploadedFile, check_files, put
from tests.browser.visitor import PHONE, Findings, Visitor
from tests.factories.mini_tenders import SEAL_KEY, SENT, make_published
from tests.factories.offers import IN_TIME, PDF, offered
from tests.factories.outages import database_down
from tests.factories.people import make_person
from tests.factories.suppliers import member_of

pytestmark = pytest.mark.engine_free
NOTED = re.compile(r"Failed to load resource")


@pytest.fixture(scope="module")
def people(site):
    """The addresses of a supplier with a draft and a document, of an administrator; the number of the consultation."""
    with transaction():
        need = make_published(suppliers=1, at=SENT)
        (supplier,) = invitees_of(need)
        person = member_of(supplier)
        save_offer_draft(need, supplier, offered(need, supplier), [PDF], stamp="", seal_key=SEAL_KEY, by=person, at=IN_TIME)
        file = put(site.settings.data_dir, check_files([UploadedFile("Attestation d’assurance.pdf", PDF.body)])[0])
        kept = {"name": file.name, "media_type": file.media_type, "size": file.size, "sha256": file.sha256, "storage_key": file.key}
        document = Document(supplier_id=supplier.id, uploaded_by=person.id, uploaded_at=IN_TIME, **kept)
        session.add(Certificate(supplier_id=supplier.id, kind="", label="Assurance", document=document, added_at=IN_TIME))
        administrator = make_person(need.organisation, Role.ADMINISTRATOR)
        found = SimpleNamespace(supplier=person.email, administrator=administrator.email, need=need.id)
    session.remove()
    site.move_to(IN_TIME)
    return found


@pytest.fixture
def visitor(browser, site, people):
    visitor = Visitor(browser, site, Findings(), width=PHONE)
    visitor.sign_in(people.supplier)
    yield visitor
    found = visitor.findings
    assert [each for each in found.console if not NOTED.search(each)] == []
    assert (found.accessibility, found.html, found.width, found.strangers) == ([], [], [], [])


def click(visitor: Visitor, words: str) -> None:
    """Press a button whose answer is no ordinary page: a breakdown, a file."""
    visitor.page.get_by_role("button", name=words).first.click()
    visitor.page.wait_for_load_state("load")


@contextlib.contextmanager
def down():
    with database_down(SimpleNamespace(engine=db.session.get_bind())):
        yield


def look(visitor: Visitor, name: str) -> None:
    visitor.look_at_width(PHONE)
    if folder := os.environ.get("SAD_SHOTS"):
        visitor.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_form_sent_while_the_database_is_down_is_sent_again_as_it_was(visitor, people):
    visitor.open(f"/fournisseur/consultations/{people.need}/offre")
    visitor.type("Un mot sur votre offre", "Pains au levain, cuits le matin.")
    with down():
        click(visitor, "Vérifier mon offre")
        visitor.expect("Le service est arrêté un instant")
        look(visitor, "breakdown")
        click(visitor, "Envoyer de nouveau")
        visitor.expect("Rien n’est enregistré de cet envoi")
    visitor.press("Envoyer de nouveau")
    visitor.expect("Pains au levain, cuits le matin.")


def test_a_deposit_made_while_the_database_is_down_ends_in_its_receipt(visitor, people):
    visitor.open(f"/fournisseur/consultations/{people.need}/offre/verifier")
    with down():
        visitor.press("Déposer mon offre")
        visitor.expect("Reçue, pas encore enregistrée")
        look(visitor, "provisional")
        with visitor.page.expect_download() as kept:
            visitor.page.get_by_role("button", name="Garder l’accusé provisoire").click()
        assert kept.value.suggested_filename.startswith("accuse-provisoire-")
    visitor.press("Voir si l’offre est enregistrée")
    visitor.expect("Votre offre est déposée")
    session.rollback()
    assert len(session.scalars(select(Offer)).all()) == 1
    session.remove()


def test_a_file_says_what_the_antivirus_said_of_it(visitor):
    visitor.open("/fournisseur/documents")
    visitor.expect("antivirus : non analysé")
    with transaction():
        note_verdict(session.scalars(select(Document)).one(), "Win.Test.EICAR_HDB-1", at=IN_TIME)
    visitor.open("/fournisseur/documents")
    visitor.expect("En quarantaine : infecté")
    look(visitor, "files")
    visitor.follow("Assurance")
    visitor.expect("Personne ne peut l’ouvrir")
    look(visitor, "quarantine")


def test_who_looks_after_the_service_is_told_all_that_degrades(browser, site, people):
    with transaction():
        post_letter(LetterText("notice", "Objet", "Corps\n"), to=("Marie", "marie@pains.example"), at=IN_TIME - timedelta(hours=2))
    (spool_folder := site.settings.data_dir / "spool").mkdir(exist_ok=True)
    (spool_folder / "illisible.json").write_bytes(b"{}")
    assert spool.waiting(site.settings.data_dir) == ["illisible"]
    visitor = Visitor(browser, site, Findings(), width=PHONE)
    visitor.sign_in(people.administrator)
    visitor.open("/administration/")
    for words in ("Des dépôts reçus attendent d’être enregistrés", "Le planificateur est arrêté", "Des courriels ne partent pas"):
        visitor.expect(words)
    look(visitor, "administrator")
    (spool_folder / "illisible.json").unlink()
