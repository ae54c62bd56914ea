"""A deposit whose process dies at each point between its last byte and its answer: it is whole or absent, and sending again is safe.

All the points of a first deposit and of one that replaces it are tried at each run; `tests/campaigns/crashes.py` adds late ones.
"""

import itertools
import re
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import func, select

from sad import clock
from sad.actions.offer_drafts import draft_of, save_offer_draft
from sad.actions.offers import offer_of_key, offers_of, withdraw_offer
from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import DepositAttempt, Offer, OfferState
from sad.models.suppliers import Supplier
from tests.campaigns.dying import AFTER_COMMIT, ANSWER, die_during
from tests.campaigns.kept import check_deposit, check_journal
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, make_published
from tests.factories.offers import LINK, PDF, offered
from tests.factories.suppliers import member_of
from tests.web.test_login import sign_in

KINDS = {"first": CLOSES - timedelta(hours=4), "replacing": CLOSES - timedelta(hours=4), "late": CLOSES + timedelta(hours=1)}


class Depositor(NamedTuple):
    """A supplier signed in, before the check of its offer; `second` counts, so that each deposit has an instant of its own."""

    app: Flask
    client: object
    mini_tender_id: int
    supplier_id: int
    second: itertools.count

    @property
    def mini_tender(self) -> MiniTender:
        return session.get_one(MiniTender, self.mini_tender_id)

    @property
    def supplier(self) -> Supplier:
        return session.get_one(Supplier, self.supplier_id)

    @property
    def address(self) -> str:
        return f"/fournisseur/consultations/{self.mini_tender_id}/offre/verifier"


def new_depositor(app: Flask, at: datetime) -> Depositor:
    """An invitee of a new mini-tender, signed in at that instant: a session does not last for ever."""
    with transaction():
        mini_tender = make_published(suppliers=1)
    (supplier,) = invitees_of(mini_tender)
    client, numbers = app.test_client(), (mini_tender.id, supplier.id)
    with clock.frozen(at):
        sign_in(client, member_of(supplier))
    return Depositor(app, client, *numbers, itertools.count(1))


def check_a_crash(depositor: Depositor, kind: str, point: int) -> list[str]:
    """Crash a deposit at that point, send it again; gives the points reached, the answer among them when it lived."""
    at = KINDS[kind] + timedelta(seconds=next(depositor.second))
    with clock.frozen(at):
        filled = _ready(depositor, kind, at)
        before, files = _picture(depositor), _files(depositor)

        def send() -> str:
            return depositor.client.post(depositor.address, data=filled).location or "refused"

        death = die_during(send, depositor.app.engine, point)
        _check_whole_or_absent(depositor, filled["key"], before, death.reached, death.answer)
        answers = {send(), send(), *([death.answer] if death.answer else [])}
    session.remove()
    offer = offer_of_key(depositor.mini_tender, depositor.supplier, filled["key"])
    receipt = f"/fournisseur/consultations/offres/{offer.id}/accuse-de-reception" if offer else "none"
    assert answers == {receipt}, "sent three times, it is one offer"
    assert [file.name for file in check_deposit(offer).files] == [PDF.name]
    assert (offer.late, offer.received_at >= at) == (kind == "late", True)
    assert _files(depositor) == files, "a deposit leaves no file beside the database"
    return [*death.reached, *(["lived"] if death.answer else [])]


def _ready(depositor: Depositor, kind: str, at: datetime) -> dict[str, str]:
    """The draft written and its page read; what the last button sends."""
    mini_tender, supplier = depositor.mini_tender, depositor.supplier
    with transaction():
        for offer in offers_of(mini_tender, supplier):
            if kind == "first" and offer.state == OfferState.DEPOSITED:
                withdraw_offer(offer, link=LINK, by=member_of(supplier), at=at)
        content, draft = offered(mini_tender, supplier), draft_of(mini_tender, supplier)
        assert draft is None
        save_offer_draft(mini_tender, supplier, content, [PDF], stamp="", seal_key=SEAL_KEY, by=member_of(supplier), at=at)
    page = depositor.client.get(depositor.address).text
    return {name: re.search(f'name="{name}"[^>]*value="([^"]*)"', page)[1] for name in ("key", "stamp")}


def _picture(depositor: Depositor) -> dict[str, object]:
    """All that a deposit changes."""
    session.remove()
    mine = Letter.supplier_id == depositor.supplier_id, Letter.kind.in_(("offer_deposited", "offer_late"))
    return {
        "offers": [(offer.id, offer.state, offer.ended_at) for offer in offers_of(depositor.mini_tender, depositor.supplier)],
        "draft": draft_of(depositor.mini_tender, depositor.supplier) is not None,
        "letters": session.scalar(select(func.count(Letter.id)).where(*mine)),
        "lines": session.scalar(select(func.count(JournalEntry.seq)).where(JournalEntry.action == "submit_offer")),
        "attempts with their offer": session.scalar(select(func.count(DepositAttempt.offer_id))),
    }


def _check_whole_or_absent(depositor: Depositor, key: str, before: dict, reached: list[str], answer: str | None) -> None:
    after = _picture(depositor)
    offer = offer_of_key(depositor.mini_tender, depositor.supplier, key)
    if offer is None:
        assert answer is None and ANSWER not in reached, "answered before it was kept"
        assert after == before, "absent, it must leave the offer before it, the draft and the letters as they were"
    else:
        check_deposit(offer)
        counts = {name: before[name] + 1 for name in ("letters", "lines", "attempts with their offer")}
        assert {name: after[name] for name in counts} == counts and len(after["offers"]) == len(before["offers"]) + 1
        assert not after["draft"]
        live = [state for _, state, _ in after["offers"]].count(OfferState.DEPOSITED)
        in_time = select(func.count(Offer.id)).where(Offer.supplier_id == depositor.supplier_id, ~Offer.late)
        assert live == 1 or (offer.late and session.scalar(in_time)), "one offer counts"
    if AFTER_COMMIT in reached:
        tried = select(func.count(DepositAttempt.id)).where(DepositAttempt.supplier_id == depositor.supplier_id)
        assert session.scalar(tried), "an attempt is kept before anything can fail"


def _files(depositor: Depositor) -> set[str]:
    """What is kept beside the database."""
    found = depositor.app.settings.data_dir.rglob("*")
    return {path.name for path in found if path.is_file() and not path.name.startswith("sad.sqlite")}


def check_all_points(app: Flask, kind: str) -> int:
    """Crash at each point in turn, until a deposit lives; how many points there are."""
    depositor = new_depositor(app, KINDS[kind])
    for point in itertools.count():
        reached = check_a_crash(depositor, kind, point)
        if reached[-1] == "lived":
            check_journal()
            assert point == len(reached) - 1 and reached.count(AFTER_COMMIT) >= 2
            return point


@pytest.mark.parametrize("kind", ["first", "replacing"])
def test_a_process_that_dies_at_any_point_of_a_deposit_loses_nothing_that_was_acknowledged(app, kind):
    assert check_all_points(app, kind) >= 15
