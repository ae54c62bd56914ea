"""Buyers: checking a need, publishing it, giving it back, answering questions, giving a mini-tender up; never a deposit."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from sad import clock
from sad.actions.mini_tenders import NeedChange, save_need
from sad.actions.questions import ask_question
from sad.db import session, transaction
from sad.models.approvals import Approval
from sad.models.invitations import Intention, Invitation, Question
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import Role
from tests.factories.admissions import make_application
from tests.factories.mini_tenders import CLOSES, SENT, make_admitted, make_mini_tender, make_published
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system
from tests.web.counting import statements_of
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
STAFF = (Role.BUYER, Role.OPENER, Role.EVALUATOR, Role.AWARD_AUTHORITY, Role.AUDITOR)
ACTS = ("publier", "date-limite", "rendre", "sans-suite", "questions/1")


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(AT):
        yield


@pytest.fixture
def system(database):
    with transaction():
        return make_system()


@pytest.fixture
def buyer(client, system):
    with transaction():
        person = make_person(system.organisation, Role.BUYER, name="Claire")
    sign_in(client, person)
    return person


@pytest.fixture
def need(buyer, system):
    """A need that waits for its check, with three suppliers admitted."""
    with transaction():
        of = again(system)
        make_admitted(of.categories[0], 3, by=again(buyer))
        return make_mini_tender(system=of, state=MiniTenderState.TO_CHECK, budget=Decimal("1200.00"))


@pytest.fixture
def sent(buyer, system):
    with transaction():
        return make_published(make_mini_tender(system=again(system)), suppliers=3)


def address(row: MiniTender, page: str = "") -> str:
    return f"/achats/consultations/{again(row).id}{page and '/'}{page}"


def post(client, row, page: str, expected: int, **data):
    """Send a form with the version that its page shows."""
    shown = client.get(address(row, page)).get_data(as_text=True)
    version = re.search(r'name="version" type="hidden" value="(\d+)"', shown)[1]
    response = client.post(address(row, page), data={"version": version, **data})
    assert response.status_code == expected, read(response)
    return response


def count(model) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model))


def test_a_buyer_reads_what_will_happen_and_the_letter_then_publishes(client, need):
    page = read(client.get(address(need, "publier")))
    assert "3 fournisseurs reçoivent l’invitation au même instant" in page
    assert "Répondre au plus tard le lundi 7 décembre 2026 à 12 h, heure de Paris" in page
    assert "SAD-15" in page and "CRI-12" in page
    assert "Publier et inviter 3 fournisseurs" in page
    assert post(client, need, "publier", 302).location == address(need)
    sent = again(need)
    assert (sent.state, sent.published_at, sent.closes_at) == (MiniTenderState.PUBLISHED, AT, CLOSES)
    assert count(Invitation) == 3


def test_the_letter_that_leaves_is_the_one_that_was_shown(client, need):
    shown = read(client.get(address(need, "publier")))
    post(client, need, "publier", 302)
    body = session.scalars(select(Letter.body).where(Letter.kind == "invitation")).first()
    sentences = [line.strip("-– ") for line in re.sub(r"\u00a0", " ", body).splitlines() if line.strip()]
    assert len(sentences) > 15
    assert [line for line in sentences if line not in shown] == []


def test_warnings_ask_for_a_reason_that_is_kept(client, need, system):
    with transaction():
        make_application(make_supplier(name="Four du Vernoux"), again(system).categories[0], submitted_at=AT - timedelta(days=1))
    page = read(client.get(address(need, "publier")))
    assert "Four du Vernoux" in page and "Votre raison (SAD-16)" in page
    assert "Écrivez une raison" in read(post(client, need, "publier", 422))
    assert count(Invitation) == 0
    post(client, need, "publier", 302, reason_SAD_16="La réunion n’attend pas.")
    assert again(need).justifications == {"SAD-16": "La réunion n’attend pas."}


def test_a_deadline_that_became_too_near_is_changed_before_sending(client, need):
    with transaction():
        again(need).wanted_closes_at = AT + timedelta(days=5)
    assert "SAD-17" in read(client.get(address(need, "publier")))
    assert "Première date possible" in read(post(client, need, "publier", 422))
    near = post(client, need, "date-limite", 422, wanted_closes_at=["2026-12-01", "12:00"])
    assert "il faut au moins 10 jours entiers" in read(near) and 'value="2026-12-01"' in near.get_data(as_text=True)
    assert post(client, need, "date-limite", 302, wanted_closes_at=["2026-12-08", "12:00"]).location == address(need, "publier")
    post(client, need, "publier", 302)
    assert again(need).closes_at == CLOSES + timedelta(days=1)


def test_what_is_published_is_what_the_page_showed(client, need):
    stale = again(need).version
    with transaction():
        save_need(again(need), NeedChange(guests=25), version=stale, by=make_person(None, Role.BUYER), at=AT)
    response = client.post(address(need, "publier"), data={"version": str(stale)})
    assert response.status_code == 422
    assert "Une autre personne a modifié ce besoin" in read(response)
    assert count(Invitation) == 0


def test_a_buyer_who_comes_too_late_is_led_to_what_became_of_it(client, need):
    post(client, need, "publier", 302)
    for page in ("publier", "date-limite"):
        assert client.get(address(need, page)).location == address(need)


def test_a_need_is_given_back_with_its_reason_after_the_letter_was_read(client, need):
    assert "Dites en une phrase" in read(client.post(address(need, "rendre"), data={"reason": " "}))
    confirmation = read(client.post(address(need, "rendre"), data={"reason": "Dire l’étage."}))
    assert "Ce qu’il faut reprendre : Dire l’étage." in confirmation
    assert again(need).state == MiniTenderState.TO_CHECK
    assert client.post(address(need, "rendre"), data={"reason": "Dire l’étage.", "confirm": "1"}).location == address(need)
    assert (again(need).state, again(need).returned_reason) == (MiniTenderState.DRAFT, "Dire l’étage.")


def test_a_mini_tender_is_given_up_by_two_after_its_letter_was_read(client, app, sent, system):
    with transaction():
        colleague = make_person(again(system).organisation, Role.BUYER)
    confirmation = read(client.post(address(sent, "sans-suite"), data={"reason": "La réunion est annulée."}))
    assert "Motif : La réunion est annulée." in confirmation and "AWD-10" in confirmation
    assert "Qui sera prévenu : 3 fournisseurs" in confirmation
    assert again(sent).state == MiniTenderState.PUBLISHED
    client.post(address(sent, "sans-suite"), data={"reason": "La réunion est annulée.", "confirm": "1"})
    assert again(sent).state == MiniTenderState.PUBLISHED
    assert "déjà demandé" in read(client.post(address(sent, "sans-suite"), data={"reason": "Encore.", "confirm": "1"}))
    theirs = app.test_client()
    sign_in(theirs, colleague)
    asked = f"/compte/approbations/{session.scalars(select(Approval.id)).one()}"
    read_sha256 = re.search(r'name="read_sha256" type="hidden" value="(\w{64})"', theirs.get(asked).text)[1]
    assert theirs.post(asked, data={"read_sha256": read_sha256}).location == asked
    assert again(sent).state == MiniTenderState.DISCONTINUED
    body = session.scalars(select(Letter.body).where(Letter.kind == "discontinued")).first()
    assert [line for line in body.replace("\u00a0", " ").splitlines() if line not in confirmation] == []
    assert client.get(address(sent, "sans-suite")).status_code == 422


def test_a_question_is_answered_to_all_and_its_author_is_never_shown(client, sent):
    supplier = session.scalars(select(Invitation)).first().supplier
    name = supplier.name
    with transaction():
        question = ask_question(again(sent), supplier, "Y a-t-il un évier ?", by=member_of(supplier), at=AT)
    number = again(question).id
    page = read(client.get(address(sent, f"questions/{number}")))
    assert "Y a-t-il un évier ?" in page and name not in page
    assert "Envoyer à 3 fournisseurs invités" in page
    assert client.post(address(sent, f"questions/{number}"), data={"answer": " "}).status_code == 422
    assert client.post(address(sent, f"questions/{number}"), data={"answer": "Oui, au fond."}).location == address(sent)
    assert again(question).answer == "Oui, au fond."
    assert client.post(address(sent, f"questions/{number}"), data={"answer": "Non."}).status_code == 422
    assert "Oui, au fond." in read(client.get(address(sent)))


def test_an_answer_in_the_last_days_is_warned_of(client, sent):
    supplier = session.scalars(select(Invitation)).first().supplier
    with transaction():
        question = ask_question(again(sent), supplier, "Y a-t-il un évier ?", by=member_of(supplier), at=AT)
    number = again(question).id
    in_time = read(client.get(address(sent, f"questions/{number}")))
    assert "Répondre au plus tard le mardi 1er décembre 2026" in in_time and "Prolonger la date limite" not in in_time
    assert "Répondre au plus tard le mardi 1er décembre 2026" in read(client.get(address(sent)))
    with clock.frozen(CLOSES - timedelta(days=3)):
        late = read(client.get(address(sent, f"questions/{number}")))
    assert "La question est arrivée à temps" in late and "Prolonger la date limite" in late


def test_the_page_shows_what_is_frozen_and_what_each_invitee_said(client, sent):
    invitations = list(session.scalars(select(Invitation).order_by(Invitation.id)))
    with transaction():
        first, second, third = (again(each) for each in invitations)
        first.seen_at, first.intention = AT, Intention.WILL_ANSWER
        second.intention, second.decline_reason = Intention.DECLINED, "En pleine récolte"
        letter = session.scalars(select(Letter).where(Letter.supplier_id == first.supplier_id)).one()
        letter.sent_at = AT
        session.scalars(select(Letter).where(Letter.supplier_id == third.supplier_id)).one().last_error = "550 no such user"
    page = read(client.get(address(sent)))
    for words in ("Pense répondre", "Ne répondra pas", "En pleine récolte", "24 nov. 2026, 11 h", "Courriel refusé", "Courriel en route"):
        assert words in page
    assert again(sent).frozen_fingerprint in page
    assert "d’abord la meilleure note sur « Bio, SIQO ou équivalent »" in page
    assert "La date limite ne peut être que repoussée" in page
    assert "Les invités : 3" in page


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ("", {"Vérifiable", "Ouverte", "Passée", "Analysée", "Attribuée"}),
        ("a-verifier", {"Vérifiable"}),
        ("ouvertes", {"Ouverte"}),
        ("a-ouvrir", {"Passée"}),
        ("en-analyse", {"Analysée"}),
        ("attribuees", {"Attribuée"}),
        ("sans-suite", set()),
        ("brouillons", {"Inachevée"}),
        ("n-importe-quoi", {"Vérifiable", "Ouverte", "Passée", "Analysée", "Attribuée"}),
    ],
)
def test_the_list_is_read_by_state(client, need, system, chosen, shown):
    with transaction():
        again(need).title = "Vérifiable une."
        of = again(system)
        make_mini_tender(system=of, title="Inachevée une.")
        states = {"Ouverte": "published", "Passée": "published", "Analysée": "opened", "Attribuée": "awarded"}
        for title, state in states.items():
            closes = CLOSES if title == "Ouverte" else AT - timedelta(minutes=1)
            mini_tender = make_mini_tender(system=of, title=f"{title} une.")
            make_published(mini_tender, suppliers=0, at=SENT)
            mini_tender.closes_at, mini_tender.state = closes, state
    page = read(client.get(f"/achats/consultations?etat={chosen}"))
    assert set(re.findall(r"(\w+) une\.", page)) == shown


@pytest.mark.parametrize("role", STAFF)
def test_all_the_staff_reads_and_only_buyers_act(client, sent, need, role):
    with transaction():
        person = make_person(again(sent).organisation, role)
    client.post("/deconnexion")
    sign_in(client, person)
    assert client.get("/achats/consultations").status_code == 200
    assert client.get(address(sent)).status_code == 200
    for page in ACTS:
        assert (client.get(address(need, page)).status_code == 403) == (role != Role.BUYER)


@pytest.mark.parametrize("page", ["", *ACTS])
def test_another_organisation_has_no_such_mini_tender(client, buyer, page):
    with transaction():
        elsewhere = make_published(make_mini_tender(system=make_system(make_organisation())))
        supplier = session.scalars(select(Invitation)).first().supplier
        ask_question(elsewhere, supplier, "Y a-t-il un évier ?", by=member_of(supplier), at=AT)
    assert client.get(address(elsewhere, page)).status_code == 404
    assert client.post(address(elsewhere, page), data={"reason": "Non.", "confirm": "1"}).status_code in (404, 405)
    assert "Petit-déjeuner" not in read(client.get("/achats/consultations"))


def test_a_question_of_another_mini_tender_is_not_there(client, sent, need):
    supplier = session.scalars(select(Invitation)).first().supplier
    with transaction():
        question = ask_question(again(sent), supplier, "Y a-t-il un évier ?", by=member_of(supplier), at=AT)
    assert client.get(address(need, f"questions/{again(question).id}")).status_code == 404
    assert count(Question) == 1


def test_statements_of_the_list_do_not_depend_on_its_length(client, buyer, system, app):
    found = []
    for number in (10, 490):
        with transaction():
            of = again(system)
            by, service = make_person(), None
            for _ in range(number):
                made = make_mini_tender(service, system=of, by=by, state=MiniTenderState.TO_CHECK)
                service = made.service or None
        with statements_of(app.engine) as statements:
            assert client.get("/achats/consultations").status_code == 200
        found.append(len(statements))
    assert found[0] == found[1] <= 4


def test_statements_of_a_page_do_not_depend_on_the_number_of_invitees(client, buyer, system, app):
    found = []
    for number in (10, 200):
        with transaction():
            sent = make_published(make_mini_tender(system=again(system)), suppliers=number)
        page = address(sent)
        with statements_of(app.engine) as statements:
            assert client.get(page).status_code == 200
        found.append(len(statements))
    assert found[0] == found[1] <= 12
