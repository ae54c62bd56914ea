"""Several evaluators through the pages: named, marking alone, nothing seen before the last, then one consensus."""

import html
import re

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.classifications import classify_offer
from sad.actions.evaluators import name_evaluators
from sad.actions.panels import panel_of
from sad.db import session, transaction
from sad.models.evaluations import Mark
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person, Role
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator, make_opened, offers_of
from tests.web.test_login import sign_in
from tests.web.test_shell import check

SECRET = "Croûte trop cuite, dit en secret."
PAGES = (
    "examen", "classement", "evaluateurs", "mes-notes", "mes-notes/quality", "consensus/quality", "notes/quality", "attribution",
    "classement/notation.json", "classement/tableau.xlsx",
)


class Room:
    """A consultation with two offers, two evaluators named by a buyer, and an auditor; each with a client."""

    def __init__(self, app) -> None:
        with transaction():
            made = make_opened(Tender(), Tender(("2.90", "4.20")))
            people = {
                "buyer": make_evaluator(made, Role.BUYER), "anne": make_evaluator(made, Role.EVALUATOR),
                "bruno": make_evaluator(made, Role.EVALUATOR), "chief": make_evaluator(made, Role.AWARD_AUTHORITY),
                "auditor": make_evaluator(made, Role.AUDITOR), "other": make_evaluator(made, Role.EVALUATOR),
            }
            for offer in offers_of(made):
                classify_offer(offer, "regular", "Complète.", by=people["buyer"], at=EXAMINED)
            self.number, self.offers = made.id, [offer.id for offer in offers_of(made)]
            self.people = {name: person.id for name, person in people.items()}
            self.names = {name: person.name for name, person in people.items()}
        self.clients = {name: app.test_client() for name in people}
        with clock.frozen(EXAMINED):
            for name, client in self.clients.items():
                sign_in(client, session.get_one(Person, self.people[name]))

    def name(self, *names: str) -> None:
        with transaction():
            people = [session.get_one(Person, self.people[name]) for name in names]
            buyer = session.get_one(Person, self.people["buyer"])
            name_evaluators(session.get_one(MiniTender, self.number), people, by=buyer, at=EXAMINED)

    def at(self, page: str) -> str:
        return f"/achats/consultations/{self.number}/{page}"

    def get(self, who: str, page: str):
        with clock.frozen(EXAMINED):
            return self.clients[who].get(self.at(page))

    def read(self, who: str, page: str) -> str:
        answer = self.get(who, page)
        assert answer.status_code == 200, (page, answer.status_code)
        check(answer.text)
        return plain(answer.text)

    def post(self, who: str, page: str, data=None):
        with clock.frozen(EXAMINED):
            return self.clients[who].post(self.at(page), data=data or {})

    def typed(self, value: str, reason: str, **more: str) -> dict[str, str]:
        both = {f"value_{number}": value for number in self.offers} | {f"reason_{number}": reason for number in self.offers}
        return both | {f"{name}_{number}": said for name, said in more.items() for number in self.offers}

    def hand_over(self, who: str, value: str, reason: str) -> None:
        for criterion in ("quality", "delivery"):
            assert self.post(who, f"mes-notes/{criterion}", self.typed(value, reason)).status_code == 302
        assert self.post(who, "mes-notes").location == self.at("examen")


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").replace("\u202f", " "))


@pytest.fixture
def room(app, database) -> Room:
    return Room(app)


def test_a_buyer_names_evaluators_and_each_finds_it_at_home(room):
    assert "Nommer les évaluateurs" in room.read("buyer", "evaluateurs")
    empty = room.post("buyer", "evaluateurs")
    assert empty.status_code == 422 and "au moins un évaluateur" in plain(empty.text)
    chosen = {"people": [room.people["anne"], room.people["bruno"]]}
    assert room.post("buyer", "evaluateurs", chosen).status_code == 302
    page = room.read("buyer", "evaluateurs")
    assert room.names["anne"] in page and "Notes attendues" in page and "Ne plus attendre ses notes" in page
    with clock.frozen(EXAMINED):
        assert "Vos notes sont attendues" in room.clients["anne"].get("/achats/").text
        assert "Vos notes sont attendues" not in room.clients["other"].get("/achats/").text


