"""A scheduler that is dead for days changes no right of anybody: only mails are late.

Each story is lived twice, with the jobs run before each look and with none at all; what everybody sees and may do is compared.
"""

import itertools
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from difflib import unified_diff
from types import SimpleNamespace

import pytest

from sad import clock
from sad.actions.awards import approve_award, cancel_award, notify_contract, propose_award
from sad.actions.declarations import declare_interests
from sad.actions.evaluations import live_award
from sad.actions.offers import live_offer, withdraw_offer
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.publications import invitees_of
from sad.actions.stages import roadmap_of
from sad.actions.ties import first_places
from sad.db import session, transaction
from sad.domain.calendar import PARIS
from sad.domain.errors import Refused
from sad.domain.phases import phase
from sad.domain.stages import stage_in_force
from sad.jobs import watch
from sad.jobs.runner import run_once
from sad.models.evaluations import RankedOffer
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person, Role
from tests.factories import admissions, documents, evaluations, mini_tenders, offers, organisations, people, suppliers, systems
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator, make_ranked
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, SENT, make_published
from tests.factories.offers import LINK, make_deposit
from tests.factories.people import make_person
from tests.factories.proofs import prove
from tests.factories.suppliers import member_of
from tests.web.test_login import sign_in

DRAWN = re.compile(r"[0-9a-f]{16,}|[0-9a-f-]{36}|value=\"[^\"]{30,}\"")
MAIL = re.compile(r"data-label=\"(Prévenu|Courriel)\"><div>.*?</div>")
PAPERS = re.compile(  # the letters as PDF, for who would print them: being set, or all in one file
    r"<script src=\"/static/progress.js[^>]*></script>|</section>\s*<section [^>]*id=\"en-cours\">.*?(?=</section>)"
    r"|<div class=\"actions\"><a [^>]*/lettres\">.*?</div>",
    re.DOTALL,
)
BETWEEN = re.compile(r"(?<=>)\s+(?=<)")
A_DAY, AN_HOUR, INSTANT = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
DEPOSITED, OPENED, ASKED = CLOSES - 2 * A_DAY, CLOSES + 2 * A_DAY, CLOSES + AN_HOUR
LOOKS = (
    SENT + AN_HOUR, DEPOSITED + AN_HOUR, CLOSES - AN_HOUR, CLOSES, CLOSES + INSTANT, ASKED + AN_HOUR, ASKED + A_DAY,
    ASKED + A_DAY + INSTANT, OPENED + AN_HOUR, OPENED + A_DAY,
)  # fmt: skip
DECIDED = EXAMINED + AN_HOUR
SIGNED = datetime(2026, 12, 19, tzinfo=PARIS)  # eleven days from the sending, that day included, are over (CJA L551-15)
SECOND_STAGE = datetime(2027, 1, 15, tzinfo=PARIS)
SEEN: dict[tuple[str, str], list[tuple[datetime, str, object]]] = {}


