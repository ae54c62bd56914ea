"""Trial deposits: the way of an offer to its receipt, which says that it is a trial; counted nowhere, destroyed after a week."""

import io
import json
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from sad import clock
from sad.actions import trials
from sad.actions.publications import invitees_of
from sad.actions.receipt_keys import published_keys
from sad.actions.trials import KEPT_DAYS, MOST_KEPT, discard_stale_trials
from sad.db import session, transaction
from sad.doctor.checkup import INVARIANTS
from sad.doctor.findings import Site
from sad.models.letters import Letter
from sad.models.offers import DepositAttempt, Offer, OfferDraft, Receipt
from sad.models.trials import TrialDeposit
from sad.models.uploads import StagedUpload
from sad.storage import LIMITS_SENTENCE, MIB
from sad.trust.envelopes import SealBroken
from sad.trust.receipt_check import NotGenuine, check_receipt, read_keys, told
from tests.factories.mini_tenders import CLOSES, SEAL_KEY
from tests.factories.suppliers import make_supplier, member_of
from tests.web.test_login import sign_in
from tests.web.test_sending import BODY, JSON, piece
from tests.web.test_shell import check
from tests.web.test_supplier_offers import AT, address, mine, need, supplier

__all__ = ["mine", "need", "supplier"]
PAGE = "/fournisseur/essai"
TYPED = {"price-essai": "1,20", "vat-essai": "5.5", "note": "Un essai"}


def stamp(client) -> str:
    return re.search(r'name="stamp"[^>]*value="([^"]*)"', client.get(PAGE).text)[1]


def press(client, **fields):
    filled = {**TYPED, "stamp": stamp(client), **fields}
    return client.post(PAGE, data=filled, content_type="multipart/form-data")


def rows(*models) -> list[int]:
    session.rollback()
    return [session.scalar(select(func.count()).select_from(model)) for model in models]


def send(client) -> str:
    upload = client.post(f"{PAGE}/fichiers", data={"name": "Menu.pdf", "size": len(BODY)}, headers=JSON).json
    while not upload["is_whole"]:
        upload = piece(client, upload, upload["offset"]).json
    return str(upload["id"])


def test_a_trial_goes_all_the_way_to_a_receipt_that_says_it_is_one(mine):
    page = mine.get(PAGE).text
    check(page)
    assert LIMITS_SENTENCE in page and "8 h 00 min 00 s" in page.replace("\u00a0", " ")
    upload = send(mine)
    answer = press(mine, staged=[upload], files=(io.BytesIO(b"%PDF-1.4"), "Menu.pdf"))
    receipt = mine.get(answer.location).text
    check(receipt)
    for said in ("ESSAI", "Ceci n’est pas une offre", "L’essai a réussi", "Menu.pdf"):
        assert said in receipt, said
    file = mine.get(f"{answer.location}/accuse-de-reception.json")
    body = json.loads(file.data)
    assert body["trial"] == "ESSAI" and body["title"].startswith("ESSAI") and body["buyer"].endswith("(ESSAI)")
    assert [each["name"] for each in body["documents"]][1:] == ["Menu.pdf", "Menu.pdf"]
    assert "ESSAI" in file.headers["Content-Disposition"] and rows(StagedUpload) == [0]


def test_its_paper_says_that_it_is_a_trial_and_another_supplier_has_none(mine):
    address = f"{press(mine).location}/accuse-de-reception.pdf"
    paper = mine.get(address)
    assert "ESSAI" in paper.headers["Content-Disposition"]
    [page] = PdfReader(io.BytesIO(paper.data)).pages
    said = " ".join(page.extract_text().split())
    assert "Dépôt d’essai" in said and "Ceci n’est pas une offre" in said and "Date limite" not in said
    with transaction():
        stranger = member_of(make_supplier())
    other = mine.application.test_client()
    with clock.frozen(AT):
        sign_in(other, stranger)
        assert other.get(address).status_code == 404


def test_its_receipt_verifies_as_a_trial_and_a_bit_that_hides_it_is_refused(mine):
    file = mine.get(f"{press(mine).location}/accuse-de-reception.json").data
    keys = read_keys(json.dumps(published_keys()).encode())
    assert any("ESSAI, QUI N’EST PAS UNE OFFRE" in line for line in told(check_receipt(file, keys)))
    for forged in (file.replace(b',"trial":"ESSAI"', b""), file.replace(b"ESSAI", b"OFFRE")):
        with pytest.raises(NotGenuine):
            check_receipt(forged, keys)


