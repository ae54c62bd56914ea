"""Buyers examine opened offers, mark, rank and award through the pages; nobody from elsewhere sees any of it."""

import html
import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import inspect, select

from sad import clock
from sad.actions.awards import propose_award
from sad.actions.low_prices import explain_price, price_request_of
from sad.actions.rankings import latest_ranking
from sad.actions.ties import first_places
from sad.db import session, transaction
from sad.domain.scoring.numbers import french
from sad.models.awards import Award
from sad.models.evaluations import Mark, Ranking
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer, OfferFile
from sad.models.people import Person, Role
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator, make_offer_row, make_opened, make_ranked, offers_of
from tests.factories.generated import make_generated_award
from tests.factories.mini_tenders import CLOSES, make_published
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.proofs import prove
from tests.factories.suppliers import make_supplier, member_of
from tests.web.counting import statements_of
from tests.web.rows import again
from tests.web.test_login import sign_in

FIRST, SECOND = Tender(("3.50", "3.80"), {"direct_supply_pct": "100"}, {"quality": "9.5"}), Tender(("2.90", "4.20"), marks={"quality": "6"})
LOW = (Tender(("3.40", "4.00")), Tender(("3.60", "4.00")), Tender(("1.50", "2.00")))
PAGES = ("examen", "classement", "attribution")
RESULT = ("award", "rejected")


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(EXAMINED):
        yield


def opened(*tenders: Tender, **values) -> MiniTender:
    with transaction():
        return make_opened(*(tenders or (FIRST, SECOND)), **values)


def ranked(*tenders: Tender) -> MiniTender:
    with transaction():
        return make_ranked(*(tenders or (FIRST, SECOND))).mini_tender


def ranking_of(mini_tender: MiniTender) -> Ranking:
    found = latest_ranking(again(mini_tender))
    assert found is not None
    return found


def proposed(mini_tender: MiniTender) -> Award:
    with transaction():
        ranking = ranking_of(mini_tender)
        return propose_award(first_places(ranking)[0], "Bien.", by=session.get_one(Person, ranking.ranked_by), at=EXAMINED)


def offers(mini_tender: MiniTender) -> list[Offer]:
    return offers_of(again(mini_tender))


def number(row: object) -> int:
    """Its id, though the request has closed the session that made it."""
    return inspect(row).identity[0]


def enter(client, mini_tender: MiniTender, *roles: Role, declared: bool = True) -> Person:
    """An agent of its organisation, signed in."""
    with transaction():
        mini_tender = again(mini_tender)
        person = make_evaluator(mini_tender, *roles) if declared else make_person(mini_tender.organisation, *roles)
    change_to(client, person)
    return again(person)


def change_to(client, person: Person) -> None:
    """Sign in as somebody, whoever was there before."""
    client.post("/deconnexion")
    sign_in(client, again(person))


def at(mini_tender: MiniTender, page: str = "examen") -> str:
    return f"/achats/consultations/{number(mini_tender)}/{page}"


def read(client, address: str, status: int = 200) -> str:
    """The text of a page, without marks, with plain spaces."""
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return plain(answer.text)


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").replace("\u202f", " "))


def test_offers_are_shown_side_by_side_with_what_the_rules_say(client, app):
    mini_tender = opened(*LOW)
    enter(client, mini_tender)
    page = read(client, at(mini_tender))
    for offer in offers(mini_tender):
        assert offer.supplier.name in page
    assert "Prix à justifier" in page and "sous la moyenne des autres" in page and "Approvisionnement direct : 80 %" in page


def test_before_the_opening_nothing_exists_for_anybody(client, app):
    with transaction():
        mini_tender = make_published()
    enter(client, mini_tender)
    for page in PAGES:
        assert client.get(at(mini_tender, page)).status_code == 404


def test_another_organisation_sees_nothing(client, app):
    mini_tender = ranked()
    offer = offers(mini_tender)[0]
    with transaction():
        stranger = make_person(make_organisation(), *Role)
    sign_in(client, stranger)
    for page in (*PAGES, f"examen/offres/{number(offer)}", "notes/quality", "classement/notation.json", "attribution/proposer"):
        assert client.get(at(mini_tender, page)).status_code == 404


