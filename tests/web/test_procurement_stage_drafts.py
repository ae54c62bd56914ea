"""A buyer writes a stage line by line: the library, free lines, the law, two people at once, what a published stage allows."""

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from sad import clock, db
from sad.actions.stage_drafts import change_requirement, remove_requirement, rename_stage_draft, start_revision, start_stage
from sad.actions.stages import stages_of
from sad.db import session
from sad.domain.requirements import Nature
from sad.models.people import Role
from sad.models.stages import Stage
from tests.factories.drafts import make_draft
from tests.factories.mini_tenders import SENT, make_mini_tender, make_published
from tests.factories.organisations import make_organisation, make_service
from tests.factories.people import make_person
from tests.factories.systems import make_system
from tests.web.counting import statements_of
from tests.web.rows import again
from tests.web.test_login import sign_in
from tests.web.writing import filled, line, of, page, read, send, version

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ORGANIC = {"label": "Produits bio", "asked": "yes", "proof": "Déclaration du candidat"}


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(AT):
        yield


@pytest.fixture
def buyer(database):
    with db.transaction():
        return make_person(make_organisation(), Role.BUYER, name="Claire")


@pytest.fixture
def client(app, buyer):
    client = app.test_client()
    sign_in(client, buyer)
    return client


@pytest.fixture
def system(buyer):
    with db.transaction():
        return make_system(again(buyer).organisation)


@pytest.fixture
def draft(system, buyer):
    with db.transaction():
        return start_stage(again(system), by=again(buyer), at=AT)


def test_a_buyer_starts_a_stage_from_the_list_and_reads_it_by_nature(client, system):
    base = f"/achats/systemes/{again(system).id}/paliers"
    assert "Écrire un palier de plus" in page(client, base)
    made = client.post(f"{base}/ajouter")
    assert made.location == f"{base}/4/brouillon"
    told = page(client, made.location)
    for words in ("Palier 4", "Pour être admis", "Ce que chaque offre doit respecter", "Ce qui est noté", "Total :", "100 points"):
        assert words in told, words
    listed = page(client, base)
    assert "En cours d’écriture" in listed and listed.count(f"{base}/4") == 1, "a draft is not on the line of an open system"
    assert client.post(f"{base}/ajouter").status_code == 422


def test_a_published_stage_is_not_edited_and_the_page_says_what_is_possible(client, system):
    base = f"/achats/systemes/{again(system).id}/paliers/2"
    answer = client.get(f"{base}/brouillon")
    told = read(answer)
    assert answer.status_code == 422 and "PAL-02" in told
    for words in ("L’adoucir ou le repousser", "Écrire un palier de plus", "repousser ou l’adoucir"):
        assert words in told, words
    for end in ("/nom", "/exempter", "/effacer", "/ajouter", "/bibliotheque", "/exigences/price"):
        refused = client.get(f"{base}/brouillon{end}")
        assert refused.status_code == 422 and "PAL-02" in refused.text, end
    for end in ("/exigences/price/retirer", "/exigences/price/corriger", "/ajouter"):
        assert client.post(f"{base}/brouillon{end}").status_code == 422
    assert client.post(f"{base}/reviser").location == f"{base}/brouillon"
    assert "Révision en cours d’écriture" in page(client, f"{base}/brouillon")
    assert "Voir la révision en cours d’écriture" in page(client, base)


def test_a_line_is_taken_out_and_the_law_says_what_then_lacks(client, draft):
    send(client, draft, "/exigences/price/retirer")
    told = page(client, of(draft))
    assert line(draft, "price") is None
    for words in ("Aucun critère ne porte sur le prix", "CRI-02", "Ajouter 30 points", "Pas encore publiable"):
        assert words in told, words


def test_the_panel_offers_the_rewriting_of_a_line_that_is_already_there(client, draft):
    with db.transaction():
        row = again(draft)
        asked = row.content["requirements"]
        lines = [{**each, "label": "Produits bio"} if each["key"] == "liability_insurance" else each for each in asked]
        row.content = {**row.content, "requirements": lines}
    told = page(client, of(draft))
    assert "ADM-01" in told and "En faire une exigence de l’offre" in told
    send(client, draft, "/exigences/liability_insurance/corriger", mend="performance_condition")
    assert line(draft, "liability_insurance").nature is Nature.PERFORMANCE_CONDITION


