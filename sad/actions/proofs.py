"""The proofs of an awardee: asked from it alone once it is chosen; what this buyer holds is taken again (AWD-01, ADM-06)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from sad import parameters
from sad.actions.compositions import companies_of
from sad.actions.journal import record
from sad.actions.letters import post_to_supplier
from sad.actions.mini_tenders import hold
from sad.db import session
from sad.domain.calendar import last_day, paris_day
from sad.domain.errors import Refusal, refuse
from sad.domain.proofs import (
    ACCEPTED,
    REFUSED,
    USABLE,
    Paper,
    ProofLaw,
    Standing,
    holds_until,
    is_asked,
    notification_faults,
    paper_faults,
    proofs_for,
)
from sad.letters import proofs as letters
from sad.models.awards import Award, AwardState
from sad.models.certificates import Certificate
from sad.models.people import Person
from sad.models.proofs import AwaitedProof, GivenProof, ProofRequest
from sad.models.suppliers import Supplier

MISSING = (Standing.AWAITED, Standing.REFUSED, Standing.ENDED)


def ask_proofs(award: Award, *, by: Person, at: datetime) -> ProofRequest:
    """Ask the awardee, or each member of the consortium that it is, for what its vault does not already prove (R2144-4).

    One last day for all; what was accepted before and still holds is taken again, and never asked twice (ADM-06, R2143-14).
    """
    hold(award.mini_tender)
    session.refresh(award)
    if award.state != AwardState.APPROVED or award.notified_at is not None:
        raise refuse("Les attestations ne sont demandées qu’à l’entreprise retenue, avant la notification.", rule="AWD-01")
    if request_of(award) is not None:
        raise refuse("Les attestations sont déjà demandées.", "Le dernier jour est le même pour tous.", rule="AWD-01")
    law, today = proof_law(at), paris_day(at)
    due_on = last_day(today, law.proofs_days, "calendar")
    request = ProofRequest(organisation_id=award.organisation_id, award=award, asked_at=at, asked_by=by.id, due_on=due_on)
    companies = sorted(companies_of(award.place.offer.supplier))
    for company in companies:
        for kind in proofs_for(award.place.offer.total or Decimal(0), law):
            request.awaited.append(AwaitedProof(organisation_id=award.organisation_id, supplier_id=company, kind=kind))
    session.add(request)
    session.flush()
    _take_what_is_held(request, companies, by, at)
    session.flush()
    asked = {str(company): [each.kind for each in missing_of(request, company, today)] for company in companies}
    record("ask_proofs", request, by=by, at=at, mini_tender=award.mini_tender_id, asked=asked, due_on=due_on.isoformat())
    for company in companies:
        if asked[str(company)]:
            _write_to(request, session.get_one(Supplier, company), at)
    return request


def request_of(award: Award) -> ProofRequest | None:
    """What is asked for this award, with all that was given, in as many statements for a consortium as for one company."""
    awaited = selectinload(ProofRequest.awaited)
    given = awaited.selectinload(AwaitedProof.given)
    people = (given.joinedload(person).lazyload(Person.roles) for person in (GivenProof.giver, GivenProof.decider))
    asked = select(ProofRequest).where(ProofRequest.award_id == award.id).execution_options(populate_existing=True)
    paper = given.joinedload(GivenProof.certificate).joinedload(Certificate.document)
    return session.scalar(asked.options(awaited.joinedload(AwaitedProof.supplier), paper, *people))


def proof_faults(award: Award, at: datetime) -> list[Refusal]:
    """Why its contract cannot be notified: each proof that is not accepted, or no longer holds that day (AWD-01)."""
    request = request_of(award)
    if request is None:
        message = "Les attestations de l’attributaire ne sont pas demandées."
        return [Refusal(message, "Les demander, à la page « Attestations ».", "AWD-01")]
    several = len({each.supplier_id for each in request.awaited}) > 1
    named = [
        (f"{each.label}, {each.supplier.name}" if several else each.label, each.standing(paris_day(at))) for each in request.awaited
    ]
    return notification_faults(named)


def missing_of(request: ProofRequest, company: int, today: date) -> list[AwaitedProof]:
    """What this company still has to send."""
    return [each for each in request.asked_of(company) if is_asked(each.proof) and each.standing(today) in MISSING]


def proof_law(at: datetime) -> ProofLaw:
    """The numbers of that day."""
    return ProofLaw.on(paris_day(at), parameters.value)


def given_for(awaited: AwaitedProof, paper: Paper, certificate: Certificate | None, by: Person, at: datetime) -> GivenProof:
    """A paper for an awaited proof, not judged yet; `paper` has its date."""
    assert paper.issued_on is not None
    return GivenProof(
        organisation_id=awaited.organisation_id,
        awaited=awaited,
        certificate=certificate,
        declares_none=False,
        source="",
        issued_on=paper.issued_on,
        expires_on=paper.expires_on,
        holds_until=holds_until(paper.kind, paper.issued_on, paper.expires_on, proof_law(at)),
        given_at=at,
        given_by=by.id,
        decision_reason="",
    )


def _take_what_is_held(request: ProofRequest, companies: Sequence[int], by: Person, at: datetime) -> None:
    """First what this buyer accepted already and still holds, then what waits in the vault, to be read."""
    today = paris_day(at)
    before = _accepted_before(request.organisation_id, companies, today)
    vault = _vault(request.organisation_id, companies)
    for awaited in request.awaited:
        kinds = USABLE[awaited.proof]
        kept = next((each for each in before if _is_for(each.awaited.supplier_id, each.awaited.kind, awaited)), None)
        if kept is not None:
            session.add(_again(kept, awaited))
            continue
        for certificate in vault:
            if certificate.supplier_id != awaited.supplier_id or certificate.kind not in kinds or certificate.issued_on is None:
                continue
            paper = Paper(awaited.proof, certificate.issued_on, certificate.expires_on)
            if not any(paper_faults(paper, awaited.supplier.siret, awaited.supplier.name, today, proof_law(at))):
                session.add(given_for(awaited, paper, certificate, by, at))
                break


def _is_for(supplier_id: int, kind: str, awaited: AwaitedProof) -> bool:
    return supplier_id == awaited.supplier_id and kind in USABLE[awaited.proof]


def _again(kept: GivenProof, awaited: AwaitedProof) -> GivenProof:
    """The same proof for another contract: who accepted it, and when, stay."""
    copied = ("certificate_id", "declares_none", "source", "issued_on", "expires_on", "holds_until", "given_at", "given_by")
    decided = ("decision", "decision_reason", "decided_at", "decided_by")
    values = {name: getattr(kept, name) for name in (*copied, *decided)}
    return GivenProof(organisation_id=awaited.organisation_id, awaited=awaited, **values)


def _accepted_before(organisation_id: int, companies: Sequence[int], today: date) -> Sequence[GivenProof]:
    """What the buyer accepted from these companies and holds that day, what holds longest first."""
    accepted = select(GivenProof).join(GivenProof.awaited).options(joinedload(GivenProof.awaited))
    accepted = accepted.where(AwaitedProof.supplier_id.in_(companies), GivenProof.organisation_id == organisation_id)
    accepted = accepted.where(GivenProof.decision == ACCEPTED, GivenProof.holds_until >= today)
    return session.scalars(accepted.order_by(GivenProof.holds_until.desc(), GivenProof.id)).all()


def _vault(organisation_id: int, companies: Sequence[int]) -> Sequence[Certificate]:
    """The dated papers of their vaults, the newest first, but those that this buyer refused."""
    refused = select(GivenProof.certificate_id).where(
        GivenProof.organisation_id == organisation_id, GivenProof.decision == REFUSED, GivenProof.certificate_id.is_not(None)
    )
    held = select(Certificate).where(Certificate.supplier_id.in_(companies), Certificate.withdrawn_at.is_(None))
    held = held.where(Certificate.issued_on.is_not(None), Certificate.document_id.is_not(None), Certificate.id.not_in(refused))
    return session.scalars(held.order_by(Certificate.issued_on.desc(), Certificate.id.desc())).all()


def _write_to(request: ProofRequest, company: Supplier, at: datetime) -> None:
    text = letters.proofs_request(request, company, missing_of(request, company.id, paris_day(at)), days=proof_law(at).proofs_days)
    mini_tender = request.award.mini_tender
    post_to_supplier(company, text, at=at, organisation_id=request.organisation_id, mini_tender=mini_tender)
