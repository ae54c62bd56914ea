"""Opening through the pages: two people, after the deadline; and nothing of the offers shows anywhere before."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from sad import clock
from sad.actions.declarations import declare_interests
from sad.actions.offers import withdraw_offer
from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.models.evaluations import ConflictDeclaration
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.openings import Opening
from sad.models.people import Role
from tests.factories.mini_tenders import CLOSES, make_mini_tender, make_published
from tests.factories.offers import IN_TIME, LINK, PDF, make_deposit
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import member_of
from tests.web.counting import statements_of
from tests.web.rows import again
from tests.web.test_login import sign_in
from tests.web.test_shell import check

AFTER = CLOSES + timedelta(minutes=2)
TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')
FREE, CONCERNED = {"has_conflict": "no"}, {"has_conflict": "yes", "link": "Mon frère y travaille."}


@pytest.fixture
def need(database):
    with transaction():
        made = make_published(suppliers=3)
        assert made.organisation and made.service
    session.expunge_all()
    return made


@pytest.fixture
def people(need):
    """Two openers, a buyer and the requester of the mini-tender."""
    with transaction():
        found = {
            "nadia": make_person(need.organisation, Role.OPENER, name="Nadia"),
            "paul": make_person(need.organisation, Role.OPENER, name="Paul"),
            "buyer": make_person(need.organisation, Role.BUYER, name="Claire"),
            "requester": make_person(need.organisation, Role.REQUESTER, service=need.service, name="Samir"),
        }
        declare_interests(again(need), has_conflict=False, by=found["buyer"], at=IN_TIME)
    session.expunge_all()
    return found


@pytest.fixture
def clients(app, people):
    """A client signed in for each person."""
    found = {name: app.test_client() for name in people}
    for name, client in found.items():
        sign_in(client, people[name])
    return found


def address(need, rest="") -> str:
    return f"/achats/consultations/{need.id}/ouverture{rest}"


def deposit(need, number, **parts) -> Offer:
    with transaction():
        return make_deposit(again(need), invitees_of(need)[number], **parts)


def post(client, need, rest, data=FREE, at=AFTER):
    with clock.frozen(at):
        return client.post(address(need, rest), data=data)


def open_both(clients, need) -> None:
    assert post(clients["nadia"], need, "/demander").status_code == 302
    assert post(clients["paul"], need, "/confirmer").status_code == 302


def read(client, need, at=AFTER) -> str:
    with clock.frozen(at):
        html = client.get(address(need)).text
    check(html)
    return html


def state(need) -> str:
    session.rollback()
    return session.scalars(select(MiniTender.state).where(MiniTender.id == need.id)).one()


def test_before_the_deadline_the_page_says_until_when_and_offers_no_button(clients, need, people):
    html = read(clients["nadia"], need, at=IN_TIME)
    assert "lundi 7 décembre 2026 à 12\u00a0h, heure de Paris" in html and "Demander l’ouverture" not in html
    answer = post(clients["nadia"], need, "/demander", at=CLOSES)
    assert answer.status_code == 422 and "Les offres restent scellées" in answer.text
    assert session.scalars(select(ConflictDeclaration.person_id)).all() == [people["buyer"].id]


def test_one_asks_the_other_opens_and_the_record_says_it(clients, need):
    deposit(need, 0, prices=("2.00", "5.00"), files=[PDF])
    html = read(clients["nadia"], need)
    assert "Demander l’ouverture" in html and "Nadia demande l’ouverture" in html and "Paul" in html
    post(clients["nadia"], need, "/demander")
    assert "À une autre personne d’ouvrir" in read(clients["nadia"], need)
    assert "Ouvrir les offres, définitivement" in read(clients["paul"], need)
    assert post(clients["paul"], need, "/confirmer").location == address(need)
    record = read(clients["buyer"], need)
    for said in ("Procès-verbal", "Nadia, le 7 décembre 2026 à 12", "Paul, le 7 décembre 2026 à 12", "110,00\u00a0€", "SIRET"):
        assert said in record, said
    assert state(need) == "opened"


def test_the_record_counts_what_was_late_replaced_and_withdrawn(clients, need):
    first = deposit(need, 0)
    deposit(need, 0, at=IN_TIME + timedelta(hours=1))
    gone = deposit(need, 1)
    with transaction():
        withdraw_offer(again(gone), link=LINK, by=member_of(again(gone).supplier), at=IN_TIME)
    late = deposit(need, 2, at=CLOSES + timedelta(seconds=25), prices=("1.00", "1.00"))
    open_both(clients, need)
    record = read(clients["buyer"], need)
    assert "remplacées par leur auteur\u00a0: 1. Offres retirées\u00a0: 1." in record
    assert "7 décembre 2026 à 12\u00a0h\u00a000\u00a0min\u00a025\u00a0s" in record and "48,40" not in record
    assert again(late).content is None and again(first).content is None


def test_a_broken_envelope_is_flagged_in_the_record(clients, need):
    offer = deposit(need, 0)
    deposit(need, 1)
    session.execute(update(Offer).where(Offer.id == offer.id).values(sealed=b"age-encryption.org/v1"))
    session.commit()
    open_both(clients, need)
    record = read(clients["buyer"], need)
    assert "1\u00a0pli ne s’est pas ouvert" in record and "a changé depuis sa réception" in record


def test_without_any_offer_the_record_proposes_to_end_there(clients, need):
    open_both(clients, need)
    record = read(clients["buyer"], need)
    assert "infructueuse" in record and f"/achats/consultations/{need.id}/sans-suite" in record


def test_the_same_person_cannot_do_both(clients, need):
    post(clients["nadia"], need, "/demander")
    answer = post(clients["nadia"], need, "/confirmer")
    check(answer.text)
    assert answer.status_code == 422 and "une autre personne la confirme" in answer.text
    assert state(need) == "published"


def test_nothing_is_done_without_a_declaration(clients, need):
    answer = post(clients["nadia"], need, "/demander", data={})
    check(answer.text)
    assert answer.status_code == 422 and "Choisissez l’une des deux réponses" in answer.text
    assert session.scalar(select(func.count(Opening.id))) == 0


def test_whoever_has_a_link_with_an_invitee_only_declares_it(clients, need):
    assert post(clients["nadia"], need, "/demander", data=CONCERNED).status_code == 302
    assert session.scalar(select(func.count(Opening.id))) == 0
    assert "Un collègue prend le relais" in read(clients["nadia"], need)
    assert post(clients["nadia"], need, "/demander").status_code == 422


def test_only_openers_act_and_only_staff_of_the_organisation_read(app, clients, need):
    assert "Vous n’êtes pas ouvreur" in read(clients["buyer"], need)
    for name in ("buyer", "requester"):
        assert post(clients[name], need, "/demander").status_code == 403
        assert post(clients[name], need, "/confirmer").status_code == 403
    assert clients["requester"].get(address(need)).status_code == 403
    with transaction():
        stranger = make_person(make_organisation(), Role.OPENER)
    sign_in(elsewhere := app.test_client(), stranger)
    assert elsewhere.get(address(need)).status_code == 404
    assert post(elsewhere, need, "/demander").status_code == 404
    assert post(elsewhere, need, "/confirmer").status_code == 404


def test_a_draft_has_no_opening_page(clients, need):
    with transaction():
        draft = make_mini_tender(again(need).service, system=again(need).system)
    assert clients["nadia"].get(f"/achats/consultations/{draft.id}/ouverture").status_code == 404


def pages_of_agents(app) -> list[str]:
    """Every page of agents, with the place of a mini-tender's number where it has one."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(("/achats", "/service")) and "GET" in rule.methods]
    return sorted(rule.rule for rule in rules if rule.arguments <= {"mini_tender_id"})


