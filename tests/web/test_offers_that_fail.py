"""An offer that goes wrong outside the form: a draft whose key is lost, a request too large to be read. Both say what is left."""

import dataclasses
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.offer_drafts import draft_of, save_offer_draft
from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.models.journal import JournalEntry
from sad.models.mini_tenders import MiniTender
from sad.models.offers import DepositAttempt, Offer, OfferDraft
from sad.models.suppliers import Supplier
from sad.storage import LIMITS_SENTENCE
from sad.trust.envelopes import size_class
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, make_published
from tests.factories.offers import PDF, make_deposit, offered
from tests.factories.suppliers import make_supplier, member_of
from tests.web.test_login import sign_in
from tests.web.test_shell import check

AT = CLOSES - timedelta(hours=4)
OTHER_KEY = bytes(range(32, 64))
LOST = "votre brouillon ne se relit plus"
LARGEST = 100_000
VALUES = {
    "value-intermediaries": "0", "value-direct_supply_pct": "80", "value-organic_or_siqo_pct": "40", "value-reusable_packaging": "oui"
}  # fmt: skip


@pytest.fixture
def numbers(database):
    """A published mini-tender and one of its invitees, by number."""
    with transaction():
        need = make_published(suppliers=2)
        found = need.id, invitees_of(need)[0].id
    session.expunge_all()
    return found


@pytest.fixture
def mine(client, numbers):
    sign_in(client, member_of(session.get_one(Supplier, numbers[1])))
    session.expunge_all()
    with clock.frozen(AT):
        yield client


@pytest.fixture
def drafted(numbers):
    keep_draft(numbers)


def keep_draft(numbers) -> None:
    with transaction():
        need, supplier = pair(numbers)
        save_offer_draft(need, supplier, offered(need, supplier), [PDF], stamp="", seal_key=SEAL_KEY, by=member_of(supplier), at=AT)
    session.expunge_all()


@pytest.fixture
def other_key(app):
    assert app.settings.seal_key != OTHER_KEY
    app.settings = dataclasses.replace(app.settings, seal_key=OTHER_KEY)


@pytest.fixture
def small(app):
    """The service with a small limit, so that going beyond it costs nothing."""
    app.config.update(MAX_CONTENT_LENGTH=LARGEST)


def pair(numbers) -> tuple[MiniTender, Supplier]:
    return session.get_one(MiniTender, numbers[0]), session.get_one(Supplier, numbers[1])


def address(numbers, rest="/offre") -> str:
    return f"/fournisseur/consultations/{numbers[0]}{rest}"


def hidden(html: str, name: str) -> str:
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', html)[1]


def typed(numbers, stamp: str) -> dict[str, str]:
    lines = [line.id for line in pair(numbers)[0].lines]
    prices = {f"price-{key}": "3,10" for key in lines} | {f"vat-{key}": "5.5" for key in lines}
    return {**prices, **VALUES, "stamp": stamp, "next": "check"}


def attempts() -> list[DepositAttempt]:
    session.rollback()
    return list(session.scalars(select(DepositAttempt)))


def test_a_draft_whose_key_is_lost_says_what_is_lost_and_what_to_do(mine, numbers, drafted, other_key):
    page = mine.get(address(numbers))
    assert page.status_code == 200
    check(page.text)
    for said in (LOST, "étaient scellés", "Personne ne peut les lire", "Vous pouvez recommencer ici", "Prévenez aussi", "Détruire ce"):
        assert said in page.text, said
    assert "Brouillon enregistré" not in page.text and PDF.name not in page.text


@pytest.mark.parametrize("rest", ["", "/offre", "/offre/effacer"])
def test_no_page_around_a_lost_draft_breaks_down(mine, numbers, drafted, other_key, rest):
    assert mine.get(address(numbers, rest)).status_code == 200


def test_a_lost_draft_leads_from_the_check_back_to_the_form(mine, numbers, drafted, other_key):
    answer = mine.get(address(numbers, "/offre/verifier"), follow_redirects=True)
    assert answer.request.path == address(numbers) and LOST in answer.text


def test_a_lost_draft_is_not_deposited_and_its_attempt_says_why(mine, numbers, drafted, app):
    page = mine.get(address(numbers, "/offre/verifier")).text
    app.settings = dataclasses.replace(app.settings, seal_key=OTHER_KEY)
    answer = mine.post(address(numbers, "/offre/verifier"), data={"key": hidden(page, "key"), "stamp": hidden(page, "stamp")})
    assert answer.location == address(numbers)
    assert ["ne se relit plus" in tried.refused_because for tried in attempts()] == [True]
    assert session.scalars(select(Offer)).all() == []


def test_the_supplier_starts_anew_in_place_of_a_lost_draft_and_deposits(mine, numbers, drafted, other_key):
    stamp = hidden(mine.get(address(numbers)).text, "stamp")
    answer = mine.post(address(numbers), data=typed(numbers, stamp), content_type="multipart/form-data")
    assert answer.location == address(numbers, "/offre/verifier")
    page = mine.get(address(numbers, "/offre/verifier")).text
    made = mine.post(address(numbers, "/offre/verifier"), data={"key": hidden(page, "key"), "stamp": hidden(page, "stamp")})
    assert made.location.endswith("/accuse-de-reception")
    assert len(session.scalars(select(Offer)).all()) == 1
    assert session.scalars(select(OfferDraft)).all() == []


