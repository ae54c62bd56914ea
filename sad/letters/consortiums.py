"""Words of consortiums: the agreement that the members sign, and the letters between them and the buyer."""

from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256

from sad.domain.admission.grounds import EXCLUSIONS
from sad.domain.consortiums import Liability, Part, Payment, split_by_shares
from sad.letters.text import LetterText, write_letter
from sad.models.awards import Award
from sad.models.consortiums import Consortium, ConsortiumMember, MemberReplacement, consortium_of
from sad.models.suppliers import Supplier
from sad.reference import product_families

FORMS = {
    Liability.JOINT: "conjoint",
    Liability.JOINT_LIABLE_LEAD: "conjoint, avec mandataire solidaire",
    Liability.SOLIDARY: "solidaire",
}
PAYMENTS = {Payment.EACH: "chaque membre, sur son propre compte", Payment.LEAD: "le mandataire, qui reverse à chacun sa part"}


def agreement(consortium: Consortium) -> LetterText:
    """The agreement as it reads now, for the parties that it would bind; the same facts give the same text."""
    return write_letter(
        "consortium_agreement",
        consortium=consortium,
        category=consortium.category,
        system=consortium.category.system,
        parties=consortium.parties,
        lead=consortium.lead,
        form=FORMS[consortium.liability],
        offered=[product_families().get(key, key) for key in consortium.offered],
    )


def fingerprint(text: LetterText) -> str:
    """The SHA-256 of an agreement, title and body, in hexadecimal: what a signature is tied to."""
    return sha256(f"{text.subject}\n{text.body}".encode()).hexdigest()


def invited(member: ConsortiumMember, *, link: str) -> LetterText:
    """To a company asked to answer together; it may say no."""
    return write_letter("consortium_invited", member=member, consortium=member.consortium, link=link)


def answered(member: ConsortiumMember) -> LetterText:
    """To the lead: a company accepts."""
    return write_letter("consortium_answered", member=member, consortium=member.consortium)


def left(member: ConsortiumMember) -> LetterText:
    """To the other members: a company declines or leaves before the application."""
    return write_letter("consortium_left", member=member, consortium=member.consortium)


def ended(consortium: Consortium) -> LetterText:
    """To every member: the group is given up."""
    return write_letter("consortium_ended", consortium=consortium)


def to_sign(consortium: Consortium, *, link: str) -> LetterText:
    """To every member: the text is complete, each signs."""
    return write_letter("consortium_to_sign", consortium=consortium, link=link)


def signed(consortium: Consortium) -> LetterText:
    """To every member: all have signed, the lead may apply."""
    return write_letter("consortium_signed", consortium=consortium)


def replacement_asked(member: ConsortiumMember, *, ground: str, facts: str, due_on: date, days: int) -> LetterText:
    """To the lead: a member is hit by an exclusion, the group has so many days to present another (L2141-13)."""
    return write_letter(
        "replacement_asked", member=member, consortium=member.consortium, ground=ground, words=EXCLUSIONS[ground], facts=facts.strip(),
        due_on=due_on, days=days,
    )


def replacement_decided(replacement: MemberReplacement, *, is_accepted: bool, reason: str, at: datetime) -> LetterText:
    """To every member: what the buyer decided of the replacement, and why."""
    return write_letter(
        "replacement_decided", replacement=replacement, consortium=replacement.consortium, is_accepted=is_accepted, reason=reason, at=at
    )


def contract_shared(consortium: Consortium, part: Part, amount: Decimal, award: Award, *, at: datetime) -> LetterText:
    """To a member: the group holds a contract, and its own share of it."""
    return write_letter("consortium_contract", consortium=consortium, part=part, amount=amount, award=award, at=at)


def shares_of(supplier: Supplier, total: Decimal | None) -> list[tuple[Part, Decimal]]:
    """What comes back to each member when the supplier is a consortium; nothing to share for a company alone."""
    consortium = consortium_of(supplier)
    return shared_amounts(consortium, total or Decimal(0)) if consortium else []


def shared_amounts(consortium: Consortium, total: Decimal) -> list[tuple[Part, Decimal]]:
    """What comes back to each member of an amount in EUR excl. VAT, to the cent, by the shares of the agreement in force."""
    parts = consortium.parts_in_force
    return list(zip(parts, split_by_shares(total, [part.share or Decimal(0) for part in parts]), strict=True))
