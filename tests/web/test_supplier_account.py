"""Opening a supplier's account, joining one, its profile, its people, its usual offer, its vault, its letters."""

import io
import itertools
import re
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.letters import people_of
from sad.db import session, transaction
from sad.models.certificates import Certificate
from sad.models.letters import Letter
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier, SupplierInvitation
from tests.factories.documents import make_certificate
from tests.factories.organisations import make_organisation
from tests.factories.people import PASSWORD, make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system
from tests.web.counting import statements_of
from tests.web.rows import again
from tests.web.test_login import sign_in

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NEW = "cinq pommes dans la brouette"
FORM = {
    "siret": "732 829 320 00074",
    "name": "Fournil de la Gare",
    "kind": "boulangerie",
    "commune": "Valence",
    "postcode": "26000",
    "families": ["pain_viennoiserie"],
    "person_name": "Léa Martin",
    "password": NEW,
    "again": NEW,
}
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def supplier(database):
    with transaction():
        return make_supplier(name="Ferme des Noyers")


@pytest.fixture
def mine(client, supplier):
    """A client signed in for the supplier."""
    sign_in(client, member_of(supplier))
    return client


def last_link(kind: str) -> str:
    session.rollback()
    letter = session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id.desc())).first()
    return letter.secret.removeprefix("http://localhost")


def asked(client, email: str = "lea@fournil.example") -> str:
    client.post("/inscription", data={"email": email})
    return last_link("registration")


def test_a_newcomer_opens_its_account_by_the_link_it_received_and_is_in(client, database):
    link = asked(client)
    assert "lea@fournil.example" in client.get(link).text
    answer = client.post(link, data=FORM)
    assert answer.location == "/fournisseur/candidatures"
    supplier = session.scalars(select(Supplier)).one()
    assert (supplier.siret, supplier.is_shown_publicly, supplier.is_vat_exempt) == ("73282932000074", False, False)
    assert client.get("/fournisseur/fiche").status_code == 200


def test_the_answer_is_the_same_whether_or_not_the_address_has_an_account(client, supplier):
    known, unknown = (client.post("/inscription", data={"email": email}) for email in (member_of(supplier).email, "x@y.example"))
    assert (known.status_code, known.location, known.data) == (unknown.status_code, unknown.location, unknown.data)
    session.rollback()
    assert {letter.kind for letter in session.scalars(select(Letter))} == {"registration", "registration_known"}


def test_asking_too_often_is_slowed_down(client, database):
    answers = [client.post("/inscription", data={"email": "lea@fournil.example"}).status_code for _ in range(12)]
    assert answers[0] == 302 and answers[-1] == 429


@pytest.mark.parametrize("bend", [lambda link: link + "x", lambda link: "/inscription/abc"])
def test_a_link_that_is_not_ours_opens_nothing(client, database, bend):
    assert client.get(bend(asked(client))).status_code == 422


def test_a_link_of_yesterday_opens_nothing(client, database):
    with clock.frozen(AT):
        link = asked(client)
    with clock.frozen(AT + timedelta(hours=23)):
        assert client.get(link).status_code == 200
    with clock.frozen(AT + timedelta(hours=25)):
        assert "une journée" in client.get(link).text


@pytest.mark.parametrize(
    ("changes", "said", "field"),
    [
        ({"siret": "73282932000075"}, "faute de frappe", "siret"),
        ({"siret": "1234"}, "14 chiffres", "siret"),
        ({"name": " "}, "nom de l’entreprise", "name"),
        ({"postcode": "26"}, "cinq chiffres", "postcode"),
        ({"families": []}, "famille de produits", "families"),
        ({"password": "court", "again": "court"}, "au moins 12", "password"),
        ({"again": "autre chose encore"}, "diffèrent", "again"),
    ],
)
def test_a_fault_shows_beside_its_field_and_what_was_typed_stays(client, database, changes, said, field):
    page = client.post(asked(client), data={**FORM, **changes})
    assert page.status_code == 422 and said in page.text
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*id="{field}"', page.text)
    assert 'value="Léa Martin"' in page.text and 'value="Valence"' in page.text
    assert session.query(Supplier).count() == 0


