"""A buyer asks the services, answers, closes; decides of a stage that leaves too few; reviews what a stage changed."""

from datetime import UTC, date, datetime

import pytest

from sad import clock
from sad.actions.stage_comments import answer_comment, comment_stage, open_comments
from sad.db import session, transaction
from sad.models.letters import Letter
from sad.models.people import Role
from sad.models.stage_changes import StageComment, StageReview
from sad.models.stages import Stage
from tests.factories.admissions import make_admission
from tests.factories.evaluations import Tender
from tests.factories.held import make_held
from tests.factories.organisations import make_service
from tests.factories.people import make_person
from tests.factories.stage_changes import stage_row
from tests.factories.stage_drafts import make_stage_draft
from tests.factories.suppliers import make_supplier
from tests.factories.systems import make_system
from tests.web.counting import statements_of
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in

AT = datetime(2026, 12, 9, 9, 0, tzinfo=UTC)
UNTIL = date(2026, 12, 18)
HOME = "http://localhost"
GOOD = {"intermediaries": "0", "direct_supply_pct": "60", "organic_or_siqo_pct": "50", "reusable_packaging": True}
SHORT = {**GOOD, "direct_supply_pct": "35"}
REASON = "Les meuniers signent en février."


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(AT):
        yield


@pytest.fixture
def system(database):
    with transaction():
        return make_system(title="Alimentation durable")


@pytest.fixture
def people(system):
    with transaction():
        organisation = again(system).organisation
        service = make_service(organisation, name="Sports")
        return {
            "buyer": make_person(organisation, Role.BUYER, name="Claire"),
            "auditor": make_person(organisation, Role.AUDITOR, name="Awa"),
            "requester": make_person(organisation, Role.REQUESTER, service=service, name="Martine"),
        }


@pytest.fixture
def client(app, people):
    return signed_in(app, people["buyer"])


@pytest.fixture
def draft(system):
    with transaction():
        return make_stage_draft(again(system))


@pytest.fixture
def commented(draft, people):
    """A draft that Martine commented, on direct supply."""
    with transaction():
        stage, by = again(draft), again(people["requester"])
        open_comments(stage, UNTIL, home=HOME, by=again(people["buyer"]), at=AT)
        said = {"requirement": "direct_supply_pct", "service": by.roles[0].service}
        return comment_stage(stage, "40 %, c’est trop tôt.", **said, by=by, at=AT)


@pytest.fixture
def scarce(system, people):
    """Bread: one supplier passes stage 2, one falls short."""
    with transaction():
        held = again(system)
        for usual, name in ((GOOD, "Le Fournil"), (SHORT, "Le Meunier")):
            make_admission(make_supplier(usual=usual, name=name), held.categories[0], again(people["buyer"]))
    return system


def signed_in(app, person):
    client = app.test_client()
    sign_in(client, again(person))
    return client


def of(system, end="") -> str:
    return f"/achats/systemes/{again(system).id}/paliers{end}"


def letters(kind) -> list[str]:
    session.rollback()
    return [letter.to_name for letter in session.query(Letter).filter_by(kind=kind).order_by(Letter.id)]


def test_the_services_are_asked_after_the_letter_was_read(client, system, draft, people):
    assert "Demander l’avis des services" in read(client.get(of(system, "/4")))
    asked = client.post(of(system, "/4/remarques/ouvrir"), data={"until": "18/12/2026"})
    assert asked.status_code == 200 and "Martine" in read(asked) and "vendredi 18 décembre 2026 compris" in read(asked)
    assert letters("stage_comments_opened") == [] and again(draft).comments_until is None
    done = client.post(of(system, "/4/remarques/ouvrir"), data={"until": "2026-12-18", "confirm": "1"})
    assert done.status_code == 302 and again(draft).comments_until == UNTIL
    assert letters("stage_comments_opened") == ["Martine"]
    assert "Ouvertes jusqu’au vendredi 18 décembre 2026" in read(client.get(done.location))


def test_a_day_that_is_past_is_refused_before_any_letter(client, system, draft, people):
    refused = client.post(of(system, "/4/remarques/ouvrir"), data={"until": "2026-12-08"})
    assert refused.status_code == 422 and "Ce jour est passé." in read(refused) and "confirm" not in refused.text


