"""Before the opening, what agents and strangers read is the same whether nobody has deposited or two have.

Every address that a seat may ask is asked twice, around two stories of deposits; the answers are compared word for word.
"""

import contextlib
import importlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from sad import clock, db
from sad.actions.attempts import attempt_deposit, refuse_attempt
from sad.actions.backup_copies import strike_out_backup_copy
from sad.actions.declarations import declare_interests
from sad.actions.offer_drafts import save_offer_draft
from sad.actions.offers import withdraw_offer
from sad.actions.openings import ask_opening
from sad.actions.publications import publish_mini_tender
from sad.actions.staged_uploads import begin_upload
from sad.db import session, transaction
from sad.domain.errors import Refusal
from sad.jobs.journal import publish_heads
from sad.jobs.mini_tenders import announce_closed, remind_unopened_invitations, warn_closing
from sad.jobs.turn import Turn
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier, SupplierMember
from sad.web import rights
from tests.factories.backup_copies import make_copy
from tests.factories.mini_tenders import CLOSES, HOME, SEAL_KEY, SENT, SERVED, make_mini_tender
from tests.factories.offers import IN_TIME, LINK, PDF, make_deposit, offered
from tests.factories.people import make_person
from tests.factories.suppliers import member_of
from tests.factories.world import ASKED, COMING, EXAMINED, NOW, SENT_LAST
from tests.web.kept_secret import readable
from tests.web.ownership import Place
from tests.web.rows import again
from tests.web.world import World

pytestmark = pytest.mark.engine_free
SOON = timedelta(minutes=1)
AGREED = {"means": "phone", "agreed_by": "Jeanne Peyrard", "agreed_at": "2026-12-09T09:00", "aside": "y"}
CLOSED = {"wanted_closes_at": CLOSES, "happens_at": SERVED}
SEALED = {"open": COMING, "closed": CLOSED, "asked": CLOSED}
# What no two answers share: keys of forms, and the head of the journal, which grows with every act of anybody.
CHANGING = re.compile(rb'name="csrf_token" value="[^"]*"|challenge&#34;: &#34;[^&]*|W3CDTF">[^<]*|[0-9a-f]{64}|[0-9a-f]{32}')
Told = dict[tuple[object, ...], tuple[int, str | None, bytes]]


@dataclass
class Silent:
    """A world of its own, with consultations that nobody has answered yet."""

    world: World
    numbers: dict[str, int]
    said: dict[str, dict[str, str]]  # what is typed in forms that may be sent while offers are sealed
    colleague: Person  # a buyer who registers backup copies, and whose pages nobody asks for

    def told(self) -> Told:
        """What each address answers: to two who may ask, for the pages of these consultations and the lists; to one, for the rest."""
        found: Told = {}
        for line in rights.lines(self.world.app):
            for place in self._places(line.endpoint):
                seats = [seat.key for seat in line.admitted if seat.key not in ("supplier", "nobody")]
                is_page = line.method == "GET" and line.space != "account" and place.keys() <= {"mini_tender_id"}
                for who in dict.fromkeys((seats[0], seats[-1])) if is_page and seats else seats[:1]:
                    found[line.method, line.endpoint, str(place), who] = self._ask(who, line.endpoint, place, line.method)
        return found

    def _places(self, endpoint: str) -> list[Place]:
        found = self.world.own[endpoint]
        if not found or "mini_tender_id" not in found[0]:
            return found[:1]
        return [{"mini_tender_id": number} for number in self.numbers.values()] if len(found[0]) == 1 else []

    def _ask(self, who: str, endpoint: str, place: Place, method: str) -> tuple[int, str | None, bytes]:
        with self.world.undone() if method == "POST" else contextlib.nullcontext():
            answer = self.world.send(who, self.world.url(endpoint, place, method), method, data=self.said.get(endpoint))
            with answer:
                return answer.status_code, answer.location, CHANGING.sub(b"", readable(answer.get_data()))


@pytest.fixture
def silent(kept_world: World, tmp_path: Path) -> Iterator[Silent]:
    folder = tmp_path / "data"
    shutil.copytree(kept_world.app.settings.data_dir, folder)
    settings = replace(kept_world.app.settings, data_dir=folder, database_url=f"sqlite:///{folder / 'sad.sqlite'}")
    app = importlib.import_module("sad.web").create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    db.session.remove()
    db.session.configure(bind=app.engine)
    with clock.frozen(NOW), transaction():
        numbers = {name: send(kept_world, name) for name in SEALED}
        assert kept_world.halves
        colleague = make_person(again(kept_world.halves[0].organisation), Role.BUYER)
        agreed = {"supplier": str(again(kept_world.halves[0].supplier).id), **AGREED}
    said = {"procurement.assist": agreed, "procurement.discontinue_mini_tender": {"reason": "Le besoin a disparu."}}
    yield Silent(replace(kept_world, app=app, faults=[], pages=set()), numbers, said, colleague)
    db.session.remove()
    app.engine.dispose()


