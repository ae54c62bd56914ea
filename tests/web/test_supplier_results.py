"""Each tenderer reads its own points, why, and what would have changed; never a price of another, never before the decision."""

import html
import re

import pytest
from sqlalchemy import inspect, select

from sad import clock
from sad.actions.awards import cancel_award, notify_contract
from sad.actions.publications import discontinue_mini_tender
from sad.actions.results import results_of
from sad.db import session, transaction
from sad.domain.scoring.numbers import french
from sad.letters.wording import money
from sad.models.awards import Award
from sad.models.invitations import Invitation
from sad.models.letters import Letter
from sad.models.offers import Offer
from sad.models.people import Person
from sad.models.suppliers import Supplier
from tests.factories.evaluations import EXAMINED, Tender, make_ranked, offers_of
from tests.factories.generated import DECIDED, make_generated_award
from tests.factories.mini_tenders import make_admitted
from tests.factories.proofs import prove
from tests.factories.suppliers import make_supplier, member_of
from tests.web.counting import statements_of
from tests.web.rows import again
from tests.web.test_login import sign_in

SEED = 7  # three offers, all ranked


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(DECIDED):
        yield


def awarded(seed: int = SEED) -> Award:
    with transaction():
        return make_generated_award(seed)


def enter(client, supplier: Supplier) -> None:
    """Sign in as somebody who acts for the supplier, whoever was there before."""
    client.post("/deconnexion")
    sign_in(client, member_of(again(supplier)))


def result_page(client, award: Award, supplier: Supplier) -> str:
    enter(client, supplier)
    answer = client.get(address(award))
    assert answer.status_code == 200, answer.text
    return plain(answer.text)


def address(award: Award) -> str:
    return f"/fournisseur/consultations/{again(award).mini_tender_id}/resultat"


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").replace("\u202f", " "))


def amounts(offer: Offer) -> set[str]:
    """The total, the unit prices and the amounts of an offer, as pages write them."""
    content = offer.as_content()
    found = [content.total, *(line.unit_price for line in content.lines), *(line.amount for line in content.lines)]
    return {plain(money(amount)) for amount in found}


@pytest.mark.parametrize("seed", range(6))
def test_a_page_quotes_the_stored_points_and_no_price_of_anybody_else(client, app, seed):
    award = awarded(seed)
    for result in results_of(again(award)):
        page = result_page(client, award, result.supplier)
        for line in result.lines:
            assert f"{line.label} {french(line.points)} sur {french(line.weight)}" in page
            assert result.is_winner or french(line.winner_points) in page
        for other in results_of(again(award)):
            if other.offer.id != result.offer.id and other.offer.is_opened:
                assert not [amount for amount in amounts(other.offer) if amount in page]
        assert again(award).place.offer.supplier.name in page or result.is_winner


def test_a_loser_reads_why_who_won_and_what_would_have_helped(client, app):
    award = awarded()
    loser = next(each for each in results_of(again(award)) if each.lines and not each.is_winner)
    said = [plain(way) for way in loser.would_help]
    reason = f"Motif quality {loser.offer.id}"
    page = result_page(client, award, loser.supplier)
    for words in ("Non retenue", "La mieux notée.", again(award).place.offer.supplier.name, reason, "Vous restez admis", *said):
        assert words in page


def test_the_winner_is_told_to_wait_for_the_notification(client, app):
    award = awarded()
    winner = again(award).place.offer.supplier
    assert "N’engagez rien avant la notification" in result_page(client, award, winner)
    with transaction():
        notify_contract(prove(again(award)), by=session.get_one(Person, again(award).proposed_by), at=DECIDED)
    page = result_page(client, award, winner)
    assert "N’engagez rien avant la notification" not in page and "Notification du marché" in page


def test_while_offers_are_examined_the_page_says_so_and_nothing_more(client, app):
    with transaction():
        ranking = make_ranked(Tender(), Tender(("2.90", "4.20")))
    for supplier in [offer.supplier for offer in offers_of(again(ranking).mini_tender)]:
        enter(client, supplier)
        page = plain(client.get(f"/fournisseur/consultations/{number(again(ranking).mini_tender)}/resultat").text)
        assert "En cours d’examen" in page and "rang" not in page.lower()
        assert not [place for place in again(ranking).places if french(place.total) in page]


def number(row: object) -> int:
    return inspect(row).identity[0]


def test_a_decision_taken_back_shows_no_result_any_more(client, app):
    award = awarded()
    supplier = again(award).place.offer.supplier
    with transaction():
        cancel_award(again(award), "Une note était fausse.", by=session.get_one(Person, again(award).proposed_by), at=DECIDED)
    page = result_page(client, award, supplier)
    assert "En cours d’examen" in page and "Une note était fausse." in page


def test_a_mini_tender_given_up_after_its_award_says_why(client, app):
    award = awarded()
    supplier = again(award).place.offer.supplier
    with transaction():
        buyer = session.get_one(Person, again(award).proposed_by)
        discontinue_mini_tender(again(award).mini_tender, "Le besoin a disparu.", by=buyer, at=DECIDED)
    page = result_page(client, award, supplier)
    assert "Sans suite" in page and "Le besoin a disparu." in page and "Retenue" not in page.split("Lettre")[0]


def test_neither_a_stranger_nor_an_invitee_that_did_not_answer_has_a_result(client, app):
    award = awarded()
    with transaction():
        mini_tender = again(award).mini_tender
        silent = make_admitted(mini_tender.category, 1, by=session.get_one(Person, award.proposed_by))[0]
        session.add(
            Invitation(
                organisation_id=mini_tender.organisation_id, mini_tender_id=mini_tender.id, supplier_id=silent.id, sent_at=EXAMINED
            )
        )
        stranger = make_supplier()
    for supplier in (silent, stranger):
        enter(client, supplier)
        assert client.get(address(award)).status_code == 404


def test_letters_are_downloaded_as_pdf_by_their_addressee_alone(client, app):
    award = awarded()
    sent = session.scalars(select(Letter).where(Letter.kind == "rejected").order_by(Letter.id)).first()
    loser, winner = sent.supplier, again(award).place.offer.supplier
    enter(client, loser)
    pdf = client.get(f"/fournisseur/courriers/{number(sent)}/pdf")
    assert pdf.data.startswith(b"%PDF") and pdf.headers["Content-Disposition"].startswith("attachment")
    enter(client, winner)
    assert client.get(f"/fournisseur/courriers/{number(sent)}/pdf").status_code == 404


def test_statements_do_not_depend_on_the_number_of_tenderers(client, app):
    counts = set()
    for seed in (SEED, one_offer()):
        award = awarded(seed)
        enter(client, again(award).place.offer.supplier)
        client.get(address(award))
        where = address(award)
        with statements_of(app.engine) as statements:
            assert client.get(where).status_code == 200
        counts.add(len(statements))
    assert len(counts) == 1 and max(counts) <= 18


def one_offer() -> int:
    """A seed that draws a single offer."""
    with transaction():
        return next(seed for seed in range(100, 200) if len(offers_of(make_generated_award(seed).mini_tender)) == 1)
