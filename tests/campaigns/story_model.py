"""A consultation in plain Python, beside the product: who has deposited what, what each act gives now, and by which rule it is refused.

Each act gives what it would change, to be called once the product did it, or the rules of its refusal.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

A_DAY = timedelta(days=1)
Refused = frozenset[str | None]
Verdict = Callable[[], None] | Refused


def nothing() -> None:
    """An act that is accepted and changes nothing."""


def by(*rules: str | None) -> Refused:
    """The rules of a refusal."""
    return frozenset(rules)


@dataclass
class Deposit:
    """An offer: `state` is what its supplier last decided; `marks` are the last ones given."""

    key: str
    supplier: int
    received_at: datetime
    state: str = "deposited"
    is_opened: bool = False
    is_regular: bool = False
    marks: str = ""


@dataclass
class Award:
    """A proposal or a decision: by whom, when, for which supplier."""

    proposer: int
    proposed_at: datetime
    supplier: int
    state: str = "proposed"


@dataclass
class Model:
    """`invited` are suppliers, `free` the people who declared no interest, `openers` those who open; `proved` has given all its proofs."""

    closes_at: datetime
    service_on: date
    invited: frozenset[int]
    free: frozenset[int]
    openers: frozenset[int]
    state: str = "published"
    deposits: list[Deposit] = field(default_factory=list)
    questions: list[bool] = field(default_factory=list)
    asked: tuple[int, datetime] | None = None
    ranked: dict[str, str] | None = None
    award: Award | None = None
    proved: set[int] = field(default_factory=set)

    def is_open(self, at: datetime) -> bool:
        return self.state == "published" and at <= self.closes_at

    def phase(self, at: datetime) -> str:
        return ("open" if at <= self.closes_at else "closed") if self.state == "published" else self.state

    def is_late(self, deposit: Deposit) -> bool:
        return deposit.received_at > self.closes_at

    def opened(self) -> list[Deposit]:
        return [each for each in self.deposits if each.is_opened]

    def deposit(self, at: datetime, key: str, supplier: int, received_at: datetime, is_whole: bool) -> Verdict:
        if any(each.key == key and each.supplier == supplier for each in self.deposits):
            return nothing
        faults = [] if is_whole else [None]
        if supplier not in self.invited:
            faults.append("SAD-15")
        elif self.state == "discontinued":
            faults.append("AWD-10")
        elif self.state != "published" and received_at <= self.closes_at:
            faults.append("REC-01")
        return by(*faults) if faults else lambda: self._take_place(Deposit(key, supplier, received_at))

    def _take_place(self, new: Deposit) -> None:
        for old in self.deposits:
            if old.supplier == new.supplier and old.state == "deposited" and self.is_late(old) == self.is_late(new):
                min(old, new, key=lambda each: each.received_at).state = "replaced"
        self.deposits.append(new)

    def withdraw(self, at: datetime, key: str) -> Verdict:
        (deposit,) = (each for each in self.deposits if each.key == key)
        if deposit.state != "deposited":
            return by(None)
        return (lambda: setattr(deposit, "state", "withdrawn")) if self.is_open(at) else by("REC-05")

    def ask(self, at: datetime, supplier: int) -> Verdict:
        if supplier not in self.invited:
            return by("SAD-15")
        return (lambda: self.questions.append(False)) if self.is_open(at) else by("TIM-02")

    def answer(self, at: datetime, number: int) -> Verdict:
        if self.questions[number]:
            return by("TIM-04")
        return (lambda: self.questions.__setitem__(number, True)) if self.is_open(at) else by("TIM-02")

    def extend(self, at: datetime, closes_at: datetime, day: date, is_stale: bool) -> Verdict:
        if is_stale or not self.is_open(at) or closes_at <= self.closes_at or day >= self.service_on:
            return by("TIM-03")
        return lambda: setattr(self, "closes_at", closes_at)

    def ask_opening(self, at: datetime, person: int) -> Verdict:
        faults = self._opening_faults(at, person)
        if faults or self._waits(at):
            return faults or by("REC-01")
        return lambda: setattr(self, "asked", (person, at))

    def confirm_opening(self, at: datetime, person: int) -> Verdict:
        faults = self._opening_faults(at, person)
        if faults or not self._waits(at) or self.asked[0] == person:
            return faults or by("REC-01")
        return self._open

    def _opening_faults(self, at: datetime, person: int) -> Refused:
        is_no_moment = self.state != "published" or at <= self.closes_at
        return by(*["REC-01"] * (is_no_moment or person not in self.openers), *["ANA-05"] * (person not in self.free))

    def _waits(self, at: datetime) -> bool:
        return self.asked is not None and at <= self.asked[1] + A_DAY

    def _open(self) -> None:
        self.state = "opened"
        for each in self.deposits:
            each.is_opened = each.state == "deposited" and not self.is_late(each)

    def classify(self, at: datetime, key: str, person: int, reason: str) -> Verdict:
        (deposit,) = (each for each in self.deposits if each.key == key)
        if faults := self._evaluation_faults(at, person):
            return faults
        if not deposit.is_opened:
            return by("REC-01")
        return by("ANA-01") if not reason else lambda: self._evaluated(deposit, at, is_regular=True)

    def mark(self, at: datetime, key: str, person: int, mark: str) -> Verdict:
        (deposit,) = (each for each in self.deposits if each.key == key)
        if faults := self._evaluation_faults(at, person):
            return faults
        faults = [] if float(mark) <= 10 else ["ANA-05"]
        faults += [] if deposit.is_opened and deposit.is_regular else ["ANA-01" if deposit.is_opened else "REC-01"]
        return by(*faults) if faults else lambda: self._evaluated(deposit, at, marks=mark)

    def _evaluated(self, deposit: Deposit, at: datetime, **values) -> None:
        self._lapse(at)
        for name, value in values.items():
            setattr(deposit, name, value)

    def rank(self, at: datetime, person: int) -> Verdict:
        if faults := self._evaluation_faults(at, person):
            return faults
        missing = {"ANA-05" if each.is_regular else "ANA-01" for each in self.opened() if not each.marks}
        return by(*missing or ["AWD-10"]) if missing or not self.opened() else lambda: self._rank(at)

    def _rank(self, at: datetime) -> None:
        self._lapse(at)
        self.state, self.ranked = "ranked", self._marks()

    def _marks(self) -> dict[str, str]:
        return {each.key: each.marks for each in self.opened()}

    def propose(self, at: datetime, person: int, supplier: int, is_first: bool, is_tied: bool) -> Verdict:
        if faults := self._evaluation_faults(at, person):
            return faults
        faults = [*["CRI-12"] * (self.ranked != self._marks()), *(["ANA-01"] if not is_first else ["CRI-11"] * is_tied)]
        return by(*faults) if faults else lambda: self._propose(at, person, supplier)

    def _propose(self, at: datetime, person: int, supplier: int) -> None:
        self._lapse(at)
        self.award = Award(person, at, supplier)

    def approve(self, at: datetime, person: int) -> Verdict:
        if person not in self.free or person == self.award.proposer or self._has_lapsed(at):
            return by("ANA-05")
        return self._approve if self.award.state == "proposed" and self.state == "ranked" else by(None)

    def _approve(self) -> None:
        self.state, self.award.state = "awarded", "approved"

    def cancel(self, at: datetime, person: int, reason: str) -> Verdict:
        if person not in self.free:
            return by("ANA-05")
        return self._cancel if reason and self.award.state != "cancelled" and self.state != "notified" else by(None)

    def _cancel(self) -> None:
        self.state = "ranked" if self.award.state == "approved" else self.state
        self.award.state = "cancelled"

    def prove(self, at: datetime) -> Verdict:
        return lambda: self.proved.add(self.award.supplier)

    def notify(self, at: datetime, person: int) -> Verdict:
        if person not in self.free:
            return by("ANA-05")
        if self.state != "awarded" or self.award.supplier not in self.proved:
            return by(None if self.state != "awarded" else "AWD-01")
        return lambda: setattr(self, "state", "notified")

    def discontinue(self, at: datetime, person: int, reason: str) -> Verdict:
        if not reason:
            return by("AWD-10")
        if self.state in ("notified", "discontinued"):
            return by(None)
        return by("ANA-05") if self.state != "published" and person not in self.free else self._discontinue

    def _discontinue(self) -> None:
        self.state = "discontinued"
        if self.award:
            self.award.state = "cancelled"

    def _evaluation_faults(self, at: datetime, person: int) -> Refused:
        if person not in self.free:
            return by("ANA-05")
        if self.state not in ("opened", "ranked"):
            return by("REC-01")
        stands = self.award is not None and self.award.state != "cancelled" and not self._has_lapsed(at)
        return by("ANA-05") if stands else by()

    def _has_lapsed(self, at: datetime) -> bool:
        return self.award is not None and self.award.state == "proposed" and at > self.award.proposed_at + A_DAY

    def _lapse(self, at: datetime) -> None:
        if self._has_lapsed(at):
            self.award.state = "cancelled"
