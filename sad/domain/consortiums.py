"""Consortiums: several companies that answer together, with shares that make a whole and a form that says who is liable.

R2142-19 to R2142-27: nobody may ask for one form at the application; the composition is frozen from there to the signature.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Any

from sad.domain.errors import Refusal
from sad.domain.sentences import decimal_text, french_number

WHOLE = Decimal(100)
CENT = Decimal("0.01")
FEWEST = 2


class Liability(StrEnum):
    """Who answers for what is not done (R2142-20, R2142-24)."""

    JOINT = "joint"
    JOINT_LIABLE_LEAD = "joint_liable_lead"
    SOLIDARY = "solidary"


class Payment(StrEnum):
    """On whose account the buyer pays."""

    EACH = "each"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Part:
    """What one member takes: its task in words, its share in per cent of the price excl. VAT, None when nobody said.

    In an agreement that went to a buyer, who signed for it and when (aware).
    """

    supplier_id: int
    name: str
    siret: str
    task: str
    share: Decimal | None
    is_lead: bool = False
    signatory: str = ""
    signed_at: datetime | None = None


def parts_faults(parts: Sequence[Part]) -> Iterator[Refusal]:
    """All that keeps these parts from making a whole; the field `share_7` is the share of supplier 7."""
    if len(parts) < FEWEST:
        yield Refusal("Un groupement réunit au moins deux entreprises.", "Inviter un partenaire, ou candidater seul.", "ADM-11")
    for part in parts:
        if not part.task.strip():
            message = f"{part.name} : la tâche n’est pas écrite."
            yield Refusal(message, "Écrire ses produits ou sa tâche, par exemple « fromages ».", "ADM-11", f"task_{part.supplier_id}")
        if part.share is None or part.share <= 0:
            message = f"{part.name} : la part n’est pas écrite."
            yield Refusal(message, "Écrire un nombre plus grand que zéro.", "ADM-11", f"share_{part.supplier_id}")
    yield from _sum_faults(parts)


def _sum_faults(parts: Sequence[Part]) -> Iterator[Refusal]:
    shares = [part.share for part in parts if part.share is not None and part.share > 0]
    total = sum(shares, Decimal(0))
    if len(shares) < len(parts) or total == WHOLE:
        return
    gap = abs(WHOLE - total)
    remedy = f"Il manque {french_number(gap)} %." if total < WHOLE else f"Il y a {french_number(gap)} % de trop."
    message = f"Les parts font {french_number(total)} % : elles doivent faire 100 % exactement."
    yield Refusal(message, remedy, "ADM-11", f"share_{parts[0].supplier_id}")


def split_by_shares(total: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """An amount in EUR cut by shares that make 100: cents that add up to the amount, the odd ones to the largest remainders."""
    if sum(shares, Decimal(0)) != WHOLE:
        raise ValueError("shares must make 100")
    exact = [total * share / WHOLE for share in shares]
    amounts = [each.quantize(CENT, rounding=ROUND_FLOOR) for each in exact]
    missing = int((total - sum(amounts, Decimal(0))) / CENT)
    by_remainder = sorted(range(len(shares)), key=lambda number: (amounts[number] - exact[number], number))
    for number in by_remainder[:missing]:
        amounts[number] += CENT
    return amounts


def part_to_dict(part: Part) -> dict[str, Any]:
    """The part with JSON values only."""
    share, signed_at = part.share, part.signed_at
    return {
        **asdict(part),
        "share": None if share is None else decimal_text(share),
        "signed_at": None if signed_at is None else signed_at.isoformat(),
    }


def part_from_dict(kept: Mapping[str, Any]) -> Part:
    """The part that `part_to_dict` gave."""
    share, signed_at = kept["share"], kept["signed_at"]
    read = {
        "share": None if share is None else Decimal(share), "signed_at": None if signed_at is None else datetime.fromisoformat(signed_at)
    }
    return Part(**{**kept, **read})


def operator_group(form: Liability | None) -> str:
    """The word of the essential data (`typeGroupementOperateurs`) for a form; None is a company that answers alone."""
    if form is None:
        return "Pas de groupement"
    return "Solidaire" if form is Liability.SOLIDARY else "Conjoint"
