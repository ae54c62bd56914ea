"""A supplier takes all that is kept of it: everything of its own, nothing of another's, nothing sealed, one file at a time."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.publications import invitees_of
from sad.actions.questions import ask_question
from sad.actions.receipt_keys import published_keys
from sad.db import session, transaction
from sad.models.documents import Document
from sad.models.letters import Letter
from sad.models.offers import Offer
from sad.models.suppliers import Supplier
from sad.storage import path_of
from sad.trust.canonical import canonical_json
from sad.trust.receipt_check import check_receipt, read_keys
from tests.factories.documents import make_certificate
from tests.factories.mini_tenders import SENT, make_published
from tests.factories.offers import PDF, make_deposit
from tests.factories.suppliers import member_of
from tests.web.counting import statements_of
from tests.web.test_login import sign_in

AT = SENT + timedelta(days=3)
OWN, OTHERS = "Fabrication à la ferme, 3 variétés", "CANARI de l’autre fournisseur"


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(AT):
        yield


@pytest.fixture
def both(database, settings) -> tuple[int, int]:
    """Two suppliers with a deposit, a question, documents and letters each; their ids."""
    with transaction():
        need = make_published(suppliers=2)
        own, other = invitees_of(need)
        for supplier, words in ((own, OWN), (other, OTHERS)):
            make_deposit(need, supplier, note=words, files=(PDF,), at=AT)
            ask_question(need, supplier, words, by=member_of(supplier), at=AT)
            held = make_certificate(supplier, label=words)
            path_of(settings.data_dir, held.document.storage_key).parent.mkdir(parents=True, exist_ok=True)
            path_of(settings.data_dir, held.document.storage_key).write_bytes(words.encode())
        other.name = OTHERS
        return own.id, other.id


def taken(client) -> dict[str, bytes]:
    answer = client.get("/fournisseur/mes-donnees.zip")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        assert book.testzip() is None
        return {name: book.read(name) for name in book.namelist()}


@pytest.fixture
def files(client, both) -> dict[str, bytes]:
    sign_in(client, member_of(session.get_one(Supplier, both[0])))
    return taken(client)


def test_everything_of_its_own_is_there(files, both):
    told = json.loads(files["donnees.json"])
    assert told["fournisseur"]["siret"] == session.get_one(Supplier, both[0]).siret
    assert told["questions"][0]["text"] == OWN and told["attestations"][0]["label"] == OWN
    assert len(told["depots"]) == len(told["invitations"]) == len(told["personnes"]) == 1
    folders = {name.partition("/")[0] for name in files}
    assert folders == {"LISEZ-MOI.txt", "donnees.json", "documents", "accuses", "courriers"}
    (document,) = (body for name, body in files.items() if name.startswith("documents/"))
    assert document == OWN.encode()
    letters = session.query(Letter).filter_by(supplier_id=both[0]).count()
    assert sum(name.startswith("courriers/") for name in files) == letters > 0


def test_its_receipts_verify_as_they_were_given(files):
    (receipt,) = (body for name, body in files.items() if name.startswith("accuses/"))
    said = check_receipt(receipt, read_keys(canonical_json(published_keys())))
    assert said["deposit_id"] == json.loads(files["donnees.json"])["depots"][0]["deposit_id"]


def test_nothing_of_another_supplier_is_in_it(files, both):
    other = session.get_one(Supplier, both[1])
    hidden = [OTHERS, other.siret, member_of(other).email, *session.scalars(select(Offer.deposit_id).where(Offer.supplier_id == other.id))]
    whole = b"\n".join([*files.values(), *(name.encode() for name in files)])
    assert [word for word in hidden if word.encode() in whole] == []


def test_of_a_sealed_offer_it_holds_the_receipt_and_nothing_that_was_sealed(files):
    (deposit,) = json.loads(files["donnees.json"])["depots"]
    assert (deposit["is_opened"], deposit["content"], deposit["total"]) == (False, None, None)
    assert not any(name.startswith("offres/") for name in files)
    assert PDF.body not in b"".join(files.values())


def test_a_file_lost_from_the_disk_is_said_and_stops_nothing(client, both, settings):
    own = session.get_one(Supplier, both[0])
    for path in (settings.data_dir / "documents").glob("*/*"):
        path.unlink()
    sign_in(client, member_of(own))
    found = taken(client)
    assert any(name.endswith("-manquant.txt") for name in found) and any(name.startswith("accuses/") for name in found)


@pytest.mark.parametrize(
    ("name", "held"), [("Étiquette 1.PDF", "etiquette-1.pdf"), ("a.\nquit", "a.quit"), ("sans fin", "sans-fin"), ("x.\u202e", "x")]
)
def test_a_file_has_a_name_that_every_system_takes(client, both, name, held):
    own = session.get_one(Supplier, both[0])
    with transaction():
        (document,) = session.scalars(select(Document).where(Document.supplier_id == own.id))
        document.name = name
    sign_in(client, member_of(own))
    assert f"documents/{session.scalars(select(Document.id).where(Document.supplier_id == both[0])).one()}-{held}" in taken(client)


def test_as_many_statements_for_many_letters_as_for_one(client, app, both):
    sign_in(client, member_of(session.get_one(Supplier, both[0])))
    taken(client)
    with statements_of(app.engine) as few:
        taken(client)
    with transaction():
        one = session.query(Letter).filter_by(supplier_id=both[0]).first()
        columns = {each.name: getattr(one, each.name) for each in Letter.__table__.columns if each.name not in ("id", "dedupe_key")}
        session.add_all(Letter(**{**columns, "message_id": f"<{number}@sad>"}) for number in range(40))
    with statements_of(app.engine) as many:
        assert sum(name.startswith("courriers/") for name in taken(client)) > 40
    assert len(many) == len(few)


def test_an_agent_and_a_stranger_have_none(client, app, both):
    assert client.get("/fournisseur/mes-donnees.zip").status_code == 302