def test_an_auditor_reads_and_writes_nothing(client, app):
    mini_tender = opened()
    offer = offers(mini_tender)[0]
    enter(client, mini_tender, Role.AUDITOR)
    assert "Votre décision" not in read(client, at(mini_tender, f"examen/offres/{number(offer)}"))
    client.post(at(mini_tender, f"examen/offres/{number(offer)}"), data={"classification": "regular", "reason": "Bien."})
    assert again(offer).classification is None
    assert client.post(at(mini_tender, "classement/calculer")).status_code == 403
    assert client.get(at(mini_tender, "notes/quality")).status_code == 403


def test_an_offer_is_read_in_full_then_classified(client, app):
    mini_tender = opened()
    offer = offers(mini_tender)[0]
    enter(client, mini_tender)
    address = at(mini_tender, f"examen/offres/{number(offer)}")
    page = read(client, address)
    for said in ("3,50 €", "170,72 €", "180,11 €", "Pain au levain", "300,00 €"):
        assert said in page
    assert "Elle répond à tout ce qui était demandé" in page
    faulty = client.post(address, data={"classification": "unacceptable", "reason": "Trop cher."})
    assert faulty.status_code == 422 and "tient dans le budget" in plain(faulty.text) and "Trop cher." in faulty.text
    assert client.post(address, data={"classification": "regular", "reason": "Complète."}).status_code == 302
    assert (again(offer).classification, again(offer).classification_reason) == ("regular", "Complète.")


def test_a_very_low_price_is_explained_before_it_is_classified(client, app):
    mini_tender = opened(*LOW)
    offer = offers(mini_tender)[2]
    enter(client, mini_tender)
    address = at(mini_tender, f"examen/offres/{number(offer)}")
    refused = client.post(address, data={"classification": "regular", "reason": "Bien."})
    assert refused.status_code == 422 and "Le prix est à justifier" in plain(refused.text)
    client.post(f"{address}/justification", data={"asked": ""})
    answered = {"decision": "accepted", "reason": "Surplus de récolte, réponse du 9."}
    assert client.post(f"{address}/justification", data=answered).status_code == 422
    with transaction():
        explain_price(price_request_of(again(offer)), "Surplus.", by=member_of(again(offer).supplier), at=EXAMINED)
    client.post(f"{address}/justification", data=answered)
    assert "Surplus de récolte" in read(client, address)
    assert client.post(address, data={"classification": "regular", "reason": "Expliquée."}).status_code == 302


def test_a_file_of_an_offer_is_only_ever_downloaded(client, app):
    mini_tender = opened()
    first, second = offers(mini_tender)
    with transaction():
        file = OfferFile(offer_id=number(first), name="menu.pdf", media_type="application/pdf", size=4, body=b"%PDF")
        session.add(file)
    enter(client, mini_tender)
    answer = client.get(at(mini_tender, f"examen/offres/{number(first)}/fichiers/{number(file)}"))
    assert answer.data == b"%PDF" and answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer.headers["Content-Security-Policy"]
    assert client.get(at(mini_tender, f"examen/offres/{number(second)}/fichiers/{number(file)}")).status_code == 404


def test_marks_of_a_criterion_are_given_on_one_screen_and_faults_keep_what_was_typed(client, app):
    mini_tender = opened()
    enter(client, mini_tender)
    for offer in offers(mini_tender):
        client.post(at(mini_tender, f"examen/offres/{number(offer)}"), data={"classification": "regular", "reason": "Complète."})
    left, right = (offer.id for offer in offers(mini_tender))
    typed = {f"value_{left}": "8,5", f"reason_{left}": "Très bon.", f"value_{right}": "11", f"reason_{right}": ""}
    refused = client.post(at(mini_tender, "notes/quality"), data=typed)
    assert refused.status_code == 422 and 'value="8,5"' in refused.text
    assert f'id="value_{right}-error"' in refused.text and f'id="reason_{right}-error"' in refused.text
    assert session.scalars(select(Mark)).all() == []
    client.post(at(mini_tender, "notes/quality"), data={f"value_{left}": "8,5", f"reason_{left}": "Très bon."})
    assert [(mark.offer_id, mark.value) for mark in session.scalars(select(Mark))] == [(left, "8.5")]
    assert "1 sur 2" in read(client, at(mini_tender))
    assert client.get(at(mini_tender, "notes/price")).status_code == 404


