import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from sad import parameters
from sad.domain.dated import NotYetInForce
from sad.parameters import ParametersError

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases"
LAW_FAULTS = yaml.safe_load((CASES / "law_faults.yaml").read_text(encoding="utf-8"))
RULE_FAULTS = yaml.safe_load((CASES / "rule_faults.yaml").read_text(encoding="utf-8"))
FAMILIES = {
    **{"SAD": 22, "TIM": 4, "CRI": 14, "ADM": 12, "PAL": 6, "REC": 8, "ANA": 5, "AWD": 10},
    **{"ORD": 6, "PUB": 6, "EGA": 2, "PKG": 1, "RES": 1, "ARC": 3, "SEC": 1, "ACC": 1, "THR": 1},
}
A_DAY = date(2026, 12, 1)
SOUND_RULE = {"title": "Un titre", "number": "", "articles": ["R2162-50"], "tag": "A", "enforcement": "B", "plain": "Une phrase."}
RULES = sorted(parameters.rules().values(), key=lambda rule: rule.id)


def planted(directory, content, name="planted.yaml"):
    (directory / name).write_text(content, encoding="utf-8")
    with pytest.raises(ParametersError) as error:
        parameters.load(directory)
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "day", "value"),
    [
        ("formal_procedure_threshold", date(2025, 12, 31), Decimal(221000)),
        ("formal_procedure_threshold", date(2026, 1, 1), Decimal(216000)),
        ("direct_purchase_threshold", date(2026, 3, 31), Decimal(40000)),
        ("direct_purchase_threshold", date(2026, 4, 1), Decimal(60000)),
        ("buyer_profile_threshold", date(2026, 4, 1), Decimal(60000)),
        ("essential_data_threshold", A_DAY, Decimal(40000)),
        ("notice_threshold", A_DAY, Decimal(90000)),
        ("written_contract_threshold", A_DAY, Decimal(25000)),
        ("vigilance_threshold", A_DAY, Decimal(5000)),
        ("first_invitation_days", A_DAY, 30),
        ("tender_period_days", A_DAY, 10),
        ("evaluation_working_days", A_DAY, 10),
        ("evaluation_extended_working_days", A_DAY, 15),
        ("evaluation_warning_day", A_DAY, 7),
        ("renewal_working_days", A_DAY, 5),
        ("renewal_policy_days", A_DAY, 30),
        ("supplementary_info_days", A_DAY, 6),
        ("standstill_days", A_DAY, 11),
        ("completion_days", A_DAY, 5),
        ("member_replacement_days", A_DAY, 10),
        ("stage_notice_days", A_DAY, 90),
        ("minimum_suppliers", A_DAY, 3),
        ("environment_weight_warning_percent", A_DAY, Decimal(10)),
        ("abnormally_low_alert_percent", A_DAY, Decimal(25)),
        ("ceiling_warning_percent", A_DAY, Decimal(80)),
        ("turnover_ratio", date(2025, 12, 31), Decimal(2)),
        ("turnover_ratio", date(2026, 1, 1), Decimal("1.5")),
        ("minimum_environmental_criteria", date(2026, 8, 21), 0),
        ("minimum_environmental_criteria", date(2026, 8, 22), 1),
        ("price_only_allowed", date(2026, 8, 20), True),
        ("price_only_allowed", date(2026, 8, 21), False),
        ("short_supply_chain_max_intermediaries", A_DAY, 1),
        ("vat_rates", A_DAY, (Decimal(0), Decimal("2.1"), Decimal("5.5"), Decimal(10), Decimal(20))),
        ("thresholds_review_on", A_DAY, date(2028, 1, 1)),
    ],
)
def test_a_number_of_the_law_is_the_one_of_its_day(name, day, value):
    found = parameters.value(name, on=day)
    assert found == value
    assert type(found) is type(value)


def test_level_2_certification_counts_until_its_last_day():
    last = parameters.value("level_2_certification_last_day", on=A_DAY)
    before, after = (parameters.value("egalim_labels", on=day) for day in (last, date(2027, 1, 1)))
    assert before["EGALIM_AUTRES"].keys() - after["EGALIM_AUTRES"].keys() == {"CERTIFICATION_NIVEAU_2"}
    assert "HVE" in after["EGALIM_AUTRES"]
    assert last == date(2026, 12, 31)


def test_labels_are_counted_in_the_order_of_their_groups():
    assert list(parameters.value("egalim_labels", on=A_DAY)) == ["BIO", "SIQO", "EGALIM_AUTRES", "EXTERNALITES_PERFORMANCE"]
    assert "LOCAL" in parameters.value("informative_labels", on=A_DAY)


def test_values_cannot_be_changed_in_passing():
    with pytest.raises(TypeError):
        parameters.value("egalim_labels", on=A_DAY)["SIQO"]["LOCAL"] = "Local"


def test_a_day_before_the_first_value_names_the_parameter_and_the_day():
    with pytest.raises(NotYetInForce, match=r"tender_period_days.*01/01/2000"):
        parameters.value("tender_period_days", on=date(2000, 1, 1))


def test_an_unknown_name_is_named():
    with pytest.raises(LookupError, match="tender_weeks"):
        parameters.value("tender_weeks", on=A_DAY)
    with pytest.raises(LookupError, match="SAD-99"):
        parameters.rule("SAD-99")


def test_every_parameter_that_the_code_names_exists():
    names = set()
    for path in (ROOT / "sad").rglob("*.py"):
        names |= set(re.findall(r"parameters\.(?:value|parameter)\(\s*\"(\w+)\"", path.read_text(encoding="utf-8")))
    assert names <= parameters.law().parameters.keys()


