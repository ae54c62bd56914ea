"""What the pages of a blind tasting load through the organisation, and what keeps code and name apart on them."""

from dataclasses import dataclass
from datetime import datetime

from flask import abort

from sad import clock
from sad.actions.tasting_juries import readiness_faults
from sad.actions.tastings import criterion_of, tasting_of
from sad.domain.errors import Refusal
from sad.domain.scoring.numbers import french, written
from sad.models.mini_tenders import MiniTender
from sad.models.tastings import Tasting, TastingJuror, TastingSample
from sad.web.access import current_person
from sad.web.procurement.opened import EVALUATORS, opened_mini_tender


@dataclass(frozen=True, slots=True)
class TastingPage:
    """What the page of a tasting shows before names are revealed: samples by name and never their codes, the jury, what is missing."""

    tasting: Tasting
    missing: tuple[Refusal, ...]

    @property
    def mini_tender(self) -> MiniTender:
        return self.tasting.mini_tender

    @property
    def samples(self) -> list[TastingSample]:
        """By supplier's name: the order of the codes would tell them."""
        return sorted(self.tasting.samples, key=lambda sample: (sample.offer.supplier.name, sample.offer_id))

    @property
    def is_tasting(self) -> bool:
        """Whether the reader is in the jury."""
        return any(juror.person_id == current_person().id for juror in self.tasting.tasters)

    @property
    def has_prepared(self) -> bool:
        """Whether the reader drew the codes, and sees labels."""
        return self.tasting.prepared_by == current_person().id

    @property
    def may_act(self) -> bool:
        return current_person().has_role(*EVALUATORS)


def own_tasting(mini_tender_id: int) -> Tasting:
    """The tasting of an opened mini-tender of the organisation; 404 when there is none."""
    return tasting_of(opened_mini_tender(mini_tender_id)) or abort(404)


def page_of_tasting(tasting: Tasting, at: datetime) -> TastingPage:
    """What its page shows."""
    return TastingPage(tasting, tuple(readiness_faults(tasting, at)))


def received_by_name(mini_tender_id: int, sample_id: int) -> TastingSample:
    """A sample of it, for a page that says its supplier's name; 404 for jurors and once names are revealed."""
    tasting = own_tasting(mini_tender_id)
    if page_of_tasting(tasting, clock.now()).is_tasting or tasting.is_closed:
        abort(404)
    return next((sample for sample in tasting.samples if sample.id == sample_id), None) or abort(404)


def juror_of(tasting: Tasting, juror_id: int) -> TastingJuror:
    """One of its jurors; 404 otherwise."""
    return next((juror for juror in tasting.jurors if juror.id == juror_id), None) or abort(404)


def scale_of(tasting: Tasting) -> str:
    """The scale of its criterion, in French."""
    return french(written(criterion_of(tasting).options["scale"]))
