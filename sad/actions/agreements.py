"""The agreement of a consortium: its terms written by the lead, signed by each member on the exact text, concluded at the application."""

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sad.actions.compositions import check_acts_for, hold_to_change, standing_faults
from sad.actions.journal import record
from sad.actions.letters import post_to_supplier
from sad.db import session
from sad.domain.consortiums import Liability, Part, Payment, part_to_dict, parts_faults
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.requirements import json_safe
from sad.letters import consortiums as letters
from sad.letters.text import LetterText
from sad.models.consortiums import Consortium, ConsortiumMember
from sad.models.people import Person


@dataclass(frozen=True, slots=True)
class Terms:
    """What the lead writes: the form, the payment, what happens on a default, and by id of supplier its task and share in per cent."""

    form: Liability
    payment: Payment
    on_default: str
    parts: Mapping[int, tuple[str, Decimal | None]]


def write_terms(consortium: Consortium, terms: Terms, *, revision: int, link: str, by: Person, at: datetime) -> Consortium:
    """Write what the agreement says; signatures of another text no longer count.

    `revision` is the one that was shown: whoever wrote meanwhile is not overwritten. Raises `Refused` with every fault:
    shares that do not make 100, a part without a task, nothing said of a default.
    """
    check_acts_for(consortium.supplier, by)
    hold_to_change(consortium)
    if revision != consortium.revision:
        message = "La convention a changé pendant que vous écriviez : une autre personne l’a modifiée."
        raise refuse(message, "Ce que vous avez écrit est gardé ici ; relire la convention, puis recommencer.", rule="ADM-11")
    faults = list(terms_faults(consortium, terms))
    if faults:
        raise Refused(*faults)
    consortium.form, consortium.payment, consortium.on_default = terms.form, terms.payment, terms.on_default.strip()
    for member in consortium.parties:
        task, member.share = terms.parts[member.supplier_id]
        member.task = task.strip()
    consortium.revision += 1
    kept = {str(number): list(part) for number, part in terms.parts.items()}
    record(
        "write_terms", consortium, by=by, at=at, form=consortium.form, payment=consortium.payment, parts=json_safe(kept),
        sha256=letters.fingerprint(letters.agreement(consortium)),
    )
    call_to_sign(consortium, link=link, at=at)
    return consortium


def terms_faults(consortium: Consortium, terms: Terms) -> Iterator[Refusal]:
    """All that is missing or wrong in these terms; the fields of a member end on the id of its supplier."""
    parts = [
        Part(each.supplier_id, each.supplier.name, each.supplier.siret, *terms.parts.get(each.supplier_id, ("", None)))
        for each in consortium.parties
    ]
    yield from parts_faults(parts)
    if not terms.on_default.strip():
        message = "Ce qui se passe si une entreprise ne tient pas sa part n’est pas écrit."
        yield Refusal(message, "Par exemple : les autres la remplacent, à ses frais.", "ADM-11", "on_default")


def sign_agreement(member: ConsortiumMember, *, shown: str, is_sworn: bool, by: Person, at: datetime) -> ConsortiumMember:
    """Sign for one member the text that was shown, known by its fingerprint, and swear that no exclusion ground applies to it.

    Raises `Refused` for a stranger to the company, for a text that has changed or is not complete, and without the oath.
    """
    consortium = hold_to_change(member.consortium)
    check_acts_for(member.supplier, by)
    text = letters.agreement(consortium)
    faults = list(_signing_faults(member, text, shown, is_sworn))
    if faults:
        raise Refused(*faults)
    member.sworn_statement, member.signed_at, member.signed_by = True, at, by.id
    member.signed_sha256 = letters.fingerprint(text)
    record("sign_agreement", consortium, by=by, at=at, supplier=member.supplier_id, sha256=member.signed_sha256)
    if all(has_signed(each) for each in consortium.parties):
        _tell_all(consortium, letters.signed(consortium), at)
    return member


def has_signed(member: ConsortiumMember) -> bool:
    """Whether its signature is on the text as it reads now."""
    if member.signed_sha256 is None:
        return False
    return hmac.compare_digest(member.signed_sha256, letters.fingerprint(letters.agreement(member.consortium)))


def awaits_signature(member: ConsortiumMember) -> bool:
    """Whether the text is complete and this party, which has accepted, has not signed it."""
    is_party = member in member.consortium.parties and member.accepted_at is not None
    return is_party and is_complete(member.consortium) and not has_signed(member)


def is_complete(consortium: Consortium) -> bool:
    """Whether nothing is left to write of the text."""
    return not any(_writing_faults(consortium))


def readiness_faults(consortium: Consortium) -> Iterator[Refusal]:
    """All that keeps the group from applying: parts, answers, signatures, and members that may not take part."""
    yield from _writing_faults(consortium)
    yield from standing_faults([member.supplier for member in consortium.parties], consortium.category)
    for member in consortium.parties:
        if member.accepted_at is None:
            message = f"{member.supplier.name} n’a pas encore répondu à votre invitation."
            yield Refusal(message, "Attendre sa réponse, ou la retirer du groupement.", "ADM-11")
        elif not has_signed(member):
            message = f"{member.supplier.name} n’a pas signé la convention telle qu’elle est écrite."
            yield Refusal(message, "Une personne de cette entreprise la signe dans son espace.", "ADM-11")


def conclude_agreement(consortium: Consortium, *, at: datetime) -> None:
    """Keep the signed text and its parts as they leave for the buyer; whoever calls has checked and journals."""
    text, parts = letters.agreement(consortium), [part_to_dict(part) for part in consortium.parts]
    consortium.concluded_at, consortium.agreement = at, f"{text.subject}\n{text.body}"
    consortium.agreement_sha256, consortium.agreed_parts = letters.fingerprint(text), parts


def call_to_sign(consortium: Consortium, *, link: str, at: datetime) -> None:
    """Once the text is complete and everybody has accepted, ask each member that has not signed it to do so."""
    if not is_complete(consortium) or any(each.accepted_at is None for each in consortium.parties):
        return
    session.flush()
    _tell_all(consortium, letters.to_sign(consortium, link=link), at)


def _writing_faults(consortium: Consortium) -> Iterator[Refusal]:
    written = {each.supplier_id: (each.task, each.share) for each in consortium.parties}
    yield from terms_faults(consortium, Terms(consortium.liability, Payment(consortium.payment), consortium.on_default, written))


def _signing_faults(member: ConsortiumMember, text: LetterText, shown: str, is_sworn: bool) -> Iterator[Refusal]:
    if member.left_at is not None or member.accepted_at is None:
        yield Refusal("Votre entreprise n’a pas accepté de rejoindre le groupement.", "Répondre d’abord à l’invitation.", "ADM-11")
    if not is_complete(member.consortium):
        yield Refusal("La convention n’est pas complète.", "Le mandataire écrit d’abord les parts, les tâches et le défaut.", "ADM-11")
    if not hmac.compare_digest(shown.encode(), letters.fingerprint(text).encode()):
        yield Refusal("Le texte a changé depuis que vous l’avez lu.", "Le relire ci-dessous, puis signer.", "ADM-11")
    if not is_sworn:
        message = "La déclaration sur l’honneur n’est pas cochée."
        yield Refusal(message, "Chaque membre la fait pour lui-même (R2143-3).", "ADM-05", "is_sworn")


def _tell_all(consortium: Consortium, text: LetterText, at: datetime) -> None:
    for member in consortium.parties:
        post_to_supplier(member.supplier, text, at=at, organisation_id=consortium.organisation_id)
