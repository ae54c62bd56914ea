"""What everybody sees of the systems: no account, nothing of a draft, everything of an open one, for good."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest

from sad import clock, db
from sad.actions.system_documents import publish_document
from sad.actions.validity import end_system, extend_system
from sad.models.admissions import Admission, AdmissionState
from sad.models.people import Role
from sad.models.suppliers import Supplier
from sad.models.systems import PurchasingSystem
from sad.storage import UploadedFile, check_files, put
from tests.factories.admissions import make_admission
from tests.factories.drafts import make_draft
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier
from tests.factories.systems import make_system
from tests.web.counting import statements_of
from tests.web.rows import again
from tests.web.test_login import sign_in

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
COPIED = ("organisation_id", "title", "purpose", "notice_reference", "notice_dispatched_at", "valid_from", "valid_until")
COPIED += ("estimated_value", "max_value", "opened_at", "created_at")
PAGES = ("", "/trajectoire", "/paliers/1", "/paliers/1.json", "/fournisseurs")


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(AT):
        yield


@pytest.fixture
def system(database):
    with db.transaction():
        return make_system(make_organisation(name="Agglo du Vercors"), title="Alimentation durable")


@pytest.fixture
def buyer(system):
    with db.transaction():
        return make_person(again(system).organisation, Role.BUYER)


def page(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_the_list_shows_open_systems_with_what_they_buy_and_until_when(client, system):
    listed = page(client, "/systemes")
    for words in ("Alimentation durable", "Agglo du Vercors", "Boulangerie et viennoiserie", "lundi 14 janvier 2030"):
        assert words in listed


def test_the_page_of_a_system_says_all_that_a_candidate_needs(client, system):
    told = page(client, f"/systemes/{system.id}")
    for words in (
        "25-123456",
        "Produits alimentaires et prestations de restauration",
        "150 000 € HT par an",
        "600 000,00 €",
        "900 000,00 €",
        "Procédure formalisée",
        "Un navigateur récent.",
        "Contenants repris ou réemployables",
        "jeudi 15 janvier 2026",
        "lundi 14 janvier 2030",
        "Assurance responsabilité civile professionnelle",
        "Palier 3, le samedi 15 janvier 2028",
        "Tout est gratuit",
        "SAD-06",
        "R2162-43",
        "Candidater",
    ):
        assert words in told, words


def test_a_draft_does_not_exist_for_the_public_nor_its_published_stages(client, system, buyer):
    with db.transaction():
        draft = make_draft(again(system).organisation, again(buyer), title="Paniers des aînés")
        document = publish_document(draft, "Règlement", put_file(client), by=again(buyer), at=AT).document_id
    assert "Paniers des aînés" not in page(client, "/systemes")
    for end in (*PAGES, f"/documents/{document}"):
        assert client.get(f"/systemes/{draft.id}{end}").status_code == 404, end


def put_file(client):
    (checked,) = check_files([UploadedFile("Règlement.pdf", PDF)])
    return put(client.application.settings.data_dir, checked)


def test_documents_are_free_without_account_and_never_run_in_the_page(client, system, buyer):
    with db.transaction():
        document = publish_document(again(system), "Règlement du système", put_file(client), by=again(buyer), at=AT)
    assert "Règlement du système" in page(client, f"/systemes/{system.id}")
    answer = client.get(f"/systemes/{system.id}/documents/{document.document_id}")
    assert answer.data == PDF and answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_document_is_read_through_its_own_system_only(client, system, buyer):
    with db.transaction():
        document = publish_document(again(system), "Règlement", put_file(client), by=again(buyer), at=AT)
        other = make_system()
    assert client.get(f"/systemes/{other.id}/documents/{document.document_id}").status_code == 404


def test_the_bytes_of_a_stage_have_its_fingerprint_and_the_page_says_so(client, system):
    told = page(client, f"/systemes/{system.id}/paliers/2")
    body = client.get(f"/systemes/{system.id}/paliers/2.json").data
    assert hashlib.sha256(body).hexdigest() in told
    assert "L’empreinte correspond" in told
    assert "40 % au moins" in told and "(de 30 à 50)" in told and "Le plus bas a tous les points" in told


def test_a_stage_that_was_tampered_with_is_denounced(client, system):
    with db.transaction():
        row = db.session.connection().exec_driver_sql
        row(f"UPDATE stages SET label = label, content = replace(CAST(content AS text), 'Palier 2', 'Palier II'){cast()} WHERE number = 2")
    assert "L’empreinte ne correspond pas" in page(client, f"/systemes/{system.id}/paliers/2")


def cast() -> str:
    return "::json" if db.session.get_bind().dialect.name == "postgresql" else ""


@pytest.mark.parametrize("end", ["/paliers/4", "/paliers/4.json", "/documents/999"])
def test_what_a_system_does_not_hold_does_not_exist(client, system, end):
    assert client.get(f"/systemes/{system.id}{end}").status_code == 404


def test_the_roadmap_marks_what_changes_and_which_stage_is_in_force(client, system):
    told = page(client, f"/systemes/{system.id}/trajectoire")
    assert "<strong>40 % au moins</strong>" in told and "Sauf qui ne vend que : Café, thé" in told
    assert told.count("En vigueur") == 1
    with clock.frozen(AT + timedelta(days=60)):
        assert "Passé" in page(client, f"/systemes/{system.id}/trajectoire")


def test_only_admitted_suppliers_who_agreed_are_named(client, system, buyer):
    with db.transaction():
        category, by = again(system).categories[0], again(buyer)
        shown = {"name": "Ferme _des_ Noyers", "is_shown_publicly": True}
        make_admission(make_supplier(**shown), category, by)
        make_admission(make_supplier(name="Discret"), category, by)
        make_admission(make_supplier(name="Radié", is_shown_publicly=True), category, by).state = AdmissionState.REMOVED
        make_admission(make_supplier(name="Ailleurs", is_shown_publicly=True), make_system().categories[0], by)
    told = page(client, f"/systemes/{system.id}/fournisseurs")
    assert "Ferme _des_ Noyers" in told and "Boulangerie et viennoiserie" in told
    assert not any(name in told for name in ("Discret", "Radié", "Ailleurs"))
    assert "1 fournisseur admis a accepté" in page(client, f"/systemes/{system.id}")


def test_an_extension_and_its_notice_are_public(client, system, buyer):
    with db.transaction():
        extend_system(again(system), date(2031, 1, 14), notice_reference="26-77", reason="Le besoin continue.", by=again(buyer), at=AT)
    told = page(client, f"/systemes/{system.id}")
    assert "Prolongé jusqu’au" in told and "mardi 14 janvier 2031" in told and "26-77" in told


def test_an_ended_system_leaves_the_list_but_keeps_its_pages(client, system, buyer):
    with db.transaction():
        end_system(again(system), notice_reference="26-78", reason="Un nouveau système le remplace.", by=again(buyer), at=AT)
    assert "Alimentation durable" not in page(client, "/systemes")
    told = page(client, f"/systemes/{system.id}")
    assert "Terminé" in told and "Ouvrir un compte" not in told
    for end in PAGES:
        assert client.get(f"/systemes/{system.id}{end}").status_code == 200, end


def test_an_agent_is_not_asked_to_apply(client, system, buyer):
    assert "Ouvrir un compte" in page(client, f"/systemes/{system.id}")
    sign_in(client, buyer)
    assert "Ouvrir un compte" not in page(client, f"/systemes/{system.id}")


def test_a_system_announced_for_later_says_from_when(client, system):
    with clock.frozen(datetime(2025, 12, 15, 9, tzinfo=UTC)):
        assert "du <time datetime=\"2026-01-15\">" in page(client, "/systemes")
        assert "Annoncé" in page(client, f"/systemes/{system.id}")


def test_the_statements_of_a_page_do_not_depend_on_the_number_of_rows(client, app, system, buyer):
    pages = ("/systemes", f"/systemes/{system.id}", f"/systemes/{system.id}/fournisseurs", f"/systemes/{system.id}/trajectoire")

    def statements(address):
        with statements_of(app.engine) as found:
            page(client, address)
        return len(found)

    fill(system, buyer, 10)
    statements("/systemes")  # the first request also looks at the schema
    few = [statements(each) for each in pages]
    fill(system, buyer, 490)
    assert [statements(each) for each in pages] == few and max(few) <= 8


def fill(system, buyer, count):
    """So many more open systems, and so many more suppliers admitted to the first one, who agreed to be named."""
    with db.transaction():
        system, numbers = again(system), range(count)
        first = make_admission(make_supplier(), system.categories[0], again(buyer))
        said = {name: getattr(system, name) for name in COPIED}
        db.session.add_all(PurchasingSystem(reference=f"COPIE-{count}-{number}", **said) for number in numbers)
        shown = {"kind": "producteur", "is_shown_publicly": True, "created_at": AT}
        suppliers = [Supplier(siret=f"{count}{number:011d}", name=f"Ferme {number}", **shown) for number in numbers]
        db.session.add_all(suppliers)
        db.session.flush()
        kept = {name: getattr(first, name) for name in ("organisation_id", "category_id", "application_id", "admitted_at")}
        db.session.add_all(Admission(supplier_id=each.id, **kept) for each in suppliers)