def test_a_known_siret_is_refused_beside_its_field_and_says_what_to_do(client, supplier):
    link, known = asked(client), again(supplier)
    siret, secrets = known.siret, (known.name, member_of(known).email)
    page = client.post(link, data={**FORM, "siret": siret})
    assert page.status_code == 422 and "a déjà un compte" in page.text and "vous inviter" in page.text
    assert not any(secret in page.text for secret in secrets)


def test_whoever_has_an_account_adds_another_company_with_it(mine, supplier):
    assert mine.get("/inscription").location == "/fournisseur/ajouter"
    assert mine.post("/fournisseur/ajouter", data=FORM).location == "/fournisseur/candidatures"
    assert "Fournil de la Gare" in mine.get("/fournisseur/").text


def test_a_second_person_is_invited_joins_and_leaves(app, mine, supplier):
    mine.post("/fournisseur/personnes", data={"email": "paul@fournil.example"})
    assert "paul@fournil.example" in mine.get("/fournisseur/personnes").text
    link, other = last_link("member_invitation"), app.test_client()
    assert "Ferme des Noyers" in other.get(link).text
    answer = other.post(link, data={"person_name": "Paul Roux", "password": NEW, "again": NEW})
    assert answer.location == "/fournisseur/" and "Bonjour, Ferme des Noyers" in other.get("/fournisseur/").text
    assert "Vos collègues continuent" in other.get("/fournisseur/personnes/partir").text
    other.post("/fournisseur/personnes/partir")
    assert other.get("/fournisseur/").status_code == 403
    assert len(people_of(again(supplier))) == 1


def test_somebody_invited_who_has_an_account_signs_in_and_accepts(app, mine, supplier):
    with transaction():
        paul = make_person(email="paul@fournil.example")
    mine.post("/fournisseur/personnes", data={"email": "paul@fournil.example"})
    link, other = last_link("member_invitation"), app.test_client()
    login = other.get(link)
    assert login.location.startswith("/connexion?next=/invitation/")
    assert other.post(login.location, data={"email": paul.email, "password": PASSWORD}).location == link
    assert other.post(link).location == "/fournisseur/"


def test_the_last_person_reads_what_leaving_entails(mine, supplier):
    page = mine.get("/fournisseur/personnes/partir").text
    assert "la dernière personne" in page and "plus personne ne recevra" in page


def test_an_invitation_of_another_supplier_does_not_exist(mine, supplier):
    with transaction():
        other = make_supplier()
        session.add(
            SupplierInvitation(
                supplier=other, email="x@y.example", token_hash="t", invited_by=member_of(other).id, invited_at=AT, expires_at=AT
            )
        )
    number = session.scalars(select(SupplierInvitation.id)).one()
    assert mine.post(f"/fournisseur/personnes/invitations/{number}/annuler").status_code == 404


def test_the_profile_is_changed_and_its_faults_stay_beside_their_field(mine, supplier):
    form = {key: FORM[key] for key in ("name", "kind", "commune", "postcode", "families")}
    assert mine.post("/fournisseur/fiche", data={**form, "is_shown_publicly": "y"}).status_code == 302
    changed = again(supplier)
    assert (changed.name, changed.is_shown_publicly) == ("Fournil de la Gare", True)
    page = mine.post("/fournisseur/fiche", data={**form, "postcode": "abc"})
    assert page.status_code == 422 and 'value="abc"' in page.text


def test_the_usual_offer_is_said_in_french_numbers(mine, supplier):
    with transaction():
        make_system()
    page = mine.post("/fournisseur/offre-habituelle", data={"q_direct_supply_pct": "beaucoup", "q_intermediaries": "1"})
    assert page.status_code == 422 and 'value="beaucoup"' in page.text and 'value="1"' in page.text
    sent = {"q_direct_supply_pct": "42,5", "q_intermediaries": "", "q_organic_or_siqo_pct": "", "q_reusable_packaging": "non"}
    assert mine.post("/fournisseur/offre-habituelle", data=sent).status_code == 302
    assert again(supplier).declared == {"direct_supply_pct": "42.5", "reusable_packaging": False}
    assert 'value="42,5"' in mine.get("/fournisseur/offre-habituelle").text


