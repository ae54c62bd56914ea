"""A buyer drafts a system in short screens, sees what is missing, opens it, extends it or ends it."""

import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, inspect, select

from sad import clock, db
from sad.actions.stages import stages_of
from sad.db import session
from sad.models.letters import Letter
from sad.models.people import Role
from sad.models.systems import PurchasingSystem, SystemDocument
from tests.factories.admissions import make_admission
from tests.factories.drafts import OPENING, make_draft
from tests.factories.mini_tenders import make_mini_tender, make_published
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier
from tests.factories.systems import make_system
from tests.web.counting import statements_of
from tests.web.rows import again
from tests.web.test_login import sign_in

AT = OPENING.astimezone(UTC)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
ESSENTIALS = {
    "title": "Alimentation durable",
    "reference": "SAD-2027-01",
    "valid_from": "2027-01-04",
    "valid_until": "03/01/2031",
    "estimated_value": "600 000",
    "max_value": "900 000,00 €",
}
COMMON_USE = {"reason_SAD_01": "Du pain et des buffets se trouvent partout."}
CHANGE = {"notice_reference": "27-000001", "reason": "Le besoin continue."}


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(AT):
        yield


@pytest.fixture
def buyer(database):
    with db.transaction():
        return make_person(make_organisation(name="Agglo du Vercors"), Role.BUYER, name="Claire")


@pytest.fixture
def client(app, buyer):
    client = app.test_client()
    sign_in(client, buyer)
    return client


@pytest.fixture
def draft(buyer):
    with db.transaction():
        return make_draft(again(buyer).organisation, again(buyer), title="Paniers des aînés")


@pytest.fixture
def system(buyer):
    with db.transaction():
        return make_system(again(buyer).organisation)


def read(answer) -> str:
    return re.sub(r"\s+", " ", answer.text)


def page(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return read(answer)


def of(system: PurchasingSystem, end: str = "") -> str:
    return f"/achats/systemes/{inspect(system).identity[0]}{end}"


def letters() -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Letter))


def test_a_system_is_made_screen_by_screen_and_opened_to_everybody(client):
    made = client.post("/achats/systemes/nouveau", data=ESSENTIALS)
    assert re.fullmatch(r"/achats/systemes/\d+/modifier/achats", made.location)
    base = made.location.removesuffix("/modifier/achats")
    assert "6 points manquent" not in page(client, base) and "points manquent" in page(client, base)
    client.post(made.location, data={"purpose": "Pain et buffets", "estimated_quantity": "150 000 € HT par an", "place_of_performance": ""})
    proposed = page(client, f"{base}/modifier/fonctionnement")
    assert "tous les admis de la catégorie sont invités" in proposed
    texts = {"operation": "À tout moment.", "equipment": "Un navigateur.", "initial_evaluation_days": "0"}
    assert client.post(f"{base}/modifier/fonctionnement", data=texts).location == f"{base}/modifier/clauses"
    clauses = {"environmental_clause": "Contenants repris.", "social_clause": "Des heures d’insertion.", "social_exception": ""}
    assert client.post(f"{base}/modifier/clauses", data=clauses).location == f"{base}/categories"
    client.post(f"{base}/categories", data={"keys": ["pain", "traiteur"]})
    client.post(f"{base}/modifier/avis", data={"notice_reference": "26-123456", "notice_dispatched_at": ["2026-11-30", "15:00"]})
    client.post(f"{base}/paliers/dates", data={"effective_on_2": "2028-01-04", "effective_on_3": ""})
    assert client.post(f"{base}/paliers/publier").location == f"{base}/paliers"
    upload = {"title": "Règlement", "files": (io.BytesIO(PDF), "reglement.pdf")}
    assert client.post(f"{base}/documents", data=upload, content_type="multipart/form-data").location == f"{base}/documents"
    assert "Tout est prêt." in page(client, base)
    asked = page(client, f"{base}/ouvrir")
    for words in ("Le formulaire ne peut pas être fermé plus tôt", "SAD-04", "procédure est formalisée", "900"):
        assert words in asked
    assert client.post(f"{base}/ouvrir", data=COMMON_USE).location == base
    public = client.application.test_client().get(base.replace("/achats", ""))
    assert public.status_code == 200 and "Règlement" in public.text


