"""A whole consultation played at random, step by step, beside its model: buyers, suppliers, openers, time that jumps, faults.

Four steps in five somebody only looks, as in life: all that is kept is read again and held to the model. At the fifth somebody acts.
Each story is taken back at its end, so that all of them start from the same rows, those of a consultation just sent. Acts that cross
are not tried here: one connection plays them all (`deadlines.py` and `kills.py` do).
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, event, select

from sad.actions import awards, classifications, marks, mini_tender_changes, openings, publications, questions, rankings
from sad.actions.declarations import declare_interests
from sad.actions.offers import offers_of, submit_offer, withdraw_offer
from sad.actions.ties import first_places
from sad.db import session, transaction
from sad.doctor.checkup import INVARIANTS
from sad.doctor.findings import Site
from sad.domain import errors
from sad.domain.calendar import PARIS, paris_day
from sad.domain.offers import OfferContent
from sad.domain.phases import phase
from sad.models.awards import Award
from sad.models.invitations import Question
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier
from tests.campaigns.story_model import Model, Verdict, nothing
from tests.campaigns.story_rows import Deposited, Rows
from tests.factories.mini_tenders import CLOSES, HOME, SEAL_KEY, SENT, SERVED, make_mini_tender
from tests.factories.offers import LINK, offered
from tests.factories.people import make_person
from tests.factories.proofs import prove
from tests.factories.sound import account_for_all
from tests.factories.suppliers import make_supplier, member_of

STEPS = 400
LOOKS = 4 / 5
INVITED = 5
FIRST_STEP = CLOSES - timedelta(days=3)
TICK, SECOND, MINUTE, HOUR = timedelta(microseconds=1), timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
FITTING = {
    "open": ["deposit"] * 6 + ["withdraw", "ask", "answer", "extend"],
    "closed": ["ask_opening", "confirm_opening"] * 3 + ["deposit"],
    "opened": ["classify", "mark"] * 4 + ["rank"] * 2,
    "ranked": ["propose"] * 3 + ["approve"] * 3 + ["mark", "rank", "cancel"],
    "awarded": ["prove", "prove", "notify", "notify", "cancel"],
    "notified": ["deposit", "notify", "cancel"],
    "discontinued": ["deposit", "ask_opening", "rank"],
}
PAPERS = "papers"
STATEMENTS = ("SELECT", "INSERT", "UPDATE", "DELETE")
ACTS = sorted({act for acts in FITTING.values() for act in acts} | {"discontinue"})


class Crash(Exception):
    """The process stops being there, in the middle of an act."""


class Cast:
    """The rows that every story starts from: a need that was sent, those who buy, open, decide, and the suppliers, one not admitted."""

    def __init__(self) -> None:
        with transaction():
            need = make_mini_tender()
            self.need, home = need.id, need.organisation
            self.buyer, self.chief = (make_person(home, role).id for role in (Role.BUYER, Role.AWARD_AUTHORITY))
            self.openers = [make_person(home, Role.OPENER).id for _ in range(3)]
            self.suppliers = account_for_all(need, INVITED, by=session.get_one(Person, self.buyer))
            self.outsider = make_supplier().id
        self.free = [self.buyer, self.chief, *self.openers[:2]]
        self._send()
        with transaction():
            need = session.get_one(MiniTender, self.need)
            self.judged = [criterion.key for criterion in marks.judged_criteria(need)]
            self.members = {each: member_of(session.get_one(Supplier, each)).id for each in (*self.suppliers, self.outsider)}
            self.contents = {(each, is_whole): self._content(need, each, is_whole) for each in self.members for is_whole in (True, False)}
        session.remove()

    def _send(self) -> None:
        with transaction():
            buyer, need = session.get_one(Person, self.buyer), session.get_one(MiniTender, self.need)
            publications.publish_mini_tender(need, seal_key=SEAL_KEY, justifications={}, home=HOME, by=buyer, at=SENT)
            for person in self.free:
                declare_interests(need, has_conflict=False, by=session.get_one(Person, person), at=SENT)

    def _content(self, need: MiniTender, supplier: int, is_whole: bool) -> OfferContent:
        """What it offers; not whole, it lacks a price."""
        cents = 10 + self.suppliers.index(supplier) if supplier in self.suppliers else 0
        return offered(need, session.get_one(Supplier, supplier), prices=(f"3.{cents:02}" if is_whole else None, "4.00"))


class Story:
    """One consultation, sent, and what was foreseen of it."""

    def __init__(self, cast: Cast, rows: Rows, seed: int) -> None:
        self.cast, self.rows, self.drawn, self.at, self.keys = cast, rows, random.Random(seed), FIRST_STEP, 0
        self.offers: dict[str, int] = {}
        self.stands = rows.stands()
        self.done: Counter[str] = Counter()
        self.model = Model(CLOSES, paris_day(SERVED), frozenset(cast.suppliers), frozenset(cast.free), frozenset(cast.openers))

    def step(self) -> None:
        """Somebody looks, or some time passes and somebody acts: the product does what the model foresaw, or refuses by the same rules."""
        if self.drawn.random() < LOOKS:
            self._look()
            return
        self._wait()
        act, arguments = self._chosen()
        foreseen: Verdict = getattr(self.model, act)(self.at, *arguments)
        before, crash_after = self.stands, self.drawn.randint(1, 25) if self.drawn.random() < 0.06 else 0
        said = (act, self.at.isoformat(), arguments)
        try:
            with _crashing(crash_after):
                found = self._done(act, arguments)
        except Crash:
            assert self.rows.stands() == before, (said, "half done")
            act = "crash"
        else:
            is_done, is_written = found is None, self.rows.stands().seq != before.seq
            assert is_done == callable(foreseen) and (is_done or found == foreseen), (said, found, foreseen)
            assert is_written == (is_done and foreseen is not nothing), (said, "its line")
            if callable(foreseen):
                foreseen()
            act = f"{act}, {'refused' if not is_done else 'done' if is_written else 'again'}"
        self.done[act] += 1
        self._check(said)

    def _look(self) -> None:
        """Time passes and changes nothing that is kept; the phase is that of the model, before, at and after the deadline."""
        self.at += self.drawn.random() * MINUTE
        before = self.stands
        self._check(("look", self.at.isoformat()))
        assert self.stands == before, (before, self.stands)
        for at in (self.at, before.closes_at - TICK, before.closes_at, before.closes_at + TICK):
            assert phase(before, at) == self.model.phase(at), (before, at)
        if self.drawn.random() < 0.05:
            self._read_own(self.drawn.choice(self.cast.suppliers))
        self.done["look"] += 1

    def _read_own(self, supplier: int) -> None:
        """What its page shows a supplier of its deposits, the last received first."""
        found = [(each.idempotency_key, each.state, each.late) for each in offers_of(self._need(), session.get_one(Supplier, supplier))]
        session.rollback()
        mine = [each for each in self.model.deposits if each.supplier == supplier]
        kept = [(each.key, each.state, self.model.is_late(each)) for each in mine]
        assert sorted(found) == sorted(kept), (supplier, found, kept)

    def check_invariants(self, data_dir: Path) -> None:
        """Those of the examination of a live database, but files: what `prove` gives has none on the disk."""
        site = Site(data_dir, SEAL_KEY, self.at)
        found = [str(finding) for invariant in INVARIANTS if invariant.name != PAPERS for finding in invariant.find(site)]
        assert found == [], found

    def _done(self, act: str, arguments: tuple) -> frozenset | None:
        """The rules by which it was refused; None when it was done."""
        try:
            with transaction():
                getattr(self, f"_{act}")(*arguments)
        except errors.Refused as refused:
            return frozenset(each.rule for each in refused.refusals)
        return None

    def _wait(self) -> None:
        draw = self.drawn.random()
        near = self.model.closes_at + self.drawn.choice((-SECOND, -TICK, timedelta(0), TICK, SECOND))
        if self.model.is_open(self.at) and draw < 0.06 and near >= self.at:
            self.at = near
        elif draw < 0.9:
            self.at += self.drawn.random() * 20 * MINUTE
        else:
            self.at += self.drawn.choice((3 * HOUR, 3 * HOUR, 25 * HOUR))

    def _chosen(self) -> tuple[str, tuple]:
        fitting = FITTING[self.model.phase(self.at)]
        while True:
            act = self.drawn.choice(fitting if self.drawn.random() < 0.8 else ACTS)
            if act == "discontinue" and self.drawn.random() < 0.7:
                continue
            arguments = getattr(self, f"_drawn_{act}")()
            if arguments is not None:
                return act, arguments

    def _drawn_deposit(self) -> tuple:
        known = [each for each in self.model.deposits if self.drawn.random() < 0.1]
        if known:
            return known[0].key, known[0].supplier, known[0].received_at, True
        self.keys += 1
        supplier = self.drawn.choice([*self.cast.suppliers, *self.cast.suppliers, self.cast.outsider])
        received_at = self.at - self.drawn.choice((timedelta(0), TICK, SECOND, 2 * MINUTE))
        return f"story-{self.keys}", supplier, received_at, self.drawn.random() < 0.95

    def _drawn_key(self) -> tuple | None:
        return (self.drawn.choice(self.model.deposits).key,) if self.model.deposits else None

    _drawn_withdraw = _drawn_key

    def _drawn_ask(self) -> tuple:
        return (self.drawn.choice([*self.cast.suppliers, self.cast.outsider]),)

    def _drawn_answer(self) -> tuple | None:
        return (self.drawn.randrange(len(self.model.questions)),) if self.model.questions else None

    def _drawn_extend(self) -> tuple:
        closes_at = self.model.closes_at.astimezone(PARIS) + timedelta(days=self.drawn.choice((-1, 0, 1, 2, 12)))
        return closes_at, closes_at.date(), self.drawn.random() < 0.2

    def _drawn_ask_opening(self) -> tuple:
        return (self.drawn.choice([*self.cast.openers, *self.cast.openers[:2], self.cast.buyer]),)

    _drawn_confirm_opening = _drawn_ask_opening

    def _drawn_classify(self) -> tuple | None:
        waiting = [each.key for each in self.model.opened() if not each.is_regular] or [each.key for each in self.model.deposits]
        return (self.drawn.choice(waiting), *self._evaluator(), self.drawn.choice(("Complète.",) * 9 + ("",))) if waiting else None

    def _drawn_mark(self) -> tuple | None:
        unmarked = [each.key for each in self.model.opened() if each.is_regular and not each.marks]
        waiting = unmarked or [each.key for each in self.model.deposits]
        return (self.drawn.choice(waiting), *self._evaluator(), self.drawn.choice(("7", "8", "8.5", "9", "11"))) if waiting else None

    def _evaluator(self) -> tuple:
        return (self.drawn.choice([self.cast.buyer] * 9 + [self.cast.openers[2]]),)

    _drawn_rank = _evaluator

    def _drawn_propose(self) -> tuple | None:
        if self.model.ranked is None:
            return None
        places = rankings.latest_ranking(self._need()).places
        first = first_places(places[0].ranking)
        is_first = self.drawn.random() < 0.9
        others = [place for place in places if place not in first]
        if not is_first and not others:
            return None
        chosen = (first if is_first else others)[0]
        self.place = chosen.id
        return *self._evaluator(), chosen.offer.supplier_id, is_first, len(first) > 1

    def _decider(self) -> tuple | None:
        return (self.drawn.choice((self.cast.chief, self.cast.chief, self.cast.buyer)),) if self.model.award else None

    _drawn_approve = _drawn_notify = _decider

    def _drawn_cancel(self) -> tuple | None:
        return (self.cast.chief, self.drawn.choice(("Une erreur.", ""))) if self.model.award and self.drawn.random() < 0.3 else None

    def _drawn_prove(self) -> tuple | None:
        return () if self.model.state == "awarded" and self.model.award.supplier not in self.model.proved else None

    def _drawn_discontinue(self) -> tuple:
        return self.drawn.choice((self.cast.buyer, self.cast.openers[2])), self.drawn.choice(("Le besoin a disparu.", ""))

    def _deposit(self, key: str, supplier: int, received_at: datetime, is_whole: bool) -> None:
        mine, by = session.get_one(Supplier, supplier), self._person(self.cast.members[supplier])
        sent = {"started_at": received_at - SECOND, "received_at": received_at, "seal_key": SEAL_KEY, "link": LINK}
        submit_offer(self._need(), mine, self.cast.contents[supplier, is_whole], idempotency_key=key, **sent, by=by, at=self.at)

    def _withdraw(self, key: str) -> None:
        offer = self._offer(key)
        withdraw_offer(offer, link=LINK, by=self._person(self.cast.members[offer.supplier_id]), at=self.at)

    def _ask(self, supplier: int) -> None:
        by = self._person(self.cast.members[supplier])
        questions.ask_question(self._need(), session.get_one(Supplier, supplier), "À quelle porte ?", by=by, at=self.at)

    def _answer(self, number: int) -> None:
        asked = session.scalars(select(Question).order_by(Question.id)).all()
        questions.answer_question(asked[number], "Au nord.", by=self._person(self.cast.buyer), at=self.at)

    def _extend(self, closes_at: datetime, _day, is_stale: bool) -> None:
        two = {"approved_by": self._person(self.cast.chief), "by": self._person(self.cast.buyer)}
        need, said = self._need(), {"reason": "Une question.", "home": HOME, **two, "at": self.at}
        mini_tender_changes.change_mini_tender(need, closes_at, None, version=need.version - is_stale, **said)

    def _ask_opening(self, person: int) -> None:
        openings.ask_opening(self._need(), by=self._person(person), at=self.at)

    def _confirm_opening(self, person: int) -> None:
        openings.confirm_opening(self._need(), seal_key=SEAL_KEY, by=self._person(person), at=self.at)

    def _classify(self, key: str, person: int, reason: str) -> None:
        classifications.classify_offer(self._offer(key), "regular", reason, by=self._person(person), at=self.at)

    def _mark(self, key: str, person: int, mark: str) -> None:
        for criterion in self.cast.judged:
            marks.give_mark(self._offer(key), criterion, mark, "Variété.", by=self._person(person), at=self.at)

    def _rank(self, person: int) -> None:
        rankings.compute_ranking(self._need(), by=self._person(person), at=self.at)

    def _propose(self, person: int, *_place: object) -> None:
        (place,) = (each for each in rankings.latest_ranking(self._need()).places if each.id == self.place)
        awards.propose_award(place, "La meilleure.", by=self._person(person), at=self.at)

    def _approve(self, person: int) -> None:
        awards.approve_award(self._award(), by=self._person(person), at=self.at)

    def _cancel(self, person: int, reason: str) -> None:
        awards.cancel_award(self._award(), reason, by=self._person(person), at=self.at)

    def _prove(self) -> None:
        prove(self._award(), at=self.at)

    def _notify(self, person: int) -> None:
        awards.notify_contract(self._award(), by=self._person(person), at=self.at)

    def _discontinue(self, person: int, reason: str) -> None:
        publications.discontinue_mini_tender(self._need(), reason, by=self._person(person), at=self.at)

    def _need(self) -> MiniTender:
        return session.get_one(MiniTender, self.cast.need)

    def _person(self, person: int) -> Person:
        return session.get_one(Person, person)

    def _award(self) -> Award:
        return session.scalars(select(Award).order_by(Award.id.desc()).limit(1)).one()

    def _offer(self, key: str) -> Offer:
        return session.get_one(Offer, self.offers[key])

    def _check(self, said: tuple) -> None:
        """Who has what, late or not, opened or not; where the consultation stands, until when; the lines written since, chained."""
        model, before, self.stands = self.model, self.stands, self.rows.stands()
        found = self.rows.offers()
        kept = {
            Deposited(each.key, each.supplier, each.state, model.is_late(each), each.is_opened, model.closes_at) for each in model.deposits
        }
        assert found.keys() == kept, (said, found.keys() ^ kept)
        assert (self.stands.state, self.stands.closes_at) == (model.state, model.closes_at), (said, self.stands, model.state)
        if before.seq != self.stands.seq:
            assert self.rows.is_chained(before, self.stands), (said, "its chain")
            self.offers = {each.key: number for each, number in found.items()}


@contextmanager
def _crashing(after: int) -> Iterator[None]:
    """The process stops before the statement of that number, counted from 1; 0: it goes on."""
    left = iter(range(after, 0, -1))

    def stop(_connection, _cursor, statement: str, *_rest: object) -> None:
        if statement.startswith(STATEMENTS) and next(left, None) == 1:
            raise Crash

    connection = session.get_bind()
    if after:
        event.listen(connection, "before_cursor_execute", stop)
    try:
        yield
    finally:
        if after:
            event.remove(connection, "before_cursor_execute", stop)


@contextmanager
def taken_back(connection: Connection) -> Iterator[None]:
    """All that is committed within is taken back at the end."""
    session.remove()
    session.configure(bind=connection, join_transaction_mode="create_savepoint")
    whole = connection.begin()
    try:
        yield
    finally:
        session.remove()
        whole.rollback()
        session.configure(bind=connection.engine, join_transaction_mode="conditional_savepoint")


def played(
    cast: Cast, connection: Connection, data_dir: Path, seed: int, watch: Callable[[Story], None] = lambda _story: None
) -> None:
    """A story of so many steps, then every invariant; `watch` sees it at its end."""
    with taken_back(connection):
        story = Story(cast, Rows(connection), seed)
        for _ in range(STEPS):
            story.step()
        story.check_invariants(data_dir)
        watch(story)
