"""Buyers try a stage, watch it run and read its report; auditors read; nobody else's is there."""

import io
from datetime import timedelta

import openpyxl
import pytest
from pypdf import PdfReader
from sqlalchemy import inspect, select

from sad import clock
from sad.actions.plays import ask_play, plays_of
from sad.actions.stages import stages_of
from sad.db import session, transaction
from sad.domain.stages import stage_to_dict
from sad.jobs.plays import play_stages
from sad.jobs.turn import Turn
from sad.models.people import Person, Role
from sad.models.stage_changes import StagePlay
from sad.models.stages import Stage
from tests.factories.evaluations import EXAMINED, Tender, make_ranked
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.systems import make_system
from tests.web.counting import statements_of
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in

FAR = Tender(("2.90", "3.10"), {"direct_supply_pct": "10", "organic_or_siqo_pct": "0"}, {"quality": "9"})
NEAR = Tender(("3.50", "3.80"), {"direct_supply_pct": "100"}, {"quality": "7"})
RENEWED = "progress.js"


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(EXAMINED):
        yield


@pytest.fixture
def system(database):
    with transaction():
        return make_ranked(FAR, NEAR).mini_tender.system


@pytest.fixture
def address(system) -> str:
    return f"/achats/systemes/{inspect(system).identity[0]}/paliers/2/essai"


def enter(client, system, *roles: Role) -> None:
    with transaction():
        person = make_person(again(system).organisation, *roles)
    sign_in(client, person)


def run(settings) -> None:
    assert play_stages(Turn(settings, EXAMINED)) == 1


def stage_2(system) -> Stage:
    return next(row for row in stages_of(again(system)) if row.number == 2)


def test_a_buyer_asks_for_a_play_watches_it_and_reads_its_report(client, system, address, settings):
    enter(client, system, Role.BUYER)
    page = client.get(address)
    assert "Pas encore d’essai" in read(page) and RENEWED not in page.text
    answer = client.post(address, data={"revision": "1"})
    assert answer.status_code == 302 and answer.location.endswith("/essai?revision=1")
    running = client.get(answer.location)
    assert RENEWED in running.text and 'max="1" value="0"' in running.text
    assert "0 sur 1 consultation rejouée" in read(running) and "Lancer" not in read(running)
    run(settings)
    page = client.get(address)
    said = read(page)
    assert RENEWED not in page.text
    assert "2 sur 2 fournisseurs admis pourraient encore offrir" in said
    assert "Offres qui seraient irrégulières 1 sur 2" in said and "de plus (+" in said
    assert "10 % d’approvisionnement direct, 40 % demandés" in said
    assert "PAL-06" in said and "La respectent : 2" in said


def test_a_play_that_waits_is_not_asked_twice(client, system, address):
    enter(client, system, Role.BUYER)
    for _ in range(2):
        client.post(address)
    assert len(session.scalars(select(StagePlay)).all()) == 1


def test_an_auditor_reads_and_does_not_ask(client, system, address, settings):
    enter(client, system, Role.AUDITOR)
    assert "Lancer l’essai" not in read(client.get(address))
    assert client.post(address).status_code == 403
    with transaction():
        ask_play(stage_2(system), by=session.scalars(select(Person)).first(), at=EXAMINED)
    run(settings)
    page = client.get(address)
    assert "Ce qu’il faut retenir" in read(page) and "Essayer à nouveau" not in read(page)
    assert client.get(f"{address}/1/rapport.pdf").status_code == 200


def test_the_report_is_there_on_paper_and_in_a_table(client, system, address, settings):
    enter(client, system, Role.BUYER)
    client.post(address)
    assert client.get(f"{address}/1/rapport.pdf").status_code == 404, "not before its end"
    run(settings)
    answer = client.get(f"{address}/1/rapport.pdf")
    assert answer.mimetype == "application/pdf" and "essai-palier-2-2026-12-08.pdf" in answer.headers["Content-Disposition"]
    assert "Palier 2" in PdfReader(io.BytesIO(answer.data)).metadata.title
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{address}/1/tableau.xlsx").data))
    assert book["Consultations"]["B2"].value == "Petit-déjeuner des vice-présidents"


def test_a_change_of_the_draft_after_the_play_is_said(client, system, address, settings):
    enter(client, system, Role.BUYER)
    client.post(address)
    run(settings)
    assert "a changé depuis" not in read(client.get(address))
    with transaction():
        row = stage_2(system)
        value = row.as_value()
        row.content = {**stage_to_dict(value), "requirements": stage_to_dict(value)["requirements"][:-1]}
    assert "a changé depuis cet essai" in read(client.get(address))


def test_a_play_that_failed_is_said_and_can_be_asked_again(client, system, address, settings):
    enter(client, system, Role.BUYER)
    client.post(address)
    with transaction():
        play = plays_of(stage_2(system))[0]
        play.content = {**play.content, "requirements": [{"key": "x"}]}
    run(settings)
    assert "n’a pas abouti" in read(client.get(address)) and "Essayer à nouveau" in read(client.get(address))


def test_each_version_keeps_its_own_plays_and_the_draft_comes_first(client, system, address, settings):
    with transaction():
        row = stage_2(system)
        values = {name: getattr(row, name) for name in ("organisation_id", "system_id", "number", "effective_on", "content")}
        session.add(Stage(**values, label="Palier 2 repoussé", revision=2))
        ask_play(row, by=session.scalars(select(Person)).first(), at=EXAMINED)
    run(settings)
    enter(client, system, Role.BUYER)
    assert "Palier 2 repoussé" in read(client.get(address)) and "Pas encore d’essai" in read(client.get(address))
    assert "Ce qu’il faut retenir" in read(client.get(f"{address}?revision=1"))
    assert client.get(f"{address}?revision=9").status_code == 404


def test_the_page_of_the_stage_leads_to_its_plays_and_former_ones_stay(client, system, address, settings):
    enter(client, system, Role.BUYER)
    assert f"{address}?revision=1" in client.get(address.removesuffix("/essai")).text
    for minutes in (0, 5):
        with clock.frozen(EXAMINED + timedelta(minutes=minutes)):
            client.post(address)
            run(settings)
    page = client.get(address)
    assert "essai=1" in page.text and "essai=2" not in page.text
    assert "essai=2" in client.get(f"{address}?revision=1&essai=1").text


def test_before_the_opening_there_is_nothing_to_try(client, system, settings):
    with transaction():
        here = make_system(again(system).organisation, opened_at=None)
    enter(client, system, Role.BUYER)
    address = f"/achats/systemes/{inspect(here).identity[0]}/paliers/1/essai"
    assert "rien à essayer" in read(client.get(address))
    assert client.post(address).status_code == 422


def test_another_organisation_sees_none_of_it(client, system, address, settings):
    with transaction():
        ask_play(stage_2(system), by=session.scalars(select(Person)).first(), at=EXAMINED)
        stranger = make_person(make_organisation(), Role.BUYER)
    run(settings)
    sign_in(client, stranger)
    for path in (address, f"{address}/1/rapport.pdf", f"{address}/1/tableau.xlsx"):
        assert client.get(path).status_code == 404


def test_the_page_takes_few_statements(client, app, system, address, settings):
    enter(client, system, Role.BUYER)
    client.post(address)
    run(settings)
    client.get(address)
    with statements_of(app.engine) as statements:
        client.get(address)
    assert len(statements) <= 14
