"""Questions of invitees, answered to all of them."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from sad.actions.publications import discontinue_mini_tender
from sad.actions.questions import answer_question, ask_question, last_day_of_answers, late_answer_warning
from sad.db import session, transaction
from sad.domain.calendar import PARIS
from sad.domain.errors import Refused
from sad.models.invitations import Invitation, Question
from sad.models.letters import Letter
from sad.models.people import Role
from sad.models.suppliers import Supplier
from tests.factories.mini_tenders import CLOSES, SENT, make_published
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of

ASKED = SENT + timedelta(days=1)
ANSWERED = SENT + timedelta(days=2)


@pytest.fixture
def mini_tender(database):
    mini_tender = make_published(suppliers=3)
    session.commit()
    return mini_tender


@pytest.fixture
def buyer(mini_tender):
    person = make_person(mini_tender.organisation, Role.BUYER)
    session.commit()
    return person


@pytest.fixture
def supplier(mini_tender) -> Supplier:
    invited = select(Supplier).join(Invitation, Invitation.supplier_id == Supplier.id)
    return session.scalars(invited.where(Invitation.mini_tender_id == mini_tender.id).order_by(Supplier.id)).first()


def ask(mini_tender, supplier, text: str = "La salle a-t-elle un évier ?", at: datetime = ASKED) -> Question:
    with transaction():
        return ask_question(mini_tender, supplier, text, by=member_of(supplier), at=at)


def answer(question, by, text: str = "Oui, au fond de la salle.", at: datetime = ANSWERED) -> Question:
    with transaction():
        return answer_question(question, text, by=by, at=at)


def refusals(act) -> list[tuple[str | None, str | None]]:
    with pytest.raises(Refused) as refused:
        act()
    return [(each.rule, each.field) for each in refused.value.refusals]


def letters(kind: str) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def test_a_question_goes_to_every_buyer_without_the_name_of_who_asks(mini_tender, supplier, buyer):
    ask(mini_tender, supplier)
    assert buyer.id in {letter.person_id for letter in letters("question_asked")}
    for letter in letters("question_asked"):
        assert "La salle a-t-elle un évier ?" in letter.body
        assert supplier.name not in letter.subject + letter.body


def test_an_answer_goes_to_every_invitee_in_the_same_words_without_the_name_of_who_asked(mini_tender, supplier, buyer):
    answer(ask(mini_tender, supplier), buyer)
    sent = letters("question_answered")
    assert len({letter.supplier_id for letter in sent}) == 3
    assert len({letter.body for letter in sent}) == 1
    assert "Oui, au fond de la salle." in sent[0].body
    assert supplier.name not in sent[0].body


def test_only_an_invitee_asks(mini_tender):
    stranger = make_supplier()
    session.commit()
    assert refusals(lambda: ask(mini_tender, stranger)) == [("SAD-15", None)]


def test_an_empty_question_or_answer_is_refused_beside_its_field(mini_tender, supplier, buyer):
    assert refusals(lambda: ask(mini_tender, supplier, "  ")) == [(None, "text")]
    question = ask(mini_tender, supplier)
    assert refusals(lambda: answer(question, buyer, "  ")) == [("TIM-04", "answer")]


def test_questions_are_taken_until_the_deadline_to_the_microsecond(mini_tender, supplier, buyer):
    question = ask(mini_tender, supplier, at=CLOSES)
    assert refusals(lambda: ask(mini_tender, supplier, at=CLOSES + timedelta(microseconds=1))) == [("TIM-02", None)]
    assert refusals(lambda: answer(question, buyer, at=CLOSES + timedelta(microseconds=1))) == [("TIM-02", None)]
    assert answer(question, buyer, at=CLOSES).answered_at == CLOSES


def test_no_question_is_taken_once_the_mini_tender_is_given_up(mini_tender, supplier, buyer):
    with transaction():
        discontinue_mini_tender(mini_tender, "La réunion est annulée.", by=buyer, at=ASKED)
    assert refusals(lambda: ask(mini_tender, supplier)) == [("TIM-02", None)]


def test_a_question_is_answered_once(mini_tender, supplier, buyer):
    question = ask(mini_tender, supplier)
    answer(question, buyer)
    assert refusals(lambda: answer(question, buyer, "Non.")) == [("TIM-04", None)]
    assert len(letters("question_answered")) == 3


LAST = datetime(2026, 12, 1, 23, 59, 59, tzinfo=PARIS)
LATE = datetime(2026, 12, 2, tzinfo=PARIS)


def test_the_last_day_to_answer_is_six_days_before_the_deadline(mini_tender):
    assert last_day_of_answers(mini_tender, ASKED) == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("asked", "at", "says"),
    [
        (ASKED, LAST, None),
        (LAST, LAST, None),
        (ASKED, LATE, "Prolonger la date limite, puis répondre"),
        (LAST, CLOSES, "Prolonger la date limite, puis répondre"),
        (LATE, LATE, "Si la réponse change ce que les fournisseurs doivent proposer"),
    ],
)
def test_a_late_answer_asks_for_a_later_deadline_when_the_question_came_in_time(mini_tender, supplier, asked, at, says):
    warning = late_answer_warning(ask(mini_tender, supplier, at=asked), at)
    assert (warning is None) == (says is None)
    assert warning is None or (warning.rule == "TIM-02" and says in warning.remedy)