def test_what_is_missing_before_the_ranking_is_said_all_at_once(client, app):
    mini_tender = opened()
    enter(client, mini_tender)
    assert "pas encore classées" in read(client, at(mini_tender, "classement"))
    refused = client.post(at(mini_tender, "classement/calculer"))
    assert refused.status_code == 422
    for offer in offers(mini_tender):
        assert f"L’offre de {offer.supplier.name} n’est pas classée." in plain(refused.text)


def test_the_ranking_tells_its_story(client, app):
    mini_tender = ranked()
    enter(client, mini_tender)
    page = read(client, at(mini_tender, "classement"))
    for place in ranking_of(mini_tender).places:
        assert place.offer.supplier.name in page and french(place.total) in page
        for sentence in place.explanation:
            label, _, rest = sentence.partition(" : ")
            points, _, why = rest.partition(" sur ")
            assert f"{label} : {points} sur {why}" in page
    assert "Aurait été première avec 0,55 € de moins par personne (12,07 € en tout, hors taxe)" in page
    assert "tant que le poids du prix reste à 59,83 au plus. Il est de 50." in page
    assert "Motif quality" in page and "Proposer l’attribution" in page
    assert "<details class=\"compact\" open>" in client.get(at(mini_tender, "classement?deplier=1")).text


def test_a_change_of_mark_is_said_on_the_ranking_until_it_is_computed_again(client, app):
    mini_tender = ranked()
    enter(client, mini_tender)
    offer = offers_of(mini_tender)[0]
    client.post(at(mini_tender, "notes/quality"), data={f"value_{number(offer)}": "2", f"reason_{number(offer)}": "Relu."})
    page = read(client, at(mini_tender, "classement"))
    assert "n’est plus à jour" in page and "Proposer l’attribution" not in page
    client.post(at(mini_tender, "classement/calculer"))
    assert "n’est plus à jour" not in read(client, at(mini_tender, "classement"))


def test_the_scoring_file_is_downloaded_as_it_was_ranked(client, app):
    mini_tender = ranked()
    enter(client, mini_tender, Role.AUDITOR)
    answer = client.get(at(mini_tender, "classement/notation.json"))
    assert json.loads(answer.data) == ranking_of(mini_tender).scoring_file
    assert "notation-petit-dejeuner" in answer.headers["Content-Disposition"]


def test_equal_offers_are_decided_before_a_witness(client, app):
    mini_tender = ranked(Tender(), Tender())
    enter(client, mini_tender)
    with transaction():
        witness = make_person(again(mini_tender).organisation, Role.BUYER, name="Témoin Martin")
    page = read(client, at(mini_tender, "classement"))
    assert "Première place partagée" in page and "1 ex æquo" in page and "le logiciel ne choisit pas" in page
    address, chosen = at(mini_tender, "classement/departager"), {"place": number(ranking_of(mini_tender).places[1])}
    assert client.post(address, data={**chosen, "reason": ""}).status_code == 422
    client.post(address, data={**chosen, "reason": "Tirage au sort.", "witness": number(witness)})
    assert "en présence de Témoin Martin" in read(client, at(mini_tender, "classement"))


