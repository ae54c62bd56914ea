"""Result letters: first the decision, then why in points and sentences, then what would have helped, then remedies."""

import re

import pytest
from sqlalchemy import select

from sad.actions.awards import approve_award, propose_award
from sad.actions.classifications import classify_offer
from sad.actions.marks import give_mark
from sad.actions.publications import frozen_fingerprint, invitees_of
from sad.actions.rankings import compute_ranking
from sad.actions.results import results_of
from sad.actions.ties import first_places
from sad.db import session
from sad.domain.scoring.numbers import french
from sad.letters.layout import blocks
from sad.letters.results import ways_to_be_first
from sad.letters.wording import money
from sad.models.evaluations import RankedOffer
from sad.models.letters import Letter
from sad.models.people import Role
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator, make_opened, make_ranked, offers_of
from tests.factories.generated import make_generated_award

SEEDS = range(30)


def body_to(supplier_id: int, *kinds: str) -> str:
    kinds = kinds or ("award", "rejected")
    letter = session.scalars(select(Letter).where(Letter.supplier_id == supplier_id, Letter.kind.in_(kinds))).one()
    return letter.body


@pytest.mark.parametrize("seed", SEEDS)
def test_a_letter_quotes_the_stored_points_and_no_price_of_anybody_else(database, seed):
    award = make_generated_award(seed)
    results = results_of(award)
    for result in results:
        body = body_to(result.supplier.id)
        if result.lines:
            assert quoted(body, own=True) == printed(result.place)
            assert f"avec {french(result.place.total)} points" in body
        if result.lines and not result.is_winner:
            assert quoted(body, own=False) == printed(award.place)
        for other in (each for each in results if each.offer.id != result.offer.id and each.offer.is_opened):
            assert not set(prices_of(other.offer)) & set(re.findall(r"\d[\d\u00a0\u202f]*,\d\d", body))


def printed(place: RankedOffer) -> list[str]:
    return [french(place.points[each["key"]]) for each in place.ranking.scoring_file["grid"]["criteria"]]


def quoted(body: str, *, own: bool) -> list[str]:
    """The points that the list of a letter quotes, in order."""
    pattern = r"\u00a0: ([\d,]+) sur [\d,]+ ?[;.\u00a0]" if own else r"offre retenue\u00a0: ([\d,]+)\."
    return re.findall(pattern, "\n".join(line for line in body.splitlines() if re.match(r"- .*\u00a0: [\d,]+ sur ", line)))


def prices_of(offer) -> list[str]:
    content = offer.as_content()
    amounts = [content.total, *(line.unit_price for line in content.lines), *(line.amount for line in content.lines)]
    return [money(amount).removesuffix("\u00a0€") for amount in amounts]


def test_a_letter_goes_from_the_decision_to_the_remedies(database):
    award = make_generated_award(1)
    loser = next(each for each in results_of(award) if each.lines and not each.is_winner)
    body = body_to(loser.supplier.id)
    headings = [block.lines[0] for block in blocks(body) if block.kind == "heading"]
    assert [re.sub(r" l’offre .* est", " l’offre retenue est", each) for each in headings] == [
        "Ce qui a été décidé",
        "Pourquoi",
        "Pourquoi l’offre retenue est retenue",
        "Ce qui aurait aidé",
        "Vos recours",
    ]
    assert award.reason in body and award.mini_tender.organisation.review_body in body
    assert f"Motif quality {loser.offer.id}" in body and "R2181-1" in body


def test_what_would_have_helped_is_said_for_one_person_rounded_up(database):
    ranking = make_ranked(
        Tender(("3.50", "3.80"), {"direct_supply_pct": "100"}, {"quality": "9.5"}), Tender(("2.90", "4.20"), marks={"quality": "6"})
    )
    second = next(place for place in ranking.places if place.rank == 2)
    assert second.would_be_first["price_cut"] == "12.07"
    assert said(second) == [
        "0,55 € de moins par personne (12,07 € en tout, hors taxe)",
        "une note de 10 sur « Qualité et adaptation au besoin »",
    ]
    ranking.mini_tender.guests = None
    assert said(second)[0] == "12,07 € de moins hors taxe"


def said(place: RankedOffer) -> list[str]:
    """What alone would have put it first, with plain spaces."""
    return [way.replace("\u00a0", " ") for way in ways_to_be_first(place, place.ranking.mini_tender)]


def test_a_body_is_read_as_headings_paragraphs_and_lists():
    body = "Bonjour,\n\nPourquoi\nVos points :\n- Prix : 1.\n  – Part : 2.\nFin.\n\nSeule ligne\n\nAgglo\nachats@agglo.example\n"
    assert [(block.kind, block.lines) for block in blocks(body)] == [
        ("paragraph", ("Bonjour,",)),
        ("heading", ("Pourquoi",)),
        ("paragraph", ("Vos points :",)),
        ("list", ("Prix : 1.", "Part : 2.")),
        ("paragraph", ("Fin.",)),
        ("paragraph", ("Seule ligne",)),
        ("paragraph", ("Agglo", "achats@agglo.example")),
    ]


PARTS = [
    {"key": "taste", "label": "Goût", "weight": "15", "method": "scale", "scale": "10", "minimum": "0.5"},
    {"key": "look", "label": "Présentation", "weight": "10", "method": "scale", "scale": "10"},
]


def test_parts_of_a_criterion_and_a_missed_minimum_are_told_in_the_letters(database):
    mini_tender = make_opened(Tender(), Tender(), Tender())
    by, chief = make_evaluator(mini_tender), make_evaluator(mini_tender, Role.AWARD_AUTHORITY)
    quality = {"key": "quality", "label": "Qualité", "weight": "25", "sub_criteria": PARTS}
    mini_tender.grid = {
        **mini_tender.grid,
        "criteria": [quality if each["key"] == "quality" else each for each in mini_tender.grid["criteria"]],
    }
    mini_tender.frozen_fingerprint = frozen_fingerprint(mini_tender, [supplier.id for supplier in invitees_of(mini_tender)])
    session.flush()
    for offer, taste in zip(offers_of(mini_tender), ("9", "8", "4"), strict=True):
        classify_offer(offer, "regular", "Complète.", by=by, at=EXAMINED)
        for criterion, value in (("taste", taste), ("look", "7"), ("delivery", "5")):
            give_mark(offer, criterion, value, f"Motif {criterion}", by=by, at=EXAMINED)
    ranking = compute_ranking(mini_tender, by=by, at=EXAMINED)
    approve_award(propose_award(first_places(ranking)[0], "La meilleure.", by=by, at=EXAMINED), by=chief, at=EXAMINED)
    first, second, third = (body_to(offer.supplier_id).replace("\u00a0", " ") for offer in offers_of(mini_tender))
    assert "- Qualité : 20,50 sur 25." in first
    assert "  – Goût : 12,00 sur 15 ; offre retenue : 13,50. Note 8 sur 10 : Motif taste" in second
    assert "Elle est sous un minimum publié. Goût : 6,00 sur 15, sous le minimum de 7,50." in third
    assert "rang" not in third and "1 sur 2 offres classées" in first
