"""Letter, report, pages and scoring file quote the same points for every tenderer of 200 drawn mini-tenders; none holds a rival's price.

The points expected are those of the scoring file ranked again, which none of the others reads.
"""

import html
import io
import json
import re
from collections.abc import Mapping, Sequence

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from sad import clock
from sad.actions.awards import notify_contract
from sad.actions.evaluation_reports import evaluation_report_of
from sad.actions.evaluations import marks_of, opened_offers
from sad.actions.replies import drafted_reply, give_reasons
from sad.actions.results import result_for, results_of
from sad.db import session, transaction
from sad.domain.scoring.numbers import french
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.scoring_file import ranking_to_dict, read_json, read_scoring_file
from sad.exports.scoring_file import scoring_file
from sad.letters.results import Result
from sad.letters.wording import money
from sad.models.awards import Award
from sad.models.letters import Letter
from sad.models.offers import Offer
from sad.models.people import Role
from sad.models.suppliers import Supplier
from sad.reports.evaluation import evaluation_content, evaluation_pdf
from sad.reports.letter import letter_pdf
from sad.reports.ranked import rows_of
from tests.factories.drawn import DECIDED, make_drawn_award, make_house
from tests.factories.orders import NOTIFIED
from tests.factories.people import make_person
from tests.factories.proofs import prove
from tests.factories.replies import ask
from tests.factories.suppliers import member_of
from tests.web.rows import again
from tests.web.test_login import sign_in

pytestmark = pytest.mark.engine_free
BATCHES, SIZE = range(8), 25
AMOUNT = re.compile(r"\d[\d\u00a0\u202f ]*[,.]\d\d(?!\d)")
QUOTED = re.compile(r"^- (?P<label>.*)\u00a0: (?P<own>[\d,]+) sur [\d,]+(?:\u00a0; offre retenue\u00a0: (?P<winner>[\d,]+))?\.", re.M)
COMPARED = re.compile(
    r"^- (?P<label>.*)\u00a0: (?P<first>[\d,]+) points sur [\d,]+, et (?P<whose>la vôtre|l’offre retenue) (?P<second>[\d,]+)\.", re.M
)
Quoted = dict[str, tuple[str, dict[str, str]]]  # supplier -> total, then points by label, all as printed


@pytest.mark.parametrize("batch", BATCHES)
def test_every_paper_of_every_tenderer_quotes_the_same_points_and_no_price_of_another(database, batch):
    house = make_house()
    for seed in range(batch * SIZE, batch * SIZE + SIZE):
        award = make_drawn_award(house, seed)
        expected = by_the_file(award)
        assert expected and by_the_page(award) == expected, seed
        assert by_the_report(award) == expected, seed
        results = [found for supplier in tenderers(award) if (found := result_for(award.mini_tender, supplier))]
        letters = {result.supplier.id: letters_to(award, result.supplier) for result in results}
        assert by_the_results(results) == expected, seed
        assert by_the_letters(award, letters) == expected, seed
        for result in results:
            assert leaked(award, result.offer, [*words_of(result), *map(words_of_letter, letters[result.supplier.id])]) == set(), seed


def test_answers_to_losers_quote_the_same_points_and_after_the_contract_no_paper_of_anybody_holds_a_price_of_another(database):
    house, quoted = make_house(), 0
    for seed in range(12):
        award = notify_contract(prove(make_drawn_award(house, seed)), by=house.buyer, at=NOTIFIED)
        expected, winner = by_the_file(award), award.place.offer.supplier
        for supplier in tenderers(award):
            if supplier.id != winner.id:
                request = ask(award, supplier)
                answer = drafted_reply(request)
                give_reasons(request, answer, by=house.buyer, at=NOTIFIED)
                points = list(COMPARED.finditer(answer))
                quoted += len(points)
                for said in points:
                    own, retained = (said["second"], said["first"]) if said["whose"] == "la vôtre" else (said["first"], said["second"])
                    assert (own, retained) == tuple(expected[name][1][said["label"]] for name in (supplier.name, winner.name)), seed
        offers = {offer.supplier_id: offer for offer in opened_offers(award.mini_tender)}
        for supplier in house.suppliers:
            sent = letters_to(award, supplier)
            assert sent and leaked(award, offers.get(supplier.id), list(map(words_of_letter, sent))) == set(), seed
    assert quoted > 30


def test_the_pages_and_the_papers_as_they_are_read_say_it_too(client, app):
    with transaction():
        house = make_house()
        awards = [make_drawn_award(house, seed) for seed in range(6)]
        auditor = make_person(house.system.organisation, Role.AUDITOR)
    for award in awards:
        expected = by_the_file(again(award))
        number = again(award).mini_tender_id
        page = visible(read(client, again(auditor), f"/achats/consultations/{number}/classement"))
        report = plain(pdf_text(evaluation_pdf(evaluation_report_of(again(award).mini_tender))))
        for total, points in expected.values():
            assert f" {total} " in page and all(f"{label} : {each} sur" in page for label, each in points.items())
            assert all(plain(f"{label} : {each} sur") in report for label, each in points.items())
        for supplier in tenderers(again(award)):
            own = visible(read(client, member_of(again(supplier)), f"/fournisseur/consultations/{number}/resultat"))
            total, points = expected.get(again(supplier).name, ("", {}))
            assert f" {total} points" in own or not total
            assert all(f"{label} {each} " in own for label, each in points.items())
            letter, result = letters_to(again(award), again(supplier))[-1], result_for(again(award).mini_tender, again(supplier))
            paper = pdf_text(letter_pdf(letter, again(award).mini_tender.organisation))
            assert leaked(again(award), result.offer, [own, paper]) == set()