def test_an_award_goes_from_a_proposal_to_the_letters_shown_before_they_leave_to_the_notification(client, app):
    mini_tender = ranked()
    buyer = enter(client, mini_tender, Role.BUYER)
    assert "Offre classée première avec 87,53 points" in read(client, at(mini_tender, "attribution/proposer"))
    client.post(at(mini_tender, "attribution/proposer"), data={"reason": "La meilleure qualité."})
    award = session.scalars(select(Award)).one()
    address = at(mini_tender, f"attribution/{number(award)}")
    assert "une autre personne décide" in read(client, at(mini_tender, "attribution"))
    assert client.get(f"{address}/decider").status_code == 403
    enter(client, mini_tender, Role.AWARD_AUTHORITY, declared=False)
    assert client.get(f"{address}/decider").location.startswith(at(mini_tender, "liens"))
    assert client.post(at(mini_tender, "liens"), data={"has_conflict": "no"}).location == f"{address}/decider"
    shown = read(client, f"{address}/decider")
    assert "Décider et envoyer 2 lettres" in shown
    client.post(f"{address}/decider")
    sent = {letter.kind: letter for letter in session.scalars(select(Letter).where(Letter.supplier_id.is_not(None)))}
    for kind in ("award", "rejected"):
        assert all(plain(line.removeprefix("- ")) in shown for line in sent[kind].body.splitlines() if line)
    change_to(client, buyer)
    pdf = client.get(at(mini_tender, f"lettres/{number(sent['rejected'])}"))
    assert pdf.data.startswith(b"%PDF") and pdf.mimetype == "application/pdf"
    assert "manquent" in read(client, f"{address}/notifier") and client.post(f"{address}/notifier").status_code == 422
    with transaction():
        prove(again(award))
    client.post(f"{address}/notifier")
    assert again(mini_tender).state == "notified" and "Marché notifié" in read(client, at(mini_tender, "attribution"))


def test_a_proposal_is_taken_back_with_its_reason_and_its_old_page_decides_nothing(client, app):
    mini_tender = ranked()
    award = proposed(mini_tender)
    enter(client, mini_tender, Role.BUYER, Role.AWARD_AUTHORITY)
    address = at(mini_tender, f"attribution/{number(award)}")
    assert client.post(f"{address}/annuler", data={"reason": ""}).status_code == 422
    client.post(f"{address}/annuler", data={"reason": "Erreur de lecture."})
    assert again(award).state == "cancelled"
    assert client.post(f"{address}/decider").status_code == 404


def test_a_proposal_older_than_a_day_is_said_to_have_lapsed(client, app):
    mini_tender = ranked()
    proposed(mini_tender)
    with clock.frozen(EXAMINED + timedelta(hours=25)):
        enter(client, mini_tender, Role.BUYER)
        assert "ne tient plus" in read(client, at(mini_tender, "attribution"))


@pytest.mark.parametrize("seed", range(4))
def test_pages_letters_and_stored_points_are_the_same(client, app, seed):
    with transaction():
        award = make_generated_award(seed)
    mini_tender = award.mini_tender
    enter(client, mini_tender, Role.AUDITOR)
    page = read(client, at(mini_tender, "classement"))
    for place in ranking_of(mini_tender).places:
        letter = session.scalars(select(Letter).where(Letter.supplier_id == place.offer.supplier_id, Letter.kind.in_(RESULT))).one()
        for criterion in place.ranking.scoring_file["grid"]["criteria"]:
            points, weight = french(place.points[criterion["key"]]), french(criterion["weight"])
            assert f"{criterion['label']} {points} sur {weight}" in page
            assert f"{criterion['label']} : {points} sur {weight}" in plain(letter.body)
        assert french(place.total) in page and french(place.total) in letter.body


def test_late_offers_are_named_as_unopened(client, app):
    mini_tender = opened()
    with transaction():
        late = make_offer_row(again(mini_tender), make_supplier(), received_at=CLOSES + timedelta(minutes=3))
    enter(client, mini_tender)
    page = read(client, at(mini_tender))
    assert f"{again(late).supplier.name} : arrivée le 7 décembre 2026 à 12 h 03" in page and "reste scellée" in page


@pytest.mark.parametrize("page", [*PAGES, "notes/quality"])
def test_statements_do_not_depend_on_the_number_of_offers(client, app, page):
    counts = []
    for size in (1, 6):
        mini_tender = ranked(*(Tender((f"3.{size}{each}", "4.00")) for each in range(size)))
        enter(client, mini_tender, Role.BUYER, Role.EVALUATOR)
        client.get(at(mini_tender, page))
        with statements_of(app.engine) as statements:
            assert client.get(at(mini_tender, page)).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 26
