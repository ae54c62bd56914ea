"""The services comment a draft stage line by line, the buyer answers and closes; who proposed what is kept."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from sad.actions.stage_comments import (
    answer_comment,
    close_comments,
    comment_stage,
    comments_on,
    is_open_to_comments,
    open_comments,
)
from sad.db import session
from sad.domain.calendar import PARIS
from sad.domain.errors import Refused
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.people import Role
from tests.factories.organisations import make_organisation, make_service
from tests.factories.people import make_person
from tests.factories.stage_drafts import make_stage_draft
from tests.factories.systems import make_system

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
UNTIL = date(2026, 12, 4)
HOME = "http://localhost"


@pytest.fixture
def draft(database):
    return make_stage_draft(make_system())


@pytest.fixture
def buyer(draft):
    return make_person(draft.system.organisation, Role.BUYER, name="Claire")


@pytest.fixture
def service(draft):
    return make_service(draft.system.organisation, name="Sports")


@pytest.fixture
def requester(draft, service):
    return make_person(draft.system.organisation, Role.REQUESTER, service=service, name="Martine")


@pytest.fixture
def opened(draft, buyer, requester):
    return open_comments(draft, UNTIL, home=HOME, by=buyer, at=AT)


def say(stage, text="40 %, c’est trop tôt.", requirement="direct_supply_pct", at=AT, **who):
    return comment_stage(stage, text, requirement=requirement, at=at, **who)


def refusals(act, *args, **options):
    with pytest.raises(Refused) as refused:
        act(*args, **options)
    return [(one.rule, one.field) for one in refused.value.refusals]


def letters(kind):
    return list(session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def actions():
    return list(session.scalars(select(JournalEntry.action).order_by(JournalEntry.seq)))


def test_opening_tells_every_requester_of_the_organisation_and_nobody_else(draft, buyer, requester):
    stranger = make_organisation()
    make_person(stranger, Role.REQUESTER, service=make_service(stranger))
    open_comments(draft, UNTIL, home=HOME, by=buyer, at=AT)
    assert is_open_to_comments(draft, AT) and draft.published_at is None
    (letter,) = letters("stage_comments_opened")
    assert letter.person_id == requester.id and "vendredi 4 décembre 2026 compris" in letter.body
    assert actions() == ["open_comments"]


@pytest.mark.parametrize("until", [date(2026, 11, 19), date(2029, 1, 15)])
def test_the_last_day_is_neither_past_nor_after_the_stage_begins(draft, buyer, until):
    assert draft.effective_on == date(2029, 1, 15)
    assert refusals(open_comments, draft, until, home=HOME, by=buyer, at=AT) == [(None, "until")]
    assert draft.comments_until is None


def test_the_last_day_lasts_until_midnight_in_paris(opened, service, requester):
    midnight = datetime(2026, 12, 5, tzinfo=PARIS)
    assert say(opened, service=service, by=requester, at=midnight - timedelta(microseconds=1)).id
    assert refusals(say, opened, service=service, by=requester, at=midnight) == [(None, None)]


def test_a_comment_keeps_its_line_its_author_its_service_and_its_words(opened, service, requester):
    comment = say(opened, "  Nos réunions de 7 h 30 ?\nPersonne ne livrera. ", service=service, by=requester)
    assert (comment.requirement, comment.service, comment.author) == ("direct_supply_pct", service, requester)
    assert comment.text == "Nos réunions de 7 h 30 ?\nPersonne ne livrera." and comment.answer is None
    assert comments_on(opened.system, opened.number) == [comment]


def test_the_whole_stage_may_be_commented(opened, service, requester):
    assert say(opened, requirement="", service=service, by=requester).requirement == ""


def test_an_empty_comment_on_a_line_that_went_away_says_both_faults(opened, service, requester):
    found = refusals(say, opened, "  ", requirement="gone", service=service, by=requester)
    assert found == [(None, "text"), (None, "requirement")]


def test_a_draft_that_was_never_opened_is_not_commented(draft, service, requester):
    assert refusals(say, draft, service=service, by=requester) == [(None, None)]


def test_a_published_stage_is_neither_opened_nor_commented(opened, buyer, service, requester):
    opened.published_at, opened.fingerprint = AT, "0" * 64
    assert refusals(say, opened, service=service, by=requester) == [("PAL-02", None)]
    assert refusals(open_comments, opened, UNTIL, home=HOME, by=buyer, at=AT) == [("PAL-02", None)]


def test_an_answer_says_whether_it_is_retained_and_may_change_until_the_publication(opened, buyer, service, requester):
    comment = say(opened, service=service, by=requester)
    assert refusals(answer_comment, comment, is_retained=True, answer=" ", by=buyer, at=AT) == [(None, "answer")]
    answer_comment(comment, is_retained=True, answer="Ce sera 35 %.", by=buyer, at=AT)
    answer_comment(comment, is_retained=False, answer="Le marché suit déjà.", by=buyer, at=AT)
    assert (comment.is_retained, comment.answer, comment.answered_by) == (False, "Le marché suit déjà.", buyer.id)
    opened.published_at, opened.fingerprint = AT, "0" * 64
    assert refusals(answer_comment, comment, is_retained=True, answer="Si.", by=buyer, at=AT) == [("PAL-02", None)]
    bodies = [entry.body.body for entry in session.scalars(select(JournalEntry).where(JournalEntry.action == "answer_comment"))]
    assert [body["before"] for body in bodies] == [None, "Ce sera 35 %."]


def test_closing_waits_for_every_answer_then_sends_each_author_its_own(opened, buyer, service, requester):
    mine = say(opened, "40 %, c’est trop tôt.\nOu alors en juin.", service=service, by=requester)
    other = make_person(opened.system.organisation, Role.REQUESTER, service=service)
    theirs = say(opened, "Rien sur le pain ?", requirement="", service=service, by=other)
    answer_comment(mine, is_retained=True, answer="Ce sera 35 %.", by=buyer, at=AT)
    assert refusals(close_comments, opened, home=HOME, by=buyer, at=AT) == [(None, None)]
    answer_comment(theirs, is_retained=False, answer="Le pain y est déjà.", by=buyer, at=AT)
    close_comments(opened, home=HOME, by=buyer, at=AT)
    sent = {letter.person_id: letter.body for letter in letters("stage_comments_answered")}
    assert set(sent) == {requester.id, other.id}
    assert "40 %, c’est trop tôt. Ou alors en juin.\n" in sent[requester.id]
    assert "Ce sera 35 %." in sent[requester.id] and "Rien sur le pain" not in sent[requester.id]
    assert "Approvisionnement direct" in sent[requester.id] and "Le palier en entier" in sent[other.id]
    assert refusals(close_comments, opened, home=HOME, by=buyer, at=AT) == [(None, None)]


def test_what_was_said_of_another_stage_is_neither_waited_for_nor_sent(opened, buyer, service, requester):
    other = open_comments(make_stage_draft(make_system(opened.system.organisation)), UNTIL, home=HOME, by=buyer, at=AT)
    say(other, "Ailleurs.", service=service, by=requester)
    mine = answer_comment(say(opened, service=service, by=requester), is_retained=True, answer="Oui.", by=buyer, at=AT)
    close_comments(opened, home=HOME, by=buyer, at=AT)
    (letter,) = letters("stage_comments_answered")
    assert "Ailleurs." not in letter.body and comments_on(opened.system, opened.number) == [mine]


def test_after_the_close_a_comment_is_refused_until_another_round_and_nothing_said_is_lost(opened, buyer, service, requester):
    first = say(opened, service=service, by=requester)
    answer_comment(first, is_retained=True, answer="Oui.", by=buyer, at=AT)
    close_comments(opened, home=HOME, by=buyer, at=AT)
    assert refusals(say, opened, service=service, by=requester) == [(None, None)]
    open_comments(opened, UNTIL + timedelta(days=14), home=HOME, by=buyer, at=AT)
    second = say(opened, "Merci.", requirement="", service=service, by=requester)
    assert comments_on(opened.system, opened.number) == [first, second]
    assert actions()[-3:] == ["close_comments", "open_comments", "comment_stage"]
