"""« Essayer cette grille »: the criteria of a stage or of a need, on offers, with other weights; nothing is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import abort, render_template, request

from sad import clock, parameters
from sad.actions.launches import chosen_weights
from sad.actions.stages import roadmap_of, stages_of
from sad.domain.calendar import paris_day
from sad.domain.grid_play import GridPlay, invented_bids, past_bids, plausible_values, play_grid
from sad.domain.grid_watch import Finding, watch
from sad.domain.law import CriteriaLaw
from sad.domain.requirements import Nature, Requirement
from sad.domain.scoring.faults import ScoringFaults
from sad.domain.scoring.grid_file import grid_from_dict
from sad.domain.scoring.values import Bid, Grid
from sad.domain.stages import Stage, stage_in_force, unchecked_grid, weight_faults
from sad.models.mini_tenders import MiniTenderState
from sad.web.access import allow
from sad.web.procurement.grid_forms import CATEGORY, INVENTED, OFFERS, GridForm, grid_form
from sad.web.procurement.mini_tenders import STAFF, own_mini_tender
from sad.web.procurement.own import own_system
from sad.web.procurement.systems import READERS
from sad.web.procurement.tried import decisive_sentences, intervals_of, offers_of, past_choices, past_offers
from sad.web.roadmaps import names_of

USUAL_SHARE = Decimal("0.85")  # of the budget, which is the most that may be spent


@dataclass(frozen=True, slots=True)
class Tried:
    """Whose criteria are tried, from which weights, and around which price in EUR excl. VAT (None: no idea of it)."""

    stage: Stage
    category: str
    weights: Mapping[str, Decimal]
    price: Decimal | None = None

    @property
    def criteria(self) -> tuple[Requirement, ...]:
        return self.stage.of_nature(Nature.AWARD_CRITERION, self.category)


@allow(*READERS)
def stage_grid(system_id: int, number: int) -> str:
    """The criteria of a version of a stage, published or not, in one of its categories."""
    found = own_system(system_id)
    rows = {row.revision: row for row in stages_of(found) if row.number == number}
    row = rows.get(request.args.get("revision", max(rows, default=0), type=int)) or abort(404)
    names = names_of(found)
    category = request.args.get(CATEGORY, "")
    tried = Tried(row.as_value(), category if category in names else next(iter(names), ""), {})
    return _page("procurement/stage_grid.html", tried, list(names.items()), system=found, row=row)


@allow(*STAFF)
def mini_tender_grid(mini_tender_id: int) -> str:
    """The criteria of a need that waits for the buyers, with the weights that its service chose."""
    found, at = own_mini_tender(mini_tender_id), clock.now()
    if found.state != MiniTenderState.TO_CHECK or found.category is None:
        abort(404)
    stage = stage_in_force(roadmap_of(found.system), at)
    price = found.budget * USUAL_SHARE if found.budget else None
    tried = Tried(stage, found.category.key, chosen_weights(found) or {}, price)
    return _page("procurement/mini_tender_grid.html", tried, (), mini_tender=found)


def _page(template: str, tried: Tried, categories: Sequence[tuple[str, str]], **around: Any) -> str:
    past = past_choices(tried.category)
    form = grid_form(tried.criteria, tried.weights, _asked(tried, past), categories=categories, offers=past)
    findings, play = _tried(tried, form, clock.now()) if tried.criteria and form.validate() else ((), None)
    is_invented = form[OFFERS].data == INVENTED
    return render_template(
        template,
        form=form,
        criteria={each.key: each for each in tried.criteria},
        has_result=not form.errors,
        blocking=[each.refusal for each in findings if each.blocks],
        advice=[each.refusal for each in findings if not each.blocks],
        play=play,
        offers=offers_of(play, is_invented=is_invented) if play else [],
        decisive=decisive_sentences(play) if play else [],
        intervals=intervals_of(play) if play else [],
        is_invented=is_invented,
        total=sum(form.chosen().values(), Decimal(0)) if not form.errors else None,
        **around,
    )


def _asked(tried: Tried, past: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What the address asks; offers that are those of no mini-tender of the category are the invented ones."""
    asked = {**request.args, CATEGORY: tried.category}
    return asked if asked.get(OFFERS) in {value for value, _ in past} else {**asked, OFFERS: INVENTED}


def _tried(tried: Tried, form: GridForm, at: datetime) -> tuple[tuple[Finding, ...], GridPlay | None]:
    """What is found in the grid with the weights typed, and what it gives; nothing when it cannot rank."""
    weights, law = form.chosen(), CriteriaLaw.on(paris_day(at), parameters.value)
    asked, plausible = unchecked_grid(tried.stage, tried.category, weights), plausible_values(tried.stage, tried.category)
    announced = [fault for each in tried.criteria for fault in weight_faults(each, weights[each.key])]
    out = tuple(Finding("SAD-20", fault, blocks=True) for fault in announced)
    try:
        grid = grid_from_dict(asked)
    except ScoringFaults:
        return (*out, *watch(asked, law, plausible=plausible)), None
    bids = _bids(grid, tried, form[OFFERS].data, plausible)
    found = (*out, *watch(asked, law, plausible=plausible, bids=bids))
    return tuple(sorted(found, key=lambda each: not each.blocks)), play_grid(grid, bids)


def _bids(grid: Grid, tried: Tried, chosen: str, plausible: Mapping[str, Sequence[str]]) -> tuple[Bid, ...]:
    past = past_offers(tried.category, chosen)
    return past_bids(grid, past.offers, is_named=past.is_named) if past else invented_bids(grid, plausible, tried.price)
