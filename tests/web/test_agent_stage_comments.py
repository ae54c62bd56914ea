"""A requester reads a draft stage, says what it thinks of a line, and loses nothing that it typed."""

from datetime import UTC, date, datetime

import pytest

from sad import clock
from sad.actions.stage_comments import answer_comment, close_comments, comment_stage, open_comments
from sad.db import session, transaction
from sad.models.people import Role
from sad.models.stage_changes import StageComment
from tests.factories.organisations import make_service
from tests.factories.people import make_person
from tests.factories.stage_drafts import make_stage_draft
from tests.factories.systems import make_system
from tests.web.counting import statements_of
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in

AT = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
LATE = datetime(2026, 12, 12, 9, 0, tzinfo=UTC)
UNTIL = date(2026, 12, 11)
HOME = "http://localhost"


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(AT):
        yield


@pytest.fixture
def draft(database):
    with transaction():
        return make_stage_draft(make_system(title="Alimentation durable"))


@pytest.fixture
def people(draft):
    """A buyer, a requester of the sports service and one of the library."""
    with transaction():
        organisation = again(draft).system.organisation
        sports, library = make_service(organisation, name="Sports"), make_service(organisation, name="Médiathèque")
        return {
            "buyer": make_person(organisation, Role.BUYER, name="Claire"),
            "sports": make_person(organisation, Role.REQUESTER, service=sports, name="Martine"),
            "library": make_person(organisation, Role.REQUESTER, service=library, name="Paul"),
        }


@pytest.fixture
def opened(draft, people):
    with transaction():
        open_comments(again(draft), UNTIL, home=HOME, by=again(people["buyer"]), at=AT)
    return draft


@pytest.fixture
def client(app, people):
    client = app.test_client()
    sign_in(client, people["sports"])
    return client


def at_stage(stage, end="") -> str:
    return f"/service/paliers/{again(stage).id}{end}"


def say(stage, person, text, requirement="") -> int:
    with transaction():
        by = again(person)
        comment = comment_stage(again(stage), text, requirement=requirement, service=by.roles[0].service, by=by, at=AT)
        return comment.id


def test_the_home_and_the_list_lead_to_the_draft_until_its_last_day(client, opened):
    home = read(client.get("/service/"))
    assert "Paliers à relire" in home and "Palier 4" in home and "vendredi 11 décembre 2026" in home
    assert "Votre avis est attendu" in read(client.get("/service/paliers"))
    with clock.frozen(LATE):
        assert "Palier 4" not in read(client.get("/service/"))
        assert "Remarques closes" in read(client.get("/service/paliers"))


def test_a_draft_that_was_not_opened_does_not_exist_for_the_services(client, draft):
    assert client.get(at_stage(draft)).status_code == 404
    assert "Rien à relire" in read(client.get("/service/paliers"))


def test_the_drafts_of_another_organisation_do_not_exist(client, opened):
    with transaction():
        theirs = make_stage_draft(make_system(title="Ailleurs"))
        open_comments(theirs, UNTIL, home=HOME, by=make_person(theirs.system.organisation, Role.BUYER), at=AT)
    assert client.get(at_stage(theirs)).status_code == 404
    assert client.post(at_stage(theirs, "/remarque"), data={"text": "Oui."}).status_code == 404
    assert "Ailleurs" not in read(client.get("/service/paliers")) + read(client.get("/service/"))


def test_a_line_is_commented_from_beside_it_and_stands_there(client, opened):
    page = client.get(at_stage(opened)).text
    assert "ligne=direct_supply_pct" in page
    form = client.get(at_stage(opened, "/remarque?ligne=direct_supply_pct")).text
    assert '<option selected value="direct_supply_pct">' in form
    sent = {"requirement": "direct_supply_pct", "text": "40 %, c’est trop tôt."}
    answer = client.post(at_stage(opened, "/remarque"), data=sent)
    assert answer.status_code == 302 and answer.location.endswith("#direct_supply_pct")
    comment = session.query(StageComment).one()
    assert (comment.requirement, comment.service.name, comment.author.name) == ("direct_supply_pct", "Sports", "Martine")
    line = read(client.get(at_stage(opened))).split("Approvisionnement direct : 40 % au moins")[1]
    assert "40 %, c’est trop tôt. Martine, Sports" in line.split("Bio, signe de qualité")[0]