def shown(app, clients, need, at) -> dict[tuple[str, str], tuple[int, str]]:
    """All that agents may see of the mini-tender, and of the lists where it appears: status and page, by person and address."""
    pages = [page.replace("<int:mini_tender_id>", str(need.id)) for page in pages_of_agents(app)]
    found = {}
    with clock.frozen(at):
        for name, client in clients.items():
            for page in pages:
                answer = client.get(page)
                found[name, page] = (answer.status_code, TOKEN.sub("", answer.data.decode(errors="replace")))
    return found


@pytest.mark.parametrize("at", [CLOSES - timedelta(hours=1), AFTER], ids=["open", "closed"])
def test_no_page_of_an_agent_changes_with_what_is_deposited_before_the_opening(app, clients, need, at):
    before = shown(app, clients, need, at)
    assert before["buyer", address(need)][0] == 200 and before["requester", f"/service/besoins/{need.id}"][0] == 200
    deposit(need, 0)
    deposit(need, 1, prices=("7.77", "8.88"))
    deposit(need, 1, at=IN_TIME + timedelta(hours=1))
    deposit(need, 2, at=CLOSES + timedelta(seconds=1))
    after = shown(app, clients, need, at)
    assert [page for page in before if before[page] != after[page]] == []
    open_both(clients, need)
    opened = shown(app, clients, need, AFTER)
    assert ("buyer", address(need)) in [page for page in before if before[page] != opened[page]], "the comparison would find it"


def test_the_record_is_a_pdf_once_the_offers_are_opened_and_nothing_before(clients, need):
    deposit(need, 0)
    with clock.frozen(AFTER):
        assert clients["buyer"].get(f"{address(need)}/proces-verbal.pdf").status_code == 404
    open_both(clients, need)
    with clock.frozen(AFTER):
        page, paper = clients["buyer"].get(address(need)), clients["buyer"].get(f"{address(need)}/proces-verbal.pdf")
    assert f"{address(need)}/proces-verbal.pdf" in page.text
    assert paper.data.startswith(b"%PDF-") and paper.mimetype == "application/pdf"


def test_the_record_asks_as_much_for_ten_offers_as_for_one(app, clients, need):
    with transaction():
        many = make_published(make_mini_tender(again(need).service, system=again(need).system), suppliers=10)
        for supplier in invitees_of(many):
            make_deposit(many, supplier)
    session.expunge_all()
    deposit(need, 0)
    counts = []
    for each in (need, many):
        open_both(clients, each)
        session.expunge_all()
        with clock.frozen(AFTER), statements_of(app.engine) as found:
            assert clients["nadia"].get(address(each)).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]
