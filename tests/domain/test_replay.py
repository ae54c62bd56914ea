"""Past mini-tenders replayed under another stage: who would be irregular, who would win, at what price."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from sad.domain.play_report import PlayReport, line_from_dict, line_to_dict
from sad.domain.replay import PastTender, ranking_under, replay
from sad.domain.requirements import Nature, Requirement
from sad.domain.scoring.grid_file import grid_from_dict
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.values import Bid
from sad.domain.stages import Stage
from tests.factories.past_tenders import STAGES, offer_said, past_tender

FIRST, SECOND, THIRD = STAGES
CHEAP_BUT_FAR = offer_said("100.00", {"direct_supply_pct": "10", "organic_or_siqo_pct": "0"})
DEAR_BUT_NEAR = offer_said("140.00", {"direct_supply_pct": "90", "organic_or_siqo_pct": "50"})

shares = st.integers(0, 100).map(str)
marks = st.integers(0, 20).map(lambda half: str(Decimal(half) / 2))
values = st.fixed_dictionaries(
    {
        "intermediaries": st.sampled_from("0123"),
        "direct_supply_pct": shares,
        "organic_or_siqo_pct": shares,
        "reusable_packaging": st.booleans(),
    }
)
offers = st.builds(
    offer_said,
    st.integers(5000, 20000).map(lambda cents: f"{cents / 100:.2f}"),
    values,
    st.fixed_dictionaries({"quality": marks, "delivery": marks}),
)
tenders = st.builds(lambda said, stage: past_tender(*said, stage=stage), st.lists(offers, min_size=1, max_size=6), st.sampled_from(STAGES))


def with_requirement(stage: Stage, key: str, **changes) -> Stage:
    return replace(stage, requirements=tuple(replace(each, **changes) if each.key == key else each for each in stage.requirements))


def decided(tender: PastTender) -> tuple[tuple[str, ...], tuple[int, ...], list[Decimal]]:
    """The ranking that was computed then, from the frozen inputs alone."""
    found = rank([Bid(each.ref, each.scored) for each in tender.offers], grid_from_dict(tender.grid))
    return found.refs, found.ranks, [placed.total for placed in found.ranking]


@settings(deadline=None)
@given(tenders, st.dates(date(2027, 1, 1), date(2029, 1, 1)))
def test_the_same_stage_gives_exactly_the_ranking_that_was_decided_even_when_it_is_postponed(tender, later):
    for stage in (tender.stage, replace(tender.stage, effective_on=later, label="Repoussé")):
        again = ranking_under(tender, stage).ranking
        assert (again.refs, again.ranks, [placed.total for placed in again.ranking]) == decided(tender)
        line = replay(tender, stage)
        assert not line.is_changed and line.difference == 0 and line.irregular == () and line.left == line.offers


@settings(deadline=None)
@given(tenders, st.sampled_from(STAGES))
def test_an_offer_is_either_irregular_or_ranked_and_a_change_always_has_a_winner_or_none_left(tender, stage):
    line, under = replay(tender, stage), ranking_under(tender, stage)
    assert line.left + len(line.irregular) == line.offers
    gone = {each.name for each in line.irregular}
    assert not gone & {f"Ferme {ref}" for ref in under.ranking.refs}
    assert (line.after is None) == (line.left == 0)
    assert line_from_dict(line_to_dict(line)) == line


@settings(deadline=None)
@given(tenders)
def test_a_stage_that_only_asks_more_never_brings_an_offer_back(tender):
    harder = with_requirement(tender.stage, "organic_or_siqo_pct", comparison="at_least", threshold=Decimal(60))
    assert replay(tender, harder).left <= replay(tender, tender.stage).left


def test_the_winner_changes_when_it_falls_short_and_the_price_difference_is_said():
    tender = past_tender(CHEAP_BUT_FAR, DEAR_BUT_NEAR)
    assert tender.retained == "A"
    line = replay(tender, SECOND)
    assert (line.is_changed, line.before.name, line.after.name, line.difference) == (True, "Ferme A", "Ferme B", Decimal("40.00"))
    assert [each.name for each in line.irregular] == ["Ferme A"]
    assert "10" in line.irregular[0].sentences[0]
    assert line.after.shares == {"direct_supply_pct": Decimal(90), "organic_or_siqo_pct": Decimal(50)}


def test_weights_chosen_then_are_kept_while_the_stage_announces_them_and_its_own_may_change_the_winner():
    dear = offer_said("140.00", {"direct_supply_pct": "100", "organic_or_siqo_pct": "100"})
    cheap = offer_said("100.00", {"direct_supply_pct": "40"})
    chosen = {"price": Decimal(50), "direct_supply": Decimal(10), "organic": Decimal(5), "packaging": Decimal(5)}
    tender = past_tender(dear, cheap, stage=SECOND, weights=chosen)
    assert tender.retained == "B"
    renamed = replay(tender, with_requirement(SECOND, "price", label="Le prix"))
    assert renamed.has_kept_weights and not renamed.is_changed
    lighter = replay(tender, with_requirement(SECOND, "price", weight_max=Decimal(40)))
    assert not lighter.has_kept_weights and lighter.after.name == "Ferme A" and lighter.is_changed


def test_a_requirement_that_nobody_was_asked_makes_no_offer_irregular_and_is_named():
    asked = Requirement("leftovers", "Restes repris", Nature.SPECIFICATION, comparison="is_true", proof="Description")
    line = replay(past_tender(CHEAP_BUT_FAR, DEAR_BUT_NEAR), replace(FIRST, requirements=(*FIRST.requirements, asked)))
    assert (line.irregular, line.unasked, line.left) == ((), ("Restes repris",), 2)


def test_a_criterion_that_nobody_marked_is_left_out_and_named():
    tasting = Requirement(
        "tasting", "Dégustation", Nature.AWARD_CRITERION, unit="points", weight=Decimal(5), method={"method": "scale", "scale": "10"}
    )
    lighter = with_requirement(FIRST, "price", weight=Decimal(45))
    under = ranking_under(past_tender(CHEAP_BUT_FAR, DEAR_BUT_NEAR), replace(lighter, requirements=(*lighter.requirements, tasting)))
    assert under.unmarked == ("Dégustation",)
    assert "tasting" not in under.ranking.ranking[0].points and "price" in under.ranking.ranking[0].points


def test_a_mark_given_on_another_scale_is_not_taken_for_one_on_this():
    wider = with_requirement(FIRST, "quality", method={"method": "scale", "scale": "20"})
    assert ranking_under(past_tender(CHEAP_BUT_FAR), wider).unmarked == ("Qualité et adaptation au besoin",)


def test_a_family_that_is_exempt_stays():
    coffee = offer_said("100.00", {"direct_supply_pct": "0"}, families=("cafe_the",))
    assert replay(past_tender(coffee), SECOND).irregular == ()


def test_a_grid_that_does_not_hold_is_said_and_nothing_is_ranked():
    line = replay(past_tender(CHEAP_BUT_FAR, DEAR_BUT_NEAR), with_requirement(FIRST, "delivery", weight=Decimal(9), weight_min=Decimal(9)))
    assert "104" in line.fault and line.after is None and not line.is_changed


def test_whoever_was_retained_between_equals_is_not_a_change():
    tender = replace(past_tender(CHEAP_BUT_FAR, CHEAP_BUT_FAR), retained="B")
    assert not replay(tender, with_requirement(FIRST, "price", label="Le prix")).is_changed


def test_the_figures_of_a_report_are_those_of_its_lines():
    lines = (replay(past_tender(CHEAP_BUT_FAR, DEAR_BUT_NEAR), SECOND), replay(past_tender(CHEAP_BUT_FAR), SECOND))
    report = PlayReport(0, 0, (), (), lines, {"direct_supply_pct": "Direct"})
    assert (report.offers, report.irregular, len(report.changed), len(report.without_offer), len(report.with_few)) == (3, 2, 2, 1, 1)
    assert (report.total_before, report.difference, report.difference_percent) == (Decimal(100), Decimal(40), Decimal(40))
    assert [(each.before, each.after) for each in report.mean_shares] == [(Decimal(10), Decimal(90))]
