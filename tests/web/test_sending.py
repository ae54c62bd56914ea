"""Sending the documents of an offer piece by piece, as the script of its page does; and in one go, as a browser without it does."""

import io
import re

from sqlalchemy import func, select

from sad import clock
from sad.db import session, transaction
from sad.models.mini_tenders import MiniTender
from sad.models.offers import DepositAttempt, Offer
from sad.models.suppliers import Supplier
from sad.models.uploads import StagedUpload
from sad.storage import CHUNK_BYTES, MAX_FILES, MIB
from sad.trust.sealing import open_envelope, unwrap
from tests.factories.mini_tenders import SEAL_KEY
from tests.factories.suppliers import make_supplier, member_of
from tests.web.test_login import sign_in
from tests.web.test_shell import check
from tests.web.test_supplier_offers import AT, address, key_in, mine, need, stamp_in, supplier, write

__all__ = ["mine", "need", "supplier"]
BODY = b"%PDF-1.4\n" + bytes(range(256)) * 5000
SIZE = len(BODY)
JSON = {"Accept": "application/json"}


def begin(client, need, name="Menu.pdf", size=SIZE):
    return client.post(address(need, "/offre/fichiers"), data={"name": name, "size": size}, headers=JSON)


def piece(client, upload, offset, body=BODY):
    sent = body[offset : offset + CHUNK_BYTES]
    return client.post(f"{upload['url']}?offset={offset}", data=sent, content_type="application/octet-stream", headers=JSON)


def send(client, need, name="Menu.pdf", body=BODY):
    upload = begin(client, need, name, len(body)).json
    while not upload["is_whole"]:
        upload = piece(client, upload, upload["offset"], body).json
    return str(upload["id"])


def deposited_files() -> list[tuple[str, bytes]]:
    """What is in the envelope of the only offer."""
    session.rollback()
    offer = session.scalars(select(Offer)).one()
    tender = session.get_one(MiniTender, offer.mini_tender_id)
    identity = unwrap(tender.wrapped_private_key, SEAL_KEY, f"mini_tender:{tender.id}")
    place = {"mini_tender_id": tender.id, "supplier_id": offer.supplier_id, "deposit_id": offer.deposit_id}
    return [(file.name, file.body) for file in open_envelope(offer.sealed, identity, **place).files]


def left() -> int:
    session.rollback()
    return session.scalar(select(func.count(StagedUpload.id)))


def test_files_sent_piece_by_piece_and_in_one_go_are_deposited_together_bit_for_bit(mine, need):
    first, second = send(mine, need), send(mine, need, body=b"%PDF-1.7 autre")
    page = mine.get(address(need, "/offre")).text
    check(page)
    assert re.findall(r'name="staged"[^>]*value="(\d+)"', page) == [first, second] and page.count("checked") >= 2
    assert write(mine, need, staged=[first, second], files=(io.BytesIO(b"%PDF-1.5 en un envoi"), "Menu.pdf")).status_code == 302
    assert left() == 0
    page = mine.get(address(need, "/offre/verifier")).text
    assert mine.post(address(need, "/offre/verifier"), data={"key": key_in(page), "stamp": stamp_in(page)}).status_code == 302
    names, bodies = zip(*deposited_files(), strict=True)
    assert names == ("Menu.pdf",) * 3 and bodies == (BODY, b"%PDF-1.7 autre", b"%PDF-1.5 en un envoi")


def test_a_sending_that_was_cut_says_where_it_stopped_and_is_taken_up_there(mine, need):
    upload = begin(mine, need).json
    assert piece(mine, upload, 0).json["offset"] == CHUNK_BYTES
    assert "524,3 ko reçus sur 1,3 Mo" in mine.get(address(need, "/offre")).text.replace("\u00a0", " ")
    asked = mine.get(upload["url"], headers=JSON).json
    assert (asked["offset"], asked["size"], asked["is_whole"]) == (CHUNK_BYTES, len(BODY), False)
    assert piece(mine, upload, 0).json["offset"] == CHUNK_BYTES, "sent twice, it is kept once"
    for offset in (CHUNK_BYTES, 2 * CHUNK_BYTES):
        upload = piece(mine, upload, offset).json
    assert upload["is_whole"]


def test_what_is_refused_says_why_to_the_script(mine, need):
    for name, size in (("menu.exe", 10), ("menu.pdf", ""), ("menu.pdf", "1e3"), ("menu.pdf", "9" * 13), ("menu.pdf", 11 * MIB)):
        answer = begin(mine, need, name, size)
        assert answer.status_code == 422 and answer.json["refusals"][0]["field"] == "files", (name, size)
    upload = begin(mine, need).json
    for offset in (CHUNK_BYTES, 1, "x", ""):
        sent = {"data": BODY[:CHUNK_BYTES], "content_type": "application/octet-stream", "headers": JSON}
        assert mine.post(f"{upload['url']}?offset={offset}", **sent).status_code == 422, offset
    false = begin(mine, need, "menu.pdf", 10).json
    assert "PDF lisible" in piece(mine, false, 0, b"MZ........").json["refusals"][0]["message"]


def test_files_beyond_the_limits_with_those_of_the_draft_are_refused_and_stay_to_be_chosen_among(mine, need):
    sent = [send(mine, need, body=b"%PDF-1.4") for _ in range(MAX_FILES)]
    answer = write(mine, need, staged=sent, files=(io.BytesIO(b"%PDF-1.4"), "Un de trop.pdf"))
    assert answer.status_code == 422 and "11 fichiers" in answer.text.replace("\u00a0", " ")
    assert left() == MAX_FILES
    assert write(mine, need, staged=sent[:2]).status_code == 302 and left() == MAX_FILES - 2


def test_what_was_not_ticked_is_not_joined(mine, need):
    send(mine, need)
    assert write(mine, need).status_code == 302
    assert "Menu.pdf" not in mine.get(address(need, "/offre/verifier")).text


def test_another_supplier_finds_nothing_of_a_sending(app, mine, need):
    upload = begin(mine, need).json
    with transaction():
        stranger = member_of(make_supplier())
    session.expunge_all()
    client = app.test_client()
    sign_in(client, stranger)
    assert begin(client, need).status_code == 404
    for answer in (client.get(upload["url"]), piece(client, upload, 0), client.post(upload["discard"])):
        assert answer.status_code == 404


def test_another_invitee_joins_nothing_that_is_not_its_own(app, mine, need):
    upload = send(mine, need)
    with clock.frozen(AT):
        rival = session.scalars(select(Supplier).where(Supplier.id != session.get_one(StagedUpload, int(upload)).supplier_id)).first()
        client = app.test_client()
        sign_in(client, member_of(rival))
        write(client, need, staged=[upload])
        assert "Menu.pdf" not in client.get(address(need, "/offre/verifier")).text
    assert left() == 1


def test_a_sending_given_up_is_destroyed_and_its_attempt_stays(mine, need):
    upload = begin(mine, need).json
    assert mine.post(upload["discard"], headers=JSON).json == {}
    assert left() == 0 and mine.get(upload["url"], headers=JSON).status_code == 404
    assert session.scalar(select(func.count(DepositAttempt.id))) == 1


def test_no_piece_is_taken_without_the_token_of_the_page(app, mine, need):
    app.config.update(WTF_CSRF_ENABLED=True)
    assert begin(mine, need).status_code == 400
