"""Agreeing to a shorter period to answer: who is asked, what each one says, when it holds and when it no longer does (SAD-18)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from sad.actions.deadline_agreements import ask_agreement, ask_newcomers, withdraw_agreement_request
from sad.actions.deadline_requests import request_used_by, running_request
from sad.actions.launches import prospect_of
from sad.actions.mini_tender_changes import change_mini_tender
from sad.actions.mini_tenders import NeedChange, check_screen, discard_mini_tender, save_need, submit_for_check
from sad.actions.publications import frozen_fingerprint, invitees_of, publish_mini_tender
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.admissions import Admission, AdmissionState
from sad.models.deadline_agreements import DeadlineAnswer, DeadlineRequest
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import Person, Role
from tests.factories.agreements import ANSWERS_BY, SOON, make_agreement, make_hurried, say
from tests.factories.mini_tenders import CLOSES, HOME, SEAL_KEY, SENT, SERVED, WRITTEN, make_admitted
from tests.factories.people import make_person

ALL = ("agreed", "agreed", "agreed")


@pytest.fixture
def draft(database) -> MiniTender:
    with transaction():
        return make_hurried()


@pytest.fixture
def buyer(draft) -> Person:
    with transaction():
        return make_person(draft.organisation, Role.BUYER)


def asked(draft, *answers, **more) -> DeadlineRequest:
    with transaction():
        return make_agreement(session.get_one(MiniTender, draft.id), *answers, **more)


def answer(request, place, said, at=WRITTEN) -> None:
    with transaction():
        say(session.get_one(DeadlineRequest, request.id).answers[place], said, at=at)


def publish(draft, by, at=SENT) -> MiniTender:
    with transaction():
        here, person = session.get_one(MiniTender, draft.id), session.get_one(Person, by.id)
        return publish_mini_tender(here, seal_key=SEAL_KEY, justifications={}, home=HOME, by=person, at=at)


def save(draft, by=None, **change) -> MiniTender:
    with transaction():
        here = session.get_one(MiniTender, draft.id)
        return save_need(here, NeedChange(**change), version=here.version, by=by or here.creator, at=WRITTEN)


def refusals(act) -> list[tuple[str | None, str | None]]:
    with pytest.raises(Refused) as refused:
        act()
    session.rollback()
    return [(each.rule, each.field) for each in refused.value.refusals]


def told(kind: str) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def lines(action: str) -> list[dict]:
    found = select(JournalEntry.seq).where(JournalEntry.action == action).order_by(JournalEntry.seq)
    return [session.get_one(JournalBody, seq).body for seq in session.scalars(found)]


def test_every_admitted_supplier_is_asked_at_the_same_instant_in_the_same_words(draft):
    request = asked(draft)
    by_name = sorted(request.answers, key=lambda each: each.supplier.name)
    assert list(request.answers) == by_name and not any(each.answer for each in by_name)
    sent = told("agreement_request")
    assert {letter.supplier_id for letter in sent} == set(request.said()) and len(sent) == 3
    assert len({letter.body for letter in sent}) == 1 and {letter.created_at for letter in sent} == {WRITTEN}
    for said in (
        "Viennoiseries et pogne",
        "Date limite proposée, la même pour tous\u00a0: mardi 1er décembre 2026 à 12\u00a0h, heure de Paris",
        "au plus tard le mercredi 25 novembre 2026 à 12\u00a0h",
        "Ne pas répondre compte comme un non",
        "Refuser ne vous coûte rien",
        "R2162-50",
    ):
        assert said in sent[0].body, said
    assert lines("ask_agreement") == [
        {
            "mini_tender": draft.id,
            "closes_at": "2026-12-01T11:00:00.000000Z",
            "answers_by": "2026-11-25T11:00:00.000000Z",
            "service_on": "2026-12-17",
            "suppliers": [each.supplier_id for each in by_name],
        }
    ]


@pytest.mark.parametrize("answers", [(), ("agreed",), ("agreed", "agreed"), ("agreed", "refused", "agreed")])
def test_without_the_agreement_of_all_the_need_does_not_leave_before_ten_days(draft, buyer, answers):
    asked(draft, *answers)
    assert refusals(lambda: publish(draft, buyer)) == [("SAD-18", "closes_at")]
    session.expire_all()
    assert session.get_one(MiniTender, draft.id).published_at is None


def test_without_a_request_the_ten_days_are_asked_as_before(draft, buyer):
    assert refusals(lambda: publish(draft, buyer)) == [("SAD-17", "closes_at")]


def test_when_all_have_agreed_it_leaves_with_the_date_and_keeps_who_said_what(draft, buyer):
    request = asked(draft, *ALL)
    sent = publish(draft, buyer)
    assert (sent.closes_at, sent.published_at) == (SOON, SENT)
    invited = [each.id for each in invitees_of(sent)]
    used = request_used_by(sent)
    assert used.id == request.id and used.used_at == SENT
    body = lines("publish_mini_tender")[0]
    assert body["agreement"]["closes_at"] == "2026-12-01T11:00:00.000000Z"
    assert body["agreement"]["said"] == [[each, "agreed", "2026-11-23T09:00:00.000000Z"] for each in sorted(invited)]
    assert frozen_fingerprint(sent, invited) == sent.frozen_fingerprint
    used.answers[0].answered_at += timedelta(seconds=1)
    session.flush()
    assert frozen_fingerprint(sent, invited) != sent.frozen_fingerprint
    session.rollback()
    assert "convenu avec tous les fournisseurs invités" in told("invitation")[0].body


def test_an_ordinary_sending_says_nothing_of_an_agreement(draft, buyer):
    save(draft, wanted_closes_at=CLOSES)
    sent = publish(draft, buyer)
    assert request_used_by(sent) is None and "convenu" not in told("invitation")[0].body
    assert lines("publish_mini_tender")[0]["agreement"] is None


def test_a_supplier_admitted_meanwhile_is_named_and_asked_in_its_turn(draft, buyer):
    request = asked(draft, *ALL)
    with transaction():
        (late,) = make_admitted(draft.category, 1, by=buyer, name="Verger tardif")
    with pytest.raises(Refused, match="Admis depuis, pas encore interrogé\u00a0: Verger tardif"):
        publish(draft, buyer)
    session.rollback()
    with transaction():
        newcomers = ask_newcomers(session.get_one(DeadlineRequest, request.id), home=HOME, by=buyer, at=SENT)
    assert newcomers == [late] and told("agreement_request")[-1].supplier_id == late.id
    assert refusals(lambda: publish(draft, buyer)) == [("SAD-18", "closes_at")]
    answer(request, 3, "agreed", at=SENT)
    assert len(told("agreement_reached")) == 2
    assert publish(draft, buyer, at=SENT + timedelta(hours=1)).closes_at == SOON
    assert [each["suppliers"] for each in lines("ask_newcomers")] == [[late.id]]


def test_a_supplier_who_has_left_blocks_nothing_by_its_refusal_nor_by_its_silence(draft, buyer):
    request = asked(draft, "refused", "agreed")
    with transaction():
        left = [each.supplier_id for each in session.get_one(DeadlineRequest, request.id).answers if each.answer != "agreed"]
        for each in session.scalars(select(Admission).where(Admission.supplier_id.in_(left))):
            each.state = AdmissionState.SUSPENDED
    sent = publish(draft, buyer)
    assert sent.closes_at == SOON and len(invitees_of(sent)) == 1
    assert frozen_fingerprint(sent, [each.id for each in invitees_of(sent)]) == sent.frozen_fingerprint


@pytest.mark.parametrize(
    "change", [{"wanted_closes_at": SOON + timedelta(minutes=1)}, {"wanted_closes_at": CLOSES}, {"happens_at": SERVED + timedelta(days=1)}]
)
def test_another_deadline_or_day_of_service_drops_the_request_and_tells_whoever_was_asked(draft, buyer, change):
    request = asked(draft, *ALL)
    save(draft, **change)
    assert session.get_one(DeadlineRequest, request.id).ended_because == "changed"
    assert {letter.supplier_id for letter in told("agreement_ended")} == set(request.said())
    save(draft, wanted_closes_at=SOON, happens_at=SERVED)
    assert refusals(lambda: publish(draft, buyer)) == [("SAD-17", "closes_at")]
    assert refusals(lambda: answer(request, 0, "refused")) == [("SAD-18", None)]


def test_the_rest_of_the_need_changes_without_dropping_it(draft):
    request = asked(draft, "agreed")
    save(draft, place="Mairie", happens_at=SERVED + timedelta(hours=2), wanted_closes_at=SOON)
    assert running_request(draft).id == request.id and told("agreement_ended") == []
    assert check_screen(draft, ("closes_at", "service_on"), at=WRITTEN) is draft


def test_a_supplier_changes_its_mind_until_the_hour_and_each_turn_is_journalled(draft, buyer):
    request = asked(draft, *ALL)
    assert [letter.person_id for letter in told("agreement_reached")] == [draft.created_by]
    answer(request, 1, "refused", at=ANSWERS_BY)
    assert refusals(lambda: publish(draft, buyer, at=ANSWERS_BY)) == [("SAD-18", "closes_at")]
    (letter,) = told("agreement_refused")
    assert letter.person_id == draft.created_by and request.answers[1].supplier.name in letter.body
    assert refusals(lambda: answer(request, 1, "agreed", at=ANSWERS_BY + timedelta(microseconds=1))) == [("SAD-18", None)]
    assert [each["answer"] for each in lines("answer_agreement")] == ["agreed", "agreed", "agreed", "refused"]


def test_the_same_answer_twice_is_one_answer(draft):
    request = asked(draft, "refused")
    answer(request, 0, "refused", at=WRITTEN + timedelta(minutes=1))
    assert len(told("agreement_refused")) == 1 and len(lines("answer_agreement")) == 1
    assert session.get_one(DeadlineRequest, request.id).answers[0].answered_at == WRITTEN


@pytest.mark.parametrize("said", ["", "peut-être", "AGREED", "None"])
def test_an_answer_is_yes_or_no(draft, said):
    request = asked(draft)
    assert refusals(lambda: answer(request, 0, said)) == [("SAD-18", "answer")]


def test_once_it_has_left_nobody_changes_its_answer(draft, buyer):
    request = asked(draft, *ALL)
    publish(draft, buyer)
    assert refusals(lambda: answer(request, 0, "refused", at=SENT + timedelta(minutes=1))) == [("SAD-18", None)]
    assert refusals(lambda: _withdraw(request, buyer)) == [("CRI-12", None)]
    assert refusals(lambda: asked(draft)) == [("CRI-12", None)]


def test_it_is_asked_once_at_a_time_and_again_when_the_hour_has_passed_in_vain(draft):
    first = asked(draft, "agreed")
    assert refusals(lambda: asked(draft, at=ANSWERS_BY - timedelta(hours=1))) == [("SAD-18", None)]
    with transaction():
        ask_agreement(draft, SOON - timedelta(days=1), home=HOME, by=draft.creator, at=ANSWERS_BY + timedelta(hours=1))
    assert session.get_one(DeadlineRequest, first.id).ended_because == "asked_again"
    assert told("agreement_ended") == [] and len(told("agreement_request")) == 6
    assert list(running_request(draft).said().values()) == [None, None, None]


def test_what_cannot_be_asked_is_refused_with_every_fault(draft):
    with transaction():
        for each in session.scalars(select(Admission)):
            each.state = AdmissionState.REMOVED
    late = SOON + timedelta(hours=1)
    refused = refusals(lambda: ask_agreement(draft, late, home=HOME, by=draft.creator, at=WRITTEN))
    assert refused == [("SAD-18", "category"), ("SAD-18", "answers_by")]
    assert running_request(draft) is None and told("agreement_request") == []


def test_a_withdrawn_request_tells_all_who_were_asked_and_counts_no_more(draft, buyer):
    request = asked(draft, *ALL)
    _withdraw(request, buyer)
    assert len(told("agreement_ended")) == 3
    assert refusals(lambda: _withdraw(request, buyer)) == [("SAD-18", None)]
    assert refusals(lambda: publish(draft, buyer)) == [("SAD-17", "closes_at")]


def test_there_is_nobody_new_to_ask_and_no_time_left_to_ask_them(draft, buyer):
    request = asked(draft)

    def newcomers(at):
        ask_newcomers(session.get_one(DeadlineRequest, request.id), home=HOME, by=session.get_one(Person, buyer.id), at=at)

    assert refusals(lambda: newcomers(WRITTEN)) == [("SAD-18", None)]
    with transaction():
        make_admitted(draft.category, 1, by=buyer)
    assert refusals(lambda: newcomers(ANSWERS_BY + timedelta(seconds=1))) == [("SAD-18", None)]


def test_a_draft_thrown_away_takes_its_requests_and_tells_whoever_was_asked(draft):
    asked(draft, "agreed")
    with transaction():
        discard_mini_tender(session.get_one(MiniTender, draft.id), by=draft.creator, at=WRITTEN)
    assert session.scalars(select(DeadlineRequest)).all() == [] == session.scalars(select(DeadlineAnswer)).all()
    assert len(told("agreement_ended")) == 3
    assert [said for _, said, _ in lines("end_agreement_request")[0]["said"] if said] == ["agreed"]


def test_while_the_buyers_check_only_they_ask_and_the_service_is_told_too(draft, buyer):
    with transaction():
        here = session.get_one(MiniTender, draft.id)
        here.wanted_closes_at = CLOSES
        submit_for_check(here, by=here.creator, at=WRITTEN)
        here.wanted_closes_at = SOON
    assert session.get_one(MiniTender, draft.id).state == MiniTenderState.TO_CHECK
    assert refusals(lambda: asked(draft)) == [(None, None)]
    asked(draft, "refused", by=buyer)
    assert {letter.person_id for letter in told("agreement_refused")} == {draft.created_by, buyer.id}


def test_a_need_that_waits_for_agreement_is_not_handed_to_the_buyers(draft):
    asked(draft, "agreed")
    with pytest.raises(Refused, match="SAD-18"), transaction():
        submit_for_check(session.get_one(MiniTender, draft.id), by=draft.creator, at=WRITTEN)


def test_a_shortened_deadline_can_still_be_put_off_for_all(draft, buyer):
    asked(draft, *ALL)
    sent, before = publish(draft, buyer), session.get_one(MiniTender, draft.id).frozen_fingerprint
    with transaction():
        here = session.get_one(MiniTender, draft.id)
        later = SOON + timedelta(days=2)
        two = {"approved_by": make_person(here.organisation, Role.BUYER), "by": buyer}
        change_mini_tender(here, later, None, version=here.version, reason="Un oubli.", home=HOME, **two, at=SENT + timedelta(hours=1))
    invited = [each.id for each in invitees_of(sent)]
    assert sent.closes_at == later and frozen_fingerprint(sent, invited) == before == sent.frozen_fingerprint


def test_the_database_itself_keeps_one_request_running_and_answers_whole(draft):
    request = asked(draft)
    for spoil in (
        lambda here: session.add(_twin(here)),
        lambda here: setattr(here, "ended_at", WRITTEN),
        lambda here: setattr(here, "answers_by", SOON),
        lambda here: setattr(here.answers[0], "answer", "agreed"),
        lambda here: setattr(here.answers[0], "supplier_id", here.answers[1].supplier_id),
    ):
        spoil(session.get_one(DeadlineRequest, request.id))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_two_who_ask_at_once_ask_once(draft):
    assert sorted(_at_once(lambda here: make_agreement(here), draft.id, 2)) == ["", "SAD-18"]
    assert len(told("agreement_request")) == 3


def test_a_refusal_and_the_sending_at_once_never_leave_without_everybody(draft, buyer):
    request = asked(draft, *ALL)
    number, buyer_number = request.id, buyer.id

    def refuse_it(here):
        say(session.get_one(DeadlineRequest, number).answers[0], "refused", at=SENT)

    def send_it(here):
        prospect_of(here, SENT)  # what the page showed, before the row is held
        person = session.get_one(Person, buyer_number)
        publish_mini_tender(here, seal_key=SEAL_KEY, justifications={}, home=HOME, by=person, at=SENT)

    assert sorted(_at_once((refuse_it, send_it), draft.id, 2)) == ["", "SAD-18"]
    session.expire_all()
    sent = session.get_one(MiniTender, draft.id)
    said = {each.answer for each in session.scalars(select(DeadlineAnswer))}
    assert (sent.published_at is None) == ("refused" in said)


def _withdraw(request, by) -> None:
    with transaction():
        person = session.get_one(Person, by.id)
        withdraw_agreement_request(session.get_one(DeadlineRequest, request.id), by=person, at=WRITTEN)


def _twin(request) -> DeadlineRequest:
    copied = ("organisation_id", "mini_tender_id", "closes_at", "service_on", "answers_by", "asked_at", "asked_by")
    return DeadlineRequest(**{name: getattr(request, name) for name in copied})


def _at_once(acts, number, times) -> list[str]:
    """What each of them was refused for, or nothing, when they act in the same instant."""
    session.remove()
    start = threading.Barrier(times)

    def one(act) -> str:
        start.wait()
        try:
            with transaction():
                act(session.get_one(MiniTender, number))
        except Refused as refused:
            return refused.refusals[0].rule or ""
        finally:
            session.remove()
        return ""

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, acts if isinstance(acts, tuple) else (acts,) * times))
