"""What is watched for on every page and in every file (`test_matrix.py`) is really there, and is found where it must not be."""

import io
import zipfile

import pytest
from werkzeug.test import TestResponse

from tests.web.answers import SAME

pytestmark = pytest.mark.engine_free
HEADERS = {
    **SAME, "Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}  # fmt: skip


def told(world, who, body):
    """What is found in an answer with this body."""
    with world.app.test_request_context("/") as context:
        answer = TestResponse([body], "200 OK", list(HEADERS.items()), context.request)
    world.pages.discard(("GET essai", 200))
    return [fault for fault in world.faults_of(answer, who, f"GET essai as {who}: 200") if "secret" in fault or "nobody" in fault]


def archive(body: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/a.xml", body)
    return stream.getvalue()


def test_a_supplier_reads_its_own_draft_and_a_buyer_the_list_of_people(world):
    note = next(secret for secret, readers in world.secrets.items() if readers == {"supplier"})
    pages = (world.send("supplier", world.url("supplier.offer", place)) for place in world.own["supplier.offer"])
    assert any(note in page.get_data() for page in pages)
    papers = (world.send("buyer", world.url("procurement.proof_document", place)) for place in world.own["procurement.proof_document"])
    assert any("Liste%20nominative" in paper.headers.get("Content-Disposition", "") for paper in papers)


@pytest.mark.parametrize("wrap", [bytes, archive], ids=["page", "archive"])
def test_each_secret_is_found_where_it_must_not_be_read(world, wrap):
    assert len(world.secrets) == 7
    for secret, readers in world.secrets.items():
        for who in ("anonymous", "supplier", "buyer", "auditor", "instance"):
            assert bool(told(world, who, wrap(b"<p>" + secret))) == (who not in readers), (secret, who)


def test_what_is_nobodys_is_found_as_it_is_in_hexadecimal_and_in_base_64(world):
    assert len(world.nobodys) > 100
    for value in world.nobodys[:40]:
        assert told(world, "instance", b"<p>" + value)
    assert not told(world, "instance", b"<p>rien")
