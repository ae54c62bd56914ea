"""What the pages of an evaluation load through the organisation; before the opening nothing exists there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from sad.actions.evaluations import findings_of, live_award, marks_of, opened_offers
from sad.actions.examination_answers import price_requests_of
from sad.actions.openings import opening_of
from sad.actions.panels import Panel, judged_criteria, panel_of
from sad.actions.rankings import ranking_faults
from sad.actions.regularisations import regularisation_of
from sad.db import session
from sad.domain.classification import Findings
from sad.domain.errors import Refusal
from sad.domain.offers import OfferContent
from sad.domain.requirements import Nature, Requirement, is_met
from sad.domain.scoring.values import Criterion
from sad.letters.results import spoken
from sad.models.awards import Award
from sad.models.evaluations import Mark
from sad.models.examinations import PriceRequest
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Classification, Offer, OfferState
from sad.models.openings import Opening
from sad.models.people import Person, Role
from sad.models.regularisations import Regularisation, RegularisationRequest
from sad.models.systems import PurchasingSystem
from sad.web.access import current_organisation, own_or_404
from sad.web.procurement.interests import ACTING, require_declaration

READERS = (*ACTING, Role.AUDITOR)
EVALUATORS = (Role.BUYER, Role.EVALUATOR)


@dataclass(frozen=True, slots=True)
class Examined:
    """An opened offer, what rules say of it, its marks by criterion, what its tenderer was asked about its price and its faults."""

    offer: Offer
    findings: Findings
    marks: Mapping[str, Mark]
    price_request: PriceRequest | None = None
    regularisation_request: RegularisationRequest | None = None

    @property
    def content(self) -> OfferContent:
        return self.offer.as_content()

    @property
    def is_regular(self) -> bool:
        return self.offer.classification == Classification.REGULAR


@dataclass(frozen=True, slots=True)
class Value:
    """What an offer says of a requirement, in words; `is_met` is None when nothing is imposed or nothing was said.

    `before`: what it said at its opening, when it was put right since.
    """

    label: str
    said: str
    wanted: str
    is_met: bool | None
    before: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Where the evaluation of a mini-tender stands. `unread`: offers that were not opened, late or broken."""

    mini_tender: MiniTender
    opening: Opening
    examined: tuple[Examined, ...]
    unread: tuple[Offer, ...]
    criteria: tuple[Criterion, ...]
    missing: tuple[Refusal, ...]
    award: Award | None
    panel: Panel
    regularisation: Regularisation | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nothing may change any more, or not until the proposed award is cancelled."""
        return self.award is not None or self.mini_tender.state not in ("opened", "ranked")

    @property
    def offers_and_marks(self) -> tuple[list[Offer], dict[int, Mapping[str, Mark]]]:
        """The opened offers, and their marks by offer id."""
        return [each.offer for each in self.examined], {each.offer.id: each.marks for each in self.examined}

    @property
    def regular(self) -> list[Examined]:
        return [each for each in self.examined if each.is_regular]

    @property
    def has_irregular(self) -> bool:
        """Whether rules or people find an offer irregular."""
        return any(each.findings.shortfalls or each.offer.classification == Classification.IRREGULAR for each in self.examined)

    def marked(self, criterion: str) -> int:
        """How many regular offers have their mark on a criterion, those to be given again left out."""
        return sum(criterion in each.marks and not each.marks[criterion].is_to_review for each in self.regular)


def opened_mini_tender(mini_tender_id: int) -> MiniTender:
    """A mini-tender of the organisation whose offers are opened; 404 otherwise.

    Every page about opened offers loads it here: whoever may act and has not declared its interests is led there first (ANA-05).
    """
    opened = select(Opening.id).where(Opening.mini_tender_id == MiniTender.id, Opening.opened_at.is_not(None))
    found = own_or_404(
        select(MiniTender)
        .where(MiniTender.id == mini_tender_id, MiniTender.organisation_id == current_organisation().id, opened.exists())
        .options(
            joinedload(MiniTender.organisation),
            joinedload(MiniTender.system).joinedload(PurchasingSystem.organisation),
            joinedload(MiniTender.category),
            joinedload(MiniTender.service),
            joinedload(MiniTender.creator).lazyload(Person.roles),
            selectinload(MiniTender.lines),
        )
    )
    require_declaration(found)
    return found


def opened_offer(mini_tender: MiniTender, offer_id: int) -> Offer:
    """One of its opened offers; 404 otherwise."""
    offer = select(Offer).where(Offer.id == offer_id, Offer.mini_tender_id == mini_tender.id, Offer.is_opened)
    return own_or_404(offer.options(joinedload(Offer.supplier), selectinload(Offer.files)))


def evaluation_of(mini_tender: MiniTender) -> Evaluation:
    """Everything that the pages of its evaluation show, in as many statements for a hundred offers as for one."""
    opening = opening_of(mini_tender)
    assert opening is not None
    offers = opened_offers(mini_tender)
    marks, findings, asked = marks_of(offers), findings_of(mini_tender, offers), price_requests_of(offers)
    held = regularisation_of(mini_tender)
    to_mend = {request.offer_id: request for request in held.requests} if held else {}
    return Evaluation(
        mini_tender=mini_tender,
        opening=opening,
        examined=tuple(Examined(one, findings[one.id], marks[one.id], asked.get(one.id), to_mend.get(one.id)) for one in offers),
        unread=tuple(unread_offers(mini_tender)),
        criteria=judged_criteria(mini_tender),
        missing=tuple(ranking_faults(mini_tender, offers, marks)),
        award=live_award(mini_tender),
        panel=panel_of(mini_tender),
        regularisation=held,
    )


def unread_offers(mini_tender: MiniTender) -> Sequence[Offer]:
    """The offers received and not opened: late ones, and those whose envelope is broken."""
    unread = select(Offer).where(
        Offer.mini_tender_id == mini_tender.id,
        Offer.state == OfferState.DEPOSITED,
        ~Offer.is_opened,
        or_(Offer.late, Offer.seal_fault.is_not(None)),
    )
    return session.scalars(unread.options(joinedload(Offer.supplier)).order_by(Offer.received_at, Offer.id)).all()


def values_of(examined: Examined) -> list[Value]:
    """What the offer says of each specification and answers to each criterion, in published order."""
    mini_tender, content = examined.offer.mini_tender, examined.content
    stage, category = mini_tender.frozen_stage(), mini_tender.category.key if mini_tender.category else ""
    families = examined.offer.supplier.families
    opened = (examined.offer.content or {}).get("values", {})
    asked = [(each, content.values, opened) for each in stage.of_nature(Nature.SPECIFICATION, category)]
    criteria = stage.of_nature(Nature.AWARD_CRITERION, category)
    asked += [(each, content.answers, content.answers) for each in criteria if each.key in content.answers]
    return [_value(each, given.get(each.key), before.get(each.key), each.exempts(families)) for each, given, before in asked]


def _value(requirement: Requirement, given: Any, opened: Any, is_exempt: bool) -> Value:
    said, before = spoken(requirement, given), spoken(requirement, opened)
    before = "" if before == said else before
    if is_exempt or not requirement.wanted or (requirement.comparison == "at_least" and not requirement.threshold):
        return Value(requirement.label, said, "dispensé" if is_exempt else "", None, before)
    return Value(requirement.label, said, requirement.wanted, is_met(requirement, given), before)
