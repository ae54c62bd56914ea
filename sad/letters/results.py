"""Letters about the result of a mini-tender: what was decided, why in points and sentences, what would have helped, remedies.

Points are those stored with the ranking, as they were printed: a letter cannot disagree with a page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_UP, Decimal
from typing import Any

from sad.domain.replies import Owed, owed_to
from sad.domain.requirements import Requirement, read_answer
from sad.domain.scoring.methods import is_relative
from sad.domain.scoring.numbers import french
from sad.domain.scoring.values import Criterion
from sad.domain.stages import Stage
from sad.letters.consortiums import shares_of
from sad.letters.text import LetterText, write_letter
from sad.letters.wording import money
from sad.models.awards import Award
from sad.models.evaluations import RankedOffer, TieDecision
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.suppliers import Supplier

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class CriterionPoints:
    """Points on one criterion, as printed, out of `weight`: the tenderer's and the awardee's; `said` tells where its own come from."""

    label: str
    weight: str
    points: str
    winner_points: str
    said: str = ""
    is_part: bool = False

    @property
    def behind(self) -> Decimal:
        """How many points less than the awardee; negative when more."""
        return Decimal(self.winner_points) - Decimal(self.points)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one tenderer's offer. `ranked`: how many offers have a rank; `set_aside`: why this one is not among them.

    `is_unproved`: it was first, and its company could not prove in time (R2144-7).
    """

    award: Award
    offer: Offer
    place: RankedOffer | None
    ranked: int
    lines: tuple[CriterionPoints, ...] = ()
    set_aside: str = ""
    tie: TieDecision | None = None
    is_unproved: bool = False

    @property
    def mini_tender(self) -> MiniTender:
        return self.award.mini_tender

    @property
    def supplier(self) -> Supplier:
        return self.offer.supplier

    @property
    def winner(self) -> Supplier:
        return self.award.place.offer.supplier

    @property
    def is_winner(self) -> bool:
        return self.place is not None and self.place.id == self.award.ranked_offer_id

    @property
    def is_tied(self) -> bool:
        """Whether it shared the place of the awardee and people decided between equals."""
        return self.place is not None and self.place.rank == self.award.place.rank and self.tie is not None

    @property
    def owed(self) -> Owed:
        """What the law owes to it when it asks for reasons."""
        return owed_to(self.offer.classification, is_opened=self.offer.is_opened)

    @property
    def lost_on(self) -> list[CriterionPoints]:
        """Where the awardee has more points, the widest gap first."""
        return sorted((line for line in self.lines if line.behind > 0 and not line.is_part), key=lambda line: -line.behind)

    @property
    def would_help(self) -> list[str]:
        """What alone would have put it first, one French sentence each."""
        if self.place is None or self.is_winner or self.is_unproved:
            return []
        return [f"Avec {each}." for each in ways_to_be_first(self.place, self.mini_tender)]


def ways_to_be_first(place: RankedOffer, mini_tender: MiniTender) -> list[str]:
    """What alone would have put an offer first: « 0,95 € de moins par personne (76,00 € en tout, hors taxe) »."""
    change: Mapping[str, Any] = place.would_be_first or {}
    grid, stage = mini_tender.frozen_grid(), mini_tender.frozen_stage()
    ways = [_price_cut(Decimal(change["price_cut"]), mini_tender.guests)] if change.get("price_cut") else []
    return ways + [_best(grid.criterion(key), value, stage) for key, value in change.get("criteria", {}).items()]


def rejected(result: Result, *, at: datetime, reply_days: int) -> LetterText:
    """To a tenderer that is not retained (AWD-03, R2181-1, R2181-3): never a price of another."""
    members = [part.name for part, _ in shares_of(result.winner, None)]
    return write_letter("rejected", **_context(result, at), reply_days=reply_days, members=members)


def retained(result: Result, *, at: datetime) -> LetterText:
    """To the awardee: its offer is chosen; the contract begins with its notification only."""
    return write_letter("award", **_context(result, at), shared=shares_of(result.supplier, result.offer.total))


