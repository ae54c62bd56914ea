"""The pages of a blind tasting: announced in the wizard, held by code, and no page that holds both a code and its name."""

import hashlib
import html
import io
import itertools
import re
import zipfile
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from sad import clock
from sad.actions.tasting_juries import type_sheet
from sad.actions.tastings import tasting_of
from sad.db import session, transaction
from sad.models.evaluations import Mark
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person, Role
from sad.models.tastings import Tasting, TastingJuror, TastingSample
from tests.factories.evaluations import make_opened, offers_of
from tests.factories.mini_tenders import CLOSES, make_mini_tender
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.tastings import CODES, OUTSIDE, TASTED, make_examined, make_prepared, make_ready, sheet
from tests.web.rows import again
from tests.web.test_procurement_ranking import at, change_to, enter, number, read

PAGE = "degustation"
A_SIRET = re.compile(r"\d{3}\s\d{3}\s\d{3}\s\d{5}")
ARRIVAL = {"arrived_at": ["2026-12-09", "11:30"], "temperature": "4 °C", "allergens_source": "Étiquette"}


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(TASTED):
        yield


def ready() -> MiniTender:
    with transaction():
        return make_ready().mini_tender


def tasting(mini_tender: MiniTender) -> Tasting:
    session.expire_all()
    found = tasting_of(again(mini_tender))
    assert found is not None
    return found


def of_sample(mini_tender: MiniTender, sample: TastingSample, end: str = "") -> str:
    return at(mini_tender, f"{PAGE}/echantillons/{number(sample)}{end}")


def of_juror(mini_tender: MiniTender, juror: TastingJuror, end: str) -> str:
    return at(mini_tender, f"{PAGE}/jury/{number(juror)}/{end}")


def preparer(mini_tender: MiniTender) -> Person:
    return session.get_one(Person, tasting(mini_tender).prepared_by)


def names(mini_tender: MiniTender) -> list[str]:
    return [offer.supplier.name for offer in offers_of(again(mini_tender))]


def typed(values: dict[int, str], remark: str = "Bon.") -> dict[str, str]:
    return {f"value_{code}": value for code, value in values.items()} | {f"remark_{code}": remark for code in values}


def text_of(answer) -> str:
    """What is read in a page, a PDF, or an archive of them."""
    return text_in(answer.data)


def text_in(body: bytes) -> str:
    if body.startswith(b"%PDF"):
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return " ".join(f"{name} {text_in(archive.read(name))}" for name in archive.namelist())
    return body.decode()


def links(mini_tender: MiniTender, text: str) -> list[tuple[int, str]]:
    """The pairs of a code and its supplier's name that stand in one text."""
    pairs = [(sample.code, sample.offer.supplier.name) for sample in tasting(mini_tender).samples]
    text = A_SIRET.sub("", text)  # three of its digits may happen to be a code
    return [(code, name) for code, name in pairs if re.search(rf"\b{code}\b", text) and name in text]


def every_page(app, mini_tender: MiniTender):
    """Every address of procurement about this mini-tender, and those about nothing in particular."""
    found = tasting(mini_tender)
    values = {
        "mini_tender_id": [found.mini_tender_id],
        "sample_id": [sample.id for sample in found.samples],
        "juror_id": [juror.id for juror in found.jurors],
        "offer_id": [sample.offer_id for sample in found.samples],
        "criterion": ["quality", "delivery"],
        "system_id": [found.mini_tender.system_id],
    }
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("procurement.") and "GET" in rule.methods and rule.arguments <= set(values):
            for chosen in itertools.product(*(values[name] for name in sorted(rule.arguments))):
                yield adapter.build(rule.endpoint, dict(zip(sorted(rule.arguments), chosen, strict=True)))


@pytest.mark.parametrize("role", ["preparer", *sorted({Role.BUYER, Role.EVALUATOR, Role.OPENER, Role.AWARD_AUTHORITY, Role.AUDITOR})])
def test_no_page_before_the_closing_holds_a_code_and_the_name_of_its_supplier(client, app, role):
    mini_tender = ready()
    pages = list(every_page(app, mini_tender))
    person = enter(client, mini_tender, Role.AUDITOR if role == "preparer" else Role(role))
    with transaction():
        for juror in tasting(mini_tender).tasters[:2]:
            type_sheet(juror, sheet(dict.fromkeys(CODES[:3], "7")), by=person, at=TASTED)
    if role == "preparer":
        change_to(client, preparer(mini_tender))
    answers = {page: client.get(page) for page in pages}
    assert {page: links(mini_tender, text_of(answer)) for page, answer in answers.items() if links(mini_tender, text_of(answer))} == {}
    read_pages = [page for page, answer in answers.items() if answer.status_code == 200]
    assert any(str(CODES[0]) in text_of(answers[page]) for page in read_pages)  # the sheets to print at least
    assert any(names(mini_tender)[0] in text_of(answers[page]) for page in read_pages)


