"""Whose objects the addresses of each audience name: the places where an address leads for its owner."""

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import select

from sad.db import session
from sad.models.admissions import Admission
from sad.models.applications import Application, ApplicationDocument, ApplicationState
from sad.models.approvals import Approval
from sad.models.awards import Award
from sad.models.backup_copies import BackupCopy
from sad.models.campaigns import Campaign, CampaignRequest
from sad.models.certificates import Certificate
from sad.models.committees import CommitteeMember
from sad.models.consortiums import Consortium
from sad.models.deadline_agreements import DeadlineAnswer
from sad.models.destructions import Destruction
from sad.models.evaluators import Evaluator
from sad.models.examinations import PriceRequest
from sad.models.invitations import Invitation, Question
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.orders import Order
from sad.models.organisations import Service
from sad.models.people import PersonRole
from sad.models.proofs import AwaitedProof, GivenProof, ProofRequest
from sad.models.regularisations import RegularisationRequest
from sad.models.replies import ReasonRequest
from sad.models.sittings import Sitting
from sad.models.stage_changes import StageComment, StagePlay
from sad.models.stages import Stage, on_roadmap
from sad.models.suppliers import SupplierInvitation
from sad.models.systems import Category, PurchasingSystem, SystemDocument
from sad.models.tastings import Tasting, TastingJuror, TastingSample
from sad.models.trials import TrialDeposit
from sad.models.uploads import StagedUpload
from tests.factories.world import PROVED, Half

Place = dict[str, object]
Find = Callable[[Half], Iterable[Place]]
RESULT_LETTERS = ("award", "rejected", "contract_notification")
CRITERION = "quality"
REQUIREMENT = "price"


def places(half: Half, audience: str, names: frozenset[str]) -> list[Place] | None:
    """Each set of values for these arguments that leads to something of the half; None when nobody said whose it is."""
    find = OWNERS.get((audience, names))
    return None if find is None else [dict(place) for place in find(half)]


def of_the_rival(half: Half) -> Half:
    """The same organisation, seen by the other supplier."""
    seen = Half(**{name: getattr(half, name) for name in half.__dataclass_fields__})
    seen.supplier, seen.rival = half.rival, half.supplier
    return seen


def hidden(half: Half, audience: str, names: frozenset[str]) -> list[Place]:
    """What stands in the same organisation and is not for these eyes."""
    if (audience, names) == ("agent", frozenset({"mini_tender_id"})):
        return [{"mini_tender_id": half.mini_tenders["of_another_service"].id}]
    if audience == "procurement" and "application_id" in names:
        return [{**place, "application_id": half.applications["draft"].id} for place in places(half, audience, names) or []][:1]
    if (audience, names) == ("supplier", frozenset({"category_id"})):
        return [{"category_id": category.id} for category in half.draft_system.categories]
    if (audience, names) == ("procurement", frozenset({G})):
        forming = Consortium.concluded_at.is_(None)
        return [{G: each.id} for each in _rows(Consortium, _of_organisation(Consortium, half), forming)]  # type: ignore[attr-defined]
    if (audience, names) == ("supplier", frozenset({M})):
        return [{M: half.mini_tenders["draft"].id}]
    if audience == "account":
        return [{"supplier_id": half.rival.id}] if "supplier_id" in names else []
    if audience == "supplier":
        return places(of_the_rival(half), audience, names) or []
    if audience == "public" and "system_id" in names:
        return [{**place, "system_id": half.draft_system.id} for place in places(half, audience, names) or []][:1]
    return []


def _rows(model: type, *conditions: object) -> Iterator[object]:
    yield from session.scalars(select(model).where(*conditions).order_by(model.id))  # type: ignore[attr-defined]


def _ids(argument: str, model: type, owner: Callable[[Half], tuple[object, ...]]) -> Find:
    return lambda half: ({argument: row.id} for row in _rows(model, *owner(half)))  # type: ignore[attr-defined]


def _of_supplier(model: type, half: Half) -> object:
    return model.supplier_id == half.supplier.id  # type: ignore[attr-defined]


def _of_organisation(model: type, half: Half) -> object:
    return model.organisation_id == half.organisation.id  # type: ignore[attr-defined]


def _applications(half: Half) -> list[Application]:
    return list(_rows(Application, Application.supplier_id == half.supplier.id))  # type: ignore[arg-type]


