"""Campaigns: opened for all the admitted, answered without giving anything twice, decided by a person, and the way back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from sad.actions.admissions import admit
from sad.actions.applications import start_application, submit_application
from sad.actions.campaign_answers import answer_request, save_campaign_answers
from sad.actions.campaign_decisions import KEPT, SUSPENDED, decide_alike, decide_request
from sad.actions.campaign_files import join_document, request_points
from sad.actions.campaigns import cases_of, close_campaign, open_campaign, proposal_for, prospect_of
from sad.actions.launches import prospect_of as launch_of
from sad.db import session
from sad.domain.admission.decision import Reason
from sad.domain.errors import Refused
from sad.domain.stages import fingerprint, stage_to_dict
from sad.models.admissions import Admission
from sad.models.campaigns import Campaign, CampaignRequest
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import Letter
from sad.models.people import Role
from tests.factories.admissions import make_admission
from tests.factories.campaigns import AFTER, ANSWERED, ASKED, DUE, ENDING, HOME, INSURANCE, LASTING, Field, letters_to, make_field
from tests.factories.documents import make_certificate, stored_file
from tests.factories.mini_tenders import make_mini_tender
from tests.factories.people import make_person
from tests.factories.requirements import capacity
from tests.factories.suppliers import make_supplier
from tests.factories.systems import make_system

EFFECT = date(2027, 1, 15)
BEFORE_EFFECT, ON_EFFECT = datetime(2027, 1, 14, 22, 59, tzinfo=UTC), datetime(2027, 1, 14, 23, 0, tzinfo=UTC)
NOT_PROVED = [Reason(INSURANCE, "La photo jointe est illisible.")]
SILENT = "suspended-sworn_statement"


@pytest.fixture
def field(database) -> Field:
    return make_field()


def refusal(act, *args, **parts) -> list[tuple[str | None, str | None]]:
    """The rule and the field of each refusal of an act."""
    with pytest.raises(Refused) as refused:
        act(*args, **parts)
    return [(each.rule, each.field) for each in refused.value.refusals]


def answer(field: Field, name: str, *, at: datetime = ANSWERED, **answers) -> CampaignRequest:
    return answer_request(field.request(name), answers, is_sworn=True, by=field.person(name), at=at)


def suspend(field: Field, name: str, *, effective_on: date = EFFECT, reasons=None) -> CampaignRequest:
    request = field.request(name)
    found = reasons or proposal_for(request, AFTER).reasons
    return decide_request(request, SUSPENDED, reasons=found, effective_on=effective_on, by=field.buyer, at=AFTER)


def invited(field: Field, at: datetime) -> set[str]:
    """Whom a consultation of the first category sent at that instant would invite."""
    tender = make_mini_tender(system=field.system)
    return {each.name.removeprefix("Ferme des ") for each in launch_of(tender, at).invitees}


def test_everybody_admitted_is_asked_the_same_day_and_told_what_is_missing(field):
    campaign = field.campaign
    assert (campaign.reason, campaign.days, len(campaign.requests)) == ("stage", 6, 3)
    kept, ending = (letters_to(field.suppliers[name], "campaign_request")[0] for name in ("Noyers", "Tilleuls"))
    assert "mardi 8 décembre 2026" in kept.subject
    assert "joindre un document" not in kept.body and "joindre un document" in ending.body
    assert session.query(Letter).filter_by(kind="campaign_request").count() == 3


def test_less_than_five_working_days_is_refused(field):
    act = {"stage": field.stage(2), "home": HOME, "by": field.buyer, "at": ASKED}
    assert refusal(open_campaign, field.system, due_on=date(2026, 12, 4), **act) == [("SAD-13", "due_on")]
    assert open_campaign(field.system, due_on=date(2026, 12, 7), **act).days == 5


def test_a_campaign_that_is_only_looked_at_leaves_nothing(field):
    campaign, requests = prospect_of(field.system, due_on=DUE, stage=None, by=field.buyer, at=ASKED)
    assert (campaign.reason, campaign.stage.number, len(requests)) == ("yearly", 1, 3)
    session.flush()
    assert session.query(Campaign).count() == 0


def test_one_campaign_at_a_time(field):
    assert field.campaign.closed_at is None
    act = {"due_on": DUE, "home": HOME, "by": field.buyer, "at": ASKED}
    assert refusal(open_campaign, field.system, **act) == [("SAD-13", None)]


def test_the_database_holds_one_open_campaign_and_one_request_by_admission(field):
    row = {column.key: getattr(field.campaign, column.key) for column in Campaign.__table__.columns if column.key != "id"}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Campaign).values(**row))
    own = {column.key: getattr(field.request("Noyers"), column.key) for column in CampaignRequest.__table__.columns if column.key != "id"}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(CampaignRequest).values(**own))


@pytest.mark.parametrize("reasons", [None, []])
def test_the_database_holds_no_suspension_without_reason(field, reasons):
    request = field.request("Noyers")
    with pytest.raises(IntegrityError), session.begin_nested():
        request.decision, request.decided_at, request.decided_by = SUSPENDED, AFTER, field.buyer.id
        request.effective_on, request.reasons = EFFECT, reasons
        session.flush()


def test_a_closed_or_empty_system_asks_nobody(database):
    field = make_field()
    empty = make_system()
    by = make_person(empty.organisation, Role.BUYER)
    assert refusal(open_campaign, empty, due_on=DUE, home=HOME, by=by, at=ASKED) == [("SAD-13", None)]
    field.system.ended_at = ASKED
    assert ("SAD-13", None) in refusal(open_campaign, field.system, due_on=DUE, home=HOME, by=field.buyer, at=ASKED)


def test_a_stage_that_is_over_or_of_another_system_is_refused(field):
    act = {"due_on": DUE, "home": HOME, "by": field.buyer}
    other = make_field().stage(2)
    assert refusal(open_campaign, field.system, stage=other, at=ASKED, **act) == [("PAL-05", "stage")]
    later = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
    late = {**act, "due_on": date(2027, 3, 1), "at": later}
    assert refusal(open_campaign, field.system, stage=field.stage(1), **late) == [("PAL-05", "stage")]


def test_what_was_given_before_is_there_and_is_not_asked_again(field):
    held = {name: [point.is_held for point in request_points(field.request(name))] for name in field.suppliers}
    assert held == {"Noyers": [True], "Tilleuls": [False], "Vignes": [True]}
    assert [each.is_held for each in field.request("Noyers").documents] == [True]


def test_a_newer_document_of_the_vault_is_taken_without_asking(field):
    make_certificate(field.suppliers["Tilleuls"], INSURANCE, expires_on=LASTING)
    assert request_points(field.request("Tilleuls"))[0].is_held


def test_what_a_campaign_brought_is_not_asked_by_the_next_one(field):
    join_document(field.request("Tilleuls"), INSURANCE, stored_file(), expires_on=LASTING, by=field.person("Tilleuls"), at=ANSWERED)
    answer(field, "Tilleuls")
    close_campaign(field.campaign, reason="Report.", by=field.buyer, at=AFTER)
    again = open_campaign(field.system, due_on=date(2027, 1, 8), home=HOME, by=field.buyer, at=AFTER)
    assert all(point.is_held for request in again.requests for point in request_points(request))


def test_a_proof_for_one_category_serves_the_others_of_the_same_supplier(field):
    supplier = field.suppliers["Tilleuls"]
    supplier.families = ["pain_viennoiserie", "traiteur_buffet"]
    make_admission(supplier, field.system.categories[1], field.buyer)
    first, second = field.requests("Tilleuls")
    assert len(letters_to(supplier, "campaign_request")) == 1, "one letter for both"
    join_document(first, INSURANCE, stored_file(), expires_on=LASTING, by=field.person("Tilleuls"), at=ANSWERED)
    assert request_points(second)[0].is_held


def test_a_new_capacity_is_asked_of_all_and_answered_once_for_every_category(field):
    stage = field.stage(2)
    cold = capacity("cold_chain", "Transport réfrigéré", document_required=False)
    value = replace(stage.as_value(), requirements=(*stage.as_value().requirements, cold))
    stage.content, stage.fingerprint = stage_to_dict(value), fingerprint(value)
    supplier = field.suppliers["Noyers"]
    supplier.families = ["pain_viennoiserie", "traiteur_buffet"]
    make_admission(supplier, field.system.categories[1], field.buyer)
    first, second = field.requests("Noyers")
    assert refusal(answer, field, "Noyers") == [("ADM-07", "cold_chain")]
    save_campaign_answers(first, {"cold_chain": "oui"}, by=field.person("Noyers"), at=ANSWERED)
    assert second.answers["cold_chain"] is True


def test_a_draft_is_kept_and_refuses_what_cannot_be_read(field):
    request, by = field.request("Noyers"), field.person("Noyers")
    save_campaign_answers(request, {INSURANCE: "non"}, by=by, at=ANSWERED)
    assert (request.answers, request.answered_at) == ({INSURANCE: False}, None)
    assert refusal(save_campaign_answers, request, {INSURANCE: "peut-être"}, by=by, at=ANSWERED) == [(None, INSURANCE)]


def test_without_the_sworn_statement_nothing_leaves(field):
    request, by = field.request("Noyers"), field.person("Noyers")
    assert refusal(answer_request, request, {INSURANCE: ""}, is_sworn=False, by=by, at=ANSWERED) == [
        ("ADM-07", INSURANCE), ("ADM-05", "is_sworn"),
    ]


def test_the_receipt_says_what_was_received_and_what_still_lacks(field):
    answer(field, "Tilleuls")
    (receipt,) = letters_to(field.suppliers["Tilleuls"], "campaign_received")
    assert "Ce qui manque encore" in receipt.body and "2 décembre 2026 à 10 h 00 min 00 s" in receipt.body.replace("\u00a0", " ")
    answer(field, "Noyers")
    assert "Ce qui manque encore" not in letters_to(field.suppliers["Noyers"], "campaign_received")[0].body


def test_a_document_that_ends_before_the_last_day_or_is_not_asked_is_refused(field):
    request, by = field.request("Tilleuls"), field.person("Tilleuls")
    assert refusal(join_document, request, INSURANCE, stored_file(), expires_on=ENDING, by=by, at=ANSWERED) == [(None, "expires_on")]
    assert refusal(join_document, request, "kbis", stored_file(), expires_on=None, by=by, at=ANSWERED) == [("ADM-05", None)]


def test_an_answer_after_the_last_day_counts_while_nothing_is_decided(field):
    assert proposal_for(field.request("Noyers"), AFTER).case == SILENT
    answer(field, "Noyers", at=AFTER)
    assert proposal_for(field.request("Noyers"), AFTER).outcome == "kept"
    line = session.query(JournalEntry).filter_by(action="answer_campaign_request").one()
    assert session.get_one(JournalBody, line.seq).body["is_late"] is True


def test_a_decided_case_is_not_answered_any_more(field):
    suspend(field, "Noyers")
    assert refusal(answer, field, "Noyers", at=AFTER) == [("PAL-05", None)]


def test_keeping_changes_nothing_but_says_so(field):
    answer(field, "Noyers")
    decide_request(field.request("Noyers"), KEPT, by=field.buyer, at=ANSWERED)
    admission = field.request("Noyers").admission
    assert (admission.state, admission.events[-1].reason) == ("admitted", "Admission confirmée.")
    assert len(letters_to(field.suppliers["Noyers"], "campaign_kept")) == 1


def test_the_silent_may_be_kept_with_a_written_reason_only(field):
    request = field.request("Noyers")
    assert refusal(decide_request, request, KEPT, by=field.buyer, at=AFTER) == [("PAL-05", "note")]
    assert decide_request(request, KEPT, note="Il a appelé : la poste est en grève.", by=field.buyer, at=AFTER).decision == "kept"


def test_nobody_is_suspended_while_it_still_has_time(field):
    late_evening = datetime(2026, 12, 8, 22, 59, tzinfo=UTC)
    act = {"reasons": NOT_PROVED, "effective_on": EFFECT, "by": field.buyer, "at": late_evening}
    assert refusal(decide_request, field.request("Noyers"), SUSPENDED, **act) == [("SAD-13", None)]


def test_a_case_is_decided_once(field):
    suspend(field, "Noyers")
    assert refusal(decide_request, field.request("Noyers"), KEPT, note="Non.", by=field.buyer, at=AFTER) == [("PAL-05", None)]
    assert refusal(suspend, field, "Noyers") == [("PAL-05", None)]


def test_a_stage_that_was_postponed_meanwhile_suspends_nobody(field):
    field.campaign.stage.replaced_at = AFTER
    assert refusal(suspend, field, "Noyers") == [("PAL-02", None)]


def test_a_suspension_bites_on_its_day_and_in_its_category_only(field):
    supplier = field.suppliers["Noyers"]
    other = make_admission(supplier, field.system.categories[1], field.buyer)
    suspend(field, "Noyers")
    assert invited(field, BEFORE_EFFECT) == {"Noyers", "Tilleuls", "Vignes"}
    assert invited(field, ON_EFFECT) == {"Tilleuls", "Vignes"}
    admission = field.request("Noyers").admission
    assert (admission.state, admission.suspended_from, other.state) == ("suspended", EFFECT, "admitted")


def test_the_letter_of_a_suspension_says_when_why_how_to_come_back_and_the_remedies(field):
    suspend(field, "Tilleuls")
    (letter,) = letters_to(field.suppliers["Tilleuls"], "campaign_suspended")
    body = letter.body.replace("\u00a0", " ")
    for words in ("vendredi 15 janvier 2027", "Aucune réponse", "Comment revenir", "10 jours ouvrés", "Tribunal administratif", "R2162-47"):
        assert words in body
    assert "Attestation en cours de validité" in body, "what to bring"


def test_a_suspended_supplier_applies_again_at_once_and_is_invited_as_soon_as_it_is_admitted(field):
    supplier, person = field.suppliers["Noyers"], field.person("Noyers")
    suspend(field, "Noyers", effective_on=AFTER.date() + timedelta(days=37))
    back = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
    application = start_application(supplier, field.system.categories[0], by=person, at=back)
    submit_application(application, is_sworn=True, by=person, at=back)
    assert application.answer_due_on == date(2027, 2, 15), "ten working days"
    assert "Noyers" not in invited(field, back)
    admit(application, note="Dossier complet.", by=field.buyer, at=back)
    admission = session.query(Admission).filter_by(supplier_id=supplier.id).one()
    assert (admission.state, admission.suspended_from) == ("admitted", None)
    assert "Noyers" in invited(field, back)


def test_alike_cases_are_decided_together_each_with_its_letter(field):
    silent = [case.request for case in cases_of(field.campaign, AFTER) if case.proposal.case == SILENT]
    reasons = proposal_for(silent[0], AFTER).reasons
    decided = decide_alike(silent, SUSPENDED, reasons=reasons, effective_on=EFFECT, by=field.buyer, at=AFTER)
    assert [each.decision for each in decided] == ["suspended"] * 3
    assert session.query(Letter).filter_by(kind="campaign_suspended").count() == 3
    assert session.query(JournalEntry).filter_by(action="decide_campaign_request").count() == 3


def test_unlike_cases_are_not_decided_together(field):
    answer(field, "Noyers")
    both = [field.request("Noyers"), field.request("Vignes")]
    act = {"note": "Gardés.", "by": field.buyer, "at": AFTER}
    assert refusal(decide_alike, both, KEPT, **act) == [("PAL-05", "requests")]
    assert refusal(decide_alike, [], KEPT, **act) == [("PAL-05", "requests")]


def test_closing_asks_why_while_cases_are_undecided_and_those_stay_admitted(field):
    assert refusal(close_campaign, field.campaign, by=field.buyer, at=AFTER) == [("PAL-05", "reason")]
    close_campaign(field.campaign, reason="Le palier est repoussé.", by=field.buyer, at=AFTER)
    assert "Le palier est repoussé." in letters_to(field.suppliers["Noyers"], "campaign_closed")[0].body
    assert field.request("Noyers").admission.state == "admitted"
    assert refusal(close_campaign, field.campaign, reason="Encore.", by=field.buyer, at=AFTER) == [(None, None)]
    assert refusal(suspend, field, "Noyers") == [("PAL-05", None)]


def test_a_supplier_whose_suspension_is_decided_is_not_asked_again(field):
    suspend(field, "Noyers")
    close_campaign(field.campaign, reason="Report.", by=field.buyer, at=AFTER)
    again = open_campaign(field.system, due_on=date(2027, 1, 8), home=HOME, by=field.buyer, at=AFTER)
    assert {each.admission.supplier.name for each in again.requests} == {"Ferme des Tilleuls", "Ferme des Vignes"}


def test_whoever_is_admitted_during_a_campaign_is_not_part_of_it(field):
    assert len(field.campaign.requests) == 3
    make_admission(make_supplier(), field.system.categories[0], field.buyer)
    assert len(cases_of(field.campaign, AFTER)) == 3
