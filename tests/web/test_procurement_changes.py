"""Putting off a deadline and changing what is asked through the pages: what is shown before, what invitees read after."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from sad import clock
from sad.actions.approvals import fingerprint_of
from sad.actions.publications import invitees_of
from sad.actions.shared_acts import approve, shown_to
from sad.db import session, transaction
from sad.models.approvals import Approval
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTenderChange
from sad.models.people import Role
from tests.factories.mini_tenders import CLOSES, make_published
from tests.factories.offers import make_deposit
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import member_of
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in
from tests.web.test_shell import check

AT = CLOSES - timedelta(days=4)
LATER = {"closes_at": ["2026-12-14", "12:00"], "reason": "Une question montre que l’accès n’était pas décrit."}


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(AT):
        yield


@pytest.fixture
def sent(database):
    with transaction():
        made = make_published(suppliers=2)
        make_deposit(made, invitees_of(made)[0], at=AT - timedelta(hours=1))
    return made


@pytest.fixture
def buyer(client, sent):
    with transaction():
        person = make_person(again(sent).organisation, Role.BUYER, name="Claire")
    sign_in(client, person)
    return person


def address(row, page="") -> str:
    return f"/achats/consultations/{again(row).id}{page}"


def fields(client, sent, page, **typed):
    """What the page shows first, then what is typed over it."""
    html = client.get(address(sent, page)).get_data(as_text=True)
    check(html)
    version = re.search(r'name="version"[^>]*value="(\d+)"', html)[1]
    words = {name: getattr(again(sent), name) for name in ("place", "access", "allergens", "dietary_needs", "constraints")}
    return {"version": version, **LATER, **(words if page == "/modifier" else {}), **typed}


def changes() -> int:
    session.rollback()
    return session.scalar(select(func.count(MiniTenderChange.id)))


def approved(by: str = "Denis", at=AT) -> None:
    """Somebody else approves what waits, on the words that it reads."""
    with transaction():
        asked = session.scalars(select(Approval).where(Approval.outcome.is_(None))).one()
        second = make_person(asked.organisation, Role.AWARD_AUTHORITY, name=by)
        approve(asked, read_sha256=fingerprint_of(shown_to(asked)), link=str, by=second, at=at)


def test_a_buyer_reads_the_consequences_the_people_told_and_the_letter_before_the_deadline_moves(client, sent, buyer):
    typed = fields(client, sent, "/prolonger")
    response = client.post(address(sent, "/prolonger"), data=typed)
    page = read(response)
    check(response.text)
    for said in (
        "la date limite passe du lundi 7 décembre 2026 à 12 h, heure de Paris, au lundi 14 décembre 2026 à 12 h",
        "Qui sera prévenu : 2 fournisseurs",
        "Nouvelle date limite : lundi 14 décembre 2026 à 12 h, heure de Paris",
        "TIM-03",
        "REC-05",
    ):
        assert said in page, said
    assert changes() == 0 and "1 offre" not in page
    assert client.post(address(sent, "/prolonger"), data={**typed, "confirm": "1"}).location == address(sent)
    assert changes() == 0 and session.scalar(select(Letter.id).where(Letter.kind == "mini_tender_changed")) is None
    waiting = read(client.get(address(sent)))
    assert "Un changement attend une seconde personne" in waiting and "avant le vendredi 4 décembre 2026 à 12 h" in waiting
    assert client.get(address(sent, "/prolonger")).location == address(sent) and "/prolonger" not in client.get(address(sent)).text
    approved()
    assert again(sent).closes_at == CLOSES + timedelta(days=7)
    body = re.sub("[\u00a0\u202f]", " ", session.scalars(select(Letter.body).where(Letter.kind == "mini_tender_changed")).first())
    missing = [line.strip("- ") for line in body.splitlines() if line.strip() and line.strip("- ") not in page]
    assert missing == []


def test_what_is_asked_changes_only_with_a_later_deadline_and_is_read_by_everybody(app, client, sent, buyer):
    typed = fields(client, sent, "/modifier", access="Quai au sous-sol, 2 m de haut")
    for closes_at in (["", ""], ["2026-12-07", "12:00"], ["2026-12-04", "12:00"]):
        refused = client.post(address(sent, "/modifier"), data={**typed, "closes_at": closes_at, "confirm": "1"})
        assert refused.status_code == 422 and "Quai au sous-sol" in refused.text
    assert changes() == 0
    assert "Avant : rien d’indiqué" in read(client.post(address(sent, "/modifier"), data=typed))
    assert client.post(address(sent, "/modifier"), data={**typed, "confirm": "1"}).status_code == 302
    approved()
    assert "par Claire et Denis" in read(client.get(address(sent)))
    here = again(sent)
    requester, supplier, number = here.creator, member_of(invitees_of(here)[1]), here.id
    for person, where in ((requester, f"/service/besoins/{number}"), (supplier, f"/fournisseur/consultations/{number}")):
        theirs = app.test_client()
        sign_in(theirs, again(person))
        page = read(theirs.get(where))
        assert "Ce qui a changé depuis l’envoi" in page and "Quai au sous-sol, 2 m de haut" in page
        assert "lundi 14 décembre 2026 à 12 h" in page and "par Claire" not in page


def test_a_page_read_before_somebody_else_changed_it_changes_nothing_and_keeps_what_was_typed(client, sent, buyer):
    typed = fields(client, sent, "/modifier", access="Quai nord")
    assert client.post(address(sent, "/prolonger"), data={**fields(client, sent, "/prolonger"), "confirm": "1"}).status_code == 302
    approved()
    stale = client.post(address(sent, "/modifier"), data={**typed, "closes_at": ["2026-12-15", "12:00"], "confirm": "1"})
    assert stale.status_code == 422 and "a changé pendant que vous écriviez" in stale.text and "Quai nord" in stale.text
    assert changes() == 1


def test_the_day_after_the_deadline_there_is_nothing_to_put_off(client, sent, buyer):
    with clock.frozen(CLOSES + timedelta(days=1)):
        for page in ("/prolonger", "/modifier"):
            assert client.get(address(sent, page)).location == address(sent)
            assert page not in client.get(address(sent)).text


def test_only_buyers_of_the_organisation_change_it(app, sent):
    with transaction():
        opener, stranger = make_person(again(sent).organisation, Role.OPENER), make_person(make_organisation(), Role.BUYER)
    for person, status in ((opener, 403), (stranger, 404)):
        theirs = app.test_client()
        sign_in(theirs, again(person))
        assert {theirs.post(address(sent, page), data=LATER).status_code for page in ("/prolonger", "/modifier")} == {status}
    assert again(sent).closes_at == CLOSES