def _received(half: Half) -> list[Application]:
    sent = Application.state != ApplicationState.DRAFT
    return list(_rows(Application, Application.organisation_id == half.organisation.id, sent))  # type: ignore[arg-type]


def _joined(applications: list[Application]) -> Iterator[tuple[Application, ApplicationDocument]]:
    for application in applications:
        yield from ((application, joined) for joined in application.documents)


def _certificates(half: Half) -> list[Certificate]:
    return list(_rows(Certificate, Certificate.supplier_id == half.supplier.id))  # type: ignore[arg-type]


def _own_mini_tenders(half: Half) -> list[MiniTender]:
    return list(half.mini_tenders.values())


def _offers(half: Half) -> Iterator[tuple[MiniTender, Offer]]:
    for mini_tender in half.mini_tenders.values():
        yield from ((mini_tender, offer) for offer in _rows(Offer, Offer.mini_tender_id == mini_tender.id, Offer.is_opened))  # type: ignore[misc]


def _of_mini_tenders(argument: str, model: type, *conditions: object) -> Find:
    def find(half: Half) -> Iterator[Place]:
        for mini_tender in half.mini_tenders.values():
            for row in _rows(model, model.mini_tender_id == mini_tender.id, *conditions):  # type: ignore[attr-defined]
                yield {"mini_tender_id": mini_tender.id, argument: row.id}  # type: ignore[attr-defined]

    return find


def _files(half: Half) -> Iterator[Place]:
    for mini_tender, offer in _offers(half):
        for file in offer.files:
            yield {"mini_tender_id": mini_tender.id, "offer_id": offer.id, "file_id": file.id}


def _of_tastings(argument: str, model: type) -> Find:
    def find(half: Half) -> Iterator[Place]:
        for row in _rows(model, model.tasting.has(Tasting.organisation_id == half.organisation.id)):  # type: ignore[attr-defined]
            yield {"mini_tender_id": row.tasting.mini_tender_id, argument: row.id}  # type: ignore[attr-defined]

    return find


def _price_requests(half: Half) -> list[PriceRequest]:
    own = PriceRequest.offer.has(Offer.supplier_id == half.supplier.id)
    return list(_rows(PriceRequest, _of_organisation(PriceRequest, half), own))  # type: ignore[arg-type]


def _answer_files(half: Half) -> Iterator[Place]:
    asked = (PriceRequest, RegularisationRequest)
    for request in (row for kind in asked for row in _rows(kind, _of_organisation(kind, half))):
        place = {"mini_tender_id": request.offer.mini_tender_id, "offer_id": request.offer_id}  # type: ignore[attr-defined]
        yield from ({**place, "answer_file_id": file.id} for answer in request.answers for file in answer.files)  # type: ignore[attr-defined]


def _own_answer_files(half: Half) -> Iterator[Place]:
    for request in (*_price_requests(half), *_corrections(half)):
        yield from ({"answer_file_id": file.id} for answer in request.answers for file in answer.files)


def _corrections(half: Half) -> list[RegularisationRequest]:
    own = RegularisationRequest.offer.has(Offer.supplier_id == half.supplier.id)
    return list(_rows(RegularisationRequest, _of_organisation(RegularisationRequest, half), own))  # type: ignore[arg-type]


def _to_judge(half: Half) -> Iterator[Place]:
    for request in _rows(RegularisationRequest, _of_organisation(RegularisationRequest, half)):
        yield {"mini_tender_id": request.offer.mini_tender_id, "regularisation_request_id": request.id}  # type: ignore[attr-defined]


def _awaited(half: Half, *conditions: object) -> list[AwaitedProof]:
    return list(_rows(AwaitedProof, _of_organisation(AwaitedProof, half), *conditions))  # type: ignore[arg-type]


def _proof_requests(half: Half) -> list[ProofRequest]:
    own = select(AwaitedProof.request_id).where(AwaitedProof.supplier_id == half.supplier.id)
    return list(_rows(ProofRequest, _of_organisation(ProofRequest, half), ProofRequest.id.in_(own)))  # type: ignore[arg-type]


def _awaited_places(half: Half) -> Iterator[Place]:
    yield from ({"mini_tender_id": each.request.award.mini_tender_id, "awaited_proof_id": each.id} for each in _awaited(half))