def test_the_name_and_the_day_change_and_a_day_that_cannot_be_is_said_by_the_law(client, draft):
    send(client, draft, "/nom", label="Palier 4 – Partager", effective_on="2029-02-01")
    assert (again(draft).label, again(draft).effective_on) == ("Palier 4 – Partager", date(2029, 2, 1))
    send(client, draft, "/nom", label="Palier 4 – Partager", effective_on="2026-12-01")
    told = page(client, of(draft))
    assert "PAL-03" in told and "PAL-01" in told and "/brouillon/nom" in told
    assert send(client, draft, "/nom", label="", effective_on="hier").status_code == 422


def test_a_category_is_exempted(client, draft):
    answer = send(client, draft, "/exempter", category="pain", requirements=["intermediaries"])
    assert answer.location == of(draft) and line(draft, "intermediaries").categories == ("traiteur",)
    assert "Prix" not in re.findall(r'choice-label">([^<]*)', client.get(of(draft, "/exempter")).text)
    assert send(client, draft, "/exempter", category="", requirements=[]).status_code == 422


def test_the_second_of_two_people_sees_what_changed_and_loses_nothing(client, draft, buyer):
    shown = version(draft)
    with db.transaction():
        other = make_person(again(buyer).organisation, Role.BUYER, name="Nadia")
        rename_stage_draft(again(draft), "Palier 4 – Partager", version=shown, by=other, at=AT)
    typed = {"label": "Délai de réponse court", "asked": "yes", "proof": "Fiche de l’entreprise"}
    address = of(draft, "/ajouter?nature=specification")
    crossed = client.post(address, data={"version": str(shown), **typed})
    told = read(crossed)
    assert crossed.status_code == 422 and "Nadia" in told and "Partager" in told
    assert 'value="Délai de réponse court"' in told and "Fiche de l’entreprise" in told
    assert client.post(address, data={**filled(crossed.text), **typed}).status_code == 302
    assert line(draft, "delai_de_reponse_court") and again(draft).label == "Palier 4 – Partager"


@pytest.mark.parametrize("end", ["/nom", "/exempter"])
def test_the_other_forms_of_a_draft_say_the_same(client, draft, buyer, end):
    shown = version(draft)
    with db.transaction():
        remove_requirement(again(draft), "delivery", version=shown, by=again(buyer), at=AT)
    typed = {"label": "Autre nom", "effective_on": "2029-02-01", "category": "pain", "requirements": ["intermediaries"]}
    crossed = client.post(of(draft, end), data={"version": str(shown), **typed})
    assert crossed.status_code == 422 and "« Livraison » retirée" in read(crossed).replace("\u00a0", " ")
    assert again(draft).label == "Palier 4" and line(draft, "intermediaries").categories == ()


def test_a_button_pressed_on_an_old_page_does_nothing_and_says_what_changed(client, draft, buyer):
    shown = version(draft)
    with db.transaction():
        price = again(draft).as_value().requirement("price")
        change_requirement(again(draft), "price", price, version=shown, by=again(buyer), at=AT)
        rename_stage_draft(again(draft), "Autre", version=again(draft).version, by=again(buyer), at=AT)
    answer = client.post(of(draft, "/exigences/delivery/retirer"), data={"version": str(shown)}, follow_redirects=True)
    assert "a changé pendant" in read(answer) and "Autre" in read(answer) and line(draft, "delivery")


def test_a_line_that_somebody_took_out_is_kept_on_the_screen_to_be_added_again(client, draft, buyer):
    shown = version(draft)
    with db.transaction():
        remove_requirement(again(draft), "intermediaries", version=shown, by=again(buyer), at=AT)
    typed = {"label": "Intermédiaires, un au plus", "asked": "count_max", "threshold": "1", "proof": "Factures"}
    address = of(draft, "/exigences/intermediaries?nature=specification")
    crossed = client.post(address, data={"version": str(shown), **typed})
    assert "vient d’être retirée" in read(crossed) and 'value="Intermédiaires, un au plus"' in read(crossed)
    action = re.search(r'<form method="post" action="([^"]*/ajouter[^"]*)"', crossed.text)[1].replace("&amp;", "&")
    assert client.post(action, data={**typed, "version": str(version(draft))}).status_code == 302
    assert line(draft, "intermediaires_un_au_plus").threshold == 1


