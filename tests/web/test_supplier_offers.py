"""Answering a consultation through the pages: drafts, check, deposit, receipt, replacement, withdrawal, refusals."""

import io
import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from sad import clock
from sad.actions.publications import discontinue_mini_tender, invitees_of
from sad.db import session, transaction
from sad.models.invitations import Invitation, Question
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.offers import DepositAttempt, Offer, OfferDraft, OfferState
from sad.models.people import Role
from tests.factories.mini_tenders import CLOSES, SENT, SERVED, make_mini_tender, make_published
from tests.factories.offers import PDF, make_deposit
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.web.counting import statements_of
from tests.web.rows import again
from tests.web.test_login import sign_in
from tests.web.test_shell import check

AT = CLOSES - timedelta(hours=4)
VALUES = {
    "value-intermediaries": "0", "value-direct_supply_pct": "80", "value-organic_or_siqo_pct": "40", "value-reusable_packaging": "oui"
}


@pytest.fixture
def need(database):
    with transaction():
        made = make_published(suppliers=2)
    return kept(made)


@pytest.fixture
def supplier(need):
    found = invitees_of(need)[0]
    session.expunge_all()
    return found


def kept(need):
    """The row with what tests read around it, apart from the session that every request closes."""
    assert need.organisation and need.system and need.service and need.lines
    session.expunge_all()
    return need


@pytest.fixture
def mine(client, supplier):
    """A client signed in for an invitee, four hours before the deadline."""
    sign_in(client, member_of(supplier))
    with clock.frozen(AT):
        yield client


def address(need, rest="") -> str:
    return f"/fournisseur/consultations/{need.id}{rest}"


def stamp_in(html: str) -> str:
    return re.search(r'name="stamp"[^>]*value="([^"]*)"', html)[1]


def key_in(html: str) -> str:
    return re.search(r'name="key"[^>]*value="([^"]*)"', html)[1]


def prices(need, *amounts, vat="5.5") -> dict[str, str]:
    lines = [line.id for line in need.lines]
    return {f"price-{key}": price for key, price in zip(lines, amounts, strict=True)} | {f"vat-{key}": vat for key in lines}


def write(client, need, button="check", **fields):
    """Fill the form as it stands and press one of its buttons."""
    hidden = dict(re.findall(r'<input [^>]*name="(\w+)" type="hidden" value="([^"]*)"', client.get(address(need, "/offre")).text))
    assert "stamp" in hidden and "next" not in hidden, "the button alone says it"
    filled = {**prices(need, "3,10", "4"), **VALUES, "note": "Au levain", **hidden, "next": button, **fields}
    return client.post(address(need, "/offre"), data=filled, content_type="multipart/form-data")


def deposit(client, need, **fields):
    """From the form to the receipt; the answer to the last button."""
    assert write(client, need, **fields).location == address(need, "/offre/verifier")
    page = client.get(address(need, "/offre/verifier")).text
    return client.post(address(need, "/offre/verifier"), data={"key": key_in(page), "stamp": stamp_in(page)})


def count(model) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model))


def test_the_invitation_says_all_that_one_needs_to_decide(mine, need):
    html = mine.get(address(need)).text
    check(html)
    for said in (need.title, "Salle du conseil, Valence", "Viennoiseries et pogne", "44\u00a0pièces", "22\u00a0personnes",
                 "lundi 7 décembre 2026 à 12\u00a0h, heure de Paris", "dans 4\u00a0heures", "8\u00a0h\u00a000\u00a0min\u00a000\u00a0s",
                 "Qualité et adaptation au besoin", "Une note sur 10", "Palier 1", "Non merci, parce que"):
        assert said in html, said
    assert "300,00" not in html


def test_opening_the_invitation_is_noted_once(mine, need, supplier):
    mine.get(address(need))
    with clock.frozen(AT + timedelta(hours=1)):
        mine.get(address(need))
    session.rollback()
    assert session.scalars(select(Invitation.seen_at).where(Invitation.supplier_id == supplier.id)).one() == AT
    assert session.scalar(select(func.count(JournalEntry.seq)).where(JournalEntry.action == "see_invitation")) == 1


def test_who_is_not_invited_finds_nothing(client, need):
    with transaction():
        stranger = member_of(make_supplier())
    sign_in(client, stranger)
    with clock.frozen(AT):
        for rest in ("", "/offre", "/offre/verifier", "/offre/effacer"):
            assert client.get(address(need, rest)).status_code == 404
        for rest in ("/question", "/non-merci", "/je-reponds", "/offre", "/offre/verifier"):
            assert client.post(address(need, rest), data={"text": "Bonjour ?", "reason": "Non"}).status_code == 404
    assert (count(Question), count(OfferDraft), count(DepositAttempt)) == (0, 0, 0)


