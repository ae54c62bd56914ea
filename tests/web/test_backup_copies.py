"""Backup copies through the pages: noted by one buyer, unknown to the others before the opening, opened by two."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.domain.calendar import PARIS
from sad.models.approvals import Approval
from sad.models.backup_copies import BackupCopy
from sad.models.people import Role
from tests.factories.backup_copies import make_broken_with_copy, make_copy
from tests.factories.evaluations import Tender, make_ranked
from tests.factories.late_offers import make_declared
from tests.factories.mini_tenders import CLOSES, make_published
from tests.factories.offers import IN_TIME
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.web.counting import statements_of
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in
from tests.web.test_shell import check
from tests.web.test_silence import CHANGING

NOON = {"received_at": ["2026-12-07", "10:30"], "medium": "key", "brought_by": "La Poste, 1A 234", "kept_where": "Coffre, bureau 12"}
TYPED = {"ground": "unreadable", "reason": "Constaté à deux, à 15 h."}
AT = CLOSES + timedelta(hours=4)


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(CLOSES - timedelta(hours=1)):
        yield


@pytest.fixture
def sent(database):
    with transaction():
        return make_published(suppliers=2)


@pytest.fixture
def opened(database) -> BackupCopy:
    with transaction():
        return make_broken_with_copy()[1]


def client_of(app, mini_tender, role=Role.BUYER, **said):
    with transaction():
        person = make_declared(again(mini_tender), role, **said)
    theirs = app.test_client()
    sign_in(theirs, again(person))
    return theirs


def where(mini_tender, end="") -> str:
    return f"/achats/consultations/{again(mini_tender).id}/copies-de-sauvegarde{end}"


def test_from_the_consultation_to_the_register(app, sent):
    client, page = client_of(app, sent), where(sent)
    assert page in client.get(page.rpartition("/")[0]).text
    check(client.get(page).text)
    supplier = invitees_of(again(sent))[0].id
    for missing in NOON:
        answer = client.post(page, data={"supplier": supplier, **NOON, missing: ""})
        assert answer.status_code == 422, missing
    future = client.post(page, data={"supplier": supplier, **NOON, "received_at": ["2027-01-01", "10:00"]})
    assert "dans l’avenir" in read(future) and "1A 234" in future.text
    assert client.post(page, data={"supplier": 999999, **NOON}).status_code == 422
    assert client.post(page, data={"supplier": supplier, **NOON}).location == page
    shown = client.get(page)
    check(shown.text)
    assert "À temps, fermée" in read(shown) and "Coffre, bureau 12" in read(shown) and "Faut-il l’ouvrir" not in read(shown)


def test_another_buyer_reads_word_for_word_the_same_with_and_without_a_copy(app, sent):
    other = client_of(app, sent)
    pages = (where(sent), where(sent).rpartition("/")[0], where(sent).replace("copies-de-sauvegarde", "ouverture"), "/achats/")
    before = [CHANGING.sub(b"", other.get(page).data) for page in pages]
    with transaction():
        copy = make_copy(again(sent), invitees_of(again(sent))[0])
    assert [CHANGING.sub(b"", other.get(page).data) for page in pages] == before
    for number in (again(copy).id, 999999):
        for end in (f"/{number}", f"/{number}/rayer"):
            assert other.get(where(sent, end)).status_code == other.post(where(sent, end), data=TYPED).status_code == 404


def test_a_copy_that_comes_late_is_registered_and_says_that_it_stays_closed(app, sent):
    client = client_of(app, sent)
    with clock.frozen(AT):
        came = (CLOSES + timedelta(minutes=1)).astimezone(PARIS)
        data = {"supplier": invitees_of(again(sent))[0].id, **NOON, "received_at": [f"{came:%Y-%m-%d}", f"{came:%H:%M}"]}
        assert client.post(where(sent), data=data).location == where(sent)
        shown = read(client.get(where(sent)))
        assert "ne s’ouvrira pas" in shown and "Hors délai" in shown


def test_a_mistake_is_struck_out_with_its_reason(app, sent):
    client = client_of(app, sent)
    client.post(where(sent), data={"supplier": invitees_of(again(sent))[0].id, **NOON})
    page = where(sent, f"/{session.scalars(select(BackupCopy.id)).one()}/rayer")
    check(client.get(page).text)
    assert client.post(page, data={"reason": ""}).status_code == 422
    assert client.post(page, data={"reason": "Une autre consultation."}).location == where(sent)
    shown = read(client.get(where(sent)))
    assert "Rayée par" in shown and "Une autre consultation." in shown
    assert "ne change plus" in read(client.get(page)) and client.post(page, data={"reason": "Encore."}).status_code == 422


def test_opened_by_two_through_the_pages(app, opened):
    with clock.frozen(AT):
        mini_tender = again(opened).mini_tender
        first, second = client_of(app, mini_tender), client_of(app, mini_tender, Role.AWARD_AUTHORITY)
        register, page = where(mini_tender), where(mini_tender, f"/{again(opened).id}")
        assert page in first.get(register).text and second.get(register).status_code == 403
        check(first.get(page).text)
        assert "il a changé depuis sa réception" in read(first.get(page))
        assert first.post(page, data={**TYPED, "reason": ""}).status_code == 422
        assert "Ni envoi commencé" in read(first.post(page, data={**TYPED, "ground": "late"}))
        assert first.post(page, data=TYPED).location == register
        assert "attend une seconde personne" in read(first.get(page))
        approval = f"/compte/approbations/{session.scalars(select(Approval.id)).one()}"
        shown = second.get(approval)
        check(shown.text)
        assert "n’en tient pas compte" in read(shown) and re.search(r"SIRET \d{3} \d{3} \d{3} \d{5}", read(shown))
        sha = re.search(r'name="read_sha256"[^>]*value="(\w+)"', shown.text)[1]
        assert second.post(approval, data={"read_sha256": sha}).location == approval
        assert again(opened).opened_at == AT
        assert "Ouverte à deux" in read(first.get(register)) and "hors du logiciel" in read(first.get(page))
        check(first.get(page).text)
        record = register.replace("copies-de-sauvegarde", "ouverture")
        said = second.get(record)
        assert TYPED["reason"] in read(said) and "Copies de sauvegarde" in read(said) and "deux personnes peuvent l’ouvrir" in read(said)
        check(said.text)
        assert first.get(f"{record}/proces-verbal.pdf").data.startswith(b"%PDF")


def test_once_opened_whoever_has_a_link_or_has_not_said_sees_no_name(app, opened):
    with clock.frozen(AT):
        mini_tender = again(opened).mini_tender
        concerned = client_of(app, mini_tender, has_conflict=True)
        with transaction():
            silent = make_person(again(mini_tender).organisation, Role.BUYER)
        unsaid = app.test_client()
        sign_in(unsaid, again(silent))
        for client in (concerned, unsaid):
            for end in ("", f"/{again(opened).id}", f"/{again(opened).id}/rayer"):
                assert "/liens" in client.get(where(mini_tender, end)).location


def test_of_another_house_nothing_is_there(app, opened):
    with transaction():
        stranger = make_person(make_organisation(), Role.BUYER)
    client = app.test_client()
    sign_in(client, again(stranger))
    for end in ("", f"/{again(opened).id}", f"/{again(opened).id}/rayer"):
        assert client.get(where(again(opened).mini_tender, end)).status_code == 404


def test_the_ranking_says_whose_copy_it_leaves_out(app, database):
    with transaction():
        mini_tender = make_ranked(Tender(), Tender(("4.00", "5.00"))).mini_tender
    reader, page = client_of(app, mini_tender), where(mini_tender).replace("copies-de-sauvegarde", "classement")
    assert "pas dans ce classement" not in read(reader.get(page))
    with transaction():
        one, other = (make_declared(again(mini_tender), Role.BUYER) for _ in range(2))
        copy = make_copy(again(mini_tender), invitees_of(again(mini_tender))[0], by=one)
        copy.opened_at, copy.ground, copy.ground_reason, copy.asker, copy.approver = AT, "infected", "Constaté à deux.", one, other
        name = copy.supplier.name
    warned = reader.get(page)
    check(warned.text)
    assert f"Une offre n’est pas dans ce classement Copie de sauvegarde ouverte : {name}." in read(warned)


def test_the_register_asks_no_more_for_ten_copies_than_for_one(app, opened):
    with clock.frozen(AT):
        client, page, counts = client_of(app, again(opened).mini_tender), where(again(opened).mini_tender), []
        for more in (0, 9):
            with transaction():
                for minutes in range(more):
                    make_copy(again(opened).mini_tender, again(opened).supplier, at=IN_TIME + timedelta(minutes=minutes))
            client.get(page)
            with statements_of(app.engine) as statements:
                assert client.get(page).text.count("Coffre du service") == more + 1
            counts.append(len(statements))
    assert counts[0] == counts[1]
