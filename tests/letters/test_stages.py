"""The letter that announces a stage: what changes, what is met, what is missing, what to do, in the supplier's own words."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from sad.domain.play import AdmittedSupplier
from sad.domain.requirements import Nature
from sad.letters.layout import blocks
from sad.letters.stages import Announcement, announced
from sad.models.organisations import Organisation
from sad.models.systems import Category, PurchasingSystem
from tests.factories.requirements import a_stage, capacity, criteria, criterion, specification

HOME = "https://achats.example"
SAID = {"intermediaries": "0", "direct_supply_pct": "35", "reusable_packaging": True}
INTERMEDIARIES = specification(
    "intermediaries", "Intermédiaires", unit="count", comparison="at_most", threshold=Decimal(1), exempt_families=()
)
PACKAGING = specification("reusable_packaging", "Contenants réemployables", unit="yes_no", comparison="is_true", threshold=None)
FREE = replace(specification(), comparison="any", threshold=None)
BEFORE = a_stage(capacity(), FREE, INTERMEDIARIES, PACKAGING, *criteria(), number=1)
STAGE = a_stage(capacity(), specification(), INTERMEDIARIES, PACKAGING, *criteria(), number=2, effective_on=date(2027, 1, 15))


def system() -> PurchasingSystem:
    organisation = Organisation(name="Agglo du Vercors", contact_email="achats@vercors.example")
    categories = [Category(key="pain", label="Boulangerie"), Category(key="traiteur", label="Traiteur")]
    return PurchasingSystem(id=7, title="Alimentation durable", reference="SAD-1", organisation=organisation, categories=categories)


def baker(**parts) -> AdmittedSupplier:
    given = {"families": ("pain_viennoiserie",), "declared": SAID, "categories": ("pain",)}
    return AdmittedSupplier(1, "12345678900012", "Le Fournil", **{**given, **parts})


def letter(kind="added", stage=STAGE, before=BEFORE, supplier=None, is_admitted=True, earlier=(BEFORE,)) -> str:
    announcement = Announcement(system(), kind, stage, 2, before, "Les producteurs sont prêts.", "26-777777", earlier)
    text = announced(announcement, supplier or baker(), is_admitted=is_admitted, home=f"{HOME}/")
    return f"{text.subject}\n{text.body}".replace("\N{NO-BREAK SPACE}", " ")


def part(text: str, title: str) -> list[str]:
    """The items of the list that follows a title."""
    after = text.split(f"{title} :\n")[1].split("\n\n")[0]
    return [line.removeprefix("- ") for line in after.splitlines()]


def test_one_gap_is_said_in_one_sentence_beside_what_is_already_met():
    told = letter()
    assert part(told, "Ce qui vous manque") == ["35 % d’approvisionnement direct, 40 % demandés."]
    assert part(told, "Ce que vous remplissez déjà") == ["Intermédiaires : 0, pour 1 au plus.", "Contenants réemployables : oui."]
    assert "combler cet écart à temps" in told and f"{HOME}/fournisseur/trajectoire" in told


def test_an_added_stage_says_what_changes_from_the_stage_before_it_and_when():
    told = letter()
    assert told.startswith("Un palier de plus, le vendredi 15 janvier 2027 : Alimentation durable")
    assert part(told, "Ce qui change pour vous, par rapport à « Palier 1 »") == [
        "Approvisionnement direct : 40 % au moins (avant : à indiquer)."
    ]
    for words in ("Les producteurs sont prêts.", "26-777777", "Cette lettre tient compte de votre catégorie : Boulangerie."):
        assert words in told, words
    assert f"{HOME}/systemes/7/paliers/2/versions/2" in told


def test_when_all_is_met_nothing_is_asked():
    told = letter(supplier=baker(declared={**SAID, "direct_supply_pct": "60"}))
    assert "Il ne vous manque rien" in told and "- rien pour l’instant" in told
    assert "Ce qui vous manque" not in told and "Ce que vous n’avez pas encore dit" not in told
    assert "Approvisionnement direct : 60 %, pour 40 % au moins." in part(told, "Ce que vous remplissez déjà")


def test_whoever_declared_nothing_is_told_so_and_led_to_the_page_where_it_is_said():
    told = letter(supplier=baker(declared={}))
    assert "nous ne pouvons pas encore vous le dire" in told and f"{HOME}/fournisseur/offre-habituelle" in told
    assert part(told, "Ce palier demande")[0] == "Approvisionnement direct : à renseigner (40 % au moins)."
    assert "Ce que vous remplissez déjà :" not in told and "Ce qui vous manque :" not in told and "Il ne vous manque rien" not in told


def test_an_answer_that_was_not_given_is_not_held_for_a_fault():
    told = letter(supplier=baker(declared={"intermediaries": "0", "direct_supply_pct": "60"}))
    assert part(told, "Ce que vous n’avez pas encore dit") == ["Contenants réemployables : à renseigner (oui)."]
    assert "Ce qui vous manque" not in told and "Il ne vous manque rien" not in told


def test_a_postponed_stage_says_both_dates_and_that_nothing_else_changes():
    told = letter("postponed", replace(STAGE, effective_on=date(2027, 7, 1)), STAGE)
    assert told.startswith("Un palier est repoussé au jeudi 1er juillet 2027")
    assert "devait prendre effet le vendredi 15 janvier 2027" in told and "il prendra effet le jeudi 1er juillet 2027" in told
    assert "Seule la date change" in told and "Ce qui change pour vous" not in told
    assert part(told, "Ce qui vous manque") == ["35 % d’approvisionnement direct, 40 % demandés."]


def test_a_gap_that_an_earlier_stage_already_asks_says_since_when():
    third = replace(STAGE, number=3, label="Palier 3", effective_on=date(2028, 7, 1))
    told = letter("postponed", third, replace(third, effective_on=date(2028, 1, 15)), earlier=(BEFORE, STAGE))
    lacking = "35 % d’approvisionnement direct, 40 % demandés ; déjà demandé par « Palier 2 », à partir du vendredi 15 janvier 2027."
    assert part(told, "Ce qui vous manque") == [lacking]


def test_a_softened_stage_says_what_is_asked_less():
    softer = replace(STAGE, requirements=(specification(threshold=Decimal(30)), *STAGE.requirements[2:], capacity()))
    told = letter("softened", softer, STAGE)
    assert told.startswith("Un palier demande moins que prévu")
    assert part(told, "Ce qui change pour vous, par rapport à ce qui était publié") == [
        "Approvisionnement direct : 30 % au moins (avant : 40 % au moins)."
    ]
    assert "Il ne vous manque rien" in told and "date d’avant" not in told
    later = letter("softened", replace(softer, effective_on=date(2027, 7, 1)), STAGE)
    assert "(date d’avant : le vendredi 15 janvier 2027)" in later


def test_an_exemption_is_told_to_whom_it_frees_and_to_nobody_else():
    exempted = replace(specification(), exempt_families=("cafe_the", "pain_viennoiserie"))
    softer = replace(STAGE, requirements=(exempted, *(each for each in STAGE.requirements if each.key != exempted.key)))
    freed = letter("softened", softer, STAGE)
    assert "Approvisionnement direct : ce n’est plus demandé pour vos produits (avant : 40 % au moins)." in freed
    roaster = letter("softened", softer, STAGE, baker(families=("cafe_the",)))
    assert "Rien de ce qui change ne concerne vos catégories ni vos produits." in roaster


def test_what_other_categories_are_asked_is_left_out():
    only_caterers = replace(specification(), categories=("traiteur",))
    stage = replace(STAGE, requirements=(only_caterers, *(each for each in STAGE.requirements if each.key != only_caterers.key)))
    assert "Approvisionnement direct" not in letter(stage=stage)
    assert "35 % d’approvisionnement direct" in letter(stage=stage, supplier=baker(categories=("pain", "traiteur")))


def test_weights_that_move_are_said_in_points():
    heavier = tuple(criterion(each.key, each.label, 30, price=True) if each.price else each for each in STAGE.requirements)
    assert "Prix : 30 points (avant : 50 points)." in letter(stage=replace(STAGE, requirements=heavier))


@pytest.mark.parametrize("kind", ["added", "postponed", "softened"])
def test_consultations_already_sent_never_change(kind):
    assert "Les consultations déjà envoyées ne changent pas" in letter(kind)


def test_who_is_admitted_and_who_waits_read_what_becomes_of_them():
    assert "Vous restez admis" in letter() and "Votre candidature suit son cours" not in letter()
    waiting = letter(is_admitted=False)
    assert "Votre candidature suit son cours" in waiting and "Vous restez admis" not in waiting
    assert "la catégorie où vous attendez une réponse : Boulangerie" in waiting


def test_a_new_condition_of_admission_promises_nothing():
    stage = replace(STAGE, requirements=(*STAGE.requirements, capacity("organic_certificate", "Certificat d’opérateur ou équivalent")))
    assert "Vous restez admis" not in letter(stage=stage)


def test_every_piece_of_the_letter_is_laid_out():
    body = letter(supplier=baker(declared={"direct_supply_pct": "35", "intermediaries": "0"})).partition("\n")[2]
    assert "\n\n\n" not in body and [block.kind for block in blocks(body)].count("list") == 5
    assert {each.nature for each in STAGE.requirements} >= {Nature.CAPACITY, Nature.SPECIFICATION, Nature.AWARD_CRITERION}
