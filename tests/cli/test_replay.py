"""Decisions computed again from what was frozen: the same, or what differs, line by line."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete

from sad.actions.admissions import admit, refuse_application
from sad.db import session, transaction
from sad.domain.admission import decision
from sad.domain.admission.decision import Reason
from sad.domain.admission.values import Finding
from sad.models.applications import Application
from sad.models.evaluations import Mark, Ranking
from sad.models.journal import JournalBody
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.stages import Stage
from sad.models.suppliers import Supplier
from tests.factories.admissions import make_application
from tests.factories.evaluations import EXAMINED, Tender, make_ranked
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier
from tests.factories.systems import make_system
from tests.factories.tampering import tampered

FIRST, SECOND = Tender(("3.50", "3.80"), {"direct_supply_pct": "100"}, {"quality": "9.5"}), Tender(("2.90", "4.20"), marks={"quality": "6"})
PROVED = "liability_insurance"


@pytest.fixture
def mini_tender(database) -> int:
    with transaction():
        return make_ranked(FIRST, SECOND).mini_tender_id


@pytest.fixture
def decided(database) -> Callable[..., int]:
    """The id of an application admitted against a finding, or refused."""

    def decide(*, is_admitted: bool) -> int:
        with transaction():
            system = make_system()
            application = make_application(make_supplier(), system.categories[0])
            by = make_person(system.organisation)
            if is_admitted:
                admit(application, note="Attestation vue sur place.", by=by, at=EXAMINED)
            else:
                refuse_application(application, [Reason(PROVED, "L’attestation manque.")], by=by, at=EXAMINED)
            return application.id

    return decide


def said(run, *words: object) -> tuple[int, list[str]]:
    result = run("replay", *map(str, words))
    assert result.stderr == ""
    return result.exit_code, result.stdout.replace("\N{NO-BREAK SPACE}", " ").splitlines()


def test_a_ranking_that_nothing_touched_is_the_same(mini_tender, run):
    code, lines = said(run, "ranking", mini_tender)
    assert code == 0 and len(lines) == 1 and lines[0].startswith("identique")


def test_points_that_were_changed_are_named_with_what_they_should_be(mini_tender, run):
    with tampered(Ranking) as ranking:
        result = {**ranking.result, "ranking": [dict(each) for each in ranking.result["ranking"]]}
        result["ranking"][0] |= {"total": "99.99", "points": {**result["ranking"][0]["points"], "price": "50.01"}}
        ranking.result = result
    code, lines = said(run, "ranking", mini_tender)
    assert code == 1
    assert any("total 99.99 gardé" in line for line in lines) and any("« price »" in line and "50.01" in line for line in lines)
    assert any("lettres" in line for line in lines)


@pytest.mark.parametrize(
    ("row", "name", "change", "words"),
    [
        (MiniTender, "place", lambda _: "Ailleurs", "empreinte de l’envoi"),
        (MiniTender, "grid", lambda grid: {**grid, "tie_rule": []}, "grille"),
        (MiniTender, "stage_content", lambda content: {**content, "label": "Autre palier"}, "empreinte gardée"),
        (MiniTender, "stage_fingerprint", lambda _: "0" * 64, "demande"),
        (Ranking, "frozen_fingerprint", lambda _: "0" * 64, "autre empreinte"),
        (Mark, "value", lambda _: "1", "« quality »"),
        (Offer, "content", lambda content: {**content, "values": {**content["values"], "organic_or_siqo_pct": "3"}}, "« organic »"),
        (Stage, "replaced_at", lambda _: EXAMINED.replace(year=2026, month=1, day=20), "demande|en vigueur"),
    ],
)
def test_whatever_was_touched_after_the_ranking_is_said(mini_tender, run, row, name, change, words):
    with tampered(row) as found:
        setattr(found, name, change(getattr(found, name)))
    code, lines = said(run, "ranking", mini_tender)
    assert code == 1
    assert any(word in line for line in lines for word in words.split("|")), lines


@pytest.mark.parametrize("is_admitted", [True, False])
def test_an_application_is_decided_the_same_again_whatever_its_supplier_became(decided, run, is_admitted):
    number = decided(is_admitted=is_admitted)
    with tampered(Supplier) as supplier:
        supplier.name, supplier.families = "Autre nom", []
    code, lines = said(run, "application", number)
    assert (code, [line[:9] for line in lines]) == (0, ["identique"])


@pytest.mark.parametrize(
    ("row", "name", "change", "words"),
    [
        (Application, "answers", lambda _: {PROVED: False}, PROVED),
        (Application, "stage_fingerprint", lambda _: "0" * 64, "autre palier"),
        (Application, "submitted_at", lambda at: at.replace(year=2027), "demande"),
    ],
)
def test_whatever_was_touched_after_the_decision_is_said(decided, run, row, name, change, words):
    number = decided(is_admitted=True)
    with tampered(row) as found:
        setattr(found, name, change(getattr(found, name)))
    code, lines = said(run, "application", number)
    assert code == 1 and any(words in line for line in lines), lines


def test_findings_that_the_rules_make_otherwise_are_said_both_ways(decided, run, monkeypatch):
    number = decided(is_admitted=True)
    finding = Finding(None, PROVED, "Un autre constat.", "", "remark")
    monkeypatch.setattr(decision, "CHECKS", (lambda _file, _stage, _day: [finding],))
    code, lines = said(run, "application", number)
    assert code == 1
    assert any("plus trouvé" in line for line in lines) and "Constat nouveau : Un autre constat." in lines


def test_a_decision_whose_examination_was_erased_cannot_be_confirmed(decided, run):
    number = decided(is_admitted=False)
    with transaction():
        session.execute(delete(JournalBody))
    code, lines = said(run, "application", number)
    assert code == 1 and "n’est plus au journal" in lines[0]


def test_an_application_that_waits_is_held_to_its_stage_alone(database, run):
    with transaction():
        number = make_application(make_supplier(), make_system().categories[0]).id
    assert said(run, "application", number)[0] == 0


def test_a_number_that_leads_nowhere_ends_the_command_with_one_line(database, run):
    with transaction():
        draft = make_application(make_supplier(), make_system().categories[0], "draft").id
    for words in (("ranking", "99"), ("ranking", "x"), ("application", "99"), ("application", str(draft))):
        result = run("replay", *words)
        assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)
