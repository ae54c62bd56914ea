"""The pages of a regularisation: the buyer asks all, each tenderer answers for itself alone, the buyer decides; no price moves."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.classifications import classify_offer
from sad.actions.regularisations import ask_regularisation, decide_regularisation
from sad.db import session, transaction
from sad.models.examinations import ExaminationAnswer, ExaminationFile
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Role
from sad.models.regularisations import Regularisation, RegularisationRequest
from tests.factories.evaluations import EXAMINED, Tender, make_opened, offers_of
from tests.factories.regularisations import DIRECT, MIDDLEMEN, SAID, WHOLE, make_irregular, make_mended
from tests.factories.suppliers import member_of
from tests.web.counting import statements_of
from tests.web.rows import again
from tests.web.test_procurement_ranking import at, change_to, enter, number, plain, read

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
AFTER = EXAMINED + timedelta(days=8)
HOME = "/fournisseur/"


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(EXAMINED):
        yield


@pytest.fixture
def mini_tender(client, app) -> MiniTender:
    """Two irregular offers, and a third which is regular."""
    with transaction():
        return make_irregular()


def offers(mini_tender: MiniTender) -> list[Offer]:
    return offers_of(again(mini_tender))


def buyer(client, mini_tender: MiniTender, *, classified: bool = True):
    by = enter(client, mini_tender, Role.BUYER)
    if classified:
        with transaction():
            classify_offer(offers(mini_tender)[2], "regular", "Complète.", by=again(by), at=EXAMINED)
    return by


def page_of(mini_tender: MiniTender) -> str:
    return at(mini_tender, "examen/regularisation")


def typed(mini_tender: MiniTender, days: str = "5", **changes: str) -> dict[str, str]:
    """The form as it is sent for every irregular offer."""
    choices = {f"choice_{number(each)}": "asked" for each in offers(mini_tender)[:2]}
    return {"days": days, **choices, **changes}


def asked(client, mini_tender: MiniTender) -> list[RegularisationRequest]:
    """The requests of the two irregular offers, sent by a buyer who is signed in."""
    by = buyer(client, mini_tender)
    with transaction():
        return ask_regularisation(again(mini_tender), {}, 5, by=again(by), at=EXAMINED).requests


def as_supplier(client, mini_tender: MiniTender, position: int = 0) -> None:
    change_to(client, member_of(offers(mini_tender)[position].supplier))


def answer_page(request: RegularisationRequest) -> str:
    return f"/fournisseur/consultations/corrections/{number(request)}"


def judge_page(mini_tender: MiniTender, request: RegularisationRequest) -> str:
    return f"{page_of(mini_tender)}/{number(request)}"


def test_the_buyer_reads_the_letters_then_asks_all_at_once(client, mini_tender):
    buyer(client, mini_tender)
    assert "Faire corriger les offres" in read(client, at(mini_tender))
    page = read(client, page_of(mini_tender))
    assert SAID.replace("\u00a0", " ") in page and "Vous pouvez corriger votre offre jusqu’au mardi 15 décembre 2026" in page
    assert "Laissées de côté" not in page and "Relire l’offre" in page
    sent = client.post(page_of(mini_tender), data=typed(mini_tender), follow_redirects=True)
    assert "0 sur 2" in plain(sent.text) and plain(sent.text).count("Correction attendue") == 2
    told = session.scalars(select(Letter.supplier_id).where(Letter.kind == "regularisation_request")).all()
    assert sorted(told) == sorted(each.supplier_id for each in offers(mini_tender)[:2])
    evaluation = read(client, at(mini_tender))
    assert "Voir la régularisation" in evaluation and "n’est pas décidée" in evaluation


def test_an_offer_is_left_out_with_a_reason_that_stays_typed(client, mini_tender):
    buyer(client, mini_tender)
    second = number(offers(mini_tender)[1])
    left = {f"choice_{second}": "left_out", f"reason_{second}": " "}
    refused = client.post(page_of(mini_tender), data=typed(mini_tender, **left))
    assert refused.status_code == 422 and "laissée de côté sans raison" in plain(refused.text)
    left[f"reason_{second}"] = "C’est un autre produit."
    zero = client.post(page_of(mini_tender), data=typed(mini_tender, "0", **left))
    assert zero.status_code == 422 and "C’est un autre produit." in zero.text and "de 2 à 15 jours" in plain(zero.text)
    done = client.post(page_of(mini_tender), data=typed(mini_tender, **left), follow_redirects=True)
    assert "C’est un autre produit." in plain(done.text) and "0 sur 1" in plain(done.text)
    assert offers(mini_tender)[1].classification == "irregular"


@pytest.mark.parametrize("days", ["0", "-5", "16", "beaucoup", "", "2,5", "99999999999999999999"])
def test_a_period_that_is_none_sends_nothing(client, mini_tender, days):
    buyer(client, mini_tender)
    assert client.post(page_of(mini_tender), data=typed(mini_tender, days)).status_code == 422
    assert session.scalar(select(Regularisation.id)) is None


def test_a_form_that_forgets_an_irregular_offer_asks_it_all_the_same(client, mini_tender):
    buyer(client, mini_tender)
    first = number(offers(mini_tender)[0])
    assert client.post(page_of(mini_tender), data=typed(mini_tender, **{f"choice_{first}": "autre"})).status_code == 422
    assert session.scalar(select(Regularisation.id)) is None
    assert client.post(page_of(mini_tender), data={"days": "5", f"choice_{first}": "asked"}).status_code == 302
    assert len(session.scalars(select(RegularisationRequest.id)).all()) == 2


def test_what_keeps_from_asking_is_said_before_anything_is_sent(client, mini_tender):
    buyer(client, mini_tender, classified=False)
    assert "n’est pas classée" in read(client, page_of(mini_tender))
    assert client.post(page_of(mini_tender), data=typed(mini_tender)).status_code == 422
    assert session.scalar(select(Regularisation.id)) is None


def test_a_very_low_price_leads_to_its_letter_first(client, app):
    with transaction():
        mini_tender = make_irregular(Tender(("1.50", "2.00"), {DIRECT: "35"}), WHOLE, Tender(("3.60", "4.00")))
    by, low = enter(client, mini_tender, Role.BUYER), number(offers(mini_tender)[0])
    with transaction():
        for offer in offers(mini_tender)[1:]:
            classify_offer(offer, "regular", "Complète.", by=again(by), at=EXAMINED)
    assert "il s’explique d’abord" in read(client, page_of(mini_tender))
    refused = client.post(page_of(mini_tender), data={"days": "5", f"choice_{low}": "asked"})
    assert refused.status_code == 422 and "à justifier avant toute régularisation" in plain(refused.text)
    letter = at(mini_tender, f"examen/offres/{low}/justification")
    assert "Votre prix est à justifier" in read(client, letter)
    assert client.post(letter, data={"asked": ""}).status_code == 302


def test_the_tenderer_finds_it_on_its_home_page_and_answers_only_what_is_asked(client, mini_tender):
    request = asked(client, mini_tender)[0]
    as_supplier(client, mini_tender)
    home = read(client, HOME)
    assert "Corriger mon offre" in home and "Au plus tard le mardi 15 décembre 2026" in home
    page = client.get(answer_page(request)).text
    assert re.findall(r'name="(value-[^"]+)"', page) == [f"value-{DIRECT}"] and 'value="35"' in page
    data = {f"value-{DIRECT}": "45", "text": "Faute de frappe.", "files": (io.BytesIO(PDF), "facture.pdf")}
    sent = client.post(answer_page(request), data=data, content_type="multipart/form-data", follow_redirects=True)
    assert "Réponse envoyée" in plain(sent.text) and "45 % (à l’ouverture : 35 %)" in plain(sent.text)
    assert "Corriger mon offre" not in read(client, HOME)
    assert "Voir la demande et vos réponses" in read(client, f"/fournisseur/consultations/{number(mini_tender)}/resultat")
    file = session.scalars(select(ExaminationFile)).one()
    assert client.get(f"/fournisseur/consultations/reponses/fichiers/{file.id}").data == PDF
    enter(client, mini_tender, Role.BUYER)
    judged = client.get(judge_page(mini_tender, request)).text
    link = re.search(r'href="([^"]+/reponses/fichiers/\d+)"', judged)
    assert link and client.get(link.group(1)).data == PDF


@pytest.mark.parametrize(
    "sneaked",
    [{"price-1": "0.01"}, {"prices": "0.01"}, {"value-organic_or_siqo_pct": "100"}, {"value-intermediaries": "0"}, {"answer-price": "1"},
     {"quantity": "1"}, {"vat-1": "0"}, {"note": "Autre"}, {"decision": "accepted"}, {"total": "1"}],
)
def test_nothing_sneaked_into_the_form_changes_the_offer(client, mini_tender, sneaked):
    request = asked(client, mini_tender)[0]
    as_supplier(client, mini_tender)
    before = offers(mini_tender)[0]
    kept, lines = (dict(before.content), before.total), before.as_content().lines
    client.post(answer_page(request), data={f"value-{DIRECT}": "45", **sneaked})
    assert [answer.values for answer in session.scalars(select(ExaminationAnswer))] == [{DIRECT: "45"}]
    after = offers(mini_tender)[0]
    assert ((after.content, after.total), after.as_content().lines, after.regularised_values) == (kept, lines, None)
    assert again(request).decision is None


@pytest.mark.parametrize("value", ["", "beaucoup", "101", "-1", "NaN", "1e3"])
def test_a_value_that_says_nothing_keeps_the_page_and_says_why(client, mini_tender, value):
    request = asked(client, mini_tender)[0]
    as_supplier(client, mini_tender)
    refused = client.post(answer_page(request), data={f"value-{DIRECT}": value, "text": "Voilà la raison."})
    assert refused.status_code == 422 and "Voilà la raison." in refused.text
    assert session.scalar(select(ExaminationAnswer.id)) is None


def test_an_answer_that_still_falls_short_is_said_at_once_and_can_be_changed(client, mini_tender):
    request = asked(client, mini_tender)[0]
    as_supplier(client, mini_tender)
    short = client.post(answer_page(request), data={f"value-{DIRECT}": "38"}, follow_redirects=True)
    assert "Il manque encore" in plain(short.text) and "Changer votre réponse" in plain(short.text)
    whole = client.post(answer_page(request), data={f"value-{DIRECT}": "40"}, follow_redirects=True)
    assert "Il manque encore" not in plain(whole.text)


def test_an_answer_after_the_last_day_is_received_and_shown_as_late(client, mini_tender):
    request = asked(client, mini_tender)[0]
    with clock.frozen(AFTER):
        as_supplier(client, mini_tender)
        assert "Le dernier jour est passé" in read(client, HOME)
        client.post(answer_page(request), data={f"value-{DIRECT}": "45"})
        assert "Après le dernier jour" in read(client, answer_page(request))
        enter(client, mini_tender, Role.BUYER)
        assert "Après le dernier jour" in read(client, page_of(mini_tender))
        assert "Après le dernier jour" in read(client, judge_page(mini_tender, request))


def test_nobody_answers_for_another_nor_reads_what_it_is_asked(client, mini_tender):
    first, second = asked(client, mini_tender)
    with transaction():
        make_mended(again(first), {DIRECT: "45"}, files=())
    as_supplier(client, mini_tender, position=1)
    assert client.get(answer_page(first)).status_code == 404
    assert client.post(answer_page(first), data={f"value-{DIRECT}": "99"}).status_code == 404
    as_supplier(client, mini_tender, position=2)
    assert client.get(answer_page(second)).status_code == 404
    assert "Corriger mon offre" not in read(client, HOME)
    assert [answer.values for answer in session.scalars(select(ExaminationAnswer))] == [{DIRECT: "45"}]


def test_the_buyer_decides_and_every_page_shows_before_and_after(client, mini_tender):
    first, second = asked(client, mini_tender)
    with transaction():
        make_mended(again(first), {DIRECT: "45"})
        make_mended(again(second), {DIRECT: "60", MIDDLEMEN: "1"})
    assert read(client, at(mini_tender)).count("Correction à lire") == 2
    page = read(client, judge_page(mini_tender, first))
    assert "Cette réponse compte aussi pour la note" in page and "45 % (à l’ouverture : 35 %)" in page and "qui ne change pas" in page
    blank = client.post(judge_page(mini_tender, first), data={"decision": "accepted", "reason": " "})
    assert blank.status_code == 422 and "Écrivez la raison." in plain(blank.text)
    done = client.post(judge_page(mini_tender, first), data={"decision": "accepted", "reason": "La facture le dit."}, follow_redirects=True)
    assert "Vous pouvez classer l’offre" in plain(done.text) and "Régularisée ; à l’ouverture : 35 %" in plain(done.text)
    client.post(judge_page(mini_tender, second), data={"decision": "rejected", "reason": "Rien ne le montre."})
    evaluation = read(client, at(mini_tender))
    assert "(régularisée ; à l’ouverture : 35 %)" in evaluation and "Rien ne le montre." in evaluation
    examined = read(client, at(mini_tender, f"examen/offres/{number(offers(mini_tender)[1])}"))
    assert "revenir d’abord sur cette décision" in examined and "Enregistrer" not in examined
    as_supplier(client, mini_tender)
    closed = read(client, answer_page(first))
    assert "Décision prise" in closed and "Envoyer ma réponse" not in closed
    assert client.post(answer_page(first), data={f"value-{DIRECT}": "90"}).status_code == 422


def test_the_buyer_says_which_of_several_answers_counts(client, mini_tender):
    first, _ = asked(client, mini_tender)
    with transaction():
        early = make_mended(again(first), {DIRECT: "41"})
    with transaction():
        late = make_mended(again(first), {DIRECT: "70"}, at=AFTER)
    with clock.frozen(AFTER):
        enter(client, mini_tender, Role.BUYER)
        page = client.get(judge_page(mini_tender, first)).text
        assert re.search(rf'<input[^>]*checked[^>]*value="{number(early)}"|value="{number(early)}"[^>]*checked', page)
        data = {"decision": "accepted", "reason": "Vu.", "answer": str(number(late))}
        client.post(judge_page(mini_tender, first), data=data)
        assert offers(mini_tender)[0].regularised_values == {DIRECT: "70"}
        assert client.post(judge_page(mini_tender, first), data={**data, "answer": "9999"}).status_code == 422


def test_nothing_is_decided_before_the_end_without_all_the_answers(client, mini_tender):
    first, _ = asked(client, mini_tender)
    with transaction():
        make_mended(again(first), {DIRECT: "45"})
    refused = client.post(judge_page(mini_tender, first), data={"decision": "accepted", "reason": "Je sais."})
    assert refused.status_code == 422 and "toutes n’ont pas répondu" in plain(refused.text) and "Je sais." in refused.text


def test_a_reader_without_the_right_reads_and_changes_nothing(client, mini_tender):
    first, _ = asked(client, mini_tender)
    enter(client, mini_tender, Role.AUDITOR, declared=False)
    assert "Correction attendue" in read(client, page_of(mini_tender))
    assert SAID.replace("\u00a0", " ") in read(client, judge_page(mini_tender, first))
    data = {"decision": "rejected", "reason": "Non."}
    assert client.post(judge_page(mini_tender, first), data=data).status_code in (302, 403)
    assert again(first).decision is None


def test_the_request_of_another_consultation_does_not_exist_here(client, mini_tender):
    first, _ = asked(client, mini_tender)
    with transaction():
        other = make_irregular()
    by = enter(client, mini_tender, Role.BUYER)
    assert client.get(judge_page(other, first)).status_code == 404
    assert by and client.get(f"{page_of(mini_tender)}/9999").status_code == 404


def test_without_irregular_offer_there_is_nothing_to_ask(client, app):
    with transaction():
        mini_tender = make_opened(WHOLE)
    enter(client, mini_tender, Role.BUYER)
    assert "Faire corriger" not in read(client, at(mini_tender))
    assert "Aucune offre n’est irrégulière" in read(client, page_of(mini_tender))
    assert client.post(page_of(mini_tender), data={"days": "5"}).status_code == 422


def test_the_pages_ask_as_much_of_the_database_for_many_offers_as_for_few(client, app):
    counts = []
    for size in (2, 12):
        with transaction():
            mini_tender = make_irregular(*[Tender(("3.40", "4.00"), {DIRECT: "35"})] * size)
        by = enter(client, mini_tender, Role.BUYER)
        addresses = [at(mini_tender), page_of(mini_tender)]
        with transaction():
            requests = ask_regularisation(again(mini_tender), {}, 5, by=again(by), at=EXAMINED).requests
            for request in requests:
                make_mended(request, {DIRECT: "45"})
            decide_regularisation(requests[0], "accepted", "Vu.", by=again(by), at=EXAMINED)
        addresses.append(judge_page(mini_tender, requests[1]))
        found = []
        for address in addresses:
            client.get(address)
            with statements_of(app.engine) as statements:
                assert client.get(address).status_code == 200
            found.append(len(statements))
        counts.append(found)
    assert counts[0] == counts[1]