def test_colleagues_see_each_others_comments_and_the_answers(client, people, opened):
    comment = say(opened, people["library"], "Nos cocktails du soir ne suivront pas.")
    with transaction():
        answer_comment(session.get(StageComment, comment), is_retained=True, answer="Traiteur exempté.", by=again(people["buyer"]), at=AT)
    page = read(client.get(at_stage(opened)))
    assert "Nos cocktails du soir ne suivront pas. Paul, Médiathèque" in page
    assert "Retenu Traiteur exempté." in page and "Claire, service achats" in page


def test_an_empty_comment_is_refused_beside_its_field(client, opened):
    answer = client.post(at_stage(opened, "/remarque"), data={"requirement": "", "text": "  "})
    assert answer.status_code == 422 and "Écrivez votre remarque." in read(answer)
    assert session.query(StageComment).count() == 0


def test_what_was_typed_when_the_round_closes_is_still_there_with_what_to_do(client, people, opened):
    with transaction():
        close_comments(again(opened), home=HOME, by=again(people["buyer"]), at=AT)
    answer = client.post(at_stage(opened, "/remarque"), data={"requirement": "", "text": "Une longue remarque."})
    assert answer.status_code == 422 and "Une longue remarque.</textarea>" in answer.text.replace("\r\n", "")
    assert "envoyez-le au service achats" in read(answer)
    assert session.query(StageComment).count() == 0


def test_what_was_typed_on_a_line_that_went_away_is_still_there(client, opened):
    answer = client.post(at_stage(opened, "/remarque"), data={"requirement": "gone", "text": "Une longue remarque."})
    assert answer.status_code == 422 and "Une longue remarque.</textarea>" in answer.text.replace("\r\n", "")
    assert "Cette ligne n’est plus dans le brouillon" in read(answer)


def test_a_published_stage_keeps_what_was_said_and_takes_no_more(client, people, opened):
    say(opened, people["library"], "Nos cocktails ne suivront pas.")
    with transaction():
        row = again(opened)
        row.published_at, row.fingerprint = AT, "0" * 64
    page = read(client.get(at_stage(opened)))
    assert "Ce palier est publié" in page and "Nos cocktails ne suivront pas." in page and "Donner un avis" not in page
    assert client.get(at_stage(opened, "/remarque")).status_code == 302
    assert "PAL-02" in read(client.post(at_stage(opened, "/remarque"), data={"requirement": "", "text": "Encore ?"}))


def test_somebody_of_two_services_says_for_which(app, people, opened):
    with transaction():
        sports, library = again(people["sports"]), again(people["library"])
        sports.roles.append(type(sports.roles[0])(role=Role.REQUESTER, service_id=library.roles[0].service_id, granted_at=AT))
    client = app.test_client()
    sign_in(client, again(people["sports"]))
    assert "Pour quel service ?" in read(client.get(at_stage(opened, "/remarque")))
    assert client.post(at_stage(opened, "/remarque"), data={"text": "Oui."}).status_code == 422
    chosen = again(people["library"]).roles[0].service_id
    assert client.post(at_stage(opened, "/remarque"), data={"text": "Oui.", "service": chosen}).status_code == 302
    assert session.query(StageComment).one().service_id == chosen


def test_the_pages_ask_as_much_for_thirty_comments_as_for_one(app, client, people, opened):
    counts = []
    for number in (1, 29):
        for _ in range(number):
            say(opened, people["library"], "Oui.")
        with statements_of(app.engine) as found:
            assert client.get(at_stage(opened)).status_code == 200
            assert client.get("/service/paliers").status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]
