"""Attempts to deposit, kept whether or not they succeed, each in a transaction of its own before the deposit."""

from collections.abc import Iterable
from datetime import datetime

from sad.actions.journal import record
from sad.db import session
from sad.domain.errors import Refusal
from sad.models.mini_tenders import MiniTender
from sad.models.offers import DepositAttempt
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.trust.canonical import instant
from sad.trust.envelopes import size_class

LONGEST_REASON = 4000


def attempt_deposit(
    mini_tender: MiniTender, supplier: Supplier, *, started_at: datetime, received_at: datetime, size: int, by: Person, at: datetime
) -> DepositAttempt:
    """Note that a deposit was tried: when its request began and ended, and its size in bytes, kept in steps of 64 KiB."""
    attempt = DepositAttempt(
        mini_tender_id=mini_tender.id,
        supplier_id=supplier.id,
        started_at=started_at,
        received_at=received_at,
        size_class=size_class(size),
    )
    session.add(attempt)
    record("attempt_deposit", attempt, by=by, at=at, is_sealed=True, received_at=instant(received_at), size_class=attempt.size_class)
    return attempt


def refuse_attempt(attempt: DepositAttempt, reasons: Iterable[Refusal], *, by: Person, at: datetime) -> DepositAttempt:
    """Note why it was not deposited; what was to be deposited is not kept here."""
    attempt.refused_because = " ".join(map(str, reasons))[:LONGEST_REASON]
    record("refuse_attempt", attempt, by=by, at=at, is_sealed=True, rules=sorted({each.rule for each in reasons if each.rule}))
    return attempt
