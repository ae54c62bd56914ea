"""The roadmap for everybody: each published version for ever at its address, the corrigenda, the calendar, the text of the notice."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from icalendar import Calendar

from sad import clock
from sad.actions.validity import extend_system
from sad.db import transaction
from sad.models.people import Role
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.stage_changes import DECIDED, make_added, make_postponed, make_softened, stage_row
from tests.factories.systems import make_system, stage_value
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_public_systems import page

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LATER = date(2027, 7, 1)


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(AT):
        yield


@pytest.fixture
def system(database):
    with transaction():
        return make_system(make_organisation(name="Agglo du Vercors"), title="Alimentation durable")


@pytest.fixture
def postponed(system):
    """The same system, whose stage 2 is put off."""
    with transaction():
        by = make_person(again(system).organisation, Role.BUYER)
        make_postponed(stage_row(again(system), 2), LATER, by)
    return again(system)


def softer(value):
    asked = (replace(each, threshold=Decimal(30)) if each.key == "direct_supply_pct" else each for each in value.requirements)
    return replace(value, requirements=tuple(asked))


def events(answer) -> dict[str, object]:
    """The events of a feed by UID, once it was read back whole."""
    calendar = Calendar.from_ical(answer.data)
    found = {str(each["UID"]): each for each in calendar.walk("VEVENT")}
    assert len(found) == len(calendar.walk("VEVENT")), "a UID is there twice"
    return found


def test_the_address_of_a_number_shows_the_version_on_the_roadmap_and_leads_to_the_earlier_one(client, postponed):
    told = page(client, f"/systemes/{postponed.id}/paliers/2")
    assert "Palier 2, version 2" in told and "Prend effet le jeudi 1er juillet 2027" in told
    assert f"/systemes/{postponed.id}/paliers/2/versions/1" in told
    for words in ("Les producteurs ont demandé du temps.", "26-777777", "Remplacée le 1er sept. 2026"):
        assert words in told, words


def test_a_replaced_version_keeps_its_address_its_content_and_its_fingerprint(client, system):
    address = f"/systemes/{system.id}/paliers/2/versions/1"
    before = client.get(f"{address}.json").data
    with transaction():
        by = make_person(again(system).organisation, Role.BUYER)
        make_softened(stage_row(again(system), 2), softer(stage_value(2, date(2027, 1, 15))), by)
    assert client.get(f"{address}.json").data == before
    told = page(client, address)
    assert hashlib.sha256(before).hexdigest() in told and "L’empreinte correspond" in told
    assert "40 % au moins" in told and "30 % au moins" not in told
    assert "Cette version a été remplacée" in told and f"/systemes/{system.id}/paliers/2/versions/2" in told
    newer = client.get(f"/systemes/{system.id}/paliers/2/versions/2.json").data
    assert newer != before and client.get(f"/systemes/{system.id}/paliers/2.json").data == newer
    assert hashlib.sha256(newer).hexdigest() in page(client, f"/systemes/{system.id}/paliers/2")


def test_a_softer_version_of_a_stage_in_force_leaves_it_in_force_until_its_own_date(client, system):
    with transaction():
        row, by = stage_row(again(system), 1), make_person(again(system).organisation, Role.BUYER)
        make_softened(row, softer(stage_value(1, date(2027, 1, 2))), by)
        row.replaced_at = None
    first = page(client, f"/systemes/{system.id}/paliers/1/versions/1")
    assert "En vigueur" in first and "Une version plus douce suivra" in first and "a été remplacée" not in first
    assert "À venir" in page(client, f"/systemes/{system.id}/paliers/1")
    line = page(client, f"/systemes/{system.id}/trajectoire")
    assert f"/systemes/{system.id}/paliers/1/versions/2" in line and line.count("En vigueur") == 1
    assert len(events(client.get(f"/systemes/{system.id}/calendrier.ics"))) == 5


@pytest.mark.parametrize("end", ["/paliers/2/versions/2", "/paliers/2/versions/2.json", "/paliers/9/versions/1", "/paliers/2/versions/0"])
def test_a_version_that_was_never_published_does_not_exist(client, system, end):
    assert client.get(f"/systemes/{system.id}{end}").status_code == 404


def test_a_draft_version_is_nobodys_business(client, postponed):
    with transaction():
        row = stage_row(again(postponed), 2)
        row.published_at = row.fingerprint = None
    assert client.get(f"/systemes/{postponed.id}/paliers/2/versions/2").status_code == 404
    assert "1er juillet 2027" not in client.get(f"/systemes/{postponed.id}/calendrier.ics").text


def test_the_public_pages_list_the_corrigenda_with_their_reasons(client, postponed):
    for address in (f"/systemes/{postponed.id}", f"/systemes/{postponed.id}/trajectoire"):
        told = page(client, address)
        for words in ("est repoussé du", "Les producteurs ont demandé du temps.", "26-777777", "Avis rectificatif : le palier change."):
            assert words in told, (address, words)


def test_a_roadmap_that_never_changed_says_nothing_of_changes(client, system):
    assert "depuis l’avis" not in page(client, f"/systemes/{system.id}") + page(client, f"/systemes/{system.id}/trajectoire")


def test_the_line_says_in_words_what_gets_harder_at_each_date(client, system):
    told = page(client, f"/systemes/{system.id}/trajectoire")
    second = told[told.index("Palier 2, le vendredi 15 janvier 2027"):told.index("Palier 3, le samedi 15 janvier 2028")]
    assert "Devient plus exigeant" in second
    assert "Approvisionnement direct : 40 % au moins (avant : à indiquer)." in second
    assert "Prix : 40 points au lieu de 50, compte moins." in second


def test_the_text_for_the_notice_holds_all_that_the_law_wants_published(client, system):
    told = page(client, f"/systemes/{system.id}/trajectoire")
    text = told[told.index('<textarea class="form-control notice-text"'):told.index("</textarea>")]
    for words in (
        "Palier 1, à partir du jeudi 15 janvier 2026",
        "Palier 3, à partir du samedi 15 janvier 2028",
        "- Boulangerie et viennoiserie ;",
        "- Assurance responsabilité civile professionnelle. Preuve : Attestation en cours de validité (à joindre).",
        "- Approvisionnement direct : 40 % au moins. Sauf pour qui ne vend que : Café, thé. Preuve : Déclaration, factures ou équivalent.",
        "- Prix : 40 points (de 30 à 50 selon la consultation). Le plus bas a tous les points, les autres en proportion.",
    ):
        assert words in text, words


def test_the_calendar_reads_back_with_one_whole_day_for_each_stage_and_the_last_day(client, system):
    answer = client.get(f"/systemes/{system.id}/calendrier.ics")
    assert answer.mimetype == "text/calendar" and answer.data.endswith(b"END:VCALENDAR\r\n")
    calendar = Calendar.from_ical(answer.data)
    assert (str(calendar["VERSION"]), bool(calendar["PRODID"]), calendar.errors) == ("2.0", True, [])
    found = events(answer).values()
    assert [each.decoded("DTSTART") for each in found] == [date(2026, 1, 15), date(2027, 1, 15), date(2028, 1, 15), date(2030, 1, 14)]
    for each in found:
        assert each.decoded("DTEND") - each.decoded("DTSTART") == timedelta(days=1) and each["DTSTART"].params["VALUE"] == "DATE"
        assert each.decoded("DTSTAMP").utcoffset() == timedelta(0) and each.errors == []
    assert all(len(line) <= 75 for line in answer.data.split(b"\r\n"))


def test_no_sign_of_a_title_breaks_the_calendar(client, system):
    with transaction():
        again(system).title = "Pains ; fruits, légumes\nEND:VCALENDAR"
    answer = client.get(f"/systemes/{again(system).id}/calendrier.ics")
    lines = answer.data.decode().replace("\r\n ", "").split("\r\n")
    assert "X-WR-CALNAME:Paliers\u00a0: Pains \\; fruits\\, légumes\\nEND:VCALENDAR" in lines
    assert lines.count("END:VCALENDAR") == 1 and Calendar.from_ical(answer.data).errors == [] and len(events(answer)) == 4


def test_a_postponed_stage_moves_in_the_agenda_under_the_same_name(client, system):
    address = f"/systemes/{system.id}/calendrier.ics"
    before = events(client.get(address))
    with transaction():
        make_postponed(stage_row(again(system), 2), LATER, make_person(again(system).organisation, Role.BUYER))
    after = events(client.get(address))
    assert set(after) == set(before)
    (moved,) = [uid for uid in after if after[uid].decoded("DTSTART") != before[uid].decoded("DTSTART")]
    assert after[moved].decoded("DTSTART") == LATER and (before[moved]["SEQUENCE"], after[moved]["SEQUENCE"]) == (1, 2)
    assert after[moved].decoded("DTSTAMP") == DECIDED


def test_the_calendars_of_two_systems_share_no_name(client, system):
    with transaction():
        other = make_system()
    both = [set(events(client.get(f"/systemes/{each}/calendrier.ics"))) for each in (again(system).id, again(other).id)]
    assert not both[0] & both[1]


def test_the_last_day_moves_with_the_validity(client, system):
    with transaction():
        by = make_person(again(system).organisation, Role.BUYER)
        extend_system(again(system), date(2031, 1, 14), notice_reference="26-77", reason="Le besoin continue.", by=by, at=AT)
    last = [each for uid, each in events(client.get(f"/systemes/{system.id}/calendrier.ics")).items() if uid.startswith("fin")]
    assert [(each.decoded("DTSTART"), each["SEQUENCE"]) for each in last] == [(date(2031, 1, 14), 1)]


def test_an_agenda_that_comes_back_is_told_that_nothing_changed_until_something_does(client, system):
    address = f"/systemes/{system.id}/calendrier.ics"
    first = client.get(address)
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert client.get(address, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    with transaction():
        value = replace(stage_value(3, date(2028, 9, 1)), number=4, label="Palier 4")
        make_added(again(system), value, make_person(again(system).organisation, Role.BUYER))
    changed = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200 and len(events(changed)) == 5
    assert client.get(address, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 200


def test_the_public_pages_lead_to_the_agenda(client, system):
    for address in (f"/systemes/{system.id}", f"/systemes/{system.id}/trajectoire"):
        told = page(client, address)
        assert "Suivre dans mon agenda" in told and f"/systemes/{system.id}/calendrier.ics" in told


def test_each_criterion_shows_on_a_few_values_how_it_is_scored(client, system):
    shown = read(client.get(f"/systemes/{again(system).id}/paliers/1"))
    assert "Un exemple chiffré : Prix" in shown
    assert "125 € en a 80 %, soit" in shown