def _given_papers(half: Half) -> Iterator[Place]:
    """With a file: what a register says, or a declaration, has none to download."""
    for given in _rows(GivenProof, _of_organisation(GivenProof, half), GivenProof.certificate_id.is_not(None)):
        yield {"mini_tender_id": given.awaited.request.award.mini_tender_id, "given_proof_id": given.id}


def _asked_reasons(half: Half) -> Iterator[Place]:
    for asked in _rows(ReasonRequest, _of_organisation(ReasonRequest, half)):
        yield {"mini_tender_id": asked.award.mini_tender_id, "reason_request_id": asked.id}


def _orders(half: Half) -> Iterator[Order]:
    for order in _rows(Order, _of_organisation(Order, half)):
        if order.supplier.id == half.supplier.id:  # type: ignore[attr-defined]
            yield order  # type: ignore[misc]


def _journal_lines(half: Half) -> Iterator[Place]:
    own = select(JournalEntry.seq).where(_of_organisation(JournalEntry, half)).order_by(JournalEntry.seq)
    yield from ({"seq": seq} for seq in session.scalars(own.limit(5)))


def _roles(half: Half) -> Iterator[Place]:
    for row in _rows(PersonRole, PersonRole.person_id.in_([person.id for person in half.people.values()])):
        yield {"person_id": row.person_id, "role_id": row.id}  # type: ignore[attr-defined]


def _systems(half: Half) -> list[PurchasingSystem]:
    return [half.system, half.draft_system]


def _of_systems(argument: str, model: type, column: str = "id") -> Find:
    def find(half: Half) -> Iterator[Place]:
        for system in _systems(half):
            for row in _rows(model, model.system_id == system.id):  # type: ignore[attr-defined]
                yield {"system_id": system.id, argument: getattr(row, column)}

    return find


def _of_the_open_one(find: Find) -> Find:
    return lambda half: (place for place in find(half) if place["system_id"] == half.system.id)


def _comments(half: Half) -> Iterator[Place]:
    for row in _rows(StageComment, _of_organisation(StageComment, half)):
        yield {"system_id": row.stage.system_id, "number": row.stage.number, "comment_id": row.id}  # type: ignore[attr-defined]


def _plays(half: Half) -> Iterator[Place]:
    for row in _rows(StagePlay, StagePlay.organisation_id == half.organisation.id):
        yield {"system_id": row.stage.system_id, "number": row.stage.number, "play_id": row.id}  # type: ignore[attr-defined]


def _versions_of(system: PurchasingSystem) -> Iterator[Place]:
    for row in _rows(Stage, Stage.system_id == system.id, Stage.published_at.is_not(None)):
        yield {"system_id": system.id, "number": row.number, "revision": row.revision}  # type: ignore[attr-defined]


def _brakes(half: Half) -> Iterator[Place]:
    """The stages of the open system in each of its categories."""
    for row in _rows(Stage, Stage.system_id == half.system.id, on_roadmap()):
        yield from ({"system_id": half.system.id, "number": row.number, "category_key": each.key} for each in half.system.categories)  # type: ignore[attr-defined]


def _requests(half: Half) -> Iterator[CampaignRequest]:
    yield from _rows(CampaignRequest, _of_organisation(CampaignRequest, half))  # type: ignore[misc]


def _asked(half: Half) -> Iterator[Place]:
    for each in _requests(half):
        yield {"system_id": half.system.id, "campaign_id": each.campaign_id, "request_id": each.id}


def _given(half: Half) -> Iterator[Place]:
    for each, place in zip(_requests(half), _asked(half), strict=True):
        yield from ({**place, "document_id": joined.document_id} for joined in each.documents)


def _to_confirm(half: Half) -> list[CampaignRequest]:
    return [each for each in _requests(half) if each.admission.supplier_id == half.supplier.id]


def _members(half: Half) -> list[int]:
    return [person.id for person in (*half.people.values(), half.second)]


def _invited(half: Half) -> list[MiniTender]:
    invited = select(Invitation.mini_tender_id).where(Invitation.supplier_id == half.supplier.id)
    return list(_rows(MiniTender, MiniTender.id.in_(invited)))  # type: ignore[arg-type]


def _led(half: Half) -> list[Consortium]:
    return list(_rows(Consortium, Consortium.lead_id == half.supplier.id))  # type: ignore[arg-type]