def test_a_comment_is_answered_then_the_round_is_closed_with_its_letters(client, system, commented):
    page = read(client.get(of(system, "/4/remarques")))
    assert "Approvisionnement direct 40 %, c’est trop tôt. Martine, Sports" in page and "1 remarque attend votre réponse" in page
    refused = client.get(of(system, "/4/remarques/clore"))
    assert refused.status_code == 422 and "1 remarque attend une réponse." in read(refused)
    where = of(system, f"/4/remarques/{again(commented).id}")
    empty = client.post(where, data={"is_retained": "no", "answer": " "})
    assert empty.status_code == 422 and "Écrivez votre réponse." in read(empty)
    assert client.post(where, data={"is_retained": "yes", "answer": "Ce sera 35 %."}).status_code == 302
    shown = read(client.get(of(system, "/4/remarques/clore")))
    assert "Ce sera 35 %." in shown and letters("stage_comments_answered") == []
    assert client.post(of(system, "/4/remarques/clore")).status_code == 302
    assert letters("stage_comments_answered") == ["Martine"]
    page = read(client.get(of(system, "/4/remarques")))
    assert "Closes" in page and "Retenu Ce sera 35 %." in page and "Claire, service achats" in page


def test_the_answer_to_another_stage_or_system_does_not_exist(client, system, commented):
    number = again(commented).id
    assert client.get(of(system, f"/3/remarques/{number}")).status_code == 404
    with transaction():
        other = make_system(again(system).organisation)
    assert client.get(of(other, f"/3/remarques/{number}")).status_code == 404


def test_after_the_publication_agents_and_auditors_see_who_proposed_what_and_the_public_does_not(app, system, commented, people):
    with transaction():
        by = again(people["buyer"])
        answer_comment(again(commented), is_retained=True, answer="Ce sera 35 %.", by=by, at=AT)
        row = again(commented).stage
        row.published_at, row.fingerprint = AT, "0" * 64
    for who in ("buyer", "auditor"):
        page = read(signed_in(app, people[who]).get(of(system, "/4")))
        assert "Ce que les services en ont dit" in page and "Martine, Sports" in page and "Ce sera 35 %." in page
    public = app.test_client().get(f"/systemes/{again(system).id}/paliers/4")
    assert public.status_code == 200 and "Martine" not in public.text and "35 %." not in public.text


def test_the_home_leads_to_the_brake_and_the_page_says_who_passes_and_who_lacks_what(client, scarce):
    home = read(client.get("/achats/"))
    assert "Trop peu de fournisseurs au prochain palier" in home and "Palier 2, Boulangerie et viennoiserie" in home
    assert "1 fournisseur sur 2 pourrait encore offrir" in read(client.get(of(scarce, "/2")))
    page = read(client.get(of(scarce, "/2/frein/pain")))
    assert "1 fournisseur pourrait offrir sur 2 admis" in page and "Aujourd’hui, 2 fournisseurs pourraient offrir" in page
    assert "Approvisionnement direct, 40 % au moins 1 0 Le Meunier 2" in page and "Qui passe Le Fournil" in page


def test_maintaining_quiets_the_home_and_shows_the_text_to_publish(client, scarce):
    done = client.post(of(scarce, "/2/frein/pain"), data={"decision": "maintain", "reason": REASON})
    assert done.status_code == 302
    assert "Trop peu de fournisseurs" not in read(client.get("/achats/"))
    page = read(client.get(done.location))
    assert "Maintenir le palier" in page and REASON in page and "Le texte à publier" in page
    assert "Claire" in page and session.query(StageReview).one().decision == "maintain"
    assert "Le palier est maintenu en connaissance de cause" in read(client.get(of(scarce, "/2")))


def test_postponing_leads_to_the_corrigendum_and_the_home_still_says_so(client, scarce):
    asked = {"decision": "postpone", "until": "2027-06-15", "reason": REASON}
    done = client.post(of(scarce, "/2/frein/pain"), data=asked)
    assert done.status_code == 302 and done.location == of(scarce, "/2/rectificatif")
    assert client.get(done.location).status_code == 200
    draft = session.query(Stage).filter_by(published_at=None).one()
    assert (draft.number, draft.effective_on) == (2, date(2027, 6, 15))
    assert "Rectificatif à publier" in read(client.get("/achats/"))
    assert "Relire et publier le rectificatif" in read(client.get(of(scarce, "/2/frein/pain")))


def test_exempting_leads_to_the_corrigendum_of_that_category(client, scarce):
    asked = {"decision": "exempt", "requirements": ["direct_supply_pct"], "reason": REASON}
    done = client.post(of(scarce, "/2/frein/pain"), data=asked)
    assert done.location == of(scarce, "/2/rectificatif") and client.get(done.location).status_code == 200
    draft = session.query(Stage).filter_by(published_at=None).one()
    assert draft.as_value().requirement("direct_supply_pct").categories == ("traiteur",)