def test_what_was_typed_stays_and_each_fault_stands_beside_its_field(client):
    answer = client.post("/achats/systemes/nouveau", data={**ESSENTIALS, "valid_until": "2026-01-01", "max_value": "10"})
    assert answer.status_code == 422
    told = read(answer)
    assert 'value="SAD-2027-01"' in told and "SAD-03" in told and "SAD-02" in told
    assert told.count('aria-invalid="true"') == 2


def test_the_draft_lists_all_that_is_missing_with_the_rule_of_each_point(client, buyer):
    bare = dict.fromkeys(("purpose", "equipment", "environmental_clause", "social_clause", "notice_reference"), "")
    with db.transaction():
        empty = make_draft(again(buyer).organisation, again(buyer), published=False, notice_dispatched_at=None, **bare)
    told = page(client, of(empty))
    for words in ("7 points manquent", "SAD-03", "SAD-05", "R2162-42", "PAL-01", "CRI-05", "L2112-2", "CRI-07", "L2112-2-1"):
        assert words in told, words
    refused = page(client, of(empty, "/ouvrir"))
    assert "ne peut pas encore ouvrir" in refused and "à tous</button>" not in refused
    assert client.post(of(empty, "/ouvrir"), data=COMMON_USE).status_code == 422
    assert again(empty).opened_at is None


def test_opening_asks_in_what_the_purchases_are_common(client, draft):
    answer = client.post(of(draft, "/ouvrir"), data={"reason_SAD_01": " "})
    assert answer.status_code == 422 and "SAD-01" in read(answer)
    assert again(draft).opened_at is None
    client.post(of(draft, "/ouvrir"), data=COMMON_USE)
    assert again(draft).opened_at == AT


def test_a_clause_and_the_reason_to_have_none_are_refused_together_and_both_stay_as_typed(client, draft):
    said = {"environmental_clause": "Contenants repris.", "social_clause": "Des heures d’insertion.", "social_exception": "available"}
    answer = client.post(of(draft, "/modifier/clauses"), data={**said, "social_exception_reason": "Le pain se trouve partout."})
    assert answer.status_code == 422
    told = read(answer)
    assert "CRI-07" in told and "Des heures d’insertion." in told and "Le pain se trouve partout." in told
    assert again(draft).social_exception is None


def test_the_screen_of_clauses_is_kept_as_it_is_proposed(client, draft):
    shown = client.get(of(draft, "/modifier/clauses")).text
    assert re.search(r'checked[^>]*name="social_exception"[^>]*value=""', shown)
    said = {"environmental_clause": "Contenants repris.", "social_clause": "Des heures d’insertion.", "social_exception_reason": ""}
    assert client.post(of(draft, "/modifier/clauses"), data=said).status_code == 302
    assert (again(draft).social_clause, again(draft).social_exception) == ("Des heures d’insertion.", None)


def test_a_system_without_social_clause_opens_with_its_exception_and_says_it_to_all(client, draft):
    said = {"environmental_clause": "Contenants repris.", "social_clause": "", "social_exception": "", "social_exception_reason": ""}
    client.post(of(draft, "/modifier/clauses"), data=said)
    assert "CRI-07" in page(client, of(draft, "/ouvrir"))
    excepted = {**said, "social_exception": "available", "social_exception_reason": "Le pain se trouve partout."}
    client.post(of(draft, "/modifier/clauses"), data=excepted)
    assert client.post(of(draft, "/ouvrir"), data=COMMON_USE).status_code == 302
    public = read(client.application.test_client().get(f"/systemes/{draft.id}"))
    assert "une solution immédiatement disponible" in public and "Le pain se trouve partout." in public


