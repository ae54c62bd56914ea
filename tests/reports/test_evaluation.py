"""The evaluation report: what it says at each step, in accessible PDF, the same bytes each time; who may read it is held by the pages."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from sad.actions.awards import approve_award, notify_contract, propose_award
from sad.actions.classifications import classify_offer
from sad.actions.evaluation_reports import evaluation_report_of
from sad.actions.marks import give_mark
from sad.actions.publications import discontinue_mini_tender
from sad.actions.rankings import compute_ranking
from sad.actions.ties import choose_between_ties, first_places
from sad.db import session
from sad.domain.scoring.numbers import french
from sad.models.evaluations import ConflictDeclaration, Ranking
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person, Role
from sad.reports.evaluation import evaluation_content, evaluation_file_name, evaluation_pdf, fingerprints_of
from sad.reports.placed import COLUMNS, placed_parts
from tests.factories.committees import all_present, make_convened, make_held
from tests.factories.evaluations import (
    EXAMINED,
    Tender,
    make_evaluator,
    make_offer_row,
    make_opened,
    make_ranked,
    offers_of,
)
from tests.factories.mini_tenders import CLOSES
from tests.factories.proofs import prove
from tests.factories.suppliers import make_supplier

FIRST, SECOND = Tender(("3.50", "3.80"), {"direct_supply_pct": "100"}, {"quality": "9.5"}), Tender(("2.90", "4.20"), marks={"quality": "6"})


def report(of: Ranking | MiniTender):
    found = evaluation_report_of(of if isinstance(of, MiniTender) else of.mini_tender)
    assert found is not None
    return found


def content(of: Ranking | MiniTender) -> dict:
    return evaluation_content(report(of))


def plain(text: str) -> str:
    """Without the hyphens, spaces and marks that setting adds."""
    return "".join(filter(str.isalnum, text))


def leaves(said: object) -> list[str]:
    """Every text of the content, however deep."""
    if isinstance(said, str):
        return [said]
    parts = said.values() if isinstance(said, dict) else said if isinstance(said, list | tuple) else ()
    return [text for part in parts for text in leaves(part)]


def text_of(of: Ranking | MiniTender) -> str:
    return " ".join(leaves(content(of)))


def chief_of(ranking: Ranking) -> Person:
    return make_evaluator(ranking.mini_tender, Role.AWARD_AUTHORITY)


def proposed(ranking: Ranking):
    return propose_award(first_places(ranking)[0], "La mieux notée.", by=session.get_one(Person, ranking.ranked_by), at=EXAMINED)


def test_all_its_words_are_set_in_an_accessible_paper_which_is_the_same_each_time(database):
    ranking = make_ranked(FIRST, SECOND, title='Buffet #panic("x") $1$ *gras*')
    pdf = evaluation_pdf(report(ranking))
    reader = PdfReader(io.BytesIO(pdf))
    text = plain("".join(page.extract_text() for page in reader.pages))
    said = content(ranking)
    for name in ("grid", "examined", "interests", "ranking", "matrices", "details", "intervals", "decision", "proofs"):
        assert said[name], name
        assert [words for words in leaves(said[name]) if plain(words) not in text] == [], name
    assert "panicx1gras" in text, "what a person wrote is never taken for commands"
    catalogue = reader.trailer["/Root"]
    assert catalogue["/Lang"].startswith("fr") and "/StructTreeRoot" in catalogue
    assert evaluation_pdf(report(ranking)) == pdf


def test_it_quotes_the_stored_points_their_sentences_and_the_reasons_of_the_marks(database):
    ranking = make_ranked(FIRST, SECOND)
    said = content(ranking)
    for place, row, detail in zip(ranking.places, said["ranking"], said["details"], strict=True):
        assert row[0] == str(place.rank) and row[3] == french(place.total)
        assert [line["points"].split(" ")[0] for line in detail["lines"]] == [french(points) for points in place.points.values()]
        for sentence, line in zip(place.explanation, detail["lines"], strict=True):
            assert line["said"][0].removesuffix(".") in sentence and line["label"] in sentence
        assert any("Motif quality" in text for line in detail["lines"] for text in line["said"])
    assert said["matrices"][0]["rows"][0][2:] == [french(points) for points in ranking.places[0].points.values()]


def test_it_is_a_draft_until_an_award_is_decided_then_says_who_decided_what(database):
    ranking = make_ranked(FIRST, SECOND)
    buyer, chief = session.get_one(Person, ranking.ranked_by), chief_of(ranking)
    assert content(ranking)["status"].startswith("Projet") and "Aucune attribution" in content(ranking)["decision"][0]
    assert evaluation_file_name(report(ranking)).endswith("-projet-2026-12-08.pdf")
    award = proposed(ranking)
    assert content(ranking)["status"].startswith("Projet") and "Une autre personne la décide (ANA-05)." in content(ranking)["decision"]
    approve_award(award, by=chief, at=EXAMINED + timedelta(days=1))
    said = content(ranking)
    assert said["status"] == "" and "Projet" not in said["footer"]
    assert [each[1] for each in said["signatures"]] == [buyer.name, chief.name]
    assert "La mieux notée." in said["decision"] and not any("notifié" in line for line in said["decision"])
    assert evaluation_file_name(report(ranking)) == f"rapport-analyse-{ranking.mini_tender_id}-2026-12-09.pdf"
    notify_contract(prove(award), by=buyer, at=EXAMINED + timedelta(days=2))
    assert any("notifié" in line for line in content(ranking)["decision"])


def test_a_ranking_that_no_longer_holds_is_said_to_be_computed_again(database):
    ranking = make_ranked(FIRST, SECOND)
    offer, by = offers_of(ranking.mini_tender)[0], session.get_one(Person, ranking.ranked_by)
    assert "calculer" not in content(ranking)["status"]
    give_mark(offer, "quality", "1", "Relue.", by=by, at=EXAMINED)
    assert "à calculer à nouveau" in content(ranking)["status"]


def test_a_mini_tender_given_up_says_so_and_keeps_what_was_examined(database):
    ranking = make_ranked(FIRST, SECOND)
    approve_award(proposed(ranking), by=chief_of(ranking), at=EXAMINED)
    buyer = session.get_one(Person, ranking.ranked_by)
    discontinue_mini_tender(ranking.mini_tender, "Le besoin a disparu.", by=buyer, at=EXAMINED + timedelta(days=1))
    said = content(ranking)
    assert "sans suite" in said["status"] and len(said["decision"]) == 1 and "Le besoin a disparu." in said["decision"][0]
    assert "Projet" in said["footer"] and len(said["ranking"]) == 2


def test_offers_set_aside_late_or_that_did_not_open_are_each_said_with_why(database):
    mini_tender = make_opened(FIRST, SECOND, Tender(("9.00", "9.00")))
    by = make_evaluator(mini_tender)
    late = make_offer_row(mini_tender, make_supplier(), received_at=CLOSES + timedelta(minutes=3))
    broken = make_offer_row(mini_tender, make_supplier(), received_at=CLOSES - timedelta(hours=1), seal_fault="Le pli est altéré.")
    first, second, other = [offer for offer in offers_of(mini_tender) if offer.is_opened]
    for offer in (first, second):
        classify_offer(offer, "regular", "Complète.", by=by, at=EXAMINED)
        for criterion in ("quality", "delivery"):
            give_mark(offer, criterion, "8", "Bien.", by=by, at=EXAMINED)
    classify_offer(other, "inappropriate", "Un autre produit.", by=by, at=EXAMINED)
    said = content(compute_ranking(mini_tender, by=by, at=EXAMINED))
    rows = {row[0].partition("\n")[0]: row[2:] for row in said["examined"]}
    assert rows[other.supplier.name] == ["Inappropriée (L2152-4)", "Un autre produit."]
    assert rows[first.supplier.name] == ["Régulière", "Complète."]
    assert late.supplier.name in said["unread"][0] and "R2151-5" in said["unread"][0]
    assert broken.supplier.name in said["unread"][1] and "Le pli est altéré." in said["unread"][1]
    assert len(said["ranking"]) == 2 and "1 hors délai" in said["received"]


def test_equal_offers_and_the_way_one_was_retained_are_said(database):
    ranking = make_ranked(FIRST, FIRST)
    places = first_places(ranking)
    assert len(places) == 2 and "devant un témoin" in content(ranking)["ties"][1]
    assert [row[0] for row in content(ranking)["ranking"]] == ["1 ex æquo", "1 ex æquo"]
    buyer, witness = session.get_one(Person, ranking.ranked_by), make_evaluator(ranking.mini_tender)
    choose_between_ties(places[1], "Tirage au sort.", witness=witness, by=buyer, at=EXAMINED)
    said = content(ranking)["ties"][1]
    assert places[1].offer.supplier.name in said and witness.name in said and "Tirage au sort." in said


def test_whoever_declared_a_link_is_named_without_what_the_link_is(database):
    ranking = make_ranked(FIRST, SECOND)
    concerned = make_evaluator(ranking.mini_tender, has_conflict=True)
    session.query(ConflictDeclaration).filter_by(person_id=concerned.id).one().link = "Mon frère y travaille."
    rows = {row[0]: row[1] for row in content(ranking)["interests"]}
    assert "un lien" in rows[concerned.name] and "aucun intérêt" in rows.values()
    assert "frère" not in text_of(ranking)


def test_the_opinion_of_the_committee_on_this_ranking_is_quoted(database):
    ranking = make_ranked(FIRST, SECOND)
    assert content(ranking)["opinion"] == ""
    sitting = make_convened(ranking)
    make_held("ppppp", sitting=sitting, presences=all_present(sitting))
    assert content(ranking)["opinion"].startswith("Avis favorable, à la séance du")


def test_nothing_exists_before_a_ranking(database):
    assert evaluation_report_of(make_opened(FIRST)) is None


def test_more_criteria_than_a_page_can_hold_go_to_a_second_table(database):
    ranking = make_ranked(FIRST, SECOND)
    criteria = [{"key": f"c{n}", "label": f"Critère {n}", "weight": "10"} for n in range(COLUMNS + 2)]
    ranking.scoring_file = {**ranking.scoring_file, "grid": {"criteria": criteria}}
    ranking.solidity = {}
    for place in ranking.places:
        place.points = {each["key"]: f"{place.rank}.5{n}" for n, each in enumerate(criteria)}
        place.explanation = [f"{each['label']}\u00a0: 1 sur 10, oui" for each in criteria]
    said = placed_parts(ranking, {}, {}, {})["matrices"]
    assert [len(part["heads"]) for part in said] == [COLUMNS, 2]
    assert [cell for part in said for cell in part["rows"][0][2:]] == [french(text) for text in ranking.places[0].points.values()]
    assert said[1]["heads"][-1] == f"{COLUMNS + 2}\nsur 10"


@pytest.mark.parametrize("what", ["grid", "value", "result"])
def test_a_change_of_what_was_ranked_changes_its_fingerprint(database, what):
    ranking = make_ranked(FIRST, SECOND)
    before = fingerprints_of(ranking)
    file, result = ranking.scoring_file, ranking.result
    if what == "grid":
        ranking.scoring_file = {**file, "grid": {**file["grid"], "decimals": 3}}
    elif what == "value":
        ranking.scoring_file = {**file, "offers": [*file["offers"][:1]]}
    else:
        ranking.result = {**result, "ties": [["x"]]}
    after = fingerprints_of(ranking)
    assert after[2] != before[2] and (after[1] != before[1]) == (what == "grid")
