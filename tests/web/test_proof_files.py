"""The proof file for a court, and more time after an outage: who may, when, and what is said."""

import io
import json
from datetime import timedelta
from hashlib import sha256

import pytest
from pypdf import PdfReader

from sad import clock
from sad.actions.declarations import declare_interests
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.outages import note_watch, note_web
from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.domain.deadline_changes import extension_after_outage
from sad.models.mini_tenders import MiniTender
from sad.models.offers import DepositAttempt
from sad.models.people import Role
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, SENT, make_published
from tests.factories.offers import make_deposit
from tests.factories.people import make_person
from tests.web.rows import again
from tests.web.test_login import sign_in
from tests.web.test_shell import check

AFTER = CLOSES + timedelta(hours=1)
SOON = CLOSES - timedelta(hours=2)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def need(database) -> MiniTender:
    with transaction():
        made = make_published(suppliers=3)
        assert made.organisation and made.service
        late, first = invitees_of(made)[:2]
        make_deposit(made, first)
        make_deposit(made, late, at=CLOSES + MINUTE)
        session.add(
            DepositAttempt(
                mini_tender_id=made.id, supplier_id=late.id, started_at=SOON, received_at=SOON, size_class=3, refused_because="Coupée."
            )
        )
        note_web(False, since=SOON, at=SOON)
        note_web(True, since=SOON, at=SOON + 10 * MINUTE)
        note_watch(at=SENT)
        note_watch(at=SENT + timedelta(days=1))
    session.expunge_all()
    return made


def open_it(need: MiniTender) -> None:
    with transaction():
        found = again(need)
        people = [make_person(found.organisation, Role.OPENER) for _ in range(2)]
        for each in people:
            declare_interests(found, has_conflict=False, by=each, at=AFTER)
        ask_opening(found, by=people[0], at=AFTER)
        confirm_opening(found, seal_key=SEAL_KEY, by=people[1], at=AFTER + MINUTE)
    session.expunge_all()


def signed_in(client, need: MiniTender, *roles: Role):
    with transaction():
        person = make_person(again(need).organisation, *roles)
        declare_interests(again(need), has_conflict=False, by=person, at=SENT)
    sign_in(client, person)
    session.expunge_all()


def address(need: MiniTender, kind: str) -> str:
    return f"/achats/consultations/{need.id}/ouverture/dossier-de-preuve.{kind}"


@pytest.mark.parametrize("role", [Role.BUYER, Role.AUDITOR])
def test_the_file_says_what_came_what_failed_and_the_journal_and_no_content(client, need, role):
    open_it(need)
    with clock.frozen(AFTER + 2 * MINUTE):
        signed_in(client, need, role)
        data, paper = (client.get(address(need, kind)) for kind in ("json", "pdf"))
    said = json.loads(data.data)
    assert [each["late"] for each in said["deposits"]] == [False, True]
    assert [each["refused_because"] for each in said["attempts"]] == ["Coupée."]
    assert [each["part"] for each in said["outages"]] == ["watch", "web"]
    assert said["outages"][1] == {"part": "web", "began_at": "2026-12-07T09:00:00.000000Z", "ended_at": "2026-12-07T09:10:00.000000Z"}
    assert said["deadline"]["first"] == said["deadline"]["in_force"] == "2026-12-07T11:00:00.000000Z"
    assert {"confirm_opening", "ask_opening", "submit_offer"} <= {each["action"] for each in said["journal"]}
    assert said["opening"]["journal_head_before"] in {each["hash"] for each in said["journal"]}
    assert [each["occasion"] for each in said["published_heads"]] == ["opening"]
    assert all(each["receipt"]["number"] for each in said["deposits"])
    text = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.data)).pages).split())
    assert sha256(data.data).hexdigest() in text, "the paper quotes the data, byte for byte"
    assert "Coupée." in text and "lesitenerépondaitpas" in text and "horsdélai" in text
    assert "3.10" not in data.text and "unit_price" not in data.text


def test_nobody_reads_it_before_the_opening_nor_without_the_role(client, app, need):
    with clock.frozen(AFTER):
        signed_in(client, need, Role.BUYER)
        assert [client.get(address(need, kind)).status_code for kind in ("pdf", "json")] == [404, 404]
        assert "Dossier de preuve" not in client.get(f"/achats/consultations/{need.id}").text
    open_it(need)
    with clock.frozen(AFTER + 2 * MINUTE):
        assert "Dossier de preuve" in client.get(f"/achats/consultations/{need.id}").text
        other = app.test_client()
        signed_in(other, need, Role.EVALUATOR)
        assert other.get(address(need, "json")).status_code == 403
        assert "Dossier de preuve" not in other.get(f"/achats/consultations/{need.id}").text


def test_after_an_outage_near_the_deadline_one_tap_fills_the_extension(client, need):
    with clock.frozen(CLOSES - 30 * MINUTE):
        signed_in(client, need, Role.BUYER)
        page = client.get(f"/achats/consultations/{need.id}")
        check(page.text)
        assert "Le site n’a pas répondu du lundi 7 décembre 2026 à 10\u00a0h au lundi 7 décembre 2026 à 10\u00a0h\u00a010" in page.text
        link = f"/achats/consultations/{need.id}/prolonger?panne=1"
        assert f'href="{link}"' in page.text
        form = client.get(link)
        check(form.text)
        assert "Le site n’a pas répondu du" in form.text and "2026-12-08" in form.text
        assert "Le site n’a pas répondu" not in client.get(link.partition("?")[0]).text


def test_an_opener_is_told_of_no_extension_and_a_closed_consultation_proposes_none(client, app, need):
    with clock.frozen(CLOSES - 30 * MINUTE):
        signed_in(client, need, Role.OPENER)
        assert "Une panne a pu" not in client.get(f"/achats/consultations/{need.id}").text
    with clock.frozen(AFTER):
        other = app.test_client()
        signed_in(other, need, Role.BUYER)
        assert "Une panne a pu" not in other.get(f"/achats/consultations/{need.id}").text


@pytest.mark.parametrize(
    ("days", "lasted", "on"),
    [(0, 10 * MINUTE, "2026-12-08"), (0, timedelta(hours=26), "2026-12-09"), (4, MINUTE, "2026-12-14"), (18, MINUTE, "2026-12-28")],
)
def test_the_time_given_back_ends_on_a_working_day_at_the_same_hour(days, lasted, on):
    later = extension_after_outage(CLOSES + timedelta(days=days), lasted)
    assert later.isoformat() == f"{on}T12:00:00+01:00"
