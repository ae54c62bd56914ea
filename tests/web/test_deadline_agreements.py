"""Agreeing to a shorter deadline through the pages: the service, the buyer, the supplier, and whoever follows somebody else's link."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.deadline_agreements import withdraw_agreement_request
from sad.actions.deadline_requests import running_request
from sad.actions.publications import publish_mini_tender
from sad.db import session, transaction
from sad.models.deadline_agreements import DeadlineAnswer, DeadlineRequest
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import Role
from tests.factories.agreements import ANSWERS_BY, SOON, make_agreement, make_hurried, say
from tests.factories.mini_tenders import CLOSES, HOME, SEAL_KEY, SENT, WRITTEN, make_admitted
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.web.counting import statements_of
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in
from tests.web.test_shell import check

ASKED = {"answers_by": ["2026-11-25", "12:00"]}


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(WRITTEN):
        yield


@pytest.fixture
def draft(database):
    with transaction():
        return make_hurried()


@pytest.fixture
def requester(client, draft):
    sign_in(client, again(draft).creator)
    return again(draft).creator


def of(draft, page="") -> str:
    return f"/service/besoins/{again(draft).id}{page}"


def bought(draft, page="") -> str:
    return f"/achats/consultations/{again(draft).id}{page}"


def version(html: str) -> str:
    return re.search(r'name="version"[^>]*value="(\d+)"', html)[1]


def asked(draft, *answers) -> DeadlineRequest:
    with transaction():
        return make_agreement(again(draft), *answers)


def buttons(html: str) -> list[str]:
    return [" ".join(each.split()) for each in re.findall(r"<button[^>]*>([^<]*)", html)]


def as_supplier(app, answer):
    """A browser of the first person of the supplier asked, and the address of its page."""
    theirs = app.test_client()
    sign_in(theirs, member_of(again(answer).supplier))
    return theirs, f"/fournisseur/consultations/accords/{again(answer).id}"


def test_a_date_that_is_too_close_is_refused_with_the_way_to_ask_for_it(client, draft, requester):
    with transaction():
        again(draft).wanted_closes_at = CLOSES
    page = client.get(of(draft, "/convives")).text
    assert "Demander l’accord" not in page
    typed = {
        "version": version(page), "title": "Petit-déjeuner", "guests": "22", "place": "Valence", "access": "",
        "happens_at": ["2026-12-17", "08:00"], "wanted_closes_at": ["2026-12-01", "12:00"],
    }
    refused = client.post(of(draft, "/convives"), data=typed)
    check(refused.text)
    assert refused.status_code == 422 and "SAD-17" in refused.text
    assert "Demander l’accord des 3 fournisseurs pour répondre avant le mardi 1er décembre 2026 à 12 h" in read(refused)
    assert client.post(of(draft, "/convives"), data={**typed, "ask": "1"}).location == of(draft, "/accord/demander")
    assert again(draft).wanted_closes_at == SOON


@pytest.mark.parametrize("closes_at", [["2026-11-20", "12:00"], ["2026-12-17", "12:00"], ["2026-12-07", "12:00"], ["", ""]])
def test_a_date_nobody_may_be_asked_about_is_not_kept(client, draft, requester, closes_at):
    page = client.get(of(draft, "/convives")).text
    typed = {
        "version": version(page), "title": "Petit-déjeuner", "guests": "22", "place": "Valence",
        "happens_at": ["2026-12-17", "08:00"], "wanted_closes_at": closes_at, "ask": "1",
    }
    assert client.post(of(draft, "/convives"), data=typed).status_code == 422
    assert again(draft).wanted_closes_at == SOON


def test_the_service_reads_the_consequences_the_people_told_and_the_letter_before_anything_leaves(client, draft, requester):
    page = client.get(of(draft, "/verifier"))
    check(page.text)
    assert "Besoin d’un délai plus court" in page.text and of(draft, "/accord/demander") in page.text
    form = client.get(of(draft, "/accord/demander"))
    check(form.text)
    assert 'value="2026-11-25"' in form.text
    typed = {"version": version(form.text), **ASKED}
    confirm = client.post(of(draft, "/accord/demander"), data=typed)
    check(confirm.text)
    said = read(confirm)
    for words in (
        "Qui sera prévenu : 3 fournisseurs",
        "Un seul refus, ou une seule absence de réponse : 10 jours entiers pour tous",
        "jusqu’au mercredi 25 novembre 2026 à 12 h",
        "SAD-18",
        "Ne pas répondre compte comme un non",
    ):
        assert words in said, words
    assert running_request(again(draft)) is None
    assert client.post(of(draft, "/accord/demander"), data={**typed, "confirm": "1"}).location == of(draft, "/accord")
    body = re.sub("[\u00a0\u202f]", " ", session.scalars(select(Letter.body).where(Letter.kind == "agreement_request")).first())
    assert [line for line in body.splitlines() if line.strip("- ") and line.strip("- ") not in said] == []


@pytest.mark.parametrize(
    "answers_by",
    [["2026-11-23", "10:00"], ["2026-12-01", "12:00"], ["2026-12-05", "12:00"], ["", ""], ["2026-11-25", ""], ["demain", "midi"]],
)
def test_an_answer_date_that_makes_no_sense_is_refused_and_stays_on_the_page(client, draft, requester, answers_by):
    typed = {"version": version(client.get(of(draft, "/accord/demander")).text), "answers_by": answers_by, "confirm": "1"}
    refused = client.post(of(draft, "/accord/demander"), data=typed)
    check(refused.text)
    assert refused.status_code == 422 and f'value="{answers_by[0]}"' in refused.text
    assert running_request(again(draft)) is None


def test_two_colleagues_who_ask_at_once_ask_once(client, draft, requester):
    typed = {"version": version(client.get(of(draft, "/accord/demander")).text), **ASKED, "confirm": "1"}
    assert client.post(of(draft, "/accord/demander"), data=typed).status_code == 302
    assert client.post(of(draft, "/accord/demander"), data=typed).location == of(draft, "/accord")
    assert len(session.scalars(select(DeadlineRequest)).all()) == 1


def test_a_page_read_before_a_colleague_changed_the_need_asks_nothing(client, draft, requester):
    stale = version(client.get(of(draft, "/accord/demander")).text)
    with transaction():
        again(draft).place = "Mairie"
    refused = client.post(of(draft, "/accord/demander"), data={"version": stale, **ASKED, "confirm": "1"})
    assert refused.status_code == 422 and "Une autre personne a modifié ce besoin" in refused.text
    assert running_request(again(draft)) is None


def test_the_service_follows_who_agreed_who_refused_and_whom_to_call(client, draft, requester):
    with transaction():
        make_admitted(again(draft).category, 1, by=requester, name="Verger", phone="04 75 00 00 01")
    request = asked(draft, "agreed", "refused")
    page = client.get(of(draft, "/accord"))
    check(page.text)
    said = read(page)
    counted = "1 d’accord, 1 refus, 2 sans réponse, sur 4 fournisseurs à inviter"
    for words in (counted, "04 75 00 00 01", "Garde 10 jours", "Délai de la loi"):
        assert words in said, words
    with transaction():
        make_admitted(again(draft).category, 1, by=requester, name="Moulin neuf")
    said = read(client.get(of(draft, "/accord")))
    assert "Admis depuis, pas encore interrogé" in said and "Demander aussi à Moulin neuf" in said
    assert client.post(of(draft, "/accord/nouveaux")).location == of(draft, "/accord")
    assert len(again(request).answers) == 5
    assert client.post(of(draft, "/accord/nouveaux")).status_code == 422


def test_one_click_comes_back_to_ten_days_and_says_that_the_request_is_dropped(client, draft, requester):
    asked(draft, "refused")
    page = client.get(of(draft, "/accord")).text
    assert "Laisser 10 jours entiers, jusqu’au" in page
    kept = client.post(of(draft, "/accord/dix-jours"), data={"version": version(page)}, follow_redirects=True)
    assert "la demande d’accord ne tient plus" in kept.text and "le délai de la loi" in kept.text
    assert running_request(again(draft)) is None and again(draft).wanted_closes_at > SOON + timedelta(days=1)
    assert "L’accord des fournisseurs est demandé" not in client.get(of(draft, "/verifier")).text


def test_ten_days_are_not_taken_when_the_service_comes_before(client, draft, requester):
    with transaction():
        again(draft).happens_at = SOON + timedelta(days=1)
    asked(draft, "refused")
    page = client.get(of(draft, "/accord")).text
    refused = client.post(of(draft, "/accord/dix-jours"), data={"version": version(page)})
    check(refused.text)
    assert refused.status_code == 422 and "avant la fin de la consultation" in refused.text
    assert again(draft).wanted_closes_at == SOON and running_request(again(draft)) is not None


def test_the_rest_of_the_screen_is_saved_while_suppliers_answer_and_moving_the_date_says_what_it_drops(client, draft, requester):
    asked(draft, "agreed")
    page = client.get(of(draft, "/convives")).text
    assert "Changer la date limite ou le jour de la prestation annule la demande" in page
    typed = {
        "version": version(page), "title": "Petit-déjeuner", "guests": "22", "place": "Mairie",
        "happens_at": ["2026-12-17", "08:00"], "wanted_closes_at": ["2026-12-01", "12:00"],
    }
    assert client.post(of(draft, "/convives"), data=typed).status_code == 302
    assert again(draft).place == "Mairie" and running_request(again(draft)) is not None
    typed = {**typed, "version": again(draft).version, "wanted_closes_at": ["2026-12-07", "12:00"]}
    moved = client.post(of(draft, "/convives"), data=typed, follow_redirects=True)
    assert "la demande d’accord ne tient plus" in moved.text and running_request(again(draft)) is None


def test_when_all_have_agreed_the_service_publishes_with_the_date_and_every_page_says_so(app, client, draft, requester):
    request = asked(draft, "agreed", "agreed", "agreed")
    assert "Tous d’accord" in client.get(of(draft, "/accord")).text
    page = client.get(of(draft, "/verifier"))
    assert "Tous les fournisseurs acceptent ce délai" in page.text and "convenu avec tous les fournisseurs invités" in read(page)
    assert client.get(of(draft, "/accord/retirer")).status_code == 200
    with transaction():
        buyer = make_person(again(draft).organisation, Role.BUYER)
        publish_mini_tender(again(draft), seal_key=SEAL_KEY, justifications={}, home=HOME, by=buyer, at=SENT)
    number, answer = again(draft).id, again(request).answers[0]
    with clock.frozen(SENT + timedelta(hours=1)):
        supplier, asked_at = as_supplier(app, answer)
        theirs = app.test_client()
        sign_in(theirs, again(buyer))
        for reader, where in ((client, of(draft)), (theirs, bought(draft)), (supplier, f"/fournisseur/consultations/{number}")):
            assert "convenu avec tous les fournisseurs invités" in read(reader.get(where)), where
        assert "Leurs accords, un par un" in theirs.get(bought(draft)).text
        late = supplier.post(asked_at, data={"answer": "refused"})
        assert late.status_code == 422 and "La consultation est partie" in late.text
        assert "D’accord" not in buttons(supplier.get(asked_at).text)
        assert client.get(of(draft, "/accord")).location == of(draft)


def test_a_withdrawn_request_is_read_before_it_is_sent(client, draft, requester):
    asked(draft)
    page = client.get(of(draft, "/accord/retirer"))
    check(page.text)
    assert "Les réponses déjà reçues ne comptent plus" in page.text and "Plus rien à répondre" in page.text
    assert client.post(of(draft, "/accord/retirer")).location == of(draft, "/verifier")
    assert running_request(again(draft)) is None
    assert client.get(of(draft, "/accord/retirer")).location == of(draft, "/verifier")
    assert client.get(of(draft, "/accord")).location == of(draft, "/accord/demander")


def test_a_buyer_does_the_same_on_a_need_to_check(client, draft):
    with transaction():
        buyer = make_person(again(draft).organisation, Role.BUYER)
        again(draft).state = MiniTenderState.TO_CHECK
    sign_in(client, buyer)
    assert bought(draft, "/accord/demander") in client.get(bought(draft, "/publier")).text
    page = client.get(bought(draft, "/date-limite"))
    check(page.text)
    typed = {"version": version(page.text), "wanted_closes_at": ["2026-12-01", "12:00"]}
    assert "Demander l’accord" in client.post(bought(draft, "/date-limite"), data=typed).text
    assert client.post(bought(draft, "/date-limite"), data={**typed, "ask": "1"}).location == bought(draft, "/accord/demander")
    typed = {"version": version(client.get(bought(draft, "/accord/demander")).text), **ASKED, "confirm": "1"}
    assert client.post(bought(draft, "/accord/demander"), data=typed).location == bought(draft, "/accord")
    follow = client.get(bought(draft, "/accord"))
    check(follow.text)
    assert client.post(bought(draft, "/accord/dix-jours"), data={"version": version(follow.text)}).location == bought(draft, "/publier")


def test_a_supplier_answers_in_one_click_and_changes_its_mind(app, client, draft):
    request = asked(draft)
    supplier, where = as_supplier(app, request.answers[0])
    home = supplier.get("/fournisseur/")
    check(home.text)
    assert where in home.text and "Répondre avant le mercredi 25 novembre 2026" in read(home)
    page = supplier.get(where)
    check(page.text)
    assert buttons(page.text)[-2:] == ["D’accord", "Non, je garde 10 jours"] and "Viennoiseries et pogne" in page.text
    for said in ("agreed", "refused", "agreed"):
        assert supplier.post(where, data={"answer": said}).location == where
        session.rollback()
        assert again(request).answers[0].answer == said
    assert "Vous êtes d’accord" in supplier.get(where).text and "Revoir ma réponse" in supplier.get("/fournisseur/").text
    for wrong in ({}, {"answer": "peut-être"}, {"answer": ["x", "agreed"]}):
        assert supplier.post(where, data=wrong).status_code == 422
    with clock.frozen(ANSWERS_BY + timedelta(seconds=1)):
        assert supplier.post(where, data={"answer": "refused"}).status_code == 422
        assert "Une absence de réponse" in supplier.get(where).text and where not in supplier.get("/fournisseur/").text


def test_what_was_asked_of_another_does_not_exist(app, client, draft):
    request = asked(draft)
    mine, other = request.answers[0], request.answers[1]
    supplier, where = as_supplier(app, mine)
    with transaction():
        stranger = make_supplier()
    outside = app.test_client()
    sign_in(outside, member_of(again(stranger)))
    theirs = where.replace(str(again(mine).id), str(again(other).id))
    for browser, address in ((supplier, theirs), (outside, where), (supplier, "/fournisseur/consultations/accords/999")):
        assert browser.get(address).status_code == 404
        assert browser.post(address, data={"answer": "refused"}).status_code == 404
    session.rollback()
    assert {each.answer for each in session.scalars(select(DeadlineAnswer))} == {None}
    assert again(other).supplier.name not in supplier.get(where).text


def test_once_the_request_is_dropped_a_supplier_reads_no_more_of_the_draft(app, client, draft, requester):
    request = asked(draft)
    client.post(of(draft, "/accord/retirer"))
    with transaction():
        session.get_one(MiniTender, again(draft).id).place = "Un lieu secret"
    supplier, where = as_supplier(app, again(request).answers[0])
    page = supplier.get(where)
    check(page.text)
    assert "ne tient plus" in page.text and "Un lieu secret" not in page.text and "D’accord" not in buttons(page.text)


def test_another_service_finds_nothing(app, draft):
    asked(draft)
    with transaction():
        other = make_person(again(draft).organisation, Role.REQUESTER)
    theirs = app.test_client()
    sign_in(theirs, other)
    for page in ("/accord", "/accord/demander", "/accord/retirer"):
        assert theirs.get(of(draft, page)).status_code == 404
    for page in ("/accord/nouveaux", "/accord/dix-jours", "/accord/retirer"):
        assert theirs.post(of(draft, page)).status_code == 404


def test_a_supplier_that_answers_after_somebody_else_of_its_company_sees_the_last_answer(app, draft):
    request = asked(draft, "refused")
    with transaction():
        say(again(request).answers[0], "agreed", at=WRITTEN + timedelta(minutes=1))
    supplier, where = as_supplier(app, again(request).answers[0])
    assert "Vous êtes d’accord" in supplier.get(where).text


def test_the_pages_ask_no_more_of_the_database_when_more_suppliers_are_asked(app, client, draft, requester):
    counts = []
    for number in (0, 20):
        with transaction():
            make_admitted(again(draft).category, number, by=again(draft).creator)
            running = running_request(again(draft))
            if running is not None:
                withdraw_agreement_request(running, by=again(draft).creator, at=WRITTEN)
        request = asked(draft, "agreed", "refused")
        supplier, where = as_supplier(app, again(request).answers[2])
        found = []
        follow, withdraw = of(draft, "/accord"), of(draft, "/accord/retirer")
        for browser, address in ((client, follow), (client, withdraw), (supplier, where), (supplier, "/fournisseur/")):
            browser.get(address)
            with statements_of(app.engine) as statements:
                assert browser.get(address).status_code == 200
            found.append(len(statements))
        counts.append(found)
    assert counts[0] == counts[1] and max(counts[0][:3]) <= 15