def test_a_category_is_reserved_in_a_draft_and_all_read_it_once_it_is_open(client, buyer):
    with db.transaction():
        empty = make_draft(again(buyer).organisation, again(buyer), published=False)
        category = empty.categories[0].id
    shown = of(empty, f"/categories/{category}/reserver")
    assert re.search(r'checked[^>]*name="reserved_for"[^>]*value=""', client.get(shown).text) and "RES-01" in page(client, shown)
    assert client.post(shown, data={}).status_code == 302
    assert client.post(shown, data={"reserved_for": "ess"}).status_code == 422
    assert client.post(shown, data={"reserved_for": "siae"}).location == of(empty, "/categories")
    said = "Réservée aux structures d’insertion (SIAE)"
    assert said in page(client, of(empty, "/categories"))
    client.post(of(empty, "/paliers/publier"))
    assert said.lower() in page(client, of(empty, "/ouvrir"))
    assert client.post(shown, data={"reserved_for": ""}).status_code == 422
    client.post(of(empty, "/ouvrir"), data=COMMON_USE)
    assert client.get(shown).status_code == 404 and said in page(client, of(empty))
    public = read(client.application.test_client().get(f"/systemes/{empty.id}"))
    assert said in public and "convention d’insertion" in public


def test_a_word_of_origin_asks_for_its_own_reason(client, draft):
    said = {"purpose": "Produits de la commune", "estimated_quantity": "10", "place_of_performance": ""}
    client.post(of(draft, "/modifier/achats"), data=said)
    assert client.post(of(draft, "/ouvrir"), data=COMMON_USE).status_code == 422
    answer = client.post(of(draft, "/ouvrir"), data={**COMMON_USE, "reason_CRI_08": "La commune est le lieu de livraison."})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "end", ["/modifier/achats", "/categories", "/categories/ajouter", "/paliers/dates", "/paliers/publier", "/ouvrir"]
)
def test_an_open_system_has_no_page_that_changes_it(client, system, end):
    assert client.get(of(system, end)).status_code == 404
    assert client.post(of(system, end)).status_code == 404


def test_no_address_closes_the_form_or_unpublishes_a_system(app):
    acts = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/achats/systemes") and "POST" in rule.methods}
    assert acts == {
        f"procurement.{name}"
        for name in (
            "create_system", "edit_system", "system_categories", "add_category", "remove_category", "reserve_category", "stage_dates",
            "publish_stages",
            "system_documents", "remove_system_document", "open_system", "extend_system", "end_system",
            "stage_play",
            "two_passphrases",  # for the consultations to come alone
            "ask_applications_destruction",  # once the system has ended, by two people
            # What is written of a draft stage is nobody's until it is published.
            "start_stage", "revise_stage", "stage_draft_name", "exempt_stage_draft", "discard_stage_draft", "write_requirement",
            "edit_requirement", "remove_requirement", "mend_requirement", "open_stage_comments", "answer_stage_comment",
            "close_stage_comments",
            # What becomes of a published roadmap and of those who are admitted: each with its own page of consequences.
            "corrigendum", "brake", "stage_review", "open_campaign", "decide_campaign_request", "decide_together", "close_campaign",
        )
    }  # fmt: skip