@pytest.mark.parametrize("case", LAW_FAULTS, ids=lambda case: case["name"])
def test_a_fault_in_a_file_is_told_with_its_file_and_its_parameter(case, tmp_path):
    message = planted(tmp_path, case["file"])
    assert [word for word in case["says"] if word not in message] == []
    assert len(message.splitlines()) == 1


def test_all_the_faults_are_told_at_once(tmp_path):
    (tmp_path / "first.yaml").write_text("one: 1\ntwo: 2", encoding="utf-8")
    message = planted(tmp_path, "three: 3", name="second.yaml")
    assert [line.split("\u00a0")[0] for line in message.splitlines()] == ["first.yaml, one", "first.yaml, two", "second.yaml, three"]


def test_a_parameter_in_two_files_is_refused(tmp_path):
    sound = "delay: {unit: days, entries: [{since: 2026-01-01, value: 10, source: R2162-50}]}"
    (tmp_path / "first.yaml").write_text(sound, encoding="utf-8")
    assert "second.yaml, delay" in planted(tmp_path, sound, name="second.yaml")


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "planted.yaml").write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(ParametersError, match=r"planted\.yaml"):
        parameters.load(tmp_path)


def test_a_directory_without_law_is_refused(tmp_path):
    with pytest.raises(ParametersError, match="aucun fichier"):
        parameters.load(tmp_path)


@pytest.mark.parametrize("case", RULE_FAULTS, ids=str)
def test_a_fault_in_a_rule_names_the_rule(case, tmp_path):
    rule = {**SOUND_RULE, **case.get("change", {})}
    rule.pop(case.get("drop"), None)
    message = planted(tmp_path, yaml.safe_dump({"SAD-17": rule}, allow_unicode=True), name="rules.yaml")
    assert [word for word in ["rules.yaml", "SAD-17", *case["says"]] if word not in message] == []


@pytest.mark.parametrize("identifier", ["SAD17", "sad-17", 17, "SAD-017"])
def test_a_rule_is_named_like_the_others(identifier, tmp_path):
    assert f"rules.yaml, {identifier}" in planted(tmp_path, yaml.safe_dump({identifier: SOUND_RULE}), name="rules.yaml")


def test_every_rule_of_the_table_is_there():
    expected = {f"{family}-{number:02}" for family, count in FAMILIES.items() for number in range(1, count + 1)}
    assert parameters.rules().keys() == expected


def test_a_rule_is_found_by_its_id():
    rule = parameters.rule("SAD-17")
    assert (rule.id, rule.articles, rule.tag, rule.enforcement) == ("SAD-17", ("R2162-50",), "A", "B")
    assert rule.number == "10\u00a0jours"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_explained_in_two_to_four_short_sentences(rule):
    sentences = re.findall(r"[^.!?…]+[.!?…]", rule.plain)
    assert 2 <= len(sentences) <= 4
    assert "".join(sentences) == rule.plain
    assert max(map(len, sentences)) <= 260


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_words_of_a_rule_follow_french_typography(rule):
    text = f"{rule.title}\n{rule.number}\n{rule.plain}"
    assert re.findall(r"'|\"| [;:?!»%€]|« |\w[?!;»]|  ", text) == []


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("SAD-02", "formal_procedure_threshold"),
        ("SAD-07", "first_invitation_days"),
        ("SAD-08", "evaluation_working_days"),
        ("SAD-09", "evaluation_extended_working_days"),
        ("SAD-12", "decision_working_days"),
        ("SAD-13", "renewal_working_days"),
        ("SAD-17", "tender_period_days"),
        ("TIM-02", "supplementary_info_days"),
        ("CRI-01", "minimum_environmental_criteria"),
        ("CRI-03", "environment_weight_warning_percent"),
        ("CRI-05", "minimum_environmental_clauses"),
        ("CRI-06", "minimum_sustainable_specifications"),
        ("CRI-07", "formal_procedure_threshold"),
        ("CRI-10", "short_supply_chain_max_intermediaries"),
        ("ADM-02", "turnover_ratio"),
        ("ADM-10", "consortium_replacement_days"),
        ("PAL-03", "stage_notice_days"),
        ("PAL-06", "minimum_suppliers"),
        ("ANA-03", "abnormally_low_alert_percent"),
        ("AWD-01", "vigilance_threshold"),
        ("AWD-02", "vigilance_months"),
        ("AWD-04", "reply_to_requests_days"),
        ("AWD-05", "standstill_days"),
        ("AWD-08", "written_contract_threshold"),
        ("AWD-09", "formal_procedure_threshold"),
        ("PUB-01", "award_notice_days"),
        ("PUB-02", "essential_data_threshold"),
        ("PUB-03", "annual_list_threshold"),
        ("PUB-05", "formal_procedure_threshold"),
        ("RES-01", "reserved_workers_percent"),
        ("ARC-01", "tender_retention_years"),
        ("ARC-02", "contract_retention_years"),
    ],
)
def test_the_number_shown_with_a_rule_is_the_latest_of_its_parameter(identifier, name):
    latest = str(parameters.parameter(name).entries[-1].value)
    shown = parameters.rule(identifier).number.replace("\u00a0", "").replace(",", ".")
    assert re.search(rf"(?<![0-9.]){re.escape(latest)}(?![0-9.])", re.sub(r"(?<=\d) (?=\d{3})", "", shown))