def test_no_thank_you_takes_one_click_and_may_be_taken_back(mine, need, supplier):
    assert mine.post(address(need, "/non-merci"), data={"reason": "Pas disponible ce jour-là"}).location == address(need)
    html = mine.get(address(need)).text
    assert "Vous avez dit non" in html and "Pas disponible ce jour-là" in html
    mine.post(address(need, "/je-reponds"))
    session.rollback()
    invitation = session.scalars(select(Invitation).where(Invitation.supplier_id == supplier.id)).one()
    assert (invitation.intention, invitation.decline_reason) == ("will_answer", None)


def test_no_thank_you_without_a_reason_is_said_beside_its_field(mine, need):
    answer = mine.post(address(need, "/non-merci"), data={"reason": "  "})
    check(answer.text)
    assert answer.status_code == 422 and "La raison manque" in answer.text


def test_a_question_goes_to_the_buyer_and_shows_as_waiting(mine, need):
    mine.post(address(need, "/question"), data={"text": "Y a-t-il un ascenseur ?"})
    html = mine.get(address(need)).text
    assert "Y a-t-il un ascenseur" in html and "attend sa réponse" in html
    assert mine.post(address(need, "/question"), data={"text": ""}).status_code == 422


def test_the_form_starts_with_what_is_usually_offered(mine, need):
    html = mine.get(address(need, "/offre")).text
    check(html)
    assert re.search(r'id="value-direct_supply_pct"[^>]*value="100"', html)
    assert re.search(r'<input checked [^>]*name="value-reusable_packaging"[^>]*value="oui"', html)
    assert "Au plus 10 fichiers" in html


def test_a_draft_is_not_an_offer_and_the_page_says_what_it_lacks(mine, need):
    answer = write(mine, need, "save", **prices(need, "3,10", ""), note="")
    assert answer.location == address(need, "/offre")
    html = mine.get(answer.location).text
    check(html)
    assert "PAS ENCORE DÉPOSÉE" in html and "Jus de fruits\u00a0»\u00a0: le prix manque" in html
    assert "PAS ENCORE DÉPOSÉE" in mine.get(address(need)).text
    assert (count(OfferDraft), count(Offer)) == (1, 0)


def test_what_cannot_be_read_stays_on_the_screen_and_the_rest_is_kept(mine, need):
    answer = write(mine, need, **prices(need, "trois euros", "4"), files=(io.BytesIO(PDF.body), "Menu.pdf"))
    check(answer.text)
    assert answer.status_code == 422
    assert "trois euros" in answer.text and "Écrivez un nombre" in answer.text and "Menu.pdf" in answer.text
    html = mine.get(address(need, "/offre")).text
    assert re.search(rf'id="price-{need.lines[1].id}"[^>]*value="4"', html) and "Menu.pdf" in html


def test_a_wrong_file_is_refused_with_the_limits_and_the_prices_are_kept(mine, need):
    answer = write(mine, need, files=(io.BytesIO(b"MZ..."), "menu.exe"))
    assert answer.status_code == 422
    assert "ce type de fichier n’est pas accepté" in answer.text and "formats acceptés" in answer.text
    assert re.search(rf'id="price-{need.lines[0].id}"[^>]*value="3,1', mine.get(address(need, "/offre")).text)


def test_documents_are_added_and_taken_out_of_the_draft(mine, need):
    write(mine, need, "save", files=(io.BytesIO(PDF.body), "Menu.pdf"))
    write(mine, need, "save", files=(io.BytesIO(PDF.body), "Menu.pdf"))
    assert mine.get(address(need, "/offre")).text.count("Menu.pdf (") == 2
    write(mine, need, "save", remove="0")
    assert mine.get(address(need, "/offre")).text.count("Menu.pdf (") == 1


def test_somebody_else_who_saved_meanwhile_is_not_overwritten_unseen(mine, need):
    stamp = stamp_in(mine.get(address(need, "/offre")).text)
    write(mine, need, "save", note="De Léa")
    answer = write(mine, need, "save", note="De Marc", stamp=stamp)
    assert answer.status_code == 422
    assert "a changé depuis" in answer.text and "De Marc" in answer.text
    assert "De Léa" in mine.get(address(need, "/offre")).text


@pytest.mark.parametrize("button", ["save", "check"])
def test_a_crossing_is_told_whatever_button_was_pressed(mine, need, button):
    stamp = stamp_in(mine.get(address(need, "/offre")).text)
    write(mine, need, "save", note="De Léa")
    answer = write(mine, need, button, **prices(need, "3", ""), stamp=stamp)
    assert answer.status_code == 422 and "a changé depuis" in answer.text


