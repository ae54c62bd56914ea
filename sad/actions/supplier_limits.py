"""The limits that run against a supplier: what it must answer, send or bring by a day or an hour, and has not yet."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, exists, or_, select, union_all

from sad.actions.evaluations import UNDER_EVALUATION
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.proofs import ACCEPTED, ProofKind, is_asked
from sad.models.admissions import Admission
from sad.models.applications import Application, ApplicationState, CompletionRequest, Hearing
from sad.models.awards import Award, AwardState
from sad.models.campaigns import Campaign, CampaignRequest
from sad.models.consortiums import Consortium, MemberReplacement
from sad.models.deadline_agreements import DeadlineAnswer, DeadlineRequest
from sad.models.examinations import ExaminationAnswer, PriceRequest
from sad.models.invitations import Invitation
from sad.models.mini_tenders import AnnouncedTasting, MiniTender, MiniTenderState
from sad.models.offers import Offer, OfferState
from sad.models.people import Person
from sad.models.proofs import AwaitedProof, GivenProof, ProofRequest
from sad.models.regularisations import Regularisation, RegularisationRequest
from sad.models.suppliers import Supplier, SupplierMember
from sad.models.tastings import Tasting, TastingSample

SENT = tuple(kind for kind in ProofKind if is_asked(kind))


def has_limit_within(person: Person, left: timedelta, *, at: datetime) -> bool:
    """Does a limit of a supplier for which this person acts come within that time, of which something is still awaited?"""
    concerned = union_all(*_answers(at, at + left), *_examination(at, at + left), *_instants(at, at + left))
    mine = and_(SupplierMember.person_id == person.id, SupplierMember.left_at.is_(None), SupplierMember.supplier_id == Supplier.acting_id)
    return session.scalars(select(exists().where(mine, Supplier.id.in_(concerned)))).one()


def _ends(last: SQLColumnExpression[object], at: datetime, end: datetime) -> ColumnElement[bool]:
    """The last instant in Paris of this last day is neither before `at` nor after `end`."""
    return and_(last >= paris_day(at), last < paris_day(end + timedelta.resolution))


def _answers(at: datetime, end: datetime) -> Iterator[Select[int]]:
    """What is asked about applications, admissions and groups, by suppliers."""
    yield (
        select(Application.supplier_id)
        .join(Application.completion_requests)
        .where(Application.state == ApplicationState.COMPLETION_REQUESTED, CompletionRequest.answered_at.is_(None))
        .where(_ends(CompletionRequest.due_on, at, end))
    )
    yield (
        select(Application.supplier_id)
        .join(Application.hearings)
        .where(Application.state == ApplicationState.HEARING, Hearing.answered_at.is_(None), _ends(Hearing.due_on, at, end))
    )
    yield (
        select(Admission.supplier_id)
        .join(CampaignRequest, CampaignRequest.admission_id == Admission.id)
        .join(CampaignRequest.campaign)
        .where(CampaignRequest.answered_at.is_(None), CampaignRequest.decided_at.is_(None), Campaign.closed_at.is_(None))
        .where(_ends(Campaign.due_on, at, end))
    )
    yield (
        select(Consortium.supplier_id)
        .join(Consortium.replacements)
        .where(MemberReplacement.presented_at.is_(None), MemberReplacement.decided_at.is_(None), _ends(MemberReplacement.due_on, at, end))
    )


def _examination(at: datetime, end: datetime) -> Iterator[Select[int]]:
    """What is asked about opened offers, then of the awardee."""
    asked = select(Offer.supplier_id).join(Offer.mini_tender).where(MiniTender.state.in_(UNDER_EVALUATION))
    explained = exists().where(ExaminationAnswer.price_request_id == PriceRequest.id)
    yield asked.join(PriceRequest, PriceRequest.offer_id == Offer.id).where(
        PriceRequest.decision.is_(None), ~explained, _ends(PriceRequest.due_on, at, end)
    )
    mended = exists().where(ExaminationAnswer.regularisation_request_id == RegularisationRequest.id)
    requests = asked.join(RegularisationRequest, RegularisationRequest.offer_id == Offer.id).join(RegularisationRequest.regularisation)
    yield requests.where(RegularisationRequest.decision.is_(None), ~mended, _ends(Regularisation.due_on, at, end))
    holds = or_(GivenProof.decision.is_(None), GivenProof.decision == ACCEPTED)
    given = exists().where(GivenProof.awaited_proof_id == AwaitedProof.id, holds)
    yield (
        select(AwaitedProof.supplier_id)
        .join(AwaitedProof.request)
        .join(ProofRequest.award)
        .where(ProofRequest.failed_at.is_(None), Award.state == AwardState.APPROVED, Award.notified_at.is_(None))
        .where(AwaitedProof.kind.in_(SENT), ~given, _ends(ProofRequest.due_on, at, end))
    )


def _instants(at: datetime, end: datetime) -> Iterator[Select[int]]:
    """Offers, which may be replaced until the last instant; agreements on a date; samples of those who have deposited."""
    yield (
        select(Invitation.supplier_id)
        .join(Invitation.mini_tender)
        .where(MiniTender.state == MiniTenderState.PUBLISHED, MiniTender.closes_at.between(at, end))
    )
    yield (
        select(DeadlineAnswer.supplier_id)
        .join(DeadlineAnswer.request)
        .where(DeadlineAnswer.answered_at.is_(None), DeadlineRequest.ended_at.is_(None), DeadlineRequest.used_at.is_(None))
        .where(DeadlineRequest.answers_by.between(at, end))
    )
    settled = or_(TastingSample.received_at.is_not(None), TastingSample.missing_reason.is_not(None), Tasting.closed_at.is_not(None))
    brought = exists().where(TastingSample.offer_id == Offer.id, Tasting.id == TastingSample.tasting_id, settled)
    yield (
        select(Offer.supplier_id)
        .join(Offer.mini_tender)
        .join(AnnouncedTasting, AnnouncedTasting.mini_tender_id == MiniTender.id)
        .where(MiniTender.state.in_((MiniTenderState.PUBLISHED, *UNDER_EVALUATION)), Offer.state == OfferState.DEPOSITED)
        .where(or_(~Offer.late, Offer.late_ground.is_not(None)), ~brought, AnnouncedTasting.happens_at.between(at, end))
    )
