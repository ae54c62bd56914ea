"""The pages of a committee: set up, convened, held on one screen, closed, and the minutes; an award that waits for it."""

import io
import re

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from sad import clock
from sad.actions.declarations import declare_interests
from sad.db import session, transaction
from sad.models.committees import CommitteeMember
from sad.models.evaluations import Ranking
from sad.models.letters import Letter
from sad.models.people import Person, Role
from sad.models.sittings import Sitting
from tests.factories.committees import (
    CLOSED,
    HELD,
    PLACE,
    SUBSTITUTES,
    TITULARS,
    TYPED,
    make_committee,
    make_convened,
    make_held,
)
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator, make_ranked
from tests.factories.mini_tenders import make_mini_tender
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.web.counting import statements_of
from tests.web.rows import again
from tests.web.test_procurement_ranking import change_to

RULES = {
    "name": "Commission des achats", "is_asked": "yes", "asked_from": "100", "seats": "5", "quorum": "3",
    "first_at": ["2026-11-24", "14:30"], "interval_days": "14", "place": PLACE,
}


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(EXAMINED):
        yield


def ranked(**values) -> Ranking:
    with transaction():
        return make_ranked(Tender(), Tender(("4.00", "5.00")), **values)


def convened(**values) -> Sitting:
    with transaction():
        return make_convened(**values)


def enter(client, ranking: Ranking, *roles: Role) -> Person:
    """An agent of its organisation, without interest, signed in."""
    with transaction():
        person = make_evaluator(again(ranking).mini_tender, *(roles or (Role.BUYER,)))
    change_to(client, person)
    return person


def keeper(client, sitting: Sitting, *roles: Role) -> Person:
    return enter(client, again(sitting).items[0].ranking, *roles)


def of(sitting: Sitting, end: str = "") -> str:
    return f"/achats/commission/seances/{again(sitting).id}{end}"


def read(answer) -> str:
    return re.sub(r"\s+", " ", answer.text)


def sheet(sitting: Sitting, signs: str = "ppppp", *, absent: tuple[int, ...] = (), **values) -> dict[str, str]:
    """What a browser sends of the sheet."""
    found, words = again(sitting), {"p": "for", "c": "against", "a": "abstain", "r": "recused", ".": ""}
    data = {f"seat_{each.seat}": "0" if each.seat in absent else str(each.id) for each in found.committee.titulars}
    data |= {f"vote_{item.id}_{seat}": words[sign] for item in found.items for seat, sign in enumerate(signs, start=1)}
    return {"version": str(found.version), **data, **values}


def test_a_house_without_committee_says_that_none_is_asked(client):
    enter(client, ranked())
    assert "Aucune commission n’est consultée" in client.get("/achats/commission").text
    assert client.get("/achats/commission/membres").status_code == 404
    assert client.get("/achats/commission/seances/convoquer").status_code == 404


def test_rules_are_written_and_what_was_typed_stays_when_they_cannot_be(client):
    enter(client, ranked())
    refused = client.post("/achats/commission/regles", data={**RULES, "quorum": "2"})
    assert refused.status_code == 422 and "plus de la moitié des 5 sièges" in refused.text and "Commission des achats" in refused.text
    assert client.post("/achats/commission/regles", data=RULES).status_code == 302
    page = client.get("/achats/commission")
    assert "Commission des achats" in page.text and "5 sièges sont libres" in read(page)
    client.post("/achats/commission/regles", data={**RULES, "name": "Commission d’appel d’offres"})
    assert "L1414-2" in client.get("/achats/commission").text


def test_members_are_named_and_leave(client):
    person = enter(client, ranked())
    client.post("/achats/commission/regles", data=RULES)
    with transaction():
        elected = make_person(again(person).organisation, Role.AWARD_AUTHORITY)
    said = {"seat": "1", "person": "0", "name": "Odile Garnier", "email": "odile@agglo.example", "title": "Présidente"}
    assert client.post("/achats/commission/membres", data=said).status_code == 302
    taken = client.post("/achats/commission/membres", data={**said, "seat": "2"})
    assert taken.status_code == 422 and "déjà celle d’un membre" in taken.text
    client.post("/achats/commission/membres", data={"seat": "0", "person": str(again(elected).id)})
    page = client.get("/achats/commission")
    assert "Odile Garnier" in page.text and again(elected).name in page.text
    first = session.scalars(select(CommitteeMember.id).order_by(CommitteeMember.id)).first()
    assert client.post(f"/achats/commission/membres/{first}/fin").status_code == 302
    assert "n’est plus membre" in client.get("/achats/commission").text
    assert "Odile Garnier" not in client.get("/achats/commission").text