def test_the_check_shows_the_total_and_what_would_make_the_offer_irregular(mine, need):
    write(mine, need, **{"value-direct_supply_pct": "10"})
    html = mine.get(address(need, "/offre/verifier")).text
    check(html)
    assert "154,00\u00a0€" in html and "162,47\u00a0€" in html and "7,00\u00a0€ par personne" in html
    assert "serait irrégulière" not in html


def test_a_shortfall_is_told_before_the_deposit_and_never_blocks(client, database):
    with transaction():
        need = make_mini_tender(happens_at=CLOSES.replace(year=2027, month=3), wanted_closes_at=CLOSES.replace(year=2027, month=2))
        need = make_published(need, suppliers=1, at=SENT.replace(year=2027, month=1, day=20))
        person = member_of(invitees_of(need)[0])
    kept(need)
    sign_in(client, person)
    with clock.frozen(SENT.replace(year=2027, month=1, day=25)):
        write(client, need, **{"value-direct_supply_pct": "10"})
        html = client.get(address(need, "/offre/verifier")).text
        assert "serait irrégulière" in html and "10\u00a0% d’approvisionnement direct, 40\u00a0% demandés" in html
        assert deposit(client, need, **{"value-direct_supply_pct": "10"}).status_code == 302


def test_an_unfinished_draft_is_led_back_from_the_check(mine, need):
    write(mine, need, "save", **prices(need, "3,10", ""))
    assert mine.get(address(need, "/offre/verifier")).location == address(need, "/offre")


def test_a_deposit_ends_on_its_receipt(mine, need, supplier):
    answer = deposit(mine, need, files=(io.BytesIO(PDF.body), "Menu.pdf"))
    html = mine.get(answer.location).text
    check(html)
    received_at = "7 décembre 2026 à 8\u00a0h\u00a000\u00a0min\u00a000\u00a0s"
    for said in (supplier.siret, need.organisation.siren, need.title, received_at, "Menu.pdf"):
        assert said in html, said
    assert "Déposée, scellée" in mine.get(address(need)).text
    assert (count(OfferDraft), count(Offer), count(DepositAttempt)) == (0, 1, 1)
    attempt = session.scalars(select(DepositAttempt)).one()
    assert attempt.offer_id is not None and attempt.refused_because is None


def test_the_receipt_is_kept_as_a_file_byte_for_byte(mine, need):
    page = deposit(mine, need).location
    file = mine.get(page + ".json")
    assert file.headers["Content-Disposition"].startswith("attachment")
    body = json.loads(file.data)
    assert list(body)[:2] == ["buyer", "closes_at"] and body["title"] == need.title
    assert session.scalars(select(Offer)).one().sealed_sha256 == body["sealed_sha256"]


def test_the_last_button_pressed_fifty_times_is_one_offer(mine, need):
    write(mine, need)
    page = mine.get(address(need, "/offre/verifier")).text
    sent = {"key": key_in(page), "stamp": stamp_in(page)}
    found = {mine.post(address(need, "/offre/verifier"), data=sent).location for _ in range(50)}
    assert len(found) == 1 and count(Offer) == 1


def test_what_was_not_shown_is_not_deposited(mine, need):
    write(mine, need)
    page = mine.get(address(need, "/offre/verifier")).text
    write(mine, need, **prices(need, "9", "9"))
    answer = mine.post(address(need, "/offre/verifier"), data={"key": key_in(page), "stamp": stamp_in(page)})
    assert answer.status_code == 422 and "rien n’est déposé" in answer.text
    assert count(Offer) == 0
    assert "a changé" in session.scalars(select(DepositAttempt.refused_because)).one()
    again = mine.post(address(need, "/offre/verifier"), data={"key": key_in(answer.text), "stamp": stamp_in(answer.text)})
    assert again.status_code == 302 and count(Offer) == 1


def test_an_offer_is_replaced_then_withdrawn(mine, need, supplier):
    first = deposit(mine, need).location
    assert "Vous avez déjà une offre déposée" in mine.get(address(need, "/offre")).text
    second = deposit(mine, need).location
    assert "Une autre l’a remplacée" in mine.get(first).text
    page = mine.get(second.replace("accuse-de-reception", "retirer")).text
    check(page)
    assert "Offre retirée" in page
    assert mine.post(second.replace("accuse-de-reception", "retirer")).location == address(need)
    session.rollback()
    assert sorted(session.scalars(select(Offer.state))) == [OfferState.REPLACED, OfferState.WITHDRAWN]
    assert "Retirée" in mine.get(address(need)).text