def test_nothing_of_a_mark_shows_to_anybody_else_before_the_last_is_handed_over(room):
    room.name("anne", "bruno")
    room.hand_over("anne", "3,37", SECRET)
    assert SECRET not in room.read("anne", "consensus/quality"), "not even to whoever gave it, beside nothing to compare"
    for who in ("buyer", "bruno", "chief", "auditor", "other"):
        for page in PAGES:
            answer = room.get(who, page)
            said = answer.text if "xlsx" not in page or answer.status_code != 200 else ""
            assert SECRET not in html.unescape(said) and "3,37" not in said and "3.37" not in said, (who, page)
    assert room.names["bruno"] in room.read("buyer", "consensus/quality")
    room.hand_over("bruno", "8", "Bon pain.")
    for who in ("buyer", "anne", "bruno", "chief", "auditor"):
        page = room.read(who, "consensus/quality")
        assert SECRET in page and "Moyenne : 5,69" in page and "4,63" in page, who


def test_each_page_of_own_marks_is_for_whoever_is_named_and_shows_its_own(room):
    room.name("anne", "bruno")
    room.post("anne", "mes-notes/quality", room.typed("3,37", SECRET))
    assert SECRET in room.read("anne", "mes-notes/quality")
    assert SECRET not in room.read("bruno", "mes-notes/quality")
    for page in ("mes-notes", "mes-notes/quality"):
        assert room.get("other", page).status_code == 404 and room.post("other", page, room.typed("1", "Non.")).status_code == 404
    assert room.get("anne", "mes-notes/price").status_code == 404
    assert room.get("chief", "mes-notes").status_code == 403


def test_faults_stay_beside_their_field_with_what_was_typed(room):
    room.name("anne", "bruno")
    answer = room.post("anne", "mes-notes/quality", room.typed("11", " "))
    assert answer.status_code == 422 and answer.text.count("La note va de 0 à 10") >= 2 and 'value="11"' in answer.text
    early = room.post("anne", "mes-notes")
    assert early.status_code == 422 and "Il vous manque encore 4 notes." in plain(early.text)
    waits = room.post("buyer", "consensus/quality", room.typed("8", "Bon."))
    assert waits.status_code in (302, 422) and session.scalars(select(Mark)).all() == []


def test_the_consensus_is_proposed_then_recorded_and_says_why_when_apart(room):
    room.name("anne", "bruno")
    room.hand_over("anne", "6", "Bon pain.")
    room.hand_over("bruno", "7,01", "Belle table.")
    form = room.get("buyer", "consensus/quality").text
    assert form.count('value="6,51"') == 2 and "Bon pain. Belle table." in form
    apart = room.post("buyer", "consensus/quality", room.typed("9", "Excellent."))
    assert apart.status_code == 422 and "sort de celles des évaluateurs" in plain(apart.text)
    done = room.post("buyer", "consensus/quality", room.typed("9", "Excellent.", apart_reason="Goûté à nouveau."))
    assert done.location == room.at("examen")
    marks = session.scalars(select(Mark)).all()
    assert {(mark.value, mark.reason, mark.apart_reason) for mark in marks} == {("9", "Excellent.", "Goûté à nouveau.")}
    assert "Goûté à nouveau." in room.read("auditor", "consensus/quality") and room.post("auditor", "consensus/quality").status_code == 403
    assert room.get("buyer", "notes/quality").location == room.at("consensus/quality")


def test_a_buyer_releases_who_does_not_answer(room):
    room.name("anne", "bruno")
    room.hand_over("anne", "6", "Bon pain.")
    with transaction():
        found = {each.person_id: each.id for each in panel_of(session.get_one(MiniTender, room.number)).present}
    address = f"evaluateurs/{found[room.people['bruno']]}/liberer"
    room.read("buyer", address)
    assert room.post("buyer", address).status_code == 422
    assert room.get("anne", address).status_code == 403
    assert room.post("buyer", address, {"reason": "En congé."}).location == room.at("evaluateurs")
    assert room.get("bruno", "mes-notes").status_code == 404 and room.get("buyer", address).status_code == 404
    assert "Moyenne : 6" in room.read("buyer", "consensus/quality")


def test_whoever_declares_a_link_later_is_led_out_and_its_marks_leave_the_consensus(room):
    room.name("anne", "bruno")
    room.hand_over("anne", "3,37", SECRET)
    room.hand_over("bruno", "8", "Bon pain.")
    for criterion in ("quality", "delivery"):
        room.post("buyer", f"consensus/{criterion}", room.typed("6", "Consensus."))
    room.post("anne", "liens", {"has_conflict": "yes", "link": "Ma sœur y est associée."})
    assert room.get("anne", "consensus/quality").status_code == 302
    page = room.read("buyer", "consensus/quality")
    assert SECRET not in page and "À revoir" in page
    assert "à revoir sur" in room.read("buyer", "examen")
    assert room.post("buyer", "consensus/quality", room.typed("8", "Bon pain.")).status_code == 302
    assert room.post("buyer", "consensus/delivery", room.typed("8", "Bon pain.")).status_code == 302
    assert "à revoir sur" not in room.read("buyer", "examen")