def test_a_decision_that_lacks_something_keeps_what_was_typed_and_says_why(client, scarce):
    refused = client.post(of(scarce, "/2/frein/pain"), data={"decision": "postpone", "until": "2027-01-15", "reason": REASON})
    assert refused.status_code == 422 and "il ne peut que reculer" in read(refused) and REASON in refused.text
    refused = client.post(of(scarce, "/2/frein/pain"), data={"decision": "exempt", "reason": ""})
    assert "Écrivez votre raison." in read(refused)
    assert session.query(StageReview).count() == 0


def test_an_auditor_reads_the_figures_and_decides_nothing(app, scarce, people):
    client = signed_in(app, people["auditor"])
    page = read(client.get(of(scarce, "/2/frein/pain")))
    assert "Le Meunier" in page and "Enregistrer la décision" not in page
    assert client.post(of(scarce, "/2/frein/pain"), data={"decision": "maintain", "reason": REASON}).status_code == 403


def test_a_category_or_a_stage_that_is_not_there_does_not_exist(client, scarce):
    assert client.get(of(scarce, "/2/frein/boissons")).status_code == 404
    assert client.get(of(scarce, "/9/frein/pain")).status_code == 404
    assert client.get(of(scarce, "/9/bilan")).status_code == 404


def test_a_stage_that_is_not_in_force_has_no_review_yet(client, system):
    page = read(client.get(of(system, "/2/bilan")))
    assert "n’est pas encore en vigueur" in page and "Enregistrer le bilan" not in page


@pytest.fixture
def reviewed(system, people):
    """A year and a half later: a consultation under each of the two first stages."""
    with transaction():
        held = again(system)
        service = again(people["requester"]).roles[0].service
        make_held(stage_row(held, 1), Tender(("5.00", "10.00"), {"direct_supply_pct": "30"}), service=service)
        bad = Tender(("4.00", "10.00"), {"direct_supply_pct": "10"})
        make_held(stage_row(held, 2), Tender(("6.00", "10.00"), {"direct_supply_pct": "80"}), bad, service=service, irregular=[1])
    with clock.frozen(datetime(2027, 11, 2, 9, 0, tzinfo=UTC)):
        yield system


def test_the_review_compares_and_says_that_so_few_consultations_conclude_nothing(app, reviewed, people):
    client = signed_in(app, people["buyer"])
    assert "Bilan annuel d’un palier" in read(client.get("/achats/"))
    page = read(client.get(of(reviewed, "/2/bilan")))
    assert "Trop peu de consultations pour conclure" in page and "Il en faudrait 5 de chaque côté" in page
    assert "dont 1 qui respectait le palier d’avant 0 1" in page
    assert "12,00 € (1) 14,00 € (1)" in page and "30 % (1) 80 % (1)" in page


def test_a_review_is_kept_with_its_figures_and_silences_the_home(app, reviewed, people):
    client = signed_in(app, people["buyer"])
    refused = client.post(of(reviewed, "/2/bilan"), data={"decision": "exempt", "category": "", "reason": REASON})
    assert refused.status_code == 422 and "La catégorie n’est pas choisie." in read(refused) and REASON in refused.text
    assert client.post(of(reviewed, "/2/bilan"), data={"decision": "postpone", "reason": REASON}).status_code == 302
    page = read(client.get(of(reviewed, "/2/bilan")))
    assert "Bilans passés" in page and REASON in page and "Préparer le rectificatif de Palier 3" in page
    assert "Bilan annuel d’un palier" not in read(client.get("/achats/"))
    assert again(session.query(StageReview).one()).figures["after"]["offers"] == 2


def test_the_pages_ask_as_much_for_forty_comments_or_suppliers_as_for_a_few(app, client, scarce, commented, people):
    counts = []
    for number in (1, 39):
        with transaction():
            stage, by, held = again(commented).stage, again(people["requester"]), again(scarce)
            for each in range(number):
                comment_stage(stage, f"Remarque {each}.", service=by.roles[0].service, by=by, at=AT)
                make_admission(make_supplier(usual=SHORT), held.categories[0], again(people["buyer"]))
        with statements_of(app.engine) as found:
            for end in ("/4", "/4/remarques", "/2", "/2/frein/pain", "/1/bilan"):
                assert client.get(of(scarce, end)).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]
    assert session.query(StageComment).count() == 41