def contract_notification(award: Award, *, at: datetime) -> LetterText:
    """To the awardee: the contract, its lines and its prices (R2182-4, R2182-5)."""
    offer = award.place.offer
    return write_letter(
        "contract_notification",
        award=award,
        mini_tender=award.mini_tender,
        organisation=award.mini_tender.organisation,
        supplier=offer.supplier,
        content=offer.as_content(),
        shared=shares_of(offer.supplier, offer.total),
        at=at,
    )


def award_cancelled(result: Result, *, reason: str, at: datetime) -> LetterText:
    """To every tenderer that was told of a decision: it no longer stands, and why."""
    return write_letter("award_cancelled", **_context(result, at), reason=reason)


def to_decide(award: Award) -> LetterText:
    """To each award authority: a proposal waits for its decision."""
    return write_letter("award_to_decide", award=award, mini_tender=award.mini_tender)


def awarded(award: Award, ranked: int) -> LetterText:
    """To the requester: who is chosen, for how much, and what comes next."""
    return write_letter("mini_tender_awarded", award=award, mini_tender=award.mini_tender, offer=award.place.offer, ranked=ranked)


def notified(award: Award) -> LetterText:
    """To the requester: the contract is notified, it may be carried out."""
    return write_letter("mini_tender_notified", award=award, mini_tender=award.mini_tender, offer=award.place.offer)


def points_of(place: RankedOffer, winner: RankedOffer, said: Mapping[str, str]) -> tuple[CriterionPoints, ...]:
    """The stored points of a ranked offer beside the awardee's, in grid order, parts after their criterion."""
    criteria: Sequence[Mapping[str, Any]] = place.ranking.scoring_file["grid"]["criteria"]
    return tuple(
        CriterionPoints(
            label=each["label"],
            weight=each["weight"],
            points=place.points[each["key"]],
            winner_points=winner.points[each["key"]],
            said=said.get(each["key"], ""),
            is_part=each is not parent,
        )
        for parent in criteria
        for each in (parent, *parent.get("sub_criteria", ()))
    )


def _context(result: Result, at: datetime) -> dict[str, Any]:
    return {
        "result": result,
        "mini_tender": result.mini_tender,
        "organisation": result.mini_tender.organisation,
        "winner": result.winner,
        "printed": french,
        "at": at,
    }


def _price_cut(cut: Decimal, guests: int | None) -> str:
    """The cut for one person is rounded up, so that it would have been enough."""
    if not guests:
        return f"{money(cut)} de moins hors taxe"
    return f"{money((cut / guests).quantize(CENT, rounding=ROUND_UP))} de moins par personne ({money(cut)} en tout, hors taxe)"


def _best(leaf: Criterion, value: str, stage: Stage) -> str:
    """The best value of a criterion; the one of a rival is not said."""
    if leaf.method == "scale":
        return f"une note de {french(value)} sur « {leaf.label} »"
    if is_relative(leaf):
        return f"la meilleure valeur des offres sur « {leaf.label} »"
    words = french_value(value, stage.scored_value(leaf.key))
    return f"{words if words[0].isdigit() else f'« {words} »'} à « {leaf.label} »"


def french_value(value: str, requirement: Requirement | None) -> str:
    """A value of a scoring file, in words: oui, 35 %, 1,5."""
    words = {"true": "oui", "false": "non"}
    if value in words or not value.removeprefix("-").replace(".", "", 1).isdigit():
        return words.get(value, value)
    return french(value) + (" %" if requirement and requirement.unit == "percent" else "")


def spoken(requirement: Requirement, value: Any) -> str:
    """What an offer says of a requirement, in words; a dash when nothing readable was said."""
    answer = read_answer(requirement, value)
    if answer is None:
        return "–"
    return french_value(str(answer).lower() if isinstance(answer, bool) else str(answer), requirement)
