"""Irregular offers under a stage that asks for minimums, and what their tenderers are let put right."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select

from sad.actions.regularisations import answer_regularisation, ask_regularisation
from sad.db import session
from sad.domain.stages import fingerprint, stage_to_dict
from sad.models.examinations import ExaminationAnswer
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person
from sad.models.regularisations import Regularisation, RegularisationRequest
from sad.models.stages import Stage
from sad.models.systems import PurchasingSystem
from tests.factories.evaluations import EXAMINED, Tender, make_opened
from tests.factories.examinations import INVOICE
from tests.factories.mini_tenders import make_mini_tender
from tests.factories.suppliers import member_of
from tests.factories.systems import make_system, stage_value

DIRECT, MIDDLEMEN = "direct_supply_pct", "intermediaries"
SHORT = Tender(("3.40", "4.00"), {DIRECT: "35"})
SHORT_TWICE = Tender(("3.60", "4.00"), {DIRECT: "10", MIDDLEMEN: "3"})
WHOLE = Tender(("3.50", "4.10"))
SAID = "35\u00a0% d’approvisionnement direct, 40\u00a0% demandés"


def make_strict_system() -> PurchasingSystem:
    """A system whose second stage is in force: 40 % of direct supply at least, one intermediary at most."""
    system = make_system()
    row = session.scalars(select(Stage).where(Stage.system_id == system.id, Stage.number == 2)).one()
    stage = stage_value(2, date(2026, 6, 15))
    row.effective_on, row.content, row.fingerprint = stage.effective_on, stage_to_dict(stage), fingerprint(stage)
    session.flush()
    return system


def make_irregular(*tenders: Tender, **values) -> MiniTender:
    """A mini-tender with opened offers under that stage; without other word two do not meet it, the third does."""
    return make_opened(*(tenders or (SHORT, SHORT_TWICE, WHOLE)), mini_tender=make_mini_tender(system=make_strict_system(), **values))


def make_round(mini_tender: MiniTender, left_out: Mapping[int, str] = {}, *, by: Person, at: datetime = EXAMINED) -> Regularisation:
    """A round of five working days for every irregular offer that is not left out."""
    return ask_regularisation(mini_tender, left_out, 5, by=by, at=at)


def make_mended(
    request: RegularisationRequest, values: Mapping[str, object], *, at: datetime = EXAMINED, text: str = "", files=()
) -> ExaminationAnswer:
    """The answer of the tenderer."""
    return answer_regularisation(request, values, text, files, by=member_of(request.offer.supplier), at=at)


def make_requested(offer: Offer, *, by: Person, due_on: date, at: datetime = EXAMINED) -> RegularisationRequest:
    """The row of a request about an offer, irregular or not, with one answer and its file; each in the round of its mini-tender."""
    held = session.scalar(select(Regularisation).where(Regularisation.mini_tender_id == offer.mini_tender_id))
    held = held or Regularisation(
        organisation_id=offer.organisation_id, mini_tender=offer.mini_tender, days=5, due_on=due_on, asked_at=at, asked_by=by.id
    )
    point = {"key": DIRECT, "sentence": SAID}
    request = RegularisationRequest(organisation_id=offer.organisation_id, regularisation=held, offer=offer, asked=[point])
    session.add_all([held, request])
    session.flush()
    make_mended(request, {DIRECT: "45"}, files=(INVOICE,), at=at)
    return request