class Story:
    """A consultation and its people; `live` makes them act when their hour has come."""

    begins, looks = SENT, LOOKS

    def __init__(self, app) -> None:
        with clock.frozen(self.begins), transaction():
            mini_tender, people = self.begin()
            people |= {"requester": mini_tender.creator}
            for number, supplier in enumerate(invitees_of(mini_tender)):
                people[f"supplier {number}"] = member_of(supplier)
            known = {name: SimpleNamespace(email=person.email) for name, person in people.items()}
            self.mini_tender, self.system = mini_tender.id, mini_tender.system_id
        self.clients = {name: app.test_client() for name in (*known, "visitor")}
        self.left = self.events()
        with clock.frozen(self.begins):
            for name, person in known.items():
                sign_in(self.clients[name], person)

    def begin(self) -> tuple[MiniTender, dict[str, Person]]:
        """What stands at the beginning, and who signs in beside suppliers and requester."""
        mini_tender = make_published(suppliers=3)
        here = mini_tender.organisation
        self.openers = [make_person(here, Role.OPENER, name=name).id for name in ("Nadia", "Paul")]
        return mini_tender, {"buyer": make_person(here, Role.BUYER, name="Claire"), "opener": session.get_one(Person, self.openers[0])}

    def events(self) -> list[tuple[datetime, Callable[[MiniTender, datetime], None]]]:
        """What people do, at its hour."""
        return [(DEPOSITED, self.deposit), (ASKED, self.ask), (OPENED, self.open)]

    def check(self, seen: list[tuple[datetime, str, object]]) -> None:
        """What would prove nothing did not come about."""
        assert len({each[2] for each in seen if each[1] == "phase"}) == 3

    def live(self, until: datetime) -> None:
        while self.left and self.left[0][0] <= until:
            at, act = self.left.pop(0)
            with clock.frozen(at), transaction():
                act(session.get_one(MiniTender, self.mini_tender), at)

    def deposit(self, mini_tender: MiniTender, at: datetime) -> None:
        for supplier in invitees_of(mini_tender)[:2]:
            make_deposit(mini_tender, supplier, at=at)

    def ask(self, mini_tender: MiniTender, at: datetime) -> None:
        make_deposit(mini_tender, invitees_of(mini_tender)[2], at=at)
        ask_opening(mini_tender, by=self.free(mini_tender, 0, at), at=at)

    def open(self, mini_tender: MiniTender, at: datetime) -> None:
        ask_opening(mini_tender, by=self.free(mini_tender, 0, at), at=at)
        confirm_opening(mini_tender, seal_key=SEAL_KEY, by=self.free(mini_tender, 1, at), at=at)

    def free(self, mini_tender: MiniTender, number: int, at: datetime) -> Person:
        person = session.get_one(Person, self.openers[number])
        declare_interests(mini_tender, has_conflict=False, by=person, at=at)
        return person

    def acts(self, at: datetime) -> dict[str, Callable[[MiniTender], object]]:
        """What people may try at that instant; nothing of it is kept."""
        return {
            "withdraw": lambda it: withdraw_offer(live_offer(it, invitees_of(it)[0]), link=LINK, by=member_of(invitees_of(it)[0]), at=at),
            "deposit": lambda it: make_deposit(it, invitees_of(it)[1], at=at).late,
            "ask": lambda it: ask_opening(it, by=self.free(it, 0, at), at=at),
            "confirm": lambda it: confirm_opening(it, seal_key=SEAL_KEY, by=self.free(it, 1, at), at=at),
        }

    def pages(self) -> list[tuple[str, str]]:
        """Who looks where."""
        mine = f"/achats/consultations/{self.mini_tender}"
        found = [("buyer", "/achats/consultations"), ("buyer", mine), ("opener", f"{mine}/ouverture"), ("buyer", f"{mine}/prolonger")]
        found += [("requester", f"/service/besoins/{self.mini_tender}"), ("visitor", "/systemes"), ("visitor", f"/systemes/{self.system}")]
        for number in range(3):
            name = f"supplier {number}"
            found += [(name, "/fournisseur/consultations"), (name, f"/fournisseur/consultations/{self.mini_tender}")]
        return found


class LaterStory(Story):
    """The same once it is ranked: a decision that waits before the contract is signed, then the date of the second stage."""

    begins = EXAMINED
    looks = (
        DECIDED + AN_HOUR, SIGNED - A_DAY, SIGNED - INSTANT, SIGNED, SIGNED + A_DAY, SECOND_STAGE - INSTANT, SECOND_STAGE,
        SECOND_STAGE + AN_HOUR,
    )  # fmt: skip

    def begin(self) -> tuple[MiniTender, dict[str, Person]]:
        ranking = make_ranked(Tender(("2.80", "3.60")), Tender(), Tender(("3.40", "4.40")))
        chief = make_evaluator(ranking.mini_tender, Role.AWARD_AUTHORITY)
        self.place, self.chief, self.buyer = first_places(ranking)[0].id, chief.id, ranking.ranked_by
        return ranking.mini_tender, {"buyer": session.get_one(Person, self.buyer), "chief": chief}

    def events(self) -> list[tuple[datetime, Callable[[MiniTender, datetime], None]]]:
        return [(DECIDED, self.decide)]

    def decide(self, mini_tender: MiniTender, at: datetime) -> None:
        buyer, chief = session.get_one(Person, self.buyer), session.get_one(Person, self.chief)
        award = propose_award(session.get_one(RankedOffer, self.place), "Première, la moins chère.", by=buyer, at=at)
        prove(approve_award(award, waits=True, by=chief, at=at))

    def acts(self, at: datetime) -> dict[str, Callable[[MiniTender], object]]:
        buyer = session.get_one(Person, self.buyer)
        return {
            "notify": lambda it: notify_contract(live_award(it), by=buyer, at=at).notified_at == at,
            "cancel": lambda it: cancel_award(live_award(it), "Une note est fausse.", by=buyer, at=at).cancelled_at == at,
            "second stage": lambda it: stage_in_force(roadmap_of(it.system), at).number == 2,
        }

    def pages(self) -> list[tuple[str, str]]:
        mine, theirs = f"/achats/consultations/{self.mini_tender}", f"/fournisseur/consultations/{self.mini_tender}"
        found = [("buyer", mine), ("buyer", f"{mine}/attribution"), ("chief", f"{mine}/attribution"), ("visitor", "/systemes")]
        found += [("visitor", f"/systemes/{self.system}"), ("requester", f"/service/besoins/{self.mini_tender}")]
        return [*found, *((f"supplier {number}", page) for number in range(3) for page in (theirs, "/fournisseur/"))]

    def check(self, seen: list[tuple[datetime, str, object]]) -> None:
        """The contract is signed once the wait is over, to the instant, and the stage changes at midnight."""
        for name, since in (("notify", SIGNED), ("second stage", SECOND_STAGE)):
            done = [at for at, what, said in seen if what == name and said == "done True"]
            assert done == [at for at in self.looks if at >= since], name