def test_a_category_of_ones_own_is_added_and_taken_out(client, buyer):
    with db.transaction():
        draft = make_draft(again(buyer).organisation, again(buyer), published=False)
    assert client.post(of(draft, "/categories/ajouter"), data={"label": "", "families": []}).status_code == 422
    client.post(of(draft, "/categories/ajouter"), data={"label": "Fromages de chèvre", "families": ["fromages"]})
    category = next(each for each in again(draft).categories if each.key == "fromages_de_chevre")
    assert "Fromages de chèvre" in page(client, of(draft, "/categories"))
    client.post(of(draft, f"/categories/{category.id}/retirer"))
    assert [each.key for each in again(draft).categories] == ["pain", "traiteur"]


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ({"effective_on_2": "2032-01-04"}, "hors de la période de validité"),
        ({"effective_on_2": "", "effective_on_3": "2029-01-04"}, "Donnez cette date avant"),
        ({"effective_on_2": "2027-01-04"}, "prend déjà effet"),
        ({"effective_on_2": "31/02/2028"}, "n’existe pas"),
    ],
)
def test_a_date_that_cannot_be_is_refused_beside_its_field(client, buyer, dates, words):
    with db.transaction():
        draft = make_draft(again(buyer).organisation, again(buyer), published=False)
    answer = client.post(of(draft, "/paliers/dates"), data=dates)
    assert answer.status_code == 422 and words in read(answer) and 'aria-invalid="true"' in answer.text
    assert len(stages_of(draft)) == 2


def test_a_stage_that_comes_too_soon_asks_for_a_reason(client, buyer):
    with db.transaction():
        draft = make_draft(again(buyer).organisation, again(buyer), published=False)
    client.post(of(draft, "/paliers/dates"), data={"effective_on_2": "2027-02-01"})
    assert "PAL-03" in page(client, of(draft, "/paliers/publier"))
    assert client.post(of(draft, "/paliers/publier")).status_code == 422
    client.post(of(draft, "/paliers/publier"), data={"reason_PAL_03": "Les fournisseurs l’ont demandé."})
    assert all(row.published_at == AT and row.fingerprint for row in stages_of(draft))


def test_the_stages_of_an_open_system_are_compared_line_by_line(client, system):
    told = page(client, of(system, "/paliers"))
    assert "<strong>40 % au moins</strong>" in told and "Publier" not in told
    one = page(client, of(system, "/paliers/2"))
    assert stages_of(system)[1].fingerprint in one and "Déclaration, factures ou équivalent" in one
    assert client.get(of(system, "/paliers/9")).status_code == 404


def test_a_document_is_refused_with_the_limits_that_were_shown(client, draft):
    limits = "formats acceptés : pdf"
    assert limits in page(client, of(draft, "/documents"))
    upload = {"title": "Règlement", "files": (io.BytesIO(b"MZ"), "reglement.exe")}
    answer = client.post(of(draft, "/documents"), data=upload, content_type="multipart/form-data")
    assert answer.status_code == 422 and limits in read(answer)


def test_a_document_is_taken_out_of_a_draft_but_not_of_an_open_system(client, draft, system):
    for each in (draft, system):
        upload = {"title": "Règlement", "files": (io.BytesIO(PDF), "reglement.pdf")}
        client.post(of(each, "/documents"), data=upload, content_type="multipart/form-data")
    session.rollback()
    of_draft, of_system = (again(each).documents[-1].document_id for each in (draft, system))
    assert client.get(of(draft, f"/documents/{of_draft}")).data == PDF
    assert client.post(of(draft, f"/documents/{of_draft}/retirer")).status_code == 302
    refused = client.post(of(system, f"/documents/{of_system}/retirer"))
    assert refused.status_code == 422 and "SAD-04" in refused.text and "R2162-41" in refused.text
    session.rollback()
    assert session.scalars(select(SystemDocument.document_id)).all() == [of_system]


def test_an_extension_is_read_again_with_its_letter_before_it_is_made(client, system, buyer):
    with db.transaction():
        make_admission(make_supplier(name="Ferme des Noyers"), again(system).categories[0], again(buyer))
    said = {**CHANGE, "valid_until": "2032-01-14"}
    shown = client.post(of(system, "/prolonger"), data=said)
    told = read(shown)
    assert shown.status_code == 200 and again(system).valid_until == date(2030, 1, 14) and letters() == 0
    for words in ("Ferme des Noyers", "1 fournisseur", "mercredi 14 janvier 2032", "Le besoin continue.", "SAD-21", "R2162-40"):
        assert words in told, words
    assert client.post(of(system, "/prolonger"), data={**said, "confirm": "1"}).location == of(system)
    assert again(system).valid_until == date(2032, 1, 14) and letters() == 1
    assert "Prolongé le" in page(client, of(system))