def test_what_it_looks_for_is_found_once_names_are_revealed(client, app):
    mini_tender = ready()
    by = enter(client, mini_tender)
    for juror in tasting(mini_tender).tasters:
        assert client.post(of_juror(mini_tender, juror, "fiche"), data=typed(dict.fromkeys(CODES[:3], "7"))).status_code == 302
    assert client.post(at(mini_tender, f"{PAGE}/clore"), data={"held_on": "2026-12-09"}).status_code == 302
    page = client.get(at(mini_tender, PAGE)).text
    found = tasting(mini_tender)
    assert len(links(mini_tender, page)) == 3 and found.closed_by == number(by)
    salt, text = (html.unescape(said) for said in re.findall(r"<code[^>]*>(.*?)</code>", page)[-2:])
    assert hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest() == found.fingerprint and found.fingerprint in page


def test_a_tasting_that_was_not_announced_is_refused(client, app):
    with transaction():
        mini_tender = make_opened()
    enter(client, mini_tender)
    assert "Pas de dégustation" in read(client, at(mini_tender, PAGE))
    answer = client.post(at(mini_tender, PAGE))
    assert answer.status_code == 422 and "n’annonçait pas" in answer.text


def test_codes_are_drawn_at_random_once(client, app):
    with transaction():
        mini_tender, other = make_examined(), make_examined()
    for each in (mini_tender, other):
        enter(client, each)
        assert "Tirer les codes" in read(client, at(each, PAGE))
        assert client.post(at(each, PAGE)).status_code == 302
        assert client.post(at(each, PAGE)).status_code == 422
    drawn = [[sample.code for sample in tasting(each).samples] for each in (mini_tender, other)]
    assert drawn[0] != drawn[1] and tasting(mini_tender).salt != tasting(other).salt


def test_a_sample_is_received_and_its_label_is_for_who_drew_the_codes_alone(client, app):
    with transaction():
        mini_tender = make_prepared().mini_tender
    sample = tasting(mini_tender).samples[0]
    change_to(client, preparer(mini_tender))
    answer = client.post(of_sample(mini_tender, sample), data=ARRIVAL)
    assert answer.status_code == 422 and "Aucun des 14" in answer.text
    assert client.post(of_sample(mini_tender, sample), data={**ARRIVAL, "allergens": ["none", "milk"]}).status_code == 422
    assert client.post(of_sample(mini_tender, sample), data={**ARRIVAL, "allergens": ["milk", "nuts"]}).status_code == 302
    assert (again(sample).allergens, again(sample).temperature) == (["milk", "nuts"], "4 °C")
    label = client.get(of_sample(mini_tender, sample, "/etiquette"))
    assert str(again(sample).code) in label.text and label.headers["Cache-Control"] == "private, no-store"
    enter(client, mini_tender)
    assert client.get(of_sample(mini_tender, sample, "/etiquette")).status_code == 404


def test_a_juror_sees_no_page_of_a_sample_by_name(client, app):
    mini_tender = ready()
    juror = enter(client, mini_tender)
    sample = tasting(mini_tender).samples[0]
    assert client.get(of_sample(mini_tender, sample)).status_code == 200
    said = {"person": str(number(juror)), "has_conflict": "no"}
    assert client.post(at(mini_tender, f"{PAGE}/jury"), data=said).status_code == 302
    for end in ("", "/absent", "/etiquette"):
        assert client.get(of_sample(mini_tender, sample, end)).status_code == 404
    assert "echantillons/" not in client.get(at(mini_tender, PAGE)).text


def test_allergens_stand_beside_codes_and_never_beside_names(client, app):
    mini_tender = ready()
    enter(client, mini_tender)
    page, fiche = read(client, at(mini_tender, PAGE)), read(client, of_juror(mini_tender, tasting(mini_tender).jurors[0], "fiche"))
    assert "Céréales contenant du gluten" in fiche and "gluten" not in page


def test_an_absence_is_said_before_it_is_recorded(client, app):
    with transaction():
        mini_tender = make_prepared(missing_rule="zero").mini_tender
    change_to(client, preparer(mini_tender))
    sample = tasting(mini_tender).samples[1]
    assert "reçoit 0" in read(client, of_sample(mini_tender, sample, "/absent"))
    client.post(of_sample(mini_tender, sample, "/absent"), data={"reason": "Rien à 10 h."})
    assert again(sample).missing_reason == "Rien à 10 h."
    assert "Rien à 10 h." in read(client, at(mini_tender, PAGE))


def test_a_sheet_keeps_what_was_typed_when_it_is_refused(client, app):
    mini_tender = ready()
    enter(client, mini_tender)
    juror = tasting(mini_tender).jurors[1]
    answer = client.post(of_juror(mini_tender, juror, "fiche"), data=typed({731: "12", 418: "3", 952: "7"}, remark=""))
    assert answer.status_code == 422 and 'value="12"' in answer.text and "sous la moitié" in answer.text
    orders = [client.get(of_juror(mini_tender, each, "fiche")).text for each in tasting(mini_tender).jurors]
    assert len({tuple(re.findall(r'name="value_(\d+)"', text)) for text in orders}) == 3


