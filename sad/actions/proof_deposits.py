"""Papers given for the proofs of an awardee, by the company, or read by the buyer in a register (AWD-01, R2143-13)."""

from datetime import date, datetime, timedelta

from sad.actions.declarations import check_interests
from sad.actions.journal import record
from sad.actions.letters import post_letter, post_to_supplier
from sad.actions.mini_tenders import hold
from sad.actions.proofs import MISSING, given_for, proof_law
from sad.actions.vault import add_certificate
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.proofs import ACCEPTED, LABELS, REFUSED, Paper, ProofKind, Standing, holds_until, is_asked, paper_faults
from sad.letters import proofs as letters
from sad.models.awards import AwardState
from sad.models.certificates import Certificate
from sad.models.people import Person
from sad.models.proofs import AwaitedProof, GivenProof, ProofRequest
from sad.models.suppliers import Supplier
from sad.storage import StoredFile


def give_proof(
    awaited: AwaitedProof,
    file: StoredFile | None,
    *,
    issued_on: date | None,
    expires_on: date | None = None,
    siret: str = "",
    declares_none: bool = False,
    by: Person,
    at: datetime,
) -> GivenProof:
    """Give a paper, kept in the company's vault too, or declare on honour that there is no foreign worker to list.

    `siret`: the one read on the paper. After the last day too, as long as nothing is decided. Raises `Refused` with every fault.
    """
    _hold_open(awaited, at)
    issued_on = paris_day(at) if declares_none else issued_on
    paper = Paper(awaited.proof, issued_on, None if declares_none else expires_on, "" if declares_none else siret)
    faults = _content_faults(awaited, file, declares_none, siret)
    faults += paper_faults(paper, awaited.supplier.siret, awaited.supplier.name, paris_day(at), proof_law(at))
    if faults or issued_on is None:
        raise Refused(*faults)
    certificate = None
    if file is not None and not declares_none:
        certificate = keep_proof(awaited.supplier, file, awaited.proof, issued_on=issued_on, expires_on=expires_on, by=by, at=at)
    given = given_for(awaited, paper, certificate, by, at)
    given.declares_none = declares_none
    session.add(given)
    record("give_proof", given, by=by, at=at, awaited=awaited.id, kind=awaited.kind, declares_none=declares_none)
    _tell_buyer(awaited.request, at)
    return given


def keep_proof(
    supplier: Supplier, file: StoredFile, kind: ProofKind, *, issued_on: date | None, expires_on: date | None, by: Person, at: datetime
) -> Certificate:
    """Keep such a paper in the company's vault, until the last day on which it holds. Raises `Refused` when it does not hold."""
    law = proof_law(at)
    faults = list(paper_faults(Paper(kind, issued_on, expires_on), supplier.siret, supplier.name, paris_day(at), law))
    if faults or issued_on is None:
        raise Refused(*faults)
    last = holds_until(kind, issued_on, expires_on, law)
    return add_certificate(supplier, file, kind=kind, label=LABELS[kind], issued_on=issued_on, expires_on=last, by=by, at=at)


def read_register(
    awaited: AwaitedProof, source: str, *, is_registered: bool = True, issued_on: date | None, siret: str, by: Person, at: datetime
) -> GivenProof:
    """Record what the buyer read by itself in a public register, which the company is not asked for (R2143-13).

    When it is not registered there, or no longer, the company is told what was read and until when it can put it right.
    """
    _hold_open(awaited, at)
    check_interests(awaited.request.award.mini_tender, by)
    faults: list[Refusal] = []
    if is_asked(awaited.proof):
        faults.append(Refusal("Ce document vient de l’entreprise.", "L’attendre, ou le lui rappeler.", "AWD-01"))
    if not source.strip():
        faults.append(Refusal("Le registre n’est pas dit.", "Dire où vous l’avez lu, et ce qu’il dit.", "AWD-01", "source"))
    if not siret:
        faults.append(Refusal("Le SIRET lu manque.", "Recopier celui du registre.", "AWD-01", "siret"))
    paper = Paper(awaited.proof, issued_on, None, siret)
    faults += paper_faults(paper, awaited.supplier.siret, awaited.supplier.name, paris_day(at), proof_law(at))
    if faults:
        raise Refused(*faults)
    given = given_for(awaited, paper, None, by, at)
    given.source, given.decided_at, given.decided_by = source.strip(), at, by.id
    given.decision, given.decision_reason = (ACCEPTED, "") if is_registered else (REFUSED, given.source)
    session.add(given)
    record("read_register", given, by=by, at=at, awaited=awaited.id, kind=awaited.kind, source=given.source, decision=given.decision)
    if not is_registered:
        text, mini_tender = letters.proof_refused(awaited.request, given), awaited.request.award.mini_tender
        post_to_supplier(awaited.supplier, text, at=at, organisation_id=given.organisation_id, mini_tender=mini_tender)
    return given


def hold_request(awaited: AwaitedProof) -> ProofRequest:
    """Lock the mini-tender of what is awaited and read what was given again, so that two people never cross."""
    hold(awaited.request.award.mini_tender)
    session.refresh(awaited.request)
    session.refresh(awaited.request.award)
    session.expire(awaited, ["given"])
    return awaited.request


def _hold_open(awaited: AwaitedProof, at: datetime) -> None:
    """Raises `Refused` when nothing can be given any more, or not now."""
    request = hold_request(awaited)
    if request.failed_at is not None or request.award.state != AwardState.APPROVED:
        message = "L’attribution ne tient plus : plus rien n’est à envoyer."
        raise refuse(message, "La lettre qui le dit est dans vos courriers.", rule="AWD-01")
    if any(each.decision is None for each in awaited.given):
        raise refuse("Un document attend déjà d’être vérifié.", "La réponse de l’acheteur vous parviendra par courrier.", rule="AWD-01")
    soon = paris_day(at) + timedelta(days=proof_law(at).proofs_renewal_notice_days)
    if awaited.standing(soon) is Standing.ACCEPTED:
        raise refuse("Ce document est déjà accepté et vaut encore.", "Rien n’est à envoyer.", rule="ADM-06")


def _content_faults(awaited: AwaitedProof, file: StoredFile | None, declares_none: bool, siret: str) -> list[Refusal]:
    if not is_asked(awaited.proof):
        return [Refusal("L’acheteur vérifie lui-même cette inscription.", "Rien n’est à envoyer.", "ADM-06")]
    if declares_none:
        if awaited.proof is ProofKind.FOREIGN_WORKERS:
            return []
        return [Refusal("Cette attestation ne se remplace pas par une déclaration.", "Joindre le document.", "AWD-01", "files")]
    faults = [] if file else [Refusal("Le document manque.", "Choisir un fichier, ou prendre une photo.", "AWD-01", "files")]
    if not siret:
        faults.append(Refusal("Le SIRET écrit sur le document manque.", "Le recopier : 14 chiffres.", "AWD-01", "siret"))
    return faults


def _tell_buyer(request: ProofRequest, at: datetime) -> None:
    """Once the last one is given, whoever proposed the award learns that there is something to read."""
    session.flush()
    if any(each.standing(paris_day(at)) in MISSING for each in request.awaited if is_asked(each.proof)):
        return
    text, mini_tender = letters.proofs_given(request), request.award.mini_tender
    post_letter(text, to=request.award.proposer, at=at, organisation_id=request.organisation_id, mini_tender=mini_tender)
