"""Page, stored points, scoring file, command and spreadsheet of one mini-tender say the same; the sheet is as secret as the page."""

import html
import json
import re

import pytest
from click.testing import CliRunner

from sad import clock
from sad.actions.rankings import latest_ranking
from sad.cli.rank import rank_command
from sad.db import transaction
from sad.domain.scoring.numbers import french
from sad.models.people import Role
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator, make_opened, make_ranked
from tests.factories.generated import make_generated_award
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.spreadsheet import Spreadsheet
from tests.web.counting import statements_of
from tests.web.rows import again
from tests.web.test_login import sign_in

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(EXAMINED):
        yield


def at(mini_tender, page="classement"):
    return f"/achats/consultations/{mini_tender.id}/{page}"


def read(text):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").replace("\u202f", " "))


@pytest.mark.parametrize("seed", range(12))
def test_page_file_command_and_sheet_give_the_same_points_and_order(client, app, seed):
    with transaction():
        award = make_generated_award(seed)
        auditor = make_person(award.mini_tender.organisation, Role.AUDITOR)
        address, sheet_address = at(award.mini_tender), at(award.mini_tender, "classement/tableau.xlsx")
        file_address = at(award.mini_tender, "classement/notation.json")
    sign_in(client, again(auditor))
    ranking = latest_ranking(again(award).mini_tender)
    places = [(place.rank, place.ref, place.total, place.points) for place in ranking.places if place.rank]
    names, stored = [place.offer.supplier.name for place in ranking.places], ranking.result
    page = client.get(address).text
    file = client.get(file_address).data
    computed = Spreadsheet(client.get(sheet_address).data).rows("Classement", 6)

    assert json.loads(CliRunner().invoke(rank_command, ["-"], input=file).stdout) == stored
    assert [(each["rank"], each["ref"], each["total"], each["points"]) for each in stored["ranking"]] == places
    assert [row[1:-2] for row in computed] == [
        [rank, ref, float(total), *map(float, points.values())] for rank, ref, total, points in places
    ]
    rows = [read(row) for row in page.split("<tbody")[1].split("</tbody")[0].split("<tr")[1:]]
    for row, name, (rank, _, total, points) in zip(rows, names, places, strict=False):
        assert row.split(name)[0].split()[-1:] != ["–"] and str(rank) in row.split(name)[0] and name in row
        assert french(total) in row and all(f" : {french(each)} sur" in row for each in points.values())


def test_the_page_leads_to_the_sheet_and_the_browser_never_opens_it_in_place(client, app):
    with transaction():
        mini_tender = make_ranked(Tender(), Tender(("3.50", "3.80"))).mini_tender
        address, buyer = at(mini_tender), make_evaluator(mini_tender, Role.BUYER)
    sign_in(client, again(buyer))
    assert f'href="{address}/tableau.xlsx"' in client.get(address).text
    answer = client.get(f"{address}/tableau.xlsx")
    assert (answer.status_code, answer.mimetype) == (200, SHEET)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=notation-petit-dejeuner")
    assert answer.headers["Cache-Control"] == "private, no-store" and "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_sheet_is_as_secret_as_the_page(client, app):
    with transaction():
        ranked, opened = make_ranked(Tender()).mini_tender, make_opened(Tender())
        sheets = [at(each, "classement/tableau.xlsx") for each in (ranked, opened)]
        insider, stranger = make_person(ranked.organisation, Role.REQUESTER), make_person(make_organisation(), *Role)
        buyer = make_evaluator(opened, Role.BUYER)
    for person, sheet, status in ((insider, sheets[0], 403), (stranger, sheets[0], 404), (buyer, sheets[1], 404)):
        client.post("/deconnexion")
        sign_in(client, again(person))
        assert client.get(sheet).status_code == status


READS = {Role.BUYER: 200, Role.AWARD_AUTHORITY: 200, Role.AUDITOR: 200, Role.EVALUATOR: 403, Role.OPENER: 403}


@pytest.mark.parametrize("role", READS)
def test_the_report_is_read_and_offered_to_the_buyer_the_authority_and_the_auditor_alone(client, app, role):
    with transaction():
        mini_tender = make_ranked(Tender(), Tender(("3.50", "3.80"))).mini_tender
        address, person = at(mini_tender), make_evaluator(mini_tender, role)
    sign_in(client, again(person))
    answer, is_offered = client.get(f"{address}/rapport.pdf"), READS[role] == 200
    assert answer.status_code == READS[role]
    assert (f'href="{address}/rapport.pdf"' in client.get(address).text) == is_offered
    assert (f'href="{address}/rapport.pdf"' in client.get(address.replace("classement", "attribution")).text) == is_offered
    if is_offered:
        assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF")
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=rapport-analyse-")


def test_without_ranking_there_is_no_report_and_whoever_has_a_link_is_led_away(client, app):
    with transaction():
        opened, ranked = make_opened(Tender()), make_ranked(Tender()).mini_tender
        before, after = at(opened, "classement/rapport.pdf"), at(ranked, "classement/rapport.pdf")
        buyer, concerned = make_evaluator(opened, Role.BUYER), make_evaluator(ranked, Role.BUYER, has_conflict=True)
    sign_in(client, again(buyer))
    assert client.get(before).status_code == 404
    client.post("/deconnexion")
    sign_in(client, again(concerned))
    assert client.get(after).status_code == 302


def test_the_report_asks_the_database_as_much_for_one_offer_as_for_six(client, app):
    counts = []
    for size in (1, 6):
        with transaction():
            mini_tender = make_ranked(*(Tender((f"3.{size}{each}", "4.00")) for each in range(size))).mini_tender
            address, person = at(mini_tender, "classement/rapport.pdf"), make_evaluator(mini_tender, Role.BUYER)
        client.post("/deconnexion")
        sign_in(client, again(person))
        client.get(address)
        with statements_of(app.engine) as statements:
            assert client.get(address).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 35