def send(world: World, name: str) -> int:
    """A consultation of the first half, whose opening is asked where its name says so."""
    assert world.halves
    half = world.halves[0]
    buyer, opener, requester = (again(half.people[role]) for role in (Role.BUYER, Role.OPENER, Role.REQUESTER))
    draft = make_mini_tender(again(half.service), system=again(half.system), by=requester, title=f"Besoin scellé {name}", **SEALED[name])
    sent = publish_mini_tender(draft, seal_key=SEAL_KEY, justifications={}, home=HOME, by=buyer, at=SENT_LAST if name == "open" else SENT)
    for person in map(again, (*half.people.values(), half.second)):
        declare_interests(sent, has_conflict=False, by=person, at=SENT_LAST)
    if name == "asked":
        ask_opening(sent, by=opener, at=ASKED)
    return sent.id


def deposit_everything(silent: Silent) -> None:
    """Two suppliers deposit, replace, withdraw and deposit again, keep drafts and files, come late, and fail; they send copies too."""
    assert silent.world.halves
    half = silent.world.halves[0]
    with transaction():
        for name, number in silent.numbers.items():
            mini_tender = session.get_one(MiniTender, number)
            at = EXAMINED if name == "open" else IN_TIME
            for supplier in map(again, (half.supplier, half.rival)):
                deposit_much(mini_tender, supplier, at)
                if name != "open":
                    make_deposit(mini_tender, supplier, at=CLOSES + timedelta(minutes=1))
                wrong = make_copy(mini_tender, supplier, by=again(silent.colleague), at=at, written_at=at + SOON)
                strike_out_backup_copy(wrong, "Ce n’était pas ce jour-là.", by=again(silent.colleague), at=at + 2 * SOON)
                make_copy(mini_tender, supplier, by=again(silent.colleague), at=at, written_at=at + 3 * SOON)


def deposit_much(mini_tender: MiniTender, supplier: Supplier, at: datetime) -> None:
    person = member_of(supplier)
    make_deposit(mini_tender, supplier, at=at, files=(PDF,))
    withdraw_offer(make_deposit(mini_tender, supplier, at=at + SOON), link=LINK, by=person, at=at + SOON)
    make_deposit(mini_tender, supplier, at=at + 2 * SOON)
    failed = attempt_deposit(mini_tender, supplier, started_at=at, received_at=at, size=10, by=person, at=at)
    refuse_attempt(failed, [Refusal("Un prix manque.", "L’écrire.")], by=person, at=at)
    draft = offered(mini_tender, supplier)
    save_offer_draft(mini_tender, supplier, draft, (), stamp="", seal_key=SEAL_KEY, by=person, at=at + 3 * SOON)
    begin_upload(mini_tender, supplier, "menu.pdf", 1000, seal_key=SEAL_KEY, by=person, at=at)


def run_jobs(silent: Silent) -> None:
    """Those that look at the consultations or at their letters."""
    for job in (warn_closing, announce_closed, remind_unopened_invitations, publish_heads):
        job(Turn(silent.world.app.settings, NOW))


def differing(before: Told, after: Told) -> list[str]:
    """The answers that are not the same, with the first line where they part."""
    assert before.keys() == after.keys()
    return [f"{' '.join(map(str, asked))}: {first_part(before[asked], after[asked])}" for asked in before if before[asked] != after[asked]]


def first_part(one: tuple[int, str | None, bytes], other: tuple[int, str | None, bytes]) -> str:
    if one[:2] != other[:2]:
        return f"{one[:2]} {other[:2]}"
    lines = zip(one[2].splitlines(), other[2].splitlines(), strict=False)
    return next((f"{here!r} {there!r}"[:300] for here, there in lines if here != there), "longer")


def letters_to_agents() -> list[tuple[object, ...]]:
    """Every letter that an organisation has, or that went to somebody who acts for no supplier."""
    suppliers = select(SupplierMember.person_id)
    found = select(Letter.kind, Letter.person_id, Letter.subject, Letter.body).order_by(Letter.id)
    return [tuple(row) for row in session.execute(found.where(Letter.organisation_id.is_not(None) | Letter.person_id.not_in(suppliers)))]


def test_agents_and_strangers_read_the_same_whether_nobody_has_deposited_or_two_have(silent: Silent):
    run_jobs(silent)
    before, told = silent.told(), letters_to_agents()
    with clock.frozen(NOW):
        deposit_everything(silent)
    run_jobs(silent)
    found = differing(before, silent.told())
    assert not found, "\n".join(found)
    assert letters_to_agents() == told
    assert len(before) > 400 and session.query(Offer).filter_by(mini_tender_id=silent.numbers["closed"]).count() == 8