def test_a_stage_published_meanwhile_is_not_changed_by_a_page_shown_before(client, system, buyer):
    with db.transaction():
        row = start_revision(stages_of(again(system))[1], by=again(buyer), at=AT)
    address, shown = of(row, "/exigences/price/retirer"), version(row)
    with db.transaction():
        kept = again(row)
        kept.published_at, kept.fingerprint, kept.effective_on = AT, "0" * 64, date(2027, 6, 1)
    answer = client.post(address, data={"version": str(shown)})
    assert answer.status_code == 422 and "PAL-02" in answer.text


def test_the_page_names_the_consultations_that_the_date_falls_inside(client, system, draft, buyer):
    with db.transaction():
        made = make_mini_tender(make_service(again(buyer).organisation), system=again(system), by=again(buyer), title="Vœux du personnel")
        make_published(made, suppliers=1, by=again(buyer))
    with clock.frozen(SENT):
        sign_in(client, buyer)
        assert "Vœux du personnel" not in page(client, of(draft))
        send(client, draft, "/nom", label="Palier 4", effective_on="2026-12-05")
        told = page(client, of(draft))
    assert "Vœux du personnel" in told and "PAL-04" in told and "celui du jour de son envoi" in told


def test_a_draft_is_thrown_away_after_a_page_that_says_what_goes(client, draft, system):
    assert "Le journal garde son dernier contenu" in page(client, of(draft, "/effacer"))
    address = of(draft, "/effacer")
    assert client.post(address).location == f"/achats/systemes/{again(system).id}/paliers"
    session.rollback()
    assert session.scalar(select(Stage).where(Stage.published_at.is_(None))) is None


def test_drafts_of_a_system_that_is_not_open_are_written_on_the_same_screens(client, buyer):
    with db.transaction():
        made = make_draft(again(buyer).organisation, again(buyer), published=False)
        first = stages_of(made)[0]
    listed = page(client, f"/achats/systemes/{again(made).id}/paliers")
    assert "Modifier ce que demande un palier" in listed and of(first) in listed
    told = page(client, of(first))
    assert "Rien à corriger" in told and "Publier les paliers avec l’avis" in told and "rectificatif" not in told
    send(client, first, "/exigences/delivery/retirer")
    assert "Ajouter 5 points" in page(client, of(first))


def test_who_only_reads_sees_the_draft_and_no_button(app, draft, buyer):
    with db.transaction():
        auditor = make_person(again(buyer).organisation, Role.AUDITOR)
    reader = app.test_client()
    sign_in(reader, auditor)
    told = page(reader, of(draft))
    assert "Ce que dit la loi" in told and "Retirer" not in told and "Modifier" not in told and "Effacer" not in told
    assert reader.get(of(draft, "/bibliotheque")).status_code == 403


def test_the_statements_of_the_page_do_not_depend_on_how_many_are_admitted_or_consulted(client, app, system, draft, buyer):
    def statements():
        with clock.frozen(SENT), statements_of(app.engine) as found:
            page(client, of(draft))
        return len(found)

    with clock.frozen(SENT):
        sign_in(client, buyer)
        send(client, draft, "/nom", label="Palier 4", effective_on="2026-12-05")
    fill(system, buyer, 1)
    few = statements()
    fill(system, buyer, 12)
    assert statements() == few and few <= 20


def fill(system, buyer, count):
    """So many more suppliers admitted, and a consultation open to them for each."""
    with db.transaction():
        by, service = again(buyer), make_service(again(buyer).organisation)
        for number in range(count):
            make_published(make_mini_tender(service, system=again(system), by=by, title=f"Besoin {number}"), suppliers=2, by=by)


def test_another_organisation_s_draft_does_not_exist(client, database):
    with db.transaction():
        elsewhere = make_organisation()
        other = start_stage(make_system(elsewhere), by=make_person(elsewhere, Role.BUYER), at=AT)
    for end in ("", "/nom", "/bibliotheque", "/ajouter", "/exigences/price", "/exempter", "/effacer"):
        assert client.get(of(other, end)).status_code == 404
    for end in ("/exigences/price/retirer", "/exigences/price/corriger"):
        assert client.post(of(other, end)).status_code == 404
