"""The antivirus: what it says is kept beside each file; absent or down it says nothing, which is never that a file is clean."""

import dataclasses
import socket
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from sad import antivirus, clock
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.publications import invitees_of
from sad.antivirus import AntivirusDown, NotScanned, threat_in
from sad.db import session, transaction
from sad.jobs.scanning import scan_files
from sad.jobs.turn import Turn
from sad.models.documents import Document
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import OfferFile
from sad.models.scanning import Verdict
from sad.models.suppliers import Supplier
from sad.storage import CheckedFile, put
from sad.trust.envelopes import EnvelopeFile
from tests.factories.clamd import EICAR, fake_clamd
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, make_published
from tests.factories.offers import PDF, make_deposit, make_opener
from tests.factories.suppliers import make_supplier, member_of
from tests.web.test_login import sign_in
from tests.web.test_shell import check

AT = CLOSES + timedelta(hours=1)
SICK = EnvelopeFile("Menu.pdf", "application/pdf", b"%PDF-1.4\n" + EICAR)


@pytest.fixture
def clamd():
    with fake_clamd() as server:
        yield server


@pytest.fixture
def scan(settings, database):
    def run(address) -> int:
        with clock.frozen(AT):
            done = scan_files(Turn(dataclasses.replace(settings, clamd=address), AT))
        session.remove()
        return done

    return run


def keep_document(settings, body: bytes = PDF.body, name: str = "Kbis.pdf") -> tuple[int, int]:
    """A document of a supplier, by number, and its supplier."""
    file = put(settings.data_dir, CheckedFile(name, "application/pdf", body))
    with transaction():
        supplier = make_supplier()
        kept = {"name": file.name, "media_type": file.media_type, "size": file.size, "sha256": file.sha256, "storage_key": file.key}
        document = Document(supplier_id=supplier.id, uploaded_by=member_of(supplier).id, uploaded_at=AT, **kept)
        session.add(document)
        session.flush()
        return document.id, supplier.id


def verdict(number: int) -> tuple[str, str | None]:
    session.rollback()
    document = session.get_one(Document, number, populate_existing=True)
    return document.verdict, document.threat


def test_a_file_is_said_clean_once_it_was_read_whole(settings, scan, clamd):
    body = b"%PDF-1.4\n" + bytes(range(256)) * 700
    number, _ = keep_document(settings, body)
    assert verdict(number) == (Verdict.NOT_SCANNED, None)
    assert scan(clamd.address) == 1
    assert verdict(number) == (Verdict.CLEAN, None) and clamd.read == [body]
    assert scan(clamd.address) == 0 and len(clamd.read) == 1


def test_without_an_antivirus_nothing_is_said(settings, scan):
    number, _ = keep_document(settings)
    assert scan(None) == 0
    assert verdict(number) == (Verdict.NOT_SCANNED, None)


def test_an_antivirus_that_is_down_says_nothing_fails_its_run_and_is_asked_again(settings, scan, clamd):
    number, _ = keep_document(settings)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"tcp://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(AntivirusDown):
        scan(address)
    assert verdict(number) == (Verdict.NOT_SCANNED, None)
    assert scan(clamd.address) == 1


@pytest.mark.parametrize(
    "answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OKAY\0", b"OK\0", b"stream: FOUND\0", b"\xff\xfe\0", b"stream: OK"]
)
def test_only_the_two_answers_of_clamd_are_verdicts(clamd, answer):
    clamd.answer = answer
    if answer == b"stream: OK":
        assert threat_in(clamd.address, b"a") is None
        return
    with pytest.raises(NotScanned):
        threat_in(clamd.address, b"a")


def test_one_file_that_cannot_be_read_keeps_none_of_the_others_waiting(settings, scan, clamd, monkeypatch):
    numbers = [keep_document(settings, PDF.body + bytes([each]))[0] for each in range(3)]
    asked = antivirus.threat_in

    def refuse_the_second(address, body):
        if body.endswith(b"\1"):
            raise NotScanned("INSTREAM size limit exceeded. ERROR")
        return asked(address, body)

    monkeypatch.setattr(antivirus, "threat_in", refuse_the_second)
    assert scan(clamd.address) == 2
    assert [verdict(number)[0] for number in numbers] == [Verdict.CLEAN, Verdict.NOT_SCANNED, Verdict.CLEAN]


def test_what_is_infected_is_kept_from_everybody_told_to_its_sender_and_journalled(settings, scan, clamd, client, app):
    number, supplier = keep_document(settings, SICK.body)
    scan(clamd.address)
    assert verdict(number) == (Verdict.INFECTED, "Eicar-Test-Signature")
    [letter] = session.scalars(select(Letter).where(Letter.kind == "file_quarantined"))
    assert letter.supplier_id == supplier and "Eicar-Test-Signature" in letter.body
    assert session.scalars(select(JournalEntry.action).order_by(JournalEntry.seq.desc()).limit(1)).all() == ["quarantine_file"]
    sign_in(client, member_of(session.get_one(Supplier, supplier)))
    answer = client.get(f"/fournisseur/documents/{number}")
    assert answer.status_code == 422 and b"EICAR" not in answer.data
    check(answer.text)
    assert "en quarantaine" in answer.text and "fait sur un appareil sain" in answer.text


def test_an_offer_is_read_only_once_opened_and_its_deposit_stands_whatever_it_holds(settings, scan, clamd, client, app):
    with transaction():
        need = make_published(suppliers=2)
        offer = make_deposit(need, invitees_of(need)[0], files=(SICK, PDF))
        openers = [make_opener(need), make_opener(need)]
        numbers = need.id, offer.id
    assert scan(clamd.address) == 0, "before the opening there is only ciphertext"
    with transaction():
        need = session.get_one(MiniTender, numbers[0])
        ask_opening(need, by=openers[0], at=AT)
    with transaction():
        confirm_opening(session.get_one(MiniTender, numbers[0]), seal_key=SEAL_KEY, by=openers[1], at=AT)
    session.remove()
    assert scan(clamd.address) == 2
    files = session.scalars(select(OfferFile).order_by(OfferFile.id)).all()
    assert [file.verdict for file in files] == [Verdict.INFECTED, Verdict.CLEAN]
    addresses = [f"/achats/consultations/{numbers[0]}/examen/offres/{numbers[1]}/fichiers/{file.id}" for file in files]
    session.remove()
    sign_in(client, session.merge(openers[0]))
    assert [client.get(address).status_code for address in addresses] == [422, 200]


@pytest.mark.parametrize(
    "values",
    [{"verdict": "clean"}, {"verdict": "infected", "scanned_at": AT}, {"threat": "X"}, {"verdict": "sain", "scanned_at": AT}],
    ids=str,
)
def test_the_database_holds_verdict_instant_and_threat_together(settings, database, values):
    number, _ = keep_document(settings)
    with pytest.raises(IntegrityError), transaction():
        session.execute(update(Document).where(Document.id == number).values(**values))


def test_a_socket_of_the_machine_serves_as_well(tmp_path):
    with pytest.raises(AntivirusDown):
        threat_in(f"unix://{tmp_path}/clamd.ctl", b"a")
