"""The page where a second person reads, then approves: from a mail on a telephone, in one click; and who sees it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from sad import clock
from sad.actions.shared_acts import ask_discontinuation
from sad.db import session, transaction
from sad.models.approvals import Approval
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.organisations import Organisation
from sad.models.people import Person, Role
from tests.factories.mini_tenders import HOME, make_published
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.web.reading import read
from tests.web.test_login import sign_in
from tests.web.test_shell import check

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(AT):
        yield


@pytest.fixture
def asked(database) -> str:
    """Where a discontinuation waits."""
    with transaction():
        sent = make_published()
        buyer, _ = make_person(sent.organisation, Role.BUYER, name="Claire"), make_person(sent.organisation, Role.BUYER, name="Denis")
        found = ask_discontinuation(sent, "La réunion est annulée.", home=HOME, by=buyer, at=AT)
    return f"/compte/approbations/{found.id}"


@pytest.fixture
def into(app):
    def come(**values) -> object:
        client = app.test_client()
        sign_in(client, session.scalars(select(Person).filter_by(**values)).one())
        return client

    return come


def state() -> str:
    session.rollback()
    return session.scalar(select(MiniTender.state))


def key_of(page: str) -> dict[str, str]:
    return {"read_sha256": re.search(r'name="read_sha256" type="hidden" value="(\w{64})"', page)[1]}


def test_the_mail_leads_to_a_page_that_says_it_all_and_one_click_does_it(asked, into):
    letter = session.scalars(select(Letter).where(Letter.kind == "approval_asked")).first()
    assert f"{HOME}{asked}" in letter.body
    denis = into(name="Denis")
    page = denis.get(asked)
    check(page.data)
    words = read(page)
    for expected in ("Demandé par Claire", "La réunion est annulée.", "Petit-déjeuner", "C’est définitif", "jeudi 26 novembre 2026"):
        assert expected in words
    assert denis.post(asked, data=key_of(page.text)).location == asked
    assert state() == "discontinued"
    assert "Denis l’a approuvé" in read(denis.get(asked)) and "Approuvé" in read(denis.get("/compte/approbations"))


def test_whoever_asks_sees_no_button_and_its_request_is_refused(asked, into):
    claire = into(name="Claire")
    page = claire.get(asked)
    assert "Approuver, et le faire" not in page.text and "Retirer ma demande" in page.text
    denis = into(name="Denis")
    assert claire.post(asked, data=key_of(denis.get(asked).text)).status_code == 422
    assert state() == "published"


def test_what_changed_after_the_page_was_read_is_said(asked, into):
    denis = into(name="Denis")
    known = key_of(denis.get(asked).text)
    with transaction():
        session.execute(update(MiniTender).values(title="Autre chose"))
    answer = denis.post(asked, data=known)
    check(answer.data)
    assert answer.status_code == 422 and "a changé depuis la demande" in read(answer) and state() == "published"


def test_it_is_declined_with_a_reason_or_taken_back(asked, into):
    denis, claire = into(name="Denis"), into(name="Claire")
    assert denis.post(f"{asked}/refuser", data={"reason": ""}).status_code == 422
    assert denis.post(f"{asked}/refuser", data={"reason": "Attendons lundi."}).location == asked
    assert "Attendons lundi." in read(claire.get(asked))
    with transaction():
        claire_herself = session.scalars(select(Person).filter_by(name="Claire")).one()
        again = ask_discontinuation(session.scalars(select(MiniTender)).one(), "Plus de besoin.", home=HOME, by=claire_herself, at=AT)
    other = f"/compte/approbations/{again.id}"
    check(claire.get(f"{other}/refuser").data)
    assert claire.post(f"{other}/refuser", data={}).location == other
    assert "a retiré cette demande" in read(claire.get(other)) and state() == "published"


def test_past_its_day_it_says_so_and_does_nothing(asked, into):
    with clock.frozen(AT + timedelta(hours=24, seconds=1)):
        denis = into(name="Denis")
        page = denis.get(asked)
        assert "Resté sans réponse" in read(page) and "Approuver, et" not in page.text
        assert denis.post(asked, data={"read_sha256": session.scalar(select(Approval.shown_sha256))}).status_code == 422
    assert state() == "published"


def test_it_does_not_exist_for_another_house_nor_for_whoever_may_not_approve(asked, into):
    with transaction():
        own = session.scalars(select(Organisation).join(MiniTender)).one()
        make_person(own, Role.ADMINISTRATOR, name="Ada")
        make_person(make_organisation(), Role.BUYER, name="Zoé")
        make_person(own, Role.EVALUATOR, name="Eva")
        make_person(None, Role.ADMINISTRATOR, name="Root")
    for name, status in (("Ada", 404), ("Zoé", 404), ("Eva", 403), ("Root", 404)):
        client = into(name=name)
        assert {client.get(path).status_code for path in (asked, f"{asked}/refuser")} == {status}, name
        assert client.post(asked, data={}).status_code == status