def test_after_the_deadline_an_offer_is_received_flagged_and_not_withdrawn(mine, need):
    write(mine, need)
    with clock.frozen(CLOSES + timedelta(seconds=25)):
        assert "Déposer hors délai" in mine.get(address(need)).text
        page = mine.get(address(need, "/offre/verifier")).text
        answer = mine.post(address(need, "/offre/verifier"), data={"key": key_in(page), "stamp": stamp_in(page)})
        html = mine.get(answer.location).text
        check(html)
        assert "Reçue après la date limite" in html
        assert mine.post(answer.location.replace("accuse-de-reception", "retirer")).status_code == 422
    assert [(each.late, each.state) for each in session.scalars(select(Offer))] == [(True, OfferState.DEPOSITED)]


def test_a_discontinued_consultation_takes_no_offer(mine, need):
    with transaction():
        buyer = make_person(need.organisation, Role.BUYER)
        discontinue_mini_tender(again(need), "Réunion annulée.", by=buyer, at=AT)
    assert mine.get(address(need, "/offre")).location == address(need)
    html = mine.get(address(need)).text
    check(html)
    assert "Réunion annulée." in html


def test_a_draft_is_destroyed_after_asking(mine, need):
    assert mine.get(address(need, "/offre/effacer")).status_code == 404
    write(mine, need, "save")
    check(mine.get(address(need, "/offre/effacer")).text)
    assert mine.post(address(need, "/offre/effacer")).location == address(need)
    assert count(OfferDraft) == 0


def test_the_draft_is_kept_for_whoever_asks(mine, need):
    write(mine, need)
    page = mine.get(address(need, "/offre/verifier")).text
    mine.post(address(need, "/offre/verifier"), data={"key": key_in(page), "stamp": stamp_in(page), "keep": "y"})
    assert count(OfferDraft) == 1
    assert re.search(rf'id="price-{need.lines[0].id}"[^>]*value="3,1', mine.get(address(need, "/offre")).text)


def test_a_supplier_exempt_from_vat_is_not_asked_its_rate(mine, need, supplier):
    with transaction():
        again(supplier).is_vat_exempt = True
    assert "vat-" not in mine.get(address(need, "/offre")).text
    assert deposit(mine, need).status_code == 302


def test_another_supplier_sees_nothing_of_an_offer(client, need):
    with transaction():
        offer = make_deposit(again(need), invitees_of(need)[0], at=AT)
        rival = member_of(invitees_of(need)[1])
    session.expunge_all()
    sign_in(client, rival)
    with clock.frozen(AT):
        for rest in ("accuse-de-reception", "accuse-de-reception.json", "retirer"):
            assert client.get(f"/fournisseur/consultations/offres/{offer.id}/{rest}").status_code == 404
        assert client.post(f"/fournisseur/consultations/offres/{offer.id}/retirer").status_code == 404
        assert "Déposée" not in client.get(address(need)).text


def test_a_rate_that_somebody_made_up_is_refused_beside_its_field(mine, need):
    answer = write(mine, need, **prices(need, "3,10", "4", vat="abc"))
    assert answer.status_code == 422 and "il manque le taux de TVA" in answer.text


def test_no_letter_about_a_deposit_quotes_a_price_or_a_file(mine, need):
    deposit(mine, need, files=(io.BytesIO(PDF.body), "Menu.pdf"))
    session.rollback()
    letter = session.scalars(select(Letter).where(Letter.kind == "offer_deposited")).one()
    assert f"http://localhost{address(need)}" in letter.body
    assert "Menu" not in letter.body and "154" not in letter.body


def test_the_list_of_consultations_asks_as_much_for_twenty_as_for_one(app, client, database):
    with transaction():
        first = make_published(suppliers=1)
    sign_in(client, member_of(invitees_of(first)[0]))
    with clock.frozen(AT):
        client.get("/fournisseur/consultations")
        with statements_of(app.engine) as few:
            client.get("/fournisseur/consultations")
        with transaction():
            for weeks in range(1, 26):  # far apart, since near ones would look like one need cut in pieces
                served = SERVED + timedelta(weeks=5 * weeks)
                make_published(make_mini_tender(again(first).service, system=again(first).system, happens_at=served), suppliers=0)
        with statements_of(app.engine) as many:
            html = client.get("/fournisseur/consultations").text
    check(html)
    assert "Suivants" in html and len(many) == len(few)


def test_a_deposit_asks_no_more_of_the_database_than_it_needs(app, mine, need):
    write(mine, need)
    page = mine.get(address(need, "/offre/verifier")).text
    with statements_of(app.engine) as asked:
        mine.post(address(need, "/offre/verifier"), data={"key": key_in(page), "stamp": stamp_in(page)})
    assert count(Offer) == 1
    assert len([each for each in asked if not each.startswith("BEGIN")]) <= 50
