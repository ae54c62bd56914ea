"""A buyer takes a line from the library or writes one: the form of each nature, the law, the rewritings in one click."""

import re
from datetime import UTC, datetime

import pytest

from sad import clock, db
from sad.actions.stage_drafts import start_stage
from sad.actions.stages import stages_of
from sad.domain.requirements import Nature
from sad.models.people import Role
from tests.factories.drafts import make_draft
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.systems import make_system
from tests.web.rows import again
from tests.web.test_login import sign_in
from tests.web.writing import filled, line, of, page, read, send

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


def test_the_library_is_searched_without_script_and_says_what_is_already_there(client, draft):
    whole = page(client, of(draft, "/bibliotheque"))
    for words in ("Produits et qualité", "Bio et signes de qualité", "déjà demandé", "Plastique à usage unique", "L’écrire vous-même"):
        assert words in whole, words
    found = page(client, of(draft, "/bibliotheque?q=plastique"))
    assert "1 sujet trouvé" in found and "Bio et signes de qualité" not in found
    assert "Rien dans la bibliothèque" in page(client, of(draft, "/bibliotheque?q=trottinette"))


def test_the_library_says_what_an_open_system_cannot_take_any_more(client, draft, buyer):
    told = page(client, of(draft, "/bibliotheque?q=emballages"))
    criterion = "/ajouter?sujet=bulk&amp;nature=award_criterion"
    assert criterion not in told and "les critères sont ceux de l’avis" in told and "SAD-20" in told
    assert "nature=capacity" in page(client, of(draft, "/bibliotheque"))
    with db.transaction():
        made = make_draft(again(buyer).organisation, again(buyer), published=False)
        first = stages_of(made)[0]
    assert criterion in client.get(of(first, "/bibliotheque")).text
    refused = read(send(client, first, "/ajouter?nature=capacity", **ORGANIC))
    assert "En faire un critère d’attribution" in refused


def test_a_ready_requirement_is_added_with_another_threshold(client, draft):
    address = "/ajouter?sujet=seasonal&nature=specification"
    shown = page(client, of(draft, address))
    assert "Fruits et légumes de saison" in shown and 'value="80"' in shown and "Calendrier de saison" in shown
    data = {"label": "Fruits et légumes de saison", "asked": "percent_min", "threshold": "60", "proof": "Calendrier"}
    answer = send(client, draft, address, **data, categories=["traiteur"], exempt_families=["cafe_the"], environmental="y")
    assert answer.location == f"{of(draft)}#exigence-seasonal_pct"
    added = line(draft, "seasonal_pct")
    assert (added.nature, added.wanted, added.categories) == (Nature.SPECIFICATION, "60\u00a0% au moins", ("traiteur",))
    assert added.exempt_families == ("cafe_the",) and added.environmental
    again_asked = client.get(of(draft, address))
    assert again_asked.location == of(draft, "/exigences/seasonal_pct")


def test_a_capacity_of_the_library_is_proposed_for_the_categories_that_it_concerns(client, draft):
    shown = client.get(of(draft, "/ajouter?sujet=hygiene_training&nature=capacity")).text
    ticked = re.findall(r'<input[^>]*checked[^>]*name="categories"[^>]*value="(\w+)"', shown)
    assert ticked == ["traiteur"]


def test_a_product_under_admission_is_refused_and_moved_in_one_click_with_what_was_typed(client, draft):
    address = "/ajouter?nature=capacity"
    refused = send(client, draft, address, **ORGANIC)
    told = read(refused)
    assert refused.status_code == 422 and "ADM-01" in told and "CRI-09" in told and 'value="Produits bio"' in told
    for words in ("En faire une exigence de l’offre", "En faire une condition d’exécution"):
        assert words in told, words
    assert "En faire un critère d’attribution" not in told, "an open system takes no new criterion"
    assert "Écrire « Détient un certificat d’opérateur biologique ou équivalent »" in told.replace("\u00a0", " ")
    assert line(draft, "produits_bio") is None
    assert send(client, draft, address, **ORGANIC, mend="specification").status_code == 302
    moved = line(draft, "produits_bio")
    assert (moved.nature, moved.label) == (Nature.SPECIFICATION, "Produits bio ou équivalent")
    assert moved.proof == "Déclaration du candidat"


def test_the_other_rewriting_keeps_it_as_a_capacity(client, draft):
    assert send(client, draft, "/ajouter?nature=capacity", **ORGANIC, mend="capacity").status_code == 302
    kept = line(draft, "produits_bio")
    assert (kept.nature, kept.label) == (Nature.CAPACITY, "Détient un certificat d’opérateur biologique ou équivalent")


@pytest.mark.parametrize(
    ("nature", "label", "rule"),
    [
        ("specification", "Label Rouge", "CRI-09"),
        ("specification", "Café Nespresso", "CRI-08"),
        ("specification", "Distance de livraison", "CRI-08"),
        ("capacity", "Entreprise créée depuis au moins 5 ans", "ADM-03"),
        ("capacity", "Attestation fiscale à jour", "ADM-05"),
        ("performance_condition", "Chiffre d’affaires en hausse", "ADM-01"),
    ],
)
def test_what_is_forbidden_is_refused_with_its_rule_and_what_to_do(client, draft, nature, label, rule):
    refused = send(client, draft, f"/ajouter?nature={nature}", label=label, asked="yes", proof="Document")
    told = read(refused)
    assert refused.status_code == 422 and rule in told and f'value="{label}"' in told and "Pourquoi" in told
    assert len(again(draft).as_value().requirements) == len(stages_of(again(draft).system)[2].as_value().requirements)