def test_the_clauses_that_can_be_honoured_are_ticked_and_stay_ticked_until_they_are_not(mine, supplier):
    with transaction():
        make_system()
    page = "/fournisseur/offre-habituelle"
    assert "Les clauses que vous pouvez tenir" in mine.get(page).text
    assert mine.post(page, data={"clauses": ["anything"]}).status_code == 422
    assert mine.post(page, data={"clauses": ["staff_break", "apprentices"]}).status_code == 302
    before = dict(again(supplier).declared)
    assert (before["staff_break"], before["apprentices"]) == (True, True)
    assert re.findall(r'checked[^>]*name="clauses"[^>]*value="(\w+)"', mine.get(page).text) == ["apprentices", "staff_break"]
    mine.post(page, data={"clauses": ["apprentices"]})
    assert before.pop("staff_break") and again(supplier).declared == before


def test_a_document_is_kept_with_its_date_given_back_as_a_download_and_taken_out(mine, supplier):
    sent = {"label": "Certificat bio", "expires_on": "31/12/2026", "files": (io.BytesIO(PDF), "certificat.pdf")}
    assert mine.post("/fournisseur/documents", data=sent).status_code == 302
    held = session.scalars(select(Certificate)).one()
    assert (held.label, held.expires_on) == ("Certificat bio", date(2026, 12, 31))
    answer = mine.get(f"/fournisseur/documents/{held.document_id}")
    assert answer.data == PDF and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment") and "sandbox" in answer.headers["Content-Security-Policy"]
    mine.post(f"/fournisseur/documents/{held.id}/retirer")
    assert "Votre coffre est vide" in mine.get("/fournisseur/documents").text


def test_a_file_of_another_type_is_refused_with_the_limit_that_was_shown(mine, supplier):
    limit = re.search(r"formats acceptés[^<]*", mine.get("/fournisseur/documents").text)[0]
    page = mine.post("/fournisseur/documents", data={"label": "Programme", "files": (io.BytesIO(b"MZ"), "a.exe")})
    assert page.status_code == 422 and limit in page.text and 'value="Programme"' in page.text


def test_the_documents_of_another_supplier_do_not_exist(mine, supplier):
    with transaction():
        theirs = make_certificate(make_supplier())
    assert mine.get(f"/fournisseur/documents/{theirs.document_id}").status_code == 404
    assert mine.post(f"/fournisseur/documents/{theirs.id}/retirer").status_code == 404


def write_letters(supplier: Supplier, number: int, **values) -> None:
    supplier = again(supplier)
    with transaction():
        for rank, person in itertools.product(range(number), people_of(supplier)):
            letter = {"subject": f"Lettre {rank}", "kind": "admitted", "created_at": AT + timedelta(minutes=rank), **values}
            session.add(
                Letter(
                    person_id=person.id,
                    supplier_id=supplier.id,
                    to_email=person.email,
                    to_name=person.name,
                    body="Bonjour.",
                    message_id=f"<{uuid.uuid4()}@x>",
                    **letter,
                )
            )


def test_each_letter_waits_once_for_every_colleague_whoever_received_the_copy(mine, supplier):
    write_letters(supplier, 2)
    page = mine.get("/fournisseur/courriers").text
    assert page.count("Lettre 0") == 1 and page.index("Lettre 1") < page.index("Lettre 0")
    number = session.scalars(select(Letter.id).order_by(Letter.id)).first()
    assert "Bonjour." in mine.get(f"/fournisseur/courriers/{number}").text


def test_the_letters_of_another_supplier_do_not_exist(mine, supplier):
    with transaction():
        other = make_supplier()
    write_letters(other, 1)
    number = session.scalars(select(Letter.id)).one()
    assert mine.get(f"/fournisseur/courriers/{number}").status_code == 404
    assert "Lettre 0" not in mine.get("/fournisseur/courriers").text


@pytest.mark.parametrize("path", ["/fournisseur/courriers", "/fournisseur/documents"])
def test_long_lists_ask_the_same_number_of_statements(app, mine, supplier, path):
    counts = []
    for number in (10, 490):
        write_letters(supplier, number, kind=f"kind{number}")
        fresh = again(supplier)
        with transaction():
            for _ in range(number):
                make_certificate(fresh)
        with statements_of(app.engine) as found:
            assert mine.get(path).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1] <= 6


def test_agents_have_no_supplier_space(client, database):
    with transaction():
        agent = make_person(make_organisation(), Role.BUYER)
    sign_in(client, agent)
    assert client.get("/fournisseur/").status_code == 403
    assert session.query(Person).count() == 1
