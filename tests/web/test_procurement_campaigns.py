"""A buyer asks the admitted to confirm, sees who is silent, decides case by case or together, closes."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.campaign_answers import answer_request
from sad.db import session, transaction
from sad.models.admissions import Admission
from sad.models.campaigns import Campaign, CampaignRequest
from sad.models.letters import Letter
from sad.models.people import Role
from sad.storage import path_of
from tests.factories.campaigns import AFTER, ANSWERED, ASKED, DUE, LASTING, Field, make_field
from tests.factories.people import make_person
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in
from tests.web.test_supplier_account import PDF

NOON = datetime(2026, 12, 3, 11, 0, tzinfo=UTC)
SILENT = "suspended-sworn_statement"
WHY = "Aucune réponse reçue."


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(AFTER):
        yield


@pytest.fixture
def field(database) -> Field:
    """A campaign in which Noyers has answered, Tilleuls and Vignes have not."""
    with transaction():
        made = make_field()
        made.number = made.campaign.id
        made.base = f"/achats/systemes/{made.system.id}/campagnes"
        made.of = {name: made.request(name).id for name in made.suppliers}
        answer_request(made.request("Noyers"), {}, is_sworn=True, by=made.person("Noyers"), at=ANSWERED)
    return made


@pytest.fixture
def mine(client, field):
    sign_in(client, again(field.buyer))
    return client


@pytest.fixture
def fresh(app, database):
    """A client in a system where nothing was asked yet."""
    with transaction():
        made = make_field()
        made.base = f"/achats/systemes/{made.system.id}/campagnes"
    with clock.frozen(ASKED):
        client = app.test_client()
        sign_in(client, again(made.buyer))
        yield client, made


def one(field: Field, name: str) -> CampaignRequest:
    session.rollback()
    return session.get_one(CampaignRequest, field.of[name])


def posted(kind: str) -> int:
    session.rollback()
    return session.query(Letter).filter_by(kind=kind).count()


def suspending(**parts) -> dict[str, object]:
    return {"effective_on": "2027-01-15", "cite_sworn_statement": "y", "why_sworn_statement": WHY, **parts}


def test_opening_shows_the_letters_and_whom_they_reach_before_anything_leaves(fresh):
    client, field = fresh
    form = {"occasion": str(again(field.system).id), "due_on": "2026-12-08"}
    form["occasion"] = re.findall(r'name="occasion"[^>]*value="(\d+)"', client.get(f"{field.base}/nouvelle").get_data(as_text=True))[1]
    page = client.post(f"{field.base}/nouvelle", data=form)
    text = read(page)
    assert page.status_code == 200 and "3 fournisseurs" in text and "mardi 8 décembre 2026 inclus" in text
    assert "joindre un document en cours de validité" in text, "an example of each sort of letter"
    assert "moins que les 30 jours conseillés" in text
    assert posted("campaign_request") == 0
    answer = client.post(f"{field.base}/nouvelle", data={**form, "confirm": "1"})
    assert answer.status_code == 302
    assert posted("campaign_request") == 3
    assert session.scalars(select(Campaign)).one().due_on == DUE


def test_the_policy_of_thirty_days_is_proposed(fresh):
    client, field = fresh
    page = client.get(f"{field.base}/nouvelle")
    assert 'value="2026-12-30"' in page.get_data(as_text=True)
    assert "Mêmes conditions d’admission qu’au palier d’avant." in read(page), "nobody asks for a new level that is none"


def test_too_short_is_refused_beside_the_day_with_the_rule_and_the_first_possible(fresh):
    client, field = fresh
    page = client.post(f"{field.base}/nouvelle", data={"occasion": "annuelle", "due_on": "2026-12-04", "confirm": "1"})
    text = read(page)
    assert page.status_code == 422
    assert "au moins 5 jours ouvrés" in text and "Premier jour possible : lundi 7 décembre 2026" in text and "SAD-13" in text
    assert 'value="2026-12-04"' in page.get_data(as_text=True)
    assert posted("campaign_request") == 0


def test_the_dashboard_says_who_answered_who_is_silent_and_what_is_proposed(mine, field):
    text = read(mine.get(f"{field.base}/{field.number}"))
    assert "Ont confirmé, rien ne manque : 1 cas" in text and "N’ont pas répondu : 2 cas" in text
    assert "Proposé : garder" in text and "Proposé : suspendre" in text
    assert "Ont répondu : 1" in text and "N’ont pas répondu : 2" in text
    silent = read(mine.get(f"{field.base}/{field.number}?voir=silence")).split("Qui en est où")[1]
    assert "Tilleuls" in silent and "Vignes" in silent and "Noyers" not in silent


def test_nothing_is_proposed_against_anybody_before_the_last_day_is_over(mine, field):
    with clock.frozen(NOON):
        sign_in(mine, again(field.buyer))
        text = read(mine.get(f"{field.base}/{field.number}"))
        assert "Rien n’est proposé avant le mardi 8 décembre 2026" in text and "Suspendre" not in text
        page = mine.post(f"{field.base}/{field.number}/demandes/{field.of['Vignes']}/decider?choix=suspendre", data=suspending(confirm="1"))
    assert page.status_code == 422 and "SAD-13" in read(page)


def test_letters_that_bounced_and_suppliers_that_nobody_acts_for_are_to_be_called(mine, field):
    with transaction():
        letter = session.query(Letter).filter_by(supplier_id=again(field.suppliers["Vignes"]).id, kind="campaign_request").one()
        letter.last_error, letter.attempts = "550 no such user", 3
        again(field.suppliers["Tilleuls"]).members[0].left_at = NOON
    text = read(mine.get(f"{field.base}/{field.number}"))
    assert "Courrier non parti" in text and letter.to_email in text
    assert "Ferme des Tilleuls Personne n’agit pour cette entreprise." in text


def test_one_request_shows_what_was_held_and_its_documents_download(mine, field, settings):
    with transaction():
        held = one(field, "Noyers").documents[0].document
        document_id, path = held.id, path_of(settings.data_dir, held.storage_key)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(PDF)
    here = f"{field.base}/{field.number}/demandes/{field.of['Noyers']}"
    text = read(mine.get(here))
    assert "déjà donné" in text and "Renouvelée" in text and "Tout ce qui est demandé est là" in text
    assert mine.get(f"{here}/documents/{document_id}").data == PDF
    assert mine.get(f"{field.base}/{field.number}/demandes/{field.of['Vignes']}/documents/{document_id}").status_code == 404


def test_a_suspension_is_read_with_its_letter_before_it_is_taken(mine, field):
    address = f"{field.base}/{field.number}/demandes/{field.of['Tilleuls']}/decider?choix=suspendre"
    form = mine.get(address).get_data(as_text=True)
    assert 'value="2027-01-15"' in form and "Aucune réponse à la demande" in form, "filled with what is proposed"
    page = mine.post(address, data=suspending())
    text = read(page)
    assert "Ce n’est ni une sanction ni une exclusion" in text and "Tribunal administratif" in text and WHY in text
    assert one(field, "Tilleuls").decision is None
    answer = mine.post(address, data=suspending(confirm="1"))
    assert answer.status_code == 302
    admission = one(field, "Tilleuls").admission
    assert (admission.state, str(admission.suspended_from)) == ("suspended", "2027-01-15")
    assert posted("campaign_suspended") == 1
    assert mine.post(address, data=suspending(confirm="1")).status_code == 302, "decided: led back"
    assert posted("campaign_suspended") == 1
    assert "Sans invitation à partir du vendredi 15 janvier 2027" in read(mine.get(f"/achats/admis/{admission.id}"))


def test_a_reason_without_words_and_a_day_in_the_past_are_both_refused(mine, field):
    address = f"{field.base}/{field.number}/demandes/{field.of['Tilleuls']}/decider?choix=suspendre"
    page = mine.post(address, data=suspending(effective_on="2026-12-01", why_sworn_statement=""))
    text = read(page)
    assert page.status_code == 422
    assert "La raison n’est pas écrite" in text and "ne remonte pas dans le passé" in text


def test_keeping_the_silent_asks_why(mine, field):
    address = f"{field.base}/{field.number}/demandes/{field.of['Vignes']}/decider?choix=garder"
    assert mine.post(address, data={"note": "", "confirm": "1"}).status_code == 422
    assert mine.post(address, data={"note": "Vu sur place.", "confirm": "1"}).status_code == 302
    assert (one(field, "Vignes").decision, one(field, "Vignes").note) == ("kept", "Vu sur place.")


def test_alike_cases_are_decided_together_and_one_may_be_left_out(mine, field):
    address = f"{field.base}/{field.number}/ensemble?groupe={SILENT}&choix=suspendre"
    assert mine.get(address).get_data(as_text=True).count('name="requests"') == 2
    chosen = [field.of["Tilleuls"], field.of["Vignes"]]
    text = read(mine.post(address, data=suspending(requests=chosen)))
    assert "Suspendre et envoyer 2 lettres" in text and text.count("Bonjour,") == 2
    assert mine.post(address, data=suspending(requests=chosen[:1], confirm="1")).status_code == 302
    assert [one(field, name).decision for name in ("Tilleuls", "Vignes")] == ["suspended", None]


def test_a_case_that_is_not_alike_cannot_be_slipped_in(mine, field):
    address = f"{field.base}/{field.number}/ensemble?groupe={SILENT}&choix=suspendre"
    page = mine.post(address, data=suspending(requests=[field.of["Tilleuls"], field.of["Noyers"]], confirm="1"))
    assert page.status_code == 422
    assert {one(field, name).decision for name in field.of} == {None}
    assert mine.post(address, data=suspending(requests=[], confirm="1")).status_code == 422


def test_a_group_that_changed_meanwhile_leads_back_to_the_campaign(mine, field):
    answer = mine.post(f"{field.base}/{field.number}/ensemble?groupe=suspended-unknown", data=suspending(confirm="1"))
    assert answer.status_code == 302 and answer.location.endswith(f"/campagnes/{field.number}")


def test_closing_with_undecided_cases_asks_why_and_they_stay_admitted(mine, field):
    address = f"{field.base}/{field.number}/clore"
    assert "Clore et prévenir 3 fournisseurs" in read(mine.get(address))
    assert mine.post(address, data={"reason": ""}).status_code == 422
    assert mine.post(address, data={"reason": "Le palier est repoussé."}).status_code == 302
    assert posted("campaign_closed") == 3
    assert {each.state for each in session.scalars(select(Admission))} == {"admitted"}
    assert "Le palier est repoussé." in read(mine.get(f"{field.base}/{field.number}"))


def test_a_postponed_stage_suspends_nobody_and_says_so(mine, field):
    with transaction():
        session.get_one(Campaign, field.number).stage.replaced_at = AFTER
    assert "Ce palier a été repoussé ou adouci" in read(mine.get(f"{field.base}/{field.number}"))
    address = f"{field.base}/{field.number}/demandes/{field.of['Tilleuls']}/decider?choix=suspendre"
    assert "PAL-02" in read(mine.post(address, data=suspending(confirm="1")))


def test_what_waits_is_on_the_home_page_with_a_way_from_the_system(mine, field):
    assert "2 cas à décider" not in read(mine.get("/achats/")) and "3 cas à décider" in read(mine.get("/achats/"))
    assert f"{field.base}" in mine.get(f"/achats/systemes/{again(field.system).id}").get_data(as_text=True)


def test_an_auditor_reads_and_decides_nothing(app, field):
    with transaction():
        auditor = make_person(again(field.system).organisation, Role.AUDITOR)
    client = app.test_client()
    sign_in(client, again(auditor))
    text = read(client.get(f"{field.base}/{field.number}"))
    assert "Proposé : suspendre" in text and "Garder tout de même" not in text and "Clore la campagne" not in text
    assert client.get(f"{field.base}/{field.number}/demandes/{field.of['Noyers']}").status_code == 200
    assert client.get(f"{field.base}/{field.number}/demandes/{field.of['Noyers']}/decider").status_code == 403
    assert client.get(f"{field.base}/nouvelle").status_code == 403


def test_another_organisation_finds_nothing(app, field):
    with transaction():
        other = make_field(expiries={"Coteaux": LASTING})
        base = f"/achats/systemes/{other.system.id}/campagnes"
    client = app.test_client()
    sign_in(client, again(other.buyer))
    for address in (field.base, f"{field.base}/{field.number}", f"{base}/{field.number}"):
        assert client.get(address).status_code == 404