def test_an_equivalent_is_added_to_a_label_in_one_click(client, draft):
    typed = {"label": "Label Rouge", "asked": "yes", "proof": "Certificat Label Rouge"}
    assert send(client, draft, "/ajouter?nature=specification", **typed, mend="equivalent").status_code == 302
    added = line(draft, "label_rouge")
    assert (added.label, added.proof) == ("Label Rouge ou équivalent", "Certificat Label Rouge ou équivalent")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"asked": "percent_min"}, "Écrivez le seuil"),
        ({"asked": "percent_min", "threshold": "140"}, "va de 0 à 100"),
        ({"asked": "count_max", "threshold": "beaucoup"}, "Écrivez un nombre"),
        ({"label": ""}, "Écrivez ce qui est demandé"),
        ({"proof": ""}, "aucune preuve"),
        ({"categories": ["poisson"]}, "poisson"),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field(client, draft, data, words):
    typed = {"label": "Délai", "asked": "yes", "proof": "Fiche", **data}
    answer = send(client, draft, "/ajouter?nature=specification", **typed)
    assert answer.status_code == 422 and words in read(answer)


def test_a_criterion_has_a_weight_a_range_and_a_method_in_words(client, draft):
    typed = {"label": "Emballages", "weight": "5", "weight_min": "2", "weight_max": "10", "method": "steps", "environmental": "y"}
    steps = "Repris : 100 %\nRecyclable : 50\nAutre : 0"
    assert send(client, draft, "/ajouter?nature=award_criterion", **typed, steps=steps).status_code == 302
    added = line(draft, "emballages")
    assert added.method == {"method": "steps", "steps": [["Repris", "1"], ["Recyclable", "0.5"], ["Autre", "0"]]} and added.unit == "text"
    told = page(client, of(draft))
    assert "105 points" in told and "Les poids des critères font 105 et non 100" in told and "CRI-04" in told
    shown = page(client, of(draft, "/exigences/emballages"))
    assert "Recyclable : 50 %" in shown.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"method": "linear_bounds", "best": "10"}, "la méthode choisie en a besoin"),
        ({"method": "linear_bounds", "best": "10", "worst": "10"}, "CRI-04"),
        ({"method": "steps", "steps": "tout"}, "une marche par ligne"),
        ({"method": "steps", "steps": "Repris : 140"}, "0 à 100"),
        ({"method": "highest_ratio", "price": "y"}, "la moins chère"),
        ({"method": "scale", "scale": "10", "weight": "12"}, "SAD-20"),
        ({"method": ""}, "Choisissez une méthode"),
    ],
)
def test_a_criterion_that_would_rank_nobody_is_refused(client, draft, data, words):
    typed = {"label": "Goût", "weight": "5", "weight_min": "2", "weight_max": "10", **data}
    answer = send(client, draft, "/ajouter?nature=award_criterion", **typed)
    assert answer.status_code == 422 and words in read(answer)
    assert line(draft, "gout") is None


def test_a_line_is_changed_in_place_and_moved_to_another_nature(client, draft):
    shown = page(client, of(draft, "/exigences/direct_supply_pct"))
    assert 'value="40"' in shown and "Changer ce qu’elle décide" in shown
    typed = {"label": "Approvisionnement direct", "asked": "percent_min", "threshold": "60", "proof": "Factures ou équivalent"}
    send(client, draft, "/exigences/direct_supply_pct?nature=specification", **typed)
    assert line(draft, "direct_supply_pct").threshold == 60
    assert page(client, of(draft, "/exigences/intermediaries?nature=performance_condition"))
    typed = {"label": "Intermédiaires", "asked": "count_max", "threshold": "1", "proof": "Factures"}
    send(client, draft, "/exigences/intermediaries?nature=performance_condition", **typed)
    assert line(draft, "intermediaries").nature is Nature.PERFORMANCE_CONDITION
    assert client.get(of(draft, "/exigences/intermediaries?nature=nothing")).status_code == 404
    assert client.get(of(draft, "/exigences/nothing")).status_code == 404


@pytest.mark.parametrize("nature", list(Nature))
def test_every_line_opens_in_every_nature(client, draft, nature):
    for key in ("price", "direct_supply_pct", "liability_insurance"):
        assert client.get(of(draft, f"/exigences/{key}?nature={nature}")).status_code == 200
    assert client.get(of(draft, f"/ajouter?nature={nature}")).status_code == 200


def test_a_criterion_saved_as_it_is_shown_does_not_change(client, draft):
    before = again(draft).content
    for each in again(draft).as_value().of_nature(Nature.AWARD_CRITERION):
        shown = client.get(of(draft, f"/exigences/{each.key}")).text
        assert client.post(of(draft, f"/exigences/{each.key}"), data=filled(shown)).status_code == 302
    kept = again(draft).content
    units = ("unit",)
    assert [{k: v for k, v in each.items() if k not in units} for each in kept["requirements"]] == [
        {k: v for k, v in each.items() if k not in units} for each in before["requirements"]
    ]


def test_each_method_of_a_criterion_has_a_worked_example_beside_it(client, draft):
    shown = page(client, of(draft, "/exigences/price"))
    assert "100 € a tous les points ; 125 € en a 80 % ; 200 € en a 50 %." in shown
    assert "une note de 8 sur 10 en a 80 %" in shown and "Oui a tous les points ; non n’en a aucun." in shown