def test_an_end_is_read_again_before_it_is_made_and_then_offers_nothing_more(client, system):
    assert "prend fin tout de suite" in read(client.post(of(system, "/fin"), data=CHANGE))
    assert again(system).ended_at is None
    client.post(of(system, "/fin"), data={**CHANGE, "confirm": "1"})
    assert again(system).ended_at == AT
    assert "Mettre fin</a>" not in page(client, of(system))


@pytest.mark.parametrize("act", ["/prolonger", "/fin"])
def test_a_change_without_notice_nor_reason_is_refused_with_both(client, system, act):
    answer = client.post(of(system, act), data={"valid_until": "2032-01-14", "confirm": "1"})
    assert answer.status_code == 422 and answer.text.count('aria-invalid="true"') == 2 and "SAD-21" in answer.text
    assert again(system).changes == []


def test_another_organisation_s_system_does_not_exist(client, app):
    with db.transaction():
        elsewhere = make_organisation()
        other, draft = make_system(elsewhere), make_draft(elsewhere, make_person(elsewhere, Role.BUYER))
    ends = ("", "/paliers", "/paliers/1", "/documents", "/prolonger", "/fin", "/ouvrir", "/modifier/achats", "/categories")
    for each in (other, draft):
        assert [client.get(of(each, end)).status_code for end in ends] == [404] * len(ends)
    mine = client.post("/achats/systemes/nouveau", data=ESSENTIALS).location.removesuffix("/modifier/achats")
    assert client.post(f"{mine}/categories/{draft.categories[0].id}/retirer").status_code == 404


def test_the_other_roles_of_procurement_read_and_never_write(app, buyer, system, draft):
    with db.transaction():
        auditor = make_person(again(buyer).organisation, Role.AUDITOR)
    client = app.test_client()
    sign_in(client, auditor)
    for address in ("/achats/systemes", of(system), of(draft), of(system, "/paliers"), of(draft, "/paliers/1")):
        told = page(client, address)
        acts = ("Préparer un système", "Prolonger</a>", "Ouvrir le système</a>", "Publier 2 paliers")
        assert not any(act in told for act in acts), address
    for end in ("/modifier/achats", "/ouvrir", "/prolonger", "/fin", "/documents", "/paliers/dates"):
        assert client.get(of(system, end)).status_code == 403


def test_a_maximum_nearly_engaged_is_said_on_top_of_the_page(client, system):
    with db.transaction():
        make_published(make_mini_tender(system=again(system), budget=Decimal("719999.99")))
    assert "Le maximum annoncé est" not in page(client, of(system))
    with db.transaction():
        again(system).max_value = Decimal("899999.98")
    told = page(client, of(system))
    assert "Le maximum annoncé est proche" in told and "80 % du maximum" in told and "SAD-02" in told


def test_the_statements_of_the_pages_do_not_depend_on_the_number_of_rows(client, app, system, buyer):
    def statements(address):
        with statements_of(app.engine) as found:
            page(client, address)
        return len(found)

    fill(system, 10)
    pages = ("/achats/systemes", of(system), of(system, "/paliers"))
    few = [statements(each) for each in pages]
    fill(system, 490)
    assert [statements(each) for each in pages] == few and max(few) <= 12


def fill(system, count):
    """So many more systems of the organisation."""
    with db.transaction():
        names = ("organisation_id", "title", "purpose", "valid_from", "valid_until", "estimated_value", "max_value")
        said = {name: getattr(again(system), name) for name in names}
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        session.add_all(PurchasingSystem(reference=f"COPIE-{count}-{number}", created_at=moment, **said) for number in range(count))