def test_a_trial_counts_nowhere(mine, need, supplier, app):
    pages = (address(need), "/fournisseur/consultations", "/fournisseur/courriers")
    mine.get(pages[0])  # the first look is noted
    before = [without_token(mine.get(page).text) for page in pages]
    found = findings(app)
    press(mine)
    assert rows(TrialDeposit, Offer, OfferDraft, Receipt, DepositAttempt) == [1, 0, 0, 0, 0]
    assert session.scalars(select(Letter).where(Letter.kind.like("offer%"))).all() == []
    assert [without_token(mine.get(page).text) for page in pages] == before
    assert findings(app) == found


def without_token(html: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", html)


def findings(app) -> list[str]:
    """All that the doctor says."""
    site = Site(app.settings.data_dir, SEAL_KEY, AT)
    said = [f"{each.name} {found}" for each in INVARIANTS for found in each.find(site)]
    session.remove()
    return said


def test_the_same_trial_fifty_times_is_one(mine):
    sent = {**TYPED, "stamp": stamp(mine)}
    found = {mine.post(PAGE, data=sent, content_type="multipart/form-data").location for _ in range(50)}
    assert len(found) == 1 and rows(TrialDeposit) == [1]


def test_what_would_be_refused_of_an_offer_is_refused_of_a_trial_with_the_same_words(mine):
    answer = press(mine, **{"price-essai": "0"}, files=(io.BytesIO(b"MZ"), "menu.exe"))
    assert answer.status_code == 422 and "ce type de fichier" in answer.text and "1,20" not in answer.text
    assert "supérieur à zéro" in press(mine, **{"price-essai": "0"}).text
    assert mine.post(f"{PAGE}/fichiers", data={"name": "menu.pdf", "size": 11 * MIB}, headers=JSON).status_code == 422
    assert rows(TrialDeposit) == [0]


@pytest.mark.parametrize("broken", ["altered", "unreadable"])
def test_a_seal_that_does_not_open_again_is_said_and_nothing_is_acknowledged(mine, monkeypatch, broken):
    def opens(*_args, **_places):
        if broken == "unreadable":
            raise SealBroken("abîmé")

    monkeypatch.setattr(trials, "open_envelope", opens)
    answer = press(mine)
    assert answer.status_code == 422 and "L’essai a échoué" in answer.text and rows(TrialDeposit) == [0]


def test_a_trial_is_open_after_the_deadline_and_to_who_is_invited_to_nothing(app, mine):
    with transaction():
        stranger = member_of(make_supplier())
    session.expunge_all()
    client = app.test_client()
    with clock.frozen(CLOSES + timedelta(days=300)):
        sign_in(client, stranger)
        assert press(client).status_code == 302


def test_another_supplier_finds_nothing_of_a_trial(app, mine, need):
    receipt, upload = press(mine).location, send(mine)
    rival = app.test_client()
    with clock.frozen(AT):
        sign_in(rival, member_of(invitees_of(need)[1]))
        assert rival.get(receipt).status_code == rival.get(f"{receipt}/accuse-de-reception.json").status_code == 404
        press(rival, staged=[upload])
    assert rows(StagedUpload) == [1]


def test_trials_are_destroyed_after_a_week_and_are_not_without_end(mine):
    for _ in range(MOST_KEPT):
        assert press(mine).status_code == 302
    assert "déjà fait 20 essais" in press(mine).text.replace("\u00a0", " ")
    with transaction():
        assert discard_stale_trials(at=AT + timedelta(days=KEPT_DAYS)) == 0
        assert discard_stale_trials(at=AT + timedelta(days=KEPT_DAYS, seconds=1)) == MOST_KEPT
    assert rows(TrialDeposit) == [0]


def test_a_file_of_a_trial_is_not_one_of_an_offer_nor_the_reverse(mine, need):
    upload = send(mine)
    page = mine.get(address(need, "/offre")).text
    assert f'value="{upload}"' not in page and "Menu.pdf" not in page
