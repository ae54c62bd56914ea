"""What buyers decide on applications: completing, more time, hearing, admitting, refusing."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select, update

from sad.actions.admissions import admit, extend_evaluation, refuse_application
from sad.actions.application_file import hold
from sad.actions.completions import answer_completion, request_completion
from sad.actions.hearings import answer_hearing, ask_hearing
from sad.db import session, transaction
from sad.domain.admission.decision import DISCRETIONARY_EXCLUSIONS, MANDATORY_EXCLUSIONS, Reason
from sad.domain.admission.grounds import EXCLUSIONS
from sad.domain.errors import Refused
from sad.models.admissions import Admission, AdmissionState
from sad.models.applications import Application, ApplicationDocument
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.people import Person, Role
from sad.models.systems import PurchasingSystem
from tests.factories.admissions import APPLIED, make_admission, make_application
from tests.factories.documents import make_certificate
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system

AT = APPLIED + timedelta(days=3)
MISSING = [Reason("liability_insurance", "L’attestation n’est pas jointe.")]
CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "application_refusals.yaml").read_text())


@pytest.fixture
def buyer(database) -> Person:
    buyer = make_person(make_system().organisation, Role.BUYER)
    session.commit()
    return buyer


@pytest.fixture
def application(buyer) -> Application:
    system = session.query(PurchasingSystem).one()
    application = make_application(make_supplier(), system.categories[0])
    session.commit()
    return application


def prove(application: Application) -> None:
    """Join the insurance that the notice asks for."""
    proof = make_certificate(application.supplier, expires_on=date(2026, 12, 31))
    application.documents.append(
        ApplicationDocument(document=proof.document, requirement=proof.kind, expires_on=proof.expires_on, added_at=APPLIED)
    )
    session.commit()


def letters() -> list[Letter]:
    return list(session.scalars(select(Letter).order_by(Letter.id)))


def acts() -> list[str]:
    return list(session.scalars(select(JournalEntry.action).order_by(JournalEntry.seq)))


def attempt(application: Application, case: dict, by: Person) -> None:
    reasons = [Reason(**each) for each in case.get("reasons", ())]
    match case["act"]:
        case "refuse":
            refuse_application(application, reasons, by=by, at=AT)
        case "complete":
            request_completion(application, reasons, by=by, at=AT)
        case "hear":
            ask_hearing(application, ground=case["ground"], facts=case["facts"], by=by, at=AT)
        case "extend":
            extend_evaluation(application, reason=case["reason"], by=by, at=AT)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_the_rules_forbid_is_refused_with_all_of_them_and_changes_nothing(application, buyer, case):
    with pytest.raises(Refused) as refused, transaction():
        attempt(application, case, buyer)
    assert [one.rule for one in refused.value.refusals] == case["rules"]
    session.refresh(application)
    assert application.state == "submitted" and letters() == [] and acts() == []


@pytest.mark.parametrize("act", ["refuse", "complete", "hear", "extend", "admit"])
def test_nobody_reads_nor_decides_before_the_end_of_the_initial_period(application, buyer, act):
    application.system.notice_dispatched_at = APPLIED - timedelta(days=5)
    session.commit()
    case = {"act": act, "reasons": [vars_of(MISSING[0])], "ground": "L2141-7", "facts": "Faits.", "reason": "Raison."}
    with pytest.raises(Refused, match="période initiale"), transaction():
        admit(application, by=buyer, at=AT) if act == "admit" else attempt(application, case, buyer)


def vars_of(reason: Reason) -> dict[str, str]:
    return {"requirement": reason.requirement, "sentence": reason.sentence}


def test_admitting_opens_the_category_and_the_letter_leaves_at_once(application, buyer):
    prove(application)
    with transaction():
        admission = admit(application, by=buyer, at=AT)
    assert (application.state, application.decided_by, application.decided_at) == ("admitted", buyer.id, AT)
    assert (admission.state, admission.admitted_at) == ("admitted", AT)
    assert [(event.state, event.decided_by) for event in admission.events] == [("admitted", buyer.id)]
    assert [letter.kind for letter in letters()] == ["admitted"] and "2030" in letters()[0].body
    assert acts() == ["admit"]


def test_admitting_against_a_finding_asks_for_a_written_reason(application, buyer):
    with pytest.raises(Refused) as refused, transaction():
        admit(application, by=buyer, at=AT)
    assert [(one.rule, one.field) for one in refused.value.refusals] == [("ADM-01", "note")]
    with transaction():
        admission = admit(application, note="Attestation vue sur place.", by=buyer, at=AT)
    assert admission.events[0].reason == "Attestation vue sur place."


def test_a_proof_that_expires_before_the_decision_is_a_finding(application, buyer):
    prove(application)
    application.documents[0].expires_on = date(2026, 2, 4)
    session.commit()
    with pytest.raises(Refused), transaction():
        admit(application, by=buyer, at=AT)


def test_what_is_usually_offered_and_where_one_is_never_decide(application, buyer):
    prove(application)
    application.supplier.usual_offers[0].values = {"direct_supply_pct": "0", "intermediaries": "9"}
    application.supplier.commune = "Dunkerque"
    session.commit()
    with transaction():
        assert admit(application, by=buyer, at=AT).state == "admitted"


def test_any_number_of_suppliers_is_admitted(application, buyer):
    for _ in range(12):
        make_admission(make_supplier(), application.category, buyer)
    prove(application)
    with transaction():
        admit(application, by=buyer, at=AT)
    assert session.query(Admission).count() == 13


def test_who_was_suspended_is_admitted_again_in_the_same_history(application, buyer):
    former = make_admission(make_supplier(), application.category, buyer)
    former.state = AdmissionState.SUSPENDED
    again = make_application(former.supplier, application.category)
    prove(again)
    with transaction():
        admission = admit(again, by=buyer, at=AT)
    assert (admission.id, admission.state, len(admission.events)) == (former.id, "admitted", 2)
    assert admission.application_id == again.id


def test_refusing_says_what_was_decided_why_what_to_correct_how_to_come_back_and_the_remedies(application, buyer):
    with transaction():
        refuse_application(application, [Reason("liability_insurance", "L’attestation a expiré en janvier.")], by=buyer, at=AT)
    letter = letters()[0]
    order = [
        "Ce qui a été décidé",
        "Pourquoi",
        "L’attestation a expiré en janvier.",
        "Ce qu’il faut corriger",
        "Attestation en cours de validité",
        "Comment candidater à nouveau",
        "Vos recours",
        application.system.organisation.review_body,
    ]
    places = [letter.body.find(part) for part in order]
    assert -1 not in places and places == sorted(places)
    assert application.decision_reasons == [{"requirement": "liability_insurance", "sentence": "L’attestation a expiré en janvier."}]
    assert (letter.kind, application.state) == ("refused", "refused")


def test_a_completion_gives_everybody_the_same_days_counted_monday_to_friday(application, buyer):
    with transaction():
        request = request_completion(application, MISSING, by=buyer, at=AT)
    assert (request.days, request.due_on) == (5, date(2026, 2, 12))
    assert application.state == "completion_requested" and "jeudi 12 février 2026" in letters()[0].body
    assert "fiscale ou sociale" in letters()[0].body


@pytest.mark.parametrize("answered", [AT, AT + timedelta(days=60)])
def test_a_completion_is_received_as_long_as_nothing_is_decided(application, buyer, answered):
    with transaction():
        request_completion(application, MISSING, by=buyer, at=AT)
    prove(application)
    with transaction():
        request = answer_completion(application, by=member_of(application.supplier), at=answered)
    assert (application.state, request.answered_at) == ("submitted", answered)
    assert [letter.kind for letter in letters()] == ["completion_request", "completion_received"]
    with transaction():
        admit(application, by=buyer, at=answered)


def test_a_completion_that_nobody_asked_is_not_received(application):
    with pytest.raises(Refused), transaction():
        answer_completion(application, by=member_of(application.supplier), at=AT)


def test_the_evaluation_is_extended_once_to_fifteen_working_days_with_its_reason(application, buyer):
    assert application.answer_due_on == date(2026, 2, 16)
    with transaction():
        extend_evaluation(application, reason="Vérification de l’agrément.", by=buyer, at=AT)
    assert application.answer_due_on == date(2026, 2, 23)
    assert "Vérification de l’agrément." in letters()[0].body and "lundi 23 février 2026" in letters()[0].body
    with pytest.raises(Refused, match="déjà prolongé"), transaction():
        extend_evaluation(application, reason="Encore.", by=buyer, at=AT)


def test_an_evaluation_whose_time_is_over_is_not_extended(application, buyer):
    with pytest.raises(Refused, match="passé"), transaction():
        extend_evaluation(application, reason="Trop tard.", by=buyer, at=datetime(2026, 2, 17, 8, 0, tzinfo=UTC))


def heard(application: Application, buyer: Person, answer: str | None) -> None:
    with transaction():
        hearing = ask_hearing(application, ground="L2141-7", facts="Résiliation du 3 mars 2025.", by=buyer, at=AT)
    if answer:
        with transaction():
            answer_hearing(hearing, answer, by=member_of(application.supplier), at=AT)


EXCLUSION = [Reason("L2141-7", "Contrat résilié aux torts de l’entreprise le 3 mars 2025.")]


@pytest.mark.parametrize(
    ("answer", "decided", "is_possible"),
    [
        (None, AT, False),
        (None, datetime(2026, 2, 12, 22, 59, tzinfo=UTC), False),
        (None, datetime(2026, 2, 12, 23, 0, tzinfo=UTC), True),
        ("Nous avons changé de gérant.", AT, True),
    ],
)
def test_an_exclusion_comes_after_the_answer_or_the_days_given_for_it(application, buyer, answer, decided, is_possible):
    heard(application, buyer, answer)
    other = make_person(application.system.organisation, Role.BUYER)
    session.commit()
    if not is_possible:
        with pytest.raises(Refused) as refused, transaction():
            refuse_application(application, EXCLUSION, by=other, at=decided)
        assert [one.rule for one in refused.value.refusals] == ["ADM-08"]
        return
    with transaction():
        refuse_application(application, EXCLUSION, by=other, at=decided)
    assert [letter.kind for letter in letters()] == ["hearing", "refused"]
    assert "L2141-7" in letters()[1].body


def test_whoever_raised_the_facts_does_not_decide_the_exclusion(application, buyer):
    heard(application, buyer, "C’est faux.")
    with pytest.raises(Refused, match="autre personne"), transaction():
        refuse_application(application, EXCLUSION, by=buyer, at=AT)


def test_after_a_hearing_the_supplier_may_be_admitted(application, buyer):
    prove(application)
    heard(application, buyer, "C’était un homonyme.")
    with transaction():
        assert admit(application, by=buyer, at=AT).state == "admitted"


def test_a_hearing_is_answered_once_and_not_with_nothing(application, buyer):
    heard(application, buyer, None)
    hearing, by = application.hearings[0], member_of(application.supplier)
    with pytest.raises(Refused, match="vide"), transaction():
        answer_hearing(hearing, " ", by=by, at=AT)
    with transaction():
        answer_hearing(hearing, "Voici.", by=by, at=AT)
    with pytest.raises(Refused, match="déjà"), transaction():
        answer_hearing(hearing, "Autre chose.", by=by, at=AT)


def test_a_mandatory_exclusion_needs_no_hearing_but_a_second_person(application, buyer):
    insolvent = [Reason("L2141-3", "Liquidation prononcée le 2 janvier 2026.")]
    with transaction():
        other = make_person(application.system.organisation, Role.BUYER)
    with pytest.raises(Refused, match="à deux"), transaction():
        refuse_application(application, insolvent, by=buyer, at=AT)
    with transaction():
        refuse_application(application, insolvent, seconded_by=other, by=buyer, at=AT)
    assert application.state == "refused"


def test_two_buyers_who_decide_at_once_make_one_decision(application, buyer):
    """The second reads the row again under its lock, whatever it had seen."""
    prove(application)
    with transaction():
        admit(application, by=buyer, at=AT)
    with pytest.raises(Refused, match="admise"), transaction():
        refuse_application(application, MISSING, by=buyer, at=AT)
    assert len(letters()) == 1


def test_holding_an_application_reads_what_others_wrote_and_keeps_what_was_being_written(application, buyer):
    session.execute(update(Application).values(decided_by=buyer.id).execution_options(synchronize_session=False))
    application.extension_reason, application.extended_at = "Raison.", AT
    hold(application)
    assert (application.decided_by, application.extension_reason) == (buyer.id, "Raison.")


def test_each_article_of_exclusion_has_its_words():
    assert set(EXCLUSIONS) == {*MANDATORY_EXCLUSIONS, *DISCRETIONARY_EXCLUSIONS}