def test_a_committee_is_convened_after_its_letters_were_read(client):
    ranking = ranked()
    with transaction():
        make_committee(again(ranking).mini_tender.organisation)
    enter(client, ranking)
    page = client.get("/achats/commission/seances/convoquer")
    assert 'value="2026-12-22"' in page.text and 'value="14:30"' in page.text
    chosen = {"held_at": ["2026-12-22", "14:30"], "place": PLACE, "rankings": [str(again(ranking).id)]}
    late = client.post("/achats/commission/seances/convoquer", data={**chosen, "held_at": ["2026-12-10", "14:30"]})
    assert late.status_code == 422 and "partirait trop tard" in late.text
    shown = client.post("/achats/commission/seances/convoquer", data=chosen)
    assert shown.status_code == 200 and "Convoquer 7 membres" in read(shown) and "présidez" in shown.text
    assert session.scalars(select(Sitting)).all() == []
    made = client.post("/achats/commission/seances/convoquer", data={**chosen, "confirm": "1"})
    assert made.status_code == 302
    assert len(session.scalars(select(Letter).where(Letter.kind == "committee_convened")).all()) == 7
    for page in ("/achats/commission", "/achats/"):
        assert "mardi 22 décembre 2026" in read(client.get(page))


def test_a_sitting_is_held_on_one_screen_and_what_is_refused_keeps_what_was_typed(client):
    sitting = convened()
    keeper(client, sitting)
    with clock.frozen(TYPED):
        page = client.get(of(sitting, "/tenir"))
        assert page.status_code == 200 and page.text.count("<select") == 10
        assert f"Suppléance : {SUBSTITUTES[0]}" in read(page)
        refused = client.post(of(sitting, "/tenir"), data=sheet(sitting, "pppcp", absent=(4,)))
        assert refused.status_code == 422 and "un absent ne vote pas" in refused.text
        assert refused.text.count('<option selected value="against">') == 1, "the ballot that was typed stays"
        assert client.post(of(sitting, "/tenir"), data=sheet(sitting, "ppp.p", absent=(4,))).status_code == 302
        text = read(client.get(of(sitting)))
    assert "Clore la séance" in text and f"{TITULARS[3]}" in text and "Absent" in text


def test_two_secretaries_see_that_another_has_saved(client):
    sitting = convened()
    keeper(client, sitting)
    with clock.frozen(TYPED):
        first, second = sheet(sitting, "ppppp"), sheet(sitting, "ccccc")
        assert client.post(of(sitting, "/tenir"), data=first).status_code == 302
        crossed = client.post(of(sitting, "/tenir"), data=second)
        assert crossed.status_code == 422 and "Quelqu’un d’autre a enregistré" in crossed.text
        assert crossed.text.count('<option selected value="against">') == 5 and 'name="version" type="hidden" value="2"' in crossed.text


def test_the_closing_shows_what_the_minutes_will_say_then_freezes_it(client):
    sitting = convened()
    keeper(client, sitting)
    with clock.frozen(CLOSED):
        assert "La feuille de présence n’est pas remplie" in client.get(of(sitting, "/clore")).text
        client.post(of(sitting, "/tenir"), data=sheet(sitting, "ppcpa"))
        page = read(client.get(of(sitting, "/clore")))
        assert "Avis favorable" in page and "3 voix pour, 1 voix contre, 1 abstention." in page
        assert client.post(of(sitting, "/clore"), data={"version": "1"}).status_code == 422
        assert client.post(of(sitting, "/clore"), data={"version": "2"}).status_code == 302
        for end in ("/tenir", "/clore", "/annuler"):
            assert client.post(of(sitting, end), data=sheet(sitting, "ccccc")).status_code == 302
        minutes = client.get(of(sitting, "/proces-verbal.pdf"))
        assert "Avis favorable" in client.get(of(sitting)).text
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(minutes.data)).pages)
    assert again(sitting).fingerprint in text.replace("\n", "") and TITULARS[2] in text