def by_the_file(award: Award) -> Quoted:
    """What the exported file gives when it is ranked again."""
    exported = scoring_file(award.place.ranking)
    _, grid, bids = read_scoring_file(read_json(exported))
    labels = {each["key"]: each["label"] for each in json.loads(exported)["grid"]["criteria"]}
    names = {place.ref: place.offer.supplier.name for place in award.place.ranking.places}
    found = {}
    for each in ranking_to_dict(rank(bids[::-1], grid))["ranking"]:
        found[names[each["ref"]]] = french(each["total"]), {labels[key]: french(points) for key, points in each["points"].items()}
    return found


def by_the_page(award: Award) -> Quoted:
    rows = rows_of(award.place.ranking.places, marks_of(opened_offers(award.mini_tender)))
    return {
        row.offer.supplier.name: (french(row.place.total), {label: french(points) for label, points, _ in row.parts})
        for row in rows
        if row.place.total is not None
    }


def by_the_report(award: Award) -> Quoted:
    """From its ranking and its details; its table of points must agree."""
    said = evaluation_content(evaluation_report_of(award.mini_tender))
    totals = {name: total for _, name, _, total in said["ranking"]}
    details = {re.split(r"\. |\u00a0: ", each["title"])[1]: each["lines"] for each in said["details"]}
    found = {name: (totals[name], {line["label"]: line["points"].split(" ")[0] for line in lines}) for name, lines in details.items()}
    table = {row[1]: row[2:] for part in said["matrices"] for row in part["rows"]}
    assert {name: list(points.values()) for name, (_, points) in found.items()} == table
    return found


def by_the_results(results: Sequence[Result]) -> Quoted:
    """What each tenderer reads on its own page."""
    return {
        result.supplier.name: (french(result.place.total), {line.label: french(line.points) for line in result.lines})
        for result in results
        if result.place is not None and result.place.total is not None and result.lines
    }


def by_the_letters(award: Award, letters: Mapping[int, Sequence[Letter]]) -> Quoted:
    """What each letter quotes as the tenderer's own; what it quotes of the awardee must be what the awardee's own letter says."""
    found, of_winner = {}, {}
    for sent in letters.values():
        (letter,) = [each for each in sent if each.kind in ("award", "rejected")]
        lines = list(QUOTED.finditer(letter.body))
        if lines:
            (total,) = re.findall(r"avec ([\d,]+) points", letter.body)
            found[letter.supplier.name] = (total, {line["label"]: line["own"] for line in lines})
            of_winner[letter.supplier.name] = {line["label"]: line["winner"] for line in lines}
    winner = award.place.offer.supplier.name
    assert of_winner.pop(winner) == dict.fromkeys(found[winner][1])
    assert all(points == found[winner][1] for points in of_winner.values())
    return found


def tenderers(award: Award) -> list[Supplier]:
    return [result.supplier for result in results_of(award)]


def letters_to(award: Award, supplier: Supplier) -> list[Letter]:
    sent = select(Letter).where(Letter.mini_tender_id == award.mini_tender_id, Letter.supplier_id == supplier.id)
    return list(session.scalars(sent.order_by(Letter.id)))


def words_of(result: Result) -> list[str]:
    """All the words that a tenderer's result page has to show."""
    lines = [text for line in result.lines for text in (line.label, line.points, line.winner_points, line.said)]
    return [*lines, *result.would_help, result.set_aside, result.award.reason, result.tie.reason if result.tie else ""]


def words_of_letter(letter: Letter) -> str:
    return f"{letter.subject}\n{letter.body}"


def leaked(award: Award, own: Offer | None, papers: list[str]) -> set[str]:
    """The prices of the others, unit prices, amounts of lines and totals, that these papers hold."""
    rivals = {price for offer in opened_offers(award.mini_tender) if offer is not own for price in prices_of(offer)}
    said = {digits(amount) for text in papers for amount in AMOUNT.findall(text)}
    return (rivals - (prices_of(own) if own and own.is_opened else set())) & said


def prices_of(offer: Offer) -> set[str]:
    content = offer.as_content()
    return {digits(money(one)) for one in (content.total, *(each for line in content.lines for each in (line.unit_price, line.amount)))}


def digits(amount: str) -> str:
    return re.sub(r"\D", "", amount)


def plain(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def pdf_text(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def read(client, person, address: str) -> str:
    client.delete_cookie("sad")
    with clock.frozen(DECIDED):
        sign_in(client, person)
        return client.get(address).text


def visible(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").replace("\u202f", " "))
