"""Marks given by people, with their written reason, on the criteria that ask for a judgement."""

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select

from sad.actions.evaluations import take_up
from sad.actions.journal import record
from sad.actions.panels import judged_criteria, panel_faults, panel_of
from sad.db import session
from sad.domain.consensus import Proposal
from sad.domain.errors import Refusal, Refused
from sad.domain.scoring.numbers import french, read_number, written
from sad.models.evaluations import Mark
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Classification, Offer
from sad.models.people import Person


def give_mark(offer: Offer, criterion: str, value: str, reason: str, apart_reason: str = "", *, by: Person, at: datetime) -> Mark:
    """Mark a regular offer on a criterion of judgement, from 0 to its scale, in words that its tenderer will read (ANA-05).

    `value` is a decimal text, comma or point. Until an award is proposed another mark may replace it; the journal keeps both.
    Where several evaluate, it is their consensus: it waits for all their marks, and outside their range it says why
    (`apart_reason`, which the tenderer does not read). Raises `Refused` with every fault.
    """
    mini_tender = take_up(offer.mini_tender, by=by, at=at)
    session.refresh(offer)
    mark_text = value.strip().replace(",", ".")
    panel = panel_of(mini_tender)
    faults = [*marked_offer_faults(offer), *mark_faults(mini_tender, criterion, mark_text, reason), *panel_faults(panel)]
    is_apart = not faults and _is_apart(panel.proposal_on(offer.id, criterion), mark_text)
    if is_apart and not apart_reason.strip():
        remedy = "Dire en une phrase pourquoi. L’entreprise ne la lira pas."
        faults.append(Refusal("Cette note sort de celles des évaluateurs.", remedy, "ANA-05", "apart_reason"))
    if faults:
        raise Refused(*faults)
    mark = session.scalar(select(Mark).where(Mark.offer_id == offer.id, Mark.criterion == criterion))
    before = mark.value if mark else None
    if mark is None:
        mark = Mark(offer_id=offer.id, criterion=criterion)
        session.add(mark)
    mark.value, mark.reason, mark.given_by, mark.given_at = written(read_number(mark_text)), reason.strip(), by.id, at
    mark.apart_reason, mark.is_to_review = apart_reason.strip() if is_apart else None, False
    record(
        "give_mark", offer, by=by, at=at,
        criterion=criterion, value=mark.value, reason=mark.reason, apart_reason=mark.apart_reason, before=before,
    )
    return mark


def marked_offer_faults(offer: Offer) -> Iterator[Refusal]:
    """Why this offer receives no mark."""
    if not offer.is_opened:
        yield Refusal("Cette offre est scellée : elle ne reçoit pas de note.", "", "REC-01")
    elif offer.classification != Classification.REGULAR:
        yield Refusal("Seule une offre régulière reçoit des notes.", "Dire d’abord si elle est régulière.", "ANA-01")


def mark_faults(mini_tender: MiniTender, criterion: str, value: str, reason: str) -> Iterator[Refusal]:
    """What is wrong with a mark, as decimal text, and its reason: the criterion, the scale, the words."""
    leaf = next((leaf for leaf in judged_criteria(mini_tender) if leaf.key == criterion), None)
    if leaf is None:
        yield Refusal("Ce critère ne se note pas à la main.", "Ses points viennent de l’offre elle-même.", "CRI-12")
        return
    scale = leaf.options["scale"]
    if not _is_on_scale(value, scale):
        remedy = "Écrire un nombre, avec deux décimales au plus : par exemple 7,5."
        yield Refusal(f"La note va de 0 à {french(written(scale))}.", remedy, "ANA-05", "value")
    if not reason.strip():
        yield Refusal("La raison n’est pas écrite.", "Une phrase que l’entreprise lira avec sa note.", "ANA-05", "reason")


def _is_apart(proposal: Proposal | None, value: str) -> bool:
    return proposal is not None and not proposal.holds(read_number(value))


def _is_on_scale(value: str, scale: Fraction) -> bool:
    try:
        mark = read_number(value)
    except ValueError:
        return False
    return 0 <= mark <= scale and (mark * 100).denominator == 1
