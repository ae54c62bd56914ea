"""What the buyer decides of the proofs of an awardee: each paper, then that the company could not prove (R2144-7)."""

from datetime import datetime

from sad.actions.awards import cancel_award
from sad.actions.declarations import check_interests
from sad.actions.journal import record
from sad.actions.letters import post_to_supplier
from sad.actions.proof_deposits import hold_request
from sad.actions.proofs import proof_law
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.proofs import ACCEPTED, REFUSED, Paper, ProofKind, decision_faults, failure_faults, paper_faults
from sad.letters import proofs as letters
from sad.models.awards import AwardState
from sad.models.people import Person
from sad.models.proofs import GivenProof, ProofRequest

CANCELLED = "L’entreprise retenue n’a pas donné, dans le délai, les attestations exigées avant la notification du marché (R2144-7)."


def decide_proof(given: GivenProof, decision: str, reason: str, *, by: Person, at: datetime) -> GivenProof:
    """Accept a paper, or refuse it with a reason: the company then sends another within the same period.

    Refused to be accepted out of date; decided once. Raises `Refused` with every fault.
    """
    awaited = given.awaited
    request = hold_request(awaited)
    session.refresh(given)
    check_interests(request.award.mini_tender, by)
    if given.decision is not None or request.award.state != AwardState.APPROVED:
        raise refuse("Ce document a déjà sa réponse, ou l’attribution ne tient plus.", "Relire la page des attestations.", rule="AWD-01")
    faults: list[Refusal] = list(decision_faults(decision, reason))
    if decision == ACCEPTED:
        paper = Paper(awaited.proof, given.issued_on, given.expires_on)
        faults += paper_faults(paper, awaited.supplier.siret, awaited.supplier.name, paris_day(at), proof_law(at))
    if faults:
        raise Refused(*faults)
    given.decision, given.decision_reason, given.decided_at, given.decided_by = decision, reason.strip(), at, by.id
    said = "" if awaited.proof is ProofKind.FOREIGN_WORKERS else given.decision_reason  # it may name people
    record("decide_proof", given, by=by, at=at, awaited=awaited.id, kind=awaited.kind, decision=decision, reason=said)
    if decision == REFUSED:
        text, mini_tender = letters.proof_refused(request, given), request.award.mini_tender
        post_to_supplier(awaited.supplier, text, at=at, organisation_id=given.organisation_id, mini_tender=mini_tender)
    return given


def reject_unproved(request: ProofRequest, reason: str, *, by: Person, at: datetime) -> ProofRequest:
    """Record that the awardee did not prove in time: its offer is rejected, the award ends, the next in rank may be proposed (R2144-7).

    `reason`: what is missing, which the awardee alone reads; the others learn that its proofs did not come. Raises `Refused`.
    """
    award = request.award
    if request.awaited:
        hold_request(request.awaited[0])
    if award.state != AwardState.APPROVED or award.notified_at is not None:
        raise refuse("Le marché est notifié, ou l’attribution ne tient plus.", "Relire la page de l’attribution.", rule="AWD-01")
    for each in request.awaited:
        session.expire(each, ["given"])
    faults = list(failure_faults(request.due_on, request.kinds_and_standings(paris_day(at)), reason, paris_day(at)))
    if faults:
        raise Refused(*faults)
    request.failed_at, request.failed_by, request.failed_reason = at, by.id, reason.strip()
    record("reject_unproved", request, by=by, at=at, mini_tender=award.mini_tender_id, offer=award.place.offer_id)
    cancel_award(award, CANCELLED, tells_awardee=False, by=by, at=at)
    text = letters.proofs_failed(request, at=at)
    post_to_supplier(
        award.place.offer.supplier, text, at=at, organisation_id=request.organisation_id, mini_tender=award.mini_tender
    )
    return request
