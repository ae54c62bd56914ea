"""The receipt as its depositor sees and keeps it: the page, the signed file, the paper."""

import io
import json

import pytest
from pypdf import PdfReader

from sad.actions.publications import invitees_of
from sad.db import transaction
from sad.trust.receipt_check import check_receipt, read_keys
from tests.factories.mini_tenders import CLOSES, make_published
from tests.factories.offers import IN_TIME, PDF, make_deposit
from tests.factories.suppliers import member_of
from tests.web.test_login import sign_in
from tests.web.test_shell import check

TITLE = "Petit-déjeuner des vice-présidents"


@pytest.fixture
def need(database):
    with transaction():
        return make_published(suppliers=1)


@pytest.fixture
def deposit(need, client):
    """Deposit as the only invitee, and give the address of the receipt."""

    def make(at=IN_TIME):
        supplier = invitees_of(need)[0]
        with transaction():
            number = make_deposit(need, supplier, files=[PDF], at=at).id
        sign_in(client, member_of(supplier))
        return f"/fournisseur/consultations/offres/{number}/accuse-de-reception"

    return make


def words_of(pdf: bytes) -> tuple[int, str]:
    """How many pages, and what they say without spaces."""
    sheets = PdfReader(io.BytesIO(pdf)).pages
    return len(sheets), "".join("".join(sheet.extract_text() for sheet in sheets).split())


def test_the_file_that_is_kept_verifies_with_the_keys_of_the_public_site(client, deposit):
    file = client.get(deposit() + ".json")
    keys = read_keys(client.get("/accuses-de-reception/cles.json").data)
    assert check_receipt(file.data, keys)["title"] == TITLE


def test_the_page_shows_the_signature_and_leads_to_what_verifies_it(client, deposit):
    page = deposit()
    html, file = client.get(page).text, json.loads(client.get(page + ".json").data)
    check(html)
    assert file["signature"] in html and file["key_id"] in html
    assert 'href="/accuses-de-reception">Vérifier cet accusé de réception' in html and f'href="{page}.pdf"' in html


def test_the_paper_says_the_same_on_one_page(client, deposit):
    page = deposit()
    file, (count, text) = json.loads(client.get(page + ".json").data), words_of(client.get(page + ".pdf").data)
    proofs = (file["salt"], file["sealed_sha256"], file["key_id"], file["signature"], file["journal"]["hash"])
    for said in (file["depositor"], file["buyer"], TITLE, PDF.name, *proofs, "http://localhost/accuses-de-reception"):
        assert "".join(said.split()) in text, said
    assert count == 1 and "datelimitedu" not in text


def test_the_paper_of_a_late_offer_says_so_first(client, deposit):
    _, text = words_of(client.get(deposit(at=CLOSES.replace(hour=23)) + ".pdf").data)
    assert text.index("Reçueaprèsladatelimitedu") < text.index("Déposant")