class Undone(Exception):
    """What was tried is taken back."""


def tried(act: Callable[[MiniTender], object], identifier: int) -> str:
    """What came of an act that is then taken back: done, or refused and why."""
    try:
        with transaction():
            said = act(session.get_one(MiniTender, identifier))
            raise Undone(f"done {said if isinstance(said, bool) else ''}")
    except (Undone, Refused, AttributeError) as end:
        return str(end)


def read(page: str) -> str:
    """A page without what is drawn at random, without when the mail left and how far its PDF is, which is what may be late."""
    return BETWEEN.sub("\n", PAPERS.sub("", MAIL.sub("", DRAWN.sub("", page))))


def look(story: Story, at: datetime) -> list[tuple[datetime, str, object]]:
    """Every right at that instant: the phase, what each may do, what each page says."""
    with clock.frozen(at):
        seen: list[tuple[datetime, str, object]] = [(at, "phase", phase(session.get_one(MiniTender, story.mini_tender), at))]
        seen += [(at, name, tried(act, story.mini_tender)) for name, act in story.acts(at).items()]
        for name, address in story.pages():
            answer = story.clients[name].get(address)
            seen.append((at, f"{name} {address}", (answer.status_code, read(answer.text))))
    return seen


@pytest.mark.parametrize("scheduler", ["alive", "dead"])
@pytest.mark.parametrize("kind", [Story, LaterStory], ids=["deposits and opening", "standstill and stage"])
def test_a_dead_scheduler_changes_no_right_of_anybody(app, settings, monkeypatch, kind: type[Story], scheduler: str):
    for module in (admissions, documents, evaluations, mini_tenders, offers, organisations, people, suppliers, systems):
        monkeypatch.setattr(module, "numbers", itertools.count(1), raising=False)
    monkeypatch.setattr(watch, "_answers", lambda _address: True)  # the site itself lives in both
    story, seen = kind(app), []
    for at in story.looks:
        story.live(at)
        if scheduler == "alive":
            with clock.frozen(at):
                run_once(settings)
        seen += look(story, at)
    SEEN[kind.__name__, scheduler] = seen
    assert {each[2][0] for each in seen if isinstance(each[2], tuple)} <= {200, 302}, "a page that nobody reaches proves nothing"
    story.check(seen)
    left = session.query(Letter).filter(Letter.sent_at.is_not(None)).count()
    assert (left > 0) is (scheduler == "alive")
    assert differences(SEEN.get((kind.__name__, "alive"), seen), seen) == []


def differences(alive: list[tuple[datetime, str, object]], dead: list[tuple[datetime, str, object]]) -> list[str]:
    """What is seen or may be done otherwise, line by line."""
    found = []
    for (at, what, mine), (_, _, other) in zip(alive, dead, strict=True):
        lines = unified_diff(str(mine).split("\\n"), str(other).split("\\n"), lineterm="", n=0)
        found += [f"{at} {what} {line}" for line in lines if line[:3] not in ("---", "+++") and line[:2] != "@@"]
    return found
