"""The protocol of a deposit, row by row of its table: what is kept first, which instant counts, what the same sending twice gives."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from sad import clock
from sad.db import session
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.offers import DepositAttempt, Offer, OfferDraft, Receipt
from sad.storage import LIMITS_SENTENCE
from tests.factories.mini_tenders import CLOSES
from tests.web.test_supplier_offers import AT, address, deposit, key_in, mine, need, prices, stamp_in, supplier, write

__all__ = ["mine", "need", "supplier"]
AT_ONCE, TIMES = 10, 50


def rows(model) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model))


def journalled(action: str) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(JournalEntry.action == action))


def test_the_same_sending_fifty_times_at_once_is_one_offer_and_one_receipt(app, mine, need, supplier, monkeypatch):
    write(mine, need)
    page = mine.get(address(need, "/offre/verifier")).text
    sent = {"key": key_in(page), "stamp": stamp_in(page)}
    monkeypatch.setattr(clock, "now", lambda: AT)  # a clock that is stopped is stopped for one thread alone
    cookie = mine.get_cookie("sad").value

    def press(_time: int) -> tuple[int, str | None]:
        other = app.test_client()
        other.set_cookie("sad", cookie)
        answer = other.post(address(need, "/offre/verifier"), data=sent)
        return answer.status_code, answer.location

    with ThreadPoolExecutor(AT_ONCE) as hands:
        answers = set(hands.map(press, range(TIMES)))
    assert len(answers) == 1 and answers.pop()[0] == 302
    assert (rows(Offer), rows(Receipt), journalled("submit_offer")) == (1, 1, 1)
    told = session.scalar(select(func.count(Letter.id)).where(Letter.kind == "offer_deposited"))
    assert told == 1 and rows(OfferDraft) == 0


def test_the_attempt_is_kept_before_the_offer_and_by_itself(mine, need):
    deposit(mine, need)
    lines = session.scalars(select(JournalEntry.action).order_by(JournalEntry.seq)).all()
    assert lines.index("attempt_deposit") < lines.index("submit_offer")


@pytest.mark.parametrize(("after", "late"), [(-1, False), (0, False), (1, True)])
def test_one_instant_says_it_everywhere(mine, need, after, late):
    write(mine, need)
    with clock.frozen(CLOSES + timedelta(microseconds=after)) as at:
        page = mine.get(address(need, "/offre/verifier")).text
        receipt = mine.post(address(need, "/offre/verifier"), data={"key": key_in(page), "stamp": stamp_in(page)}).location
        said = json.loads(mine.get(f"{receipt}.json").data)
    offer, trial = session.scalars(select(Offer)).one(), session.scalars(select(DepositAttempt)).one()
    assert offer.received_at == trial.received_at == at and offer.late is late
    assert said["received_at"].startswith(at.astimezone(offer.received_at.tzinfo).strftime("%Y-%m-%dT%H:%M:%S.%f"))
    assert said["late"] is late


@pytest.mark.parametrize("rest", ["", "/offre", "/offre/verifier"])
def test_a_draft_is_said_not_to_be_deposited_wherever_it_shows(mine, need, rest):
    write(mine, need)
    assert "PAS ENCORE DÉPOSÉE" in mine.get(address(need, rest)).text


def test_the_clock_that_counts_is_shown_with_its_seconds_before_the_deposit(mine, need):
    write(mine, need)
    with clock.frozen(CLOSES - timedelta(seconds=83)):
        for rest in ("", "/offre", "/offre/verifier"):
            assert "11 h 58 min 37 s" in mine.get(address(need, rest)).text.replace("\u00a0", " "), rest


@pytest.mark.parametrize("rest", ["", "/offre"])
def test_the_limits_are_said_before_anything_is_sent(mine, need, rest):
    assert LIMITS_SENTENCE in mine.get(address(need, rest)).text


def test_a_replacement_that_is_cut_leaves_the_offer_before_it(app, mine, need):
    deposit(mine, need)
    [before] = session.scalars(select(Offer.sealed_sha256)).all()
    write(mine, need, **prices(need, "9", "9"))
    cut(mine, address(need, "/offre/verifier"))
    session.rollback()
    assert session.execute(select(Offer.sealed_sha256, Offer.state)).all() == [(before, "deposited")]


@pytest.mark.parametrize("rest", ["/offre", "/offre/verifier"])
def test_a_sending_that_the_line_cuts_leaves_its_attempt_and_says_why(mine, need, rest):
    cut(mine, address(need, rest))
    session.rollback()
    [tried] = session.scalars(select(DepositAttempt)).all()
    assert (tried.started_at, tried.received_at, tried.offer_id) == (AT, AT, None)
    assert tried.refused_because.startswith("L’envoi a été coupé avant sa fin")
    assert journalled("refuse_attempt") == 1


def test_a_sending_that_is_cut_by_who_is_not_invited_leaves_nothing(app, need):
    stranger = app.test_client()
    cut(stranger, address(need, "/offre"))
    assert rows(DepositAttempt) == 0


def cut(client, url: str) -> None:
    """Send the first half of a form."""
    body = b"note=" + b"a" * 50_000
    announced = {"CONTENT_LENGTH": str(2 * len(body))}
    sent = {"input_stream": io.BytesIO(body), "environ_overrides": announced, "content_type": "application/x-www-form-urlencoded"}
    assert client.post(url, **sent).status_code in (302, 400)
