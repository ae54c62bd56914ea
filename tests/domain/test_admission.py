from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.fr import siret

from sad.domain.admission.decision import (
    CHECKS,
    DISCRETIONARY_EXCLUSIONS,
    MANDATORY_EXCLUSIONS,
    Reason,
    examine,
    refusal_faults,
)
from sad.domain.admission.grounds import EXCLUSIONS
from sad.domain.admission.identity import is_siret
from sad.domain.admission.values import ApplicationFile
from tests.factories.requirements import a_stage, capacity, criteria, information, specification

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "admission.yaml").read_text(encoding="utf-8"))
DAY = date(2026, 3, 2)
STAGE = a_stage(
    capacity(),
    capacity("sanitary_approval", "Agrément sanitaire ou équivalent", categories=("traiteur",)),
    capacity("allergen_procedure", "Procédure écrite sur les allergènes", document_required=False),
    capacity(
        "meals",
        "Repas par jour",
        unit="count",
        comparison="at_least",
        threshold=Decimal(50),
        categories=("traiteur",),
        exempt_families=("repas_assis",),
        document_required=False,
    ),
    capacity("references", "Références de prestations comparables"),
    specification(),
    *criteria(),
    information(),
)
ANSWERS = dict.fromkeys(("liability_insurance", "sanitary_approval", "allergen_procedure", "references"), "oui")
FILE = ApplicationFile(
    category="traiteur",
    category_families=("traiteur_cocktail", "repas_assis"),
    families=("traiteur_cocktail", "charcuterie"),
    answers={**ANSWERS, "meals": "50", "usual_organic_pct": "30"},
    documents={"liability_insurance": date(2026, 12, 31), "sanitary_approval": None, "references": None},
    sworn_statement=True,
    name="Ferme des Trois Noyers",
    siret="00000001800010",
)


def file_of(case) -> ApplicationFile:
    documents = {**FILE.documents, **case.get("documents", {})}
    documents = {key: day for key, day in documents.items() if day != "absent"}
    parts = {key: tuple(value) if isinstance(value, list) else value for key, value in case.get("file", {}).items()}
    return replace(FILE, answers={**FILE.answers, **case.get("answers", {})}, documents=documents, **parts)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_an_application_gets_all_its_findings_and_one_outcome(case):
    examination = examine(file_of(case), STAGE, DAY)
    found = [[each.rule, each.requirement, each.kind] for each in examination.findings]
    assert found == case.get("findings", [])
    assert examination.outcome == case["outcome"]


@pytest.mark.parametrize("case", [case for case in CASES if case.get("findings")], ids=lambda case: case["name"])
def test_every_finding_says_what_to_do(case):
    examination = examine(file_of(case), STAGE, DAY)
    assert all(each.message.endswith((".", "»")) and each.remedy.endswith(".") for each in examination.findings)


values = st.none() | st.booleans() | st.integers() | st.text(max_size=10)


@given(st.fixed_dictionaries({"usual_organic_pct": values, "direct_supply_pct": values, "packaging": values, "unknown": values}))
def test_what_is_offered_and_what_is_told_never_change_the_findings(told):
    assert examine(replace(FILE, answers={**FILE.answers, **told}), STAGE, DAY) == examine(FILE, STAGE, DAY)


@given(
    st.fixed_dictionaries({key: st.sampled_from(["oui", "non", None]) for key in ANSWERS}), st.booleans(), st.sampled_from(["", FILE.siret])
)
def test_the_outcome_follows_from_the_kinds_found(answers, sworn, number):
    file = replace(FILE, answers={**FILE.answers, **answers}, sworn_statement=sworn, siret=number)
    examination = examine(file, STAGE, DAY)
    assert (examination.outcome == "not_admissible") == bool(examination.of_kind("insufficient"))
    assert (examination.outcome == "admissible") == (not examination.of_kind("insufficient") and not examination.of_kind("missing"))
    assert list(examination.findings) == [finding for check in CHECKS for finding in check(file, STAGE, DAY)]


def test_a_capacity_that_asks_an_exclusion_proof_decides_nothing():
    stage = a_stage(capacity("tax", "Attestation fiscale"), capacity())
    examination = examine(replace(FILE, answers={"liability_insurance": True}), stage, DAY)
    assert examination.outcome == "admissible"
    joined = replace(FILE, documents={**FILE.documents, "tax": date(2020, 1, 1)})
    assert [each.rule for each in examine(joined, stage, DAY).findings] == ["ADM-05"]


def with_check_digits(company: str, place: str) -> str:
    siren = company + luhn.calc_check_digit(company)
    return siren + place + luhn.calc_check_digit(siren + place)


digits = "0123456789"
sirets = st.builds(with_check_digits, st.text(digits, min_size=8, max_size=8), st.text(digits, min_size=4, max_size=4))


@given(sirets)
def test_a_siret_with_its_check_digits_is_one(number):
    assert is_siret(number)


@given(st.text(digits, min_size=14, max_size=14) | st.text(digits, min_size=5, max_size=5).map("356000000".__add__))
def test_a_siret_is_checked_as_the_reference_library_does(number):
    assert is_siret(number) == siret.is_valid(number)


@pytest.mark.parametrize("number", ["00000001800010", "000 000 018 00010", "35600000000048"])
def test_a_siret_may_be_written_with_spaces_and_la_poste_has_its_rule(number):
    assert is_siret(number)


@pytest.mark.parametrize(
    ("requirement", "sentence", "rules"),
    [
        ("sanitary_approval", "L’agrément sanitaire n’est pas détenu.", []),
        ("sworn_statement", "La déclaration n’a pas été faite après la demande de complément.", []),
        ("L2141-2", "Dettes fiscales constatées.", []),
        ("L2141-9", "Entente soupçonnée.", ["ADM-08"]),
        ("sanitary_approval", "  ", ["ADM-09"]),
        ("unwritten", "Ne convient pas.", ["ADM-09"]),
        ("direct_supply_pct", "Trop peu d’approvisionnement direct.", ["ADM-01"]),
        ("usual_organic_pct", "Pas assez de bio.", ["ADM-01"]),
        ("price", "Trop cher.", ["ADM-01"]),
        ("references", "Aucune référence.", ["ADM-03"]),
    ],
)
def test_a_refusal_cites_a_published_capacity(requirement, sentence, rules):
    assert [fault.rule for fault in refusal_faults([Reason(requirement, sentence)], STAGE, category="traiteur")] == rules


def test_a_refusal_without_reason_is_refused_and_all_faults_come_at_once():
    assert [fault.rule for fault in refusal_faults([], STAGE)] == ["ADM-09"]
    reasons = [Reason("unwritten", ""), Reason("L2141-7", "Défaillance."), Reason("price", "Cher.")]
    assert [fault.rule for fault in refusal_faults(reasons, STAGE)] == ["ADM-09", "ADM-09", "ADM-08", "ADM-01"]


def test_a_discretionary_exclusion_follows_a_hearing():
    assert refusal_faults([Reason("L2141-9", "Entente établie.")], STAGE, heard=True) == []


def test_every_exclusion_has_its_words_and_is_mandatory_or_discretionary():
    assert set(EXCLUSIONS) == {*MANDATORY_EXCLUSIONS, *DISCRETIONARY_EXCLUSIONS}
    assert not set(MANDATORY_EXCLUSIONS) & set(DISCRETIONARY_EXCLUSIONS)


def test_a_capacity_of_another_category_is_no_reason():
    reason = Reason("sanitary_approval", "Non détenu.")
    assert [fault.rule for fault in refusal_faults([reason], STAGE, category="boissons")] == ["ADM-09"]