def test_a_juror_is_released_with_a_reason(client, app):
    mini_tender = ready()
    enter(client, mini_tender)
    juror = tasting(mini_tender).jurors[0]
    assert client.post(of_juror(mini_tender, juror, "liberer"), data={"reason": " "}).status_code == 422
    client.post(of_juror(mini_tender, juror, "liberer"), data={"reason": "Malade."})
    assert again(juror).released_reason == "Malade." and "Malade." in read(client, at(mini_tender, PAGE))


def test_marks_are_proposed_then_confirmed_by_a_person(client, app):
    mini_tender = ready()
    enter(client, mini_tender)
    for juror, value in zip(tasting(mini_tender).tasters, ("6", "7", "9"), strict=True):
        client.post(of_juror(mini_tender, juror, "fiche"), data=typed(dict.fromkeys(CODES[:3], value)))
    client.post(at(mini_tender, f"{PAGE}/clore"), data={"held_on": "2026-12-09"})
    address = at(mini_tender, f"{PAGE}/notes")
    page = client.get(address).text
    assert page.count('value="7,33"') == 3 and session.scalars(select(Mark)).all() == []
    data = {}
    for offer in offers_of(again(mini_tender)):
        data |= {f"value_{number(offer)}": "7,33", f"reason_{number(offer)}": "Dégustation à l’aveugle."}
    assert client.post(address, data={**data, f"value_{number(offer)}": "77"}).status_code == 422
    assert session.scalars(select(Mark)).all() == []
    assert client.post(address, data=data).status_code == 302
    assert {(mark.criterion, mark.value) for mark in session.scalars(select(Mark))} == {("quality", "7.33")}


def test_a_tasting_is_stopped_with_a_reason_that_everybody_reads(client, app):
    mini_tender = ready()
    enter(client, mini_tender)
    client.post(at(mini_tender, f"{PAGE}/arreter"), data={"reason": "panne de froid"})
    assert read(client, at(mini_tender, PAGE)).count("panne de froid") == 4  # the top of the page and each offer
    assert client.post(at(mini_tender, f"{PAGE}/jury"), data={"person": "0", "name": "X", "has_conflict": "no"}).status_code == 422


def test_an_auditor_reads_and_changes_nothing(client, app):
    mini_tender = ready()
    enter(client, mini_tender, Role.AUDITOR)
    assert "Clore la dégustation" not in read(client, at(mini_tender, PAGE))
    assert client.post(at(mini_tender, f"{PAGE}/clore"), data={"held_on": "2026-12-09"}).status_code == 403


def test_the_sheets_are_one_page_for_each_juror_tagged_in_french_by_code_alone(client, app):
    mini_tender = ready()
    enter(client, mini_tender)
    answer = client.get(at(mini_tender, f"{PAGE}/fiches.pdf"))
    reader = PdfReader(io.BytesIO(answer.data))
    texts = [page.extract_text() for page in reader.pages]
    assert len(texts) == len(OUTSIDE) and all(name in text for name, text in zip(OUTSIDE, texts, strict=True))
    orders = [tuple(re.findall(r"^(\d{3})\b", text, re.M)) for text in texts]
    assert len(set(orders)) == 3 and all(set(order) == {str(code) for code in CODES[:3]} for order in orders)
    assert all("Céréalescontenantdugluten" in "".join(filter(str.isalnum, text)) for text in texts)
    assert not any(name in text for name in names(mini_tender) for text in texts)
    root = reader.trailer["/Root"]
    assert root["/Lang"].startswith("fr") and "/StructTreeRoot" in root and reader.metadata.title == "Fiche de dégustation à l’aveugle"


def test_the_announcement_is_asked_in_the_wizard_and_read_by_the_supplier(client, app):
    with transaction():
        need = make_mini_tender()
        person = session.get_one(Person, need.created_by)
    with clock.frozen(CLOSES - timedelta(days=14)):
        change_to(client, person)
        address = f"/service/besoins/{number(need)}/contraintes"
        assert "Dégustation d’échantillons" in read(client, address)
        base = {"version": str(again(need).version), "packaging": "reusable", "has_tasting": "yes", "tasting_criterion": "quality"}
        answer = client.post(address, data=base)
        assert answer.status_code == 422 and "Dites ce qu’il faut apporter" in answer.text
        where = {"tasting_place": "Cuisine centrale", "tasting_samples": "3 portions", "tasting_missing": "file"}
        early = client.post(address, data={**base, **where, "tasting_at": ["2026-12-05", "10:00"]})
        assert early.status_code == 422 and "avant la date limite" in early.text
        assert client.post(address, data={**base, **where, "tasting_at": ["2026-12-09", "10:00"]}).status_code == 302
        assert again(need).announced_tasting.criterion_label == "Qualité et adaptation au besoin"
        client.post(address, data={**base, "version": str(again(need).version), "has_tasting": "no"})
        assert again(need).announced_tasting is None


def test_another_organisation_finds_nothing(client, app):
    mini_tender = ready()
    with transaction():
        stranger = make_person(make_organisation(), Role.BUYER)
    change_to(client, stranger)
    assert {client.get(at(mini_tender, page)).status_code for page in (PAGE, f"{PAGE}/fiches.pdf", f"{PAGE}/clore")} == {404}
