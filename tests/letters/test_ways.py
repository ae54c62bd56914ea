"""The sentences that say what would have put an offer first, read back as a person would, applied to the scoring file, ranked again."""

import json
import re
from decimal import Decimal

import pytest

from sad.exports.scoring_file import scoring_file
from sad.letters.results import ways_to_be_first
from tests.factories.generated import make_generated_award
from tests.scoring_reference import parts, reference

CENT = Decimal("0.01")
CUT = re.compile(r"([\d ]+,\d\d) € de moins par personne \(([\d ]+,\d\d) € en tout, hors taxe\)")
MARK, WORD = re.compile(r"une note de ([\d,]+) sur « (.+) »"), re.compile(r"« (.+) » à « (.+) »")
SHARE = re.compile(r"([\d,]+) % à « (.+) »")


def amount(text):
    return Decimal(text.replace(" ", "").replace(",", "."))


def said(way):
    """What a sentence says to change: the label of a criterion (None for the price) and the value."""
    way = way.replace("\u00a0", " ").replace("\u202f", " ")
    if found := CUT.fullmatch(way):
        return None, amount(found[2]), amount(found[1])
    if found := MARK.fullmatch(way) or SHARE.fullmatch(way):
        return found[2], str(amount(found[1])), None
    found = WORD.fullmatch(way)
    assert found, way
    return found[2], {"oui": "true", "non": "false"}.get(found[1], found[1]), None


def firsts(data, ref, key, value):
    offers = [each | {"values": each["values"] | {key: str(value)}} if each["ref"] == ref else each for each in data["offers"]]
    ranks, *_ = reference(data | {"offers": offers})
    return [each for each, rank in ranks.items() if rank == 1]


@pytest.mark.parametrize("seed", range(16))
def test_each_sentence_applied_to_the_file_puts_the_offer_first_and_a_cent_less_does_not(database, seed):
    ranking = make_generated_award(seed).place.ranking
    data, guests = json.loads(scoring_file(ranking)), ranking.mini_tender.guests
    labels = {leaf["label"]: leaf["key"] for each in data["grid"]["criteria"] for leaf in parts(each)}
    (price,) = (each["key"] for each in data["grid"]["criteria"] if each.get("price"))
    asked = {offer["ref"]: Decimal(offer["values"][price]) for offer in data["offers"]}
    for place in ranking.places:
        for way in ways_to_be_first(place, ranking.mini_tender):
            label, value, each_guest = said(way)
            if label is not None:
                assert firsts(data, place.ref, labels[label], value) == [place.ref], way
                continue
            assert firsts(data, place.ref, price, asked[place.ref] - value) == [place.ref], way
            assert firsts(data, place.ref, price, asked[place.ref] - value + CENT) != [place.ref], way
            assert 0 <= each_guest * guests - value < CENT * guests
            assert firsts(data, place.ref, price, asked[place.ref] - each_guest * guests) == [place.ref], way


def test_the_draw_holds_cuts_and_criteria(database):
    ways = [
        way
        for seed in range(6)
        for place in make_generated_award(seed).place.ranking.places
        for way in ways_to_be_first(place, place.ranking.mini_tender)
    ]
    told = [said(way)[0] for way in ways]
    assert told.count(None) > 3 and len(set(told)) > 3
