"""The proofs of awardees: given by their companies, read in registers, accepted."""

from datetime import date, datetime, timedelta

from sad.actions.proof_decisions import decide_proof
from sad.actions.proof_deposits import give_proof, read_register
from sad.actions.proofs import request_of
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.proofs import Standing, is_asked
from sad.models.awards import Award
from sad.models.people import Person
from sad.models.proofs import AwaitedProof, GivenProof, ProofRequest
from tests.factories.documents import stored_file
from tests.factories.suppliers import member_of

SEEN = "Annuaire des entreprises, extrait du registre national."


def asked_for(award: Award) -> ProofRequest:
    """What its awardee is asked, as it stands in the database now."""
    session.flush()
    found = request_of(award)
    assert found is not None
    return found


def give(awaited: AwaitedProof, *, at: datetime, issued_on: date | None = None, **said) -> GivenProof:
    """A paper of the right company, made the day before unless said otherwise."""
    values = {"siret": awaited.supplier.siret, "issued_on": issued_on or paris_day(at) - timedelta(days=1), **said}
    return give_proof(awaited, stored_file(), by=member_of(awaited.supplier), at=at, **values)


def read_in_register(awaited: AwaitedProof, *, by: Person, at: datetime, **said) -> GivenProof:
    """What the buyer reads by itself."""
    values = {"siret": awaited.supplier.siret, "issued_on": paris_day(at), **said}
    return read_register(awaited, SEEN, by=by, at=at, **values)


def prove(award: Award, *, at: datetime | None = None) -> Award:
    """Everything that is still awaited is given and accepted, at the instant of the decision unless said otherwise."""
    at = at or award.decided_at
    assert at is not None
    for awaited in asked_for(award).awaited:
        if awaited.standing(paris_day(at)) is Standing.ACCEPTED:
            continue
        if is_asked(awaited.proof):
            unread = next((each for each in awaited.given if each.decision is None), None)
            decide_proof(unread or give(awaited, at=at), "accepted", "", by=award.proposer, at=at)
        else:
            read_in_register(awaited, by=award.proposer, at=at)
        session.expire(awaited, ["given"])
    return award