def test_a_lost_draft_that_opens_again_is_not_replaced_by_a_page_that_did_not_see_it(mine, numbers, drafted, other_key):
    answer = mine.post(address(numbers), data=typed(numbers, ""), content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Ce brouillon a changé" in answer.text and "3,10" in answer.text


def test_a_lost_draft_is_read_again_once_its_key_is_back(mine, numbers, drafted, app):
    kept = app.settings
    app.settings = dataclasses.replace(kept, seal_key=OTHER_KEY)
    assert LOST in mine.get(address(numbers)).text
    app.settings = kept
    assert PDF.name in mine.get(address(numbers)).text


def test_a_draft_that_was_altered_is_said_to_be_lost_too(mine, numbers, drafted):
    with transaction():
        draft = draft_of(*pair(numbers))
        draft.sealed = draft.sealed[:-1] + bytes([draft.sealed[-1] ^ 1])
    assert LOST in mine.get(address(numbers)).text


def test_a_receipt_whose_key_is_lost_says_so_on_the_page(mine, numbers, app):
    with transaction():
        offer = make_deposit(*pair(numbers), at=AT).id
    app.config.update(TESTING=False)
    app.settings = dataclasses.replace(app.settings, seal_key=OTHER_KEY)
    answer = mine.get(f"/fournisseur/consultations/offres/{offer}/accuse-de-reception")
    assert answer.status_code == 500
    assert "ne s’ouvre pas" in answer.text and "autre fichier de clé" in answer.text


@pytest.mark.parametrize("rest", ["/offre", "/offre/verifier"])
def test_an_offer_too_large_to_be_read_leaves_its_attempt_with_its_announced_size_and_its_instants(mine, numbers, small, rest):
    answer = send(mine, numbers, 3 * LARGEST, rest)
    assert answer.status_code == 413
    [tried] = attempts()
    assert (tried.mini_tender_id, tried.supplier_id, tried.offer_id) == (*numbers, None)
    assert tried.size_class == size_class(3 * LARGEST + 500) and tried.started_at == tried.received_at == AT
    assert tried.refused_because.startswith("L’envoi dépasse")
    actions = session.scalars(select(JournalEntry.action).order_by(JournalEntry.seq.desc()).limit(2)).all()
    assert actions == ["refuse_attempt", "attempt_deposit"]


def test_the_page_of_an_offer_too_large_says_what_is_kept_and_what_is_not(mine, numbers, small):
    page = send(mine, numbers, 3 * LARGEST).text
    check(page)
    for said in ("Cet envoi n’est pas un dépôt", LIMITS_SENTENCE, "Aucune offre à l’heure n’est déposée",
                 "Vous n’avez pas encore de brouillon", "La tentative est notée", "Date limite"):
        assert said in page, said


def test_a_draft_and_an_offer_are_untouched_by_a_sending_too_large(mine, numbers, small):
    with transaction():
        offer = make_deposit(*pair(numbers), at=AT - timedelta(hours=1)).id
    keep_draft(numbers)
    before = session.scalar(select(OfferDraft.sealed))
    page = send(mine, numbers, 3 * LARGEST).text
    assert "Votre brouillon du" in page and "compte toujours" in page
    session.rollback()
    assert session.scalar(select(OfferDraft.sealed)) == before
    assert session.scalars(select(Offer.id).where(Offer.state == "deposited")).all() == [offer]


def test_a_program_that_sends_too_much_is_told_so_in_json_and_its_attempt_is_noted(mine, numbers, small):
    answer = send(mine, numbers, 3 * LARGEST, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["status"], len(attempts())) == (413, 413, 1)


def test_what_is_too_large_elsewhere_or_from_who_is_not_invited_leaves_no_attempt(mine, app, numbers, small):
    assert mine.post("/fournisseur/offre-habituelle", data={"files": large(3 * LARGEST)}).status_code == 413
    with transaction():
        stranger = member_of(make_supplier())
    client = app.test_client()
    sign_in(client, stranger)
    assert send(client, numbers, 3 * LARGEST).status_code == 413
    assert attempts() == []


def test_what_is_too_large_is_heard_to_its_end_so_that_the_browser_shows_the_answer(mine, numbers, small):
    body = io.BytesIO(b"a" * 3 * LARGEST)
    mine.post(address(numbers), input_stream=body, content_length=3 * LARGEST, content_type="application/x-www-form-urlencoded")
    assert body.tell() == 3 * LARGEST


def test_a_form_with_too_many_parts_leaves_its_attempt_without_waiting_for_more(mine, numbers, app):
    app.config.update(MAX_FORM_PARTS=3)
    assert mine.post(address(numbers), data=typed(numbers, ""), content_type="multipart/form-data").status_code == 413
    assert len(attempts()) == 1


def send(client, numbers, size: int, rest="/offre", **options):
    return client.post(address(numbers, rest), data={"files": large(size)}, content_type="multipart/form-data", **options)


def large(size: int) -> tuple[io.BytesIO, str]:
    return io.BytesIO(b"%PDF-1.7\n".ljust(size)), "menu.pdf"
