"""Letters about the proofs of an awardee: the request, reminders, a paper refused, that it could not prove, a renewal."""

from collections.abc import Sequence
from datetime import date, datetime

from sad.domain.calendar import paris_day
from sad.domain.proofs import WHERE
from sad.domain.sentences import uncapitalised
from sad.letters.text import LetterText, write_letter
from sad.models.proofs import AwaitedProof, GivenProof, ProofRequest
from sad.models.suppliers import Supplier


def proofs_request(request: ProofRequest, company: Supplier, missing: Sequence[AwaitedProof], *, days: int) -> LetterText:
    """To the awardee, or to one member of the group: what it proves before the contract, and until when (R2144-4)."""
    asked = [(each.label, WHERE[each.proof]) for each in missing]
    return write_letter("proofs_request", request=request, company=company, asked=asked, days=days, mini_tender=request.award.mini_tender)


def proofs_reminder(request: ProofRequest, missing: Sequence[AwaitedProof], *, home: str) -> LetterText:
    """To the same: the last day is near, this is what is missing."""
    labels = [each.label for each in missing]
    return write_letter("proofs_reminder", request=request, labels=labels, home=home, mini_tender=request.award.mini_tender)


def proof_refused(request: ProofRequest, given: GivenProof) -> LetterText:
    """To the company: this paper, or what the register says of it, does not do, why, and until when it can be put right."""
    said = {"name": uncapitalised(given.awaited.label), "mini_tender": request.award.mini_tender}
    is_late = given.decided_at is not None and paris_day(given.decided_at) > request.due_on
    return write_letter("proof_refused", request=request, given=given, is_late=is_late, **said)


def proofs_given(request: ProofRequest) -> LetterText:
    """To whoever proposed the award: all that was asked has come, it is to be read."""
    return write_letter("proofs_given", request=request, mini_tender=request.award.mini_tender)


def proofs_failed(request: ProofRequest, *, at: datetime) -> LetterText:
    """To the awardee: it did not prove in time, its offer is rejected (R2144-7), and its remedies."""
    return write_letter("proofs_failed", request=request, mini_tender=request.award.mini_tender, at=at)


def proof_renewal(awaited: AwaitedProof, last: date, *, home: str) -> LetterText:
    """To the holder: a proof ends while the contract runs, a new one is awaited (AWD-02)."""
    said = {"name": uncapitalised(awaited.label), "where": WHERE[awaited.proof], "mini_tender": awaited.request.award.mini_tender}
    return write_letter("proof_renewal", awaited=awaited, last=last, home=home, **said)
