"""« Ma trajectoire »: the gaps of one supplier in plain words, what each asks and opens, and how it is closed."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from sad import clock
from sad.db import session, transaction
from sad.domain.stages import fingerprint, stage_to_dict
from sad.models.admissions import AdmissionState
from sad.models.mini_tenders import MiniTender
from sad.models.people import Role
from sad.models.suppliers import Supplier, UsualOffer
from sad.stages_model import model_categories, model_stages
from sad.web.supplier.roadmap import time_until
from tests.factories.admissions import make_admission, make_application
from tests.factories.crowd import first
from tests.factories.mini_tenders import SENT, make_mini_tender, make_published
from tests.factories.people import make_person
from tests.factories.stage_changes import stage_row
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system, stage_value
from tests.web.counting import statements_of
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in

AT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
PAGE = "/fournisseur/trajectoire"
SAID = {"intermediaries": "0", "direct_supply_pct": "35", "organic_or_siqo_pct": "30", "reusable_packaging": False}
SHORT = "35 % d’approvisionnement direct, 40 % demandés"


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(AT):
        yield


@pytest.fixture
def supplier(database) -> Supplier:
    with transaction():
        return make_supplier(name="Le Fournil", usual=SAID)


@pytest.fixture
def mine(client, supplier):
    sign_in(client, member_of(supplier))
    return client


def admitted(supplier: Supplier, **values):
    """The category that admits the supplier, in a system of its own."""
    with transaction():
        system = make_system(**values)
        make_admission(again(supplier), system.categories[0], make_person(system.organisation, Role.BUYER))
        return system.categories[0]


def part(text: str, after: str, before: str | None = None) -> str:
    """What a page says between two stages."""
    found = text[text.index(after):]
    return found[:found.index(before)] if before else found


def test_each_gap_is_said_once_in_full_with_its_effort_and_the_ways_to_close_it(mine, supplier):
    admitted(supplier)
    told = read(mine.get(PAGE))
    assert "Vous répondez à tout" in part(told, "Palier 1, aujourd’hui", "Palier 2, le")
    second, third = part(told, "Palier 2, le vendredi 15 janvier 2027", "Palier 3, le"), part(told, "Palier 3, le samedi 15 janvier 2028")
    assert "1 écart" in second and SHORT in second and "L’effort : changer de fournisseur ou d’organisation." in second
    assert "Dans 50 jours." in second and "C’est fait : le dire" in second and "Joindre un document" in second
    assert "2 écarts" in third and f"Toujours : {SHORT}" in third
    assert "Emballage réemployable : non, alors que c’est demandé" in third and "L’effort : s’équiper." in third
    assert "Intermédiaires : 0, pour 1 au plus" in second


def test_a_gap_leads_to_the_very_question_that_closes_it_and_back(mine, supplier):
    admitted(supplier)
    address = "/fournisseur/offre-habituelle?retour=trajectoire"
    assert f'href="{address}#q_direct_supply_pct"' in mine.get(PAGE).text
    assert 'id="q_direct_supply_pct"' in mine.get(address).text
    said = {f"q_{key}": str(value) for key, value in SAID.items()} | {"q_direct_supply_pct": "60", "q_reusable_packaging": "non"}
    answer = mine.post(address, data=said)
    assert answer.status_code == 302 and answer.location.endswith(PAGE)
    told = read(mine.get(PAGE))
    assert SHORT not in told and "Approvisionnement direct : 60 %, pour 40 % au moins" in told


def test_whoever_is_nowhere_is_led_to_the_categories(mine):
    told = read(mine.get(PAGE))
    assert "Rien ne vient encore pour vous" in told and "Voir les catégories" in told and "Dites ce que vous proposez" not in told


def test_whoever_declared_nothing_sees_what_is_asked_and_no_gap(client, database):
    with transaction():
        silent = make_supplier(usual={})
    admitted(silent)
    sign_in(client, member_of(again(silent)))
    told = read(client.get(PAGE))
    assert "Dites ce que vous proposez d’habitude" in told and "Approvisionnement direct : 40 % au moins" in told
    assert "écart" not in part(told, "Palier 1", "La trajectoire publiée") and "Vous répondez à tout" not in told


def test_whoever_meets_everything_is_told_so(client, database):
    with transaction():
        fit = make_supplier()
    admitted(fit)
    sign_in(client, member_of(again(fit)))
    told = read(client.get(PAGE))
    assert "Vous remplissez tous les paliers publiés" in told and told.count("Vous répondez à tout") == 3 and "L’effort" not in told


def test_an_answer_not_given_is_asked_and_not_blamed(mine, supplier):
    admitted(supplier)
    with transaction():
        given = {"intermediaries": "0", "organic_or_siqo_pct": "30", "reusable_packaging": True}
        known = again(supplier)
        session.add(UsualOffer(supplier_id=known.id, values=given, declared_by=member_of(known).id, declared_at=AT))
    second = part(read(mine.get(PAGE)), "Palier 2, le", "Palier 3, le")
    assert "Approvisionnement direct : à renseigner (40 % au moins)" in second and "ce n’est peut-être pas un manque" in second
    assert "Le dire" in second and "L’effort" not in second and "Ce que cela ouvre" not in second


def test_what_a_gap_opens_counts_the_consultations_of_a_year_and_those_that_asked_for_it_already(mine, supplier):
    category = admitted(supplier)
    with transaction():
        sent = make_published(make_mini_tender(system=again(category).system), suppliers=0)
        of_sent = first(MiniTender, MiniTender.id == sent.id)
        second = stage_row(sent.system, 2)
        of_sent.copies(2)
        of_sent.copies(3, stage_content=second.content, stage_fingerprint=second.fingerprint)
        of_sent.copies(4, published_at=AT - timedelta(days=366), closes_at=SENT)
        of_sent.copies(5, category_id=sent.system.categories[1].id)
    told = part(read(mine.get(PAGE)), "Palier 2, le", "Palier 3, le")
    assert "Ce que cela ouvre : 6 consultations en un an , dont 3 le demandaient déjà." in told
    assert "Les consultations parties depuis le mercredi 26 novembre 2025 dans vos catégories où ce palier le demande" in told
    assert "À partir du vendredi 15 janvier 2027, toutes celles qui partiront le demanderont." in told
    assert "Il faut aussi combler" not in told


def test_where_nothing_was_sent_no_number_is_made_up(mine, supplier):
    admitted(supplier)
    told = part(read(mine.get(PAGE)), "Palier 2, le", "Palier 3, le")
    assert "en un an" not in told and "Aucune consultation n’est partie depuis le mercredi 26 novembre 2025" in told


def test_a_supplier_never_sees_anything_of_another(mine, app, supplier):
    category = admitted(supplier)
    with transaction():
        rival = make_supplier(name="La Rivale", usual={**SAID, "direct_supply_pct": "12", "intermediaries": "4"})
        make_admission(rival, again(category), make_person(again(category).system.organisation, Role.BUYER))
    told = read(mine.get(PAGE))
    assert SHORT in told and not any(words in told for words in ("Rivale", "12 %", "4 intermédiaires"))
    theirs = app.test_client()
    sign_in(theirs, member_of(again(rival)))
    told = read(theirs.get(PAGE))
    assert "12 % d’approvisionnement direct, 40 % demandés" in told and "4 intermédiaires, 1 au plus" in told
    assert "Le Fournil" not in told and "35 %" not in told


def test_two_systems_make_two_lines_and_an_applicant_is_told_that_it_is_not_admitted_yet(mine, supplier):
    admitted(supplier, title="Goûters des écoles")
    with transaction():
        make_application(again(supplier), make_system(title="Cocktails de l’agglo").categories[1])
    told = read(mine.get(PAGE))
    schools, cocktails = part(told, "Goûters des écoles", "Cocktails de l’agglo"), part(told, "Cocktails de l’agglo")
    assert "Vous êtes admis en « Boulangerie et viennoiserie »" in schools and "Vous n’êtes pas" not in schools
    assert "Vous n’êtes pas, ou pas encore, admis en « Traiteur" in cocktails and "Ce que cela ouvre" not in cocktails


@pytest.mark.parametrize(("state", "is_there"), [(AdmissionState.SUSPENDED, True), (AdmissionState.REMOVED, False)])
def test_a_suspended_supplier_still_sees_what_would_bring_it_back(mine, supplier, state, is_there):
    category = admitted(supplier)
    with transaction():
        admission = make_admission(again(supplier), again(category).system.categories[1], make_person())
        admission.state = state
    assert ("pas encore, admis en « Traiteur" in read(mine.get(PAGE))) == is_there


def asked_of_caterers_only(category) -> None:
    """From stage 2 on, direct supply is asked in the second category alone."""
    for number, day in ((2, date(2027, 1, 15)), (3, date(2028, 1, 15))):
        row, value = stage_row(category.system, number), stage_value(number, day)
        only = (replace(each, categories=("traiteur",)) if each.key == "direct_supply_pct" else each for each in value.requirements)
        changed = replace(value, requirements=tuple(only))
        row.content, row.fingerprint = stage_to_dict(changed), fingerprint(changed)


def test_what_only_another_category_is_asked_is_not_a_gap(mine, supplier):
    category = admitted(supplier)
    with transaction():
        asked_of_caterers_only(again(category))
    assert SHORT not in read(mine.get(PAGE))


def test_only_the_consultations_of_the_categories_where_it_is_asked_are_counted(mine, supplier):
    category = admitted(supplier)
    with transaction():
        bakery, catering = again(category).system.categories
        make_admission(again(supplier), catering, make_person(bakery.system.organisation, Role.BUYER))
        asked_of_caterers_only(bakery)
        sent = make_published(make_mini_tender(system=bakery.system), suppliers=0)
        first(MiniTender, MiniTender.id == sent.id).copies(4, category_id=catering.id)
    told = part(read(mine.get(PAGE)), "Palier 2, le", "Palier 3, le")
    assert SHORT in told and "Ce que cela ouvre : 4 consultations en un an , dont aucune ne le demandait encore." in told


def test_a_stage_that_comes_tomorrow_is_said_so(mine, supplier):
    admitted(supplier)
    with clock.frozen(datetime(2027, 1, 14, 22, 59, tzinfo=UTC)):
        sign_in(mine, member_of(again(supplier)))
        assert "Demain." in part(read(mine.get(PAGE)), "Palier 2, le", "Palier 3, le")
    with clock.frozen(datetime(2027, 1, 14, 23, 0, tzinfo=UTC)):
        assert "Palier 2, aujourd’hui" in read(mine.get(PAGE))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 27), "Demain"),
        (date(2026, 11, 28), "Dans 2\u00a0jours"),
        (date(2027, 2, 25), "Dans 91\u00a0jours"),
        (date(2027, 2, 26), "Dans 3\u00a0mois"),
        (date(2028, 1, 15), "Dans 13\u00a0mois"),
    ],
)
def test_the_time_left_is_said_in_days_then_in_whole_months(day, words):
    assert time_until(day, date(2026, 11, 26)) == words


@pytest.mark.parametrize(
    ("name", "number", "gap"),
    [
        ("F04", 2, SHORT),
        ("F12", 3, "Contenants réemployables et repris : non, alors que c’est demandé"),
        ("F02", 3, "0 % de bio, signe de qualité ou équivalent, 20 % demandés"),
    ],
)
def test_the_suppliers_of_the_reference_data_see_exactly_one_gap_towards_their_next_stage(client, database, shared, name, number, gap):
    one = next(each for each in json.loads((shared / "data" / "demo.json").read_text())["suppliers"] if each["id"] == name)
    keys = ("intermediaries", "direct_supply_pct", "organic_or_siqo_pct", "reusable_packaging")
    with transaction():
        supplier = make_supplier(usual={key: one[key] for key in keys}, families=one["families"])
        system = make_system()
        for row, value in zip((stage_row(system, each) for each in (1, 2, 3)), _model(), strict=True):
            row.content, row.fingerprint, row.label = stage_to_dict(value), fingerprint(value), value.label
        make_admission(supplier, system.categories[0], make_person(system.organisation, Role.BUYER))
    sign_in(client, member_of(again(supplier)))
    told = read(client.get(PAGE)) + " Palier 4"
    steps = [part(told, f"Palier {place} –", f"Palier {place + 1}") for place in (1, 2, 3)]
    assert all("Vous répondez à tout" in step for step in steps[:number - 1])
    assert "1 écart " in steps[number - 1] and gap in steps[number - 1]


def _model():
    dates = [date(2026 + year, 1, 15) for year in range(3)]
    return model_stages(date(2025, 12, 1), dates, {each.key: each.families for each in model_categories()})


def test_the_page_asks_as_many_statements_for_a_hundred_consultations_as_for_one(mine, app, supplier):
    category = admitted(supplier)
    with transaction():
        sent = make_published(make_mini_tender(system=again(category).system), suppliers=0)
        of_sent = first(MiniTender, MiniTender.id == sent.id)

    def statements() -> int:
        with statements_of(app.engine) as found:
            mine.get(PAGE)
        return len(found)

    statements()
    few = statements()
    with transaction():
        of_sent.copies(100)
    assert statements() == few <= 12