def _received_groups(half: Half) -> list[Consortium]:
    return list(_rows(Consortium, _of_organisation(Consortium, half), Consortium.concluded_at.is_not(None)))  # type: ignore[arg-type]


def _one(argument: str, rows: Callable[[Half], Iterable[object]]) -> Find:
    return lambda half: ({argument: row.id} for row in rows(half))  # type: ignore[attr-defined]


def _with(find: Find, **fixed: object) -> Find:
    return lambda half: ({**place, **fixed} for place in find(half))


G = "consortium_id"
A, D, C, M, S, P, B, L, R = (
    "application_id", "document_id", "certificate_id", "mini_tender_id", "system_id", "person_id", "organisation_id", "letter_id",
    "request_id",
)
ORGANISATION: Find = _one(B, lambda half: [half.organisation])
SERVICES: Find = _ids("service_id", Service, lambda half: (_of_organisation(Service, half),))
SYSTEM_DOCUMENTS: Find = _of_systems(D, SystemDocument, "document_id")
OWNERS: dict[tuple[str, frozenset[str]], Find] = {
    (audience, frozenset(names)): find
    for audience, names, find in (
        ("supplier", {A}, _one(A, _applications)),
        ("supplier", {A, "requirement"}, _with(_one(A, _applications), requirement=PROVED)),
        ("supplier", {A, D}, lambda half: ({A: app.id, D: joined.id} for app, joined in _joined(_applications(half)))),
        (
            "supplier", {A, "requirement", C},
            lambda half: ({A: app.id, "requirement": PROVED, C: proof.id} for app in _applications(half) for proof in _certificates(half)),
        ),
        ("supplier", {R}, _one(R, _to_confirm)),
        ("supplier", {R, "requirement"}, _with(_one(R, _to_confirm), requirement=PROVED)),
        (
            "supplier", {R, "requirement", C},
            lambda half: ({R: each.id, "requirement": PROVED, C: proof.id} for each in _to_confirm(half) for proof in _certificates(half)),
        ),
        ("supplier", {C}, _one(C, _certificates)),
        ("supplier", {D}, lambda half: ({D: each.document_id} for each in _certificates(half))),
        ("supplier", {L}, _ids(L, Letter, lambda half: (_of_supplier(Letter, half),))),
        ("supplier", {"invitation_id"}, _ids("invitation_id", SupplierInvitation, lambda half: (_of_supplier(SupplierInvitation, half),))),
        ("supplier", {M}, _one(M, _invited)),
        ("supplier", {"offer_id"}, _ids("offer_id", Offer, lambda half: (_of_supplier(Offer, half),))),
        ("supplier", {"order_id"}, _one("order_id", _orders)),
        ("supplier", {"trial_id"}, _ids("trial_id", TrialDeposit, lambda half: (_of_supplier(TrialDeposit, half),))),
        ("supplier", {"upload_id"}, _ids("upload_id", StagedUpload, lambda half: (_of_supplier(StagedUpload, half),))),
        ("supplier", {"proof_request_id"}, _one("proof_request_id", _proof_requests)),
        (
            "supplier", {"awaited_proof_id"},
            _one("awaited_proof_id", lambda half: _awaited(half, AwaitedProof.supplier_id == half.supplier.id)),
        ),
        ("supplier", {"price_request_id"}, _one("price_request_id", _price_requests)),
        ("supplier", {"regularisation_request_id"}, _one("regularisation_request_id", _corrections)),
        ("supplier", {"answer_file_id"}, _own_answer_files),
        ("supplier", {"answer_id"}, _ids("answer_id", DeadlineAnswer, lambda half: (_of_supplier(DeadlineAnswer, half),))),
        ("supplier", {G}, _one(G, _led)),
        ("supplier", {G, "member_id"}, lambda half: ({G: each.id, "member_id": one.id} for each in _led(half) for one in each.members)),
        ("supplier", {"category_id"}, _one("category_id", lambda half: half.categories)),
        ("agent", {M}, _one(M, lambda half: [each for each in _own_mini_tenders(half) if each.service_id == half.service.id])),
        ("agent", {"stage_id"}, _ids("stage_id", Stage, lambda half: (_of_organisation(Stage, half), Stage.comments_until.is_not(None)))),
        ("procurement", {A}, _one(A, _received)),
        ("procurement", {A, D}, lambda half: ({A: app.id, D: joined.document_id} for app, joined in _joined(_received(half)))),
        ("procurement", {G}, _one(G, _received_groups)),
        ("procurement", {"admission_id"}, _ids("admission_id", Admission, lambda half: (_of_organisation(Admission, half),))),
        ("procurement", {"member_id"}, _ids("member_id", CommitteeMember, lambda half: (_of_organisation(CommitteeMember, half),))),
        ("procurement", {"sitting_id"}, _ids("sitting_id", Sitting, lambda half: (_of_organisation(Sitting, half),))),
        ("procurement", {M}, _one(M, _own_mini_tenders)),
        ("procurement", {M, "offer_id"}, lambda half: ({M: each.id, "offer_id": offer.id} for each, offer in _offers(half))),
        ("procurement", {M, "late_offer_id"}, _of_mini_tenders("late_offer_id", Offer, Offer.late)),
        ("procurement", {M, "backup_copy_id"}, _of_mini_tenders("backup_copy_id", BackupCopy)),
        ("procurement", {M, "offer_id", "file_id"}, _files),
        ("procurement", {M, "offer_id", "answer_file_id"}, _answer_files),
        ("procurement", {M, "regularisation_request_id"}, _to_judge),
        ("procurement", {M, "awaited_proof_id"}, _awaited_places),
        ("procurement", {M, "given_proof_id"}, _given_papers),
        ("procurement", {M, "reason_request_id"}, _asked_reasons),
        ("procurement", {"destruction_id"}, _ids("destruction_id", Destruction, lambda half: (_of_organisation(Destruction, half),))),
        ("procurement", {"seq"}, _journal_lines),
        ("procurement", {"year", "number"}, lambda half: [{"year": 2026, "number": 4}]),
        ("procurement", {M, "award_id"}, _of_mini_tenders("award_id", Award)),
        ("procurement", {M, L}, _of_mini_tenders(L, Letter, Letter.kind.in_(RESULT_LETTERS))),
        ("procurement", {M, "sample_id"}, _of_tastings("sample_id", TastingSample)),
        ("procurement", {M, "juror_id"}, _of_tastings("juror_id", TastingJuror)),
        ("procurement", {M, "criterion"}, _with(_one(M, _own_mini_tenders), criterion=CRITERION)),
        ("procurement", {M, "evaluator_id"}, _of_mini_tenders("evaluator_id", Evaluator)),
        ("procurement", {M, "question_id"}, _of_mini_tenders("question_id", Question)),
        ("procurement", {S}, _one(S, _systems)),
        ("procurement", {S, "category_id"}, _of_systems("category_id", Category)),
        ("procurement", {S, D}, SYSTEM_DOCUMENTS),
        ("procurement", {S, "screen"}, _with(_one(S, _systems), screen="essentiel")),
        ("procurement", {S, "campaign_id"}, _of_systems("campaign_id", Campaign)),
        ("procurement", {S, "campaign_id", R}, _asked),
        ("procurement", {S, "campaign_id", R, D}, _given),
        ("procurement", {S, "number", "play_id"}, _plays),
        ("procurement", {S, "number"}, _of_systems("number", Stage, "number")),
        ("procurement", {S, "number", "requirement"}, _with(_of_systems("number", Stage, "number"), requirement=REQUIREMENT)),
        ("procurement", {S, "number", "comment_id"}, _comments),
        ("procurement", {S, "number", "category_key"}, _brakes),
        ("account", {"supplier_id"}, lambda half: [{"supplier_id": half.supplier.id}]),
        ("account", {"approval_id"}, _ids("approval_id", Approval, lambda half: (_of_organisation(Approval, half),))),
        ("admin", {B}, ORGANISATION),
        ("admin", {B, "service_id"}, lambda half: ({B: half.organisation.id, **place} for place in SERVICES(half))),
        ("admin", {P}, lambda half: ({P: number} for number in _members(half))),
        ("admin", {P, "role_id"}, _roles),
        ("admin", {L}, _ids(L, Letter, lambda half: (_of_organisation(Letter, half),))),
        ("public", {S}, _one(S, lambda half: [half.system])),
        ("public", {S, "number"}, _of_the_open_one(_of_systems("number", Stage, "number"))),
        ("public", {S, "number", "revision"}, lambda half: _versions_of(half.system)),
        ("public", {S, D}, _of_the_open_one(SYSTEM_DOCUMENTS)),
    )
}
