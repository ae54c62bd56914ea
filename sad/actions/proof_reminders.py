"""Reminders about the proofs of an awardee: before the last day, then each time one ends while the contract runs (AWD-02)."""

from datetime import date, datetime, timedelta

from sad.actions.journal import record
from sad.actions.letters import post_to_supplier
from sad.actions.proofs import missing_of, proof_law
from sad.domain.calendar import paris_day
from sad.domain.proofs import needs_renewal
from sad.letters import proofs as letters
from sad.models.awards import Award
from sad.models.letters import Letter
from sad.models.proofs import AwaitedProof, ProofRequest


def remind_proofs(request: ProofRequest, *, home: str, at: datetime) -> list[Letter]:
    """Remind each company that still has something to send."""
    posted: list[Letter] = []
    companies = {each.supplier_id: each.supplier for each in request.awaited}
    for company in companies.values():
        missing = missing_of(request, company.id, paris_day(at))
        if missing:
            text, mini_tender = letters.proofs_reminder(request, missing, home=home), request.award.mini_tender
            key = f"{text.kind}:{request.id}:{company.id}"
            posted += post_to_supplier(
                company, text, at=at, organisation_id=request.organisation_id, mini_tender=mini_tender, dedupe_key=key
            )
    record("remind_proofs", request, by=None, at=at, told=len(posted))
    return posted


def remind_renewal(awaited: AwaitedProof, *, home: str, at: datetime) -> list[Letter]:
    """Ask its holder for a proof that ends soon, or has ended, while the contract runs."""
    last, request = max(each.holds_until for each in awaited.held), awaited.request
    text = letters.proof_renewal(awaited, last, home=home)
    posted = post_to_supplier(
        awaited.supplier,
        text,
        at=at,
        organisation_id=awaited.organisation_id,
        mini_tender=request.award.mini_tender,
        dedupe_key=f"{text.kind}:{awaited.id}:{last.isoformat()}",
    )
    record("remind_renewal", awaited, by=None, at=at, kind=awaited.kind, last=last.isoformat())
    return posted


def is_near_its_end(request: ProofRequest, at: datetime) -> bool:
    """Whether the last day to prove comes so soon that whoever is silent is reminded."""
    today = paris_day(at)
    return request.due_on - timedelta(days=proof_law(at).proofs_reminder_days) <= today <= request.due_on


def to_renew(request: ProofRequest, at: datetime) -> list[AwaitedProof]:
    """The proofs that end before the contract does: the service, or else the notification, and a margin."""
    if request.award.notified_at is None:
        return []
    law, today = proof_law(at), paris_day(at)
    until = _served_on(request.award) + timedelta(days=law.contract_margin_days)
    return [each for each in request.awaited if needs_renewal(each.proof, each.held, today, until, law)]


def _served_on(award: Award) -> date:
    served = award.mini_tender.happens_at or award.notified_at
    assert served is not None
    return paris_day(served)