def test_minutes_are_for_whoever_declared_no_interest_and_come_after_the_closing(client):
    sitting = convened()
    keeper(client, sitting)
    assert client.get(of(sitting, "/proces-verbal.pdf")).status_code == 404
    with transaction():
        make_held(sitting=again(sitting))
        silent = make_person(again(sitting).committee.organisation, Role.AWARD_AUTHORITY)
    change_to(client, silent)
    asked = client.get(of(sitting, "/proces-verbal.pdf"))
    assert asked.status_code == 302 and asked.location.split("?")[0].endswith("/liens")


def test_whoever_has_an_interest_keeps_no_sheet(client):
    sitting = convened()
    person = keeper(client, sitting)
    with transaction():
        declare_interests(again(sitting).items[0].ranking.mini_tender, has_conflict=True, link="Mon frère.", by=again(person), at=EXAMINED)
    with clock.frozen(TYPED):
        for end in ("/tenir", "/clore"):
            answer = client.post(of(sitting, end), data=sheet(sitting))
            assert answer.status_code == 302 and "/liens" in answer.location
    assert again(sitting).version == 1


def test_a_sitting_that_somebody_changed_behind_the_product_says_so(client):
    sitting = convened()
    keeper(client, sitting)
    with transaction():
        make_held(sitting=again(sitting))
        again(sitting).items[0].sentence = "Autre chose."
    assert "a été changé" in client.get(of(sitting)).text


def test_an_award_page_says_what_is_awaited_then_the_opinion_and_never_the_votes(client):
    sitting = convened()
    ranking = again(sitting).items[0].ranking
    keeper(client, sitting)
    tender = f"/achats/consultations/{again(ranking).mini_tender_id}/attribution"
    proposing = client.get(f"{tender}/proposer")
    assert "L’avis de la commission d’abord" in proposing.text
    refused = client.post(f"{tender}/proposer", data={"reason": "La meilleure."})
    assert refused.status_code == 422 and "ne lui a pas été soumis" in refused.text and "La meilleure." in refused.text
    with transaction():
        make_held("ppcpa", sitting=again(sitting))
    with clock.frozen(CLOSED):
        assert client.post(f"{tender}/proposer", data={"reason": "La meilleure."}).status_code == 302
        page = client.get(tender)
    assert "Avis favorable" in page.text and "proces-verbal.pdf" in page.text and "voix" not in page.text


def test_another_organisation_sees_no_sitting(client):
    sitting = convened()
    with transaction():
        stranger = make_person(make_organisation(), Role.BUYER)
    change_to(client, stranger)
    for end in ("", "/tenir", "/clore", "/annuler", "/proces-verbal.pdf"):
        assert client.get(of(sitting, end)).status_code == 404


def test_a_cancelled_sitting_tells_its_members_why(client):
    sitting = convened()
    keeper(client, sitting)
    assert client.post(of(sitting, "/annuler"), data={"reason": ""}).status_code == 422
    assert client.post(of(sitting, "/annuler"), data={"reason": "Neige."}).status_code == 302
    assert "Neige." in client.get(of(sitting)).text
    assert {letter.to_name for letter in session.scalars(select(Letter).where(Letter.kind == "committee_cancelled"))} >= set(TITULARS)


def test_the_pages_ask_as_many_statements_for_many_files_as_for_few(client, app):
    ranking, counts = ranked(), []
    with transaction():
        make_committee(again(ranking).mini_tender.organisation)
    enter(client, ranking)
    for more in (0, 4):
        for _ in range(more):
            with transaction():
                first = again(ranking).mini_tender
                make_ranked(Tender(), mini_tender=make_mini_tender(first.service, system=first.system))
        award = f"/achats/consultations/{again(ranking).mini_tender_id}/attribution"
        addresses = ("/achats/commission", "/achats/commission/seances/convoquer", award)
        for address in addresses:
            client.get(address)
        with statements_of(app.engine) as statements:
            assert [client.get(address).status_code for address in addresses] == [200, 200, 200]
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_the_pages_ask_as_many_statements_for_many_members_as_for_few(client, app):
    counts = []
    for seats in (3, 9):
        with transaction():
            sitting = make_convened(seats=seats, quorum=seats // 2 + 1)
        keeper(client, sitting)
        with clock.frozen(HELD):
            client.get(of(sitting, "/tenir"))
            with statements_of(app.engine) as statements:
                assert client.get(of(sitting, "/tenir")).status_code == 200
                assert client.get("/achats/commission").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
