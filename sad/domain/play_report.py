"""The report of a played stage: who meets it, what past mini-tenders become, and the figures to read first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sad.domain.play import AdmittedSupplier, SupplierPlay
from sad.domain.replay import Irregular, ReplayLine, Winner

FEW = 3
NONE_SAID = "–"


@dataclass(frozen=True, slots=True)
class Named:
    """A supplier, as the report names it."""

    name: str
    siret: str


@dataclass(frozen=True, slots=True)
class RequirementCount:
    """Who meets one requirement, who falls short of it, who has not said."""

    key: str
    label: str
    wanted: str
    meeting: tuple[Named, ...]
    short: tuple[Named, ...]
    silent: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """How many are admitted to a category, how many could still offer, and the warning when they are too few (PAL-06)."""

    key: str
    label: str
    admitted: int
    meeting: int
    warning: str


@dataclass(frozen=True, slots=True)
class Share:
    """The mean share of the winners, weighted by amounts, in percent: before and after; None when nobody says."""

    label: str
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, slots=True)
class PlayReport:
    """All that a play found. `shares` goes by key of specification to its label."""

    admitted: int
    meeting: int
    categories: tuple[CategoryCount, ...]
    requirements: tuple[RequirementCount, ...]
    lines: tuple[ReplayLine, ...]
    shares: Mapping[str, str]

    @property
    def offers(self) -> int:
        """The offers that were ranked."""
        return sum(line.offers for line in self.lines)

    @property
    def irregular(self) -> int:
        """Those that would have been irregular."""
        return sum(len(line.irregular) for line in self.lines)

    @property
    def changed(self) -> tuple[ReplayLine, ...]:
        """The mini-tenders that another offer would have won, or none."""
        return tuple(line for line in self.lines if line.is_changed)

    @property
    def without_offer(self) -> tuple[ReplayLine, ...]:
        """The mini-tenders left without any offer."""
        return tuple(line for line in self.lines if line.left == 0)

    @property
    def with_few(self) -> tuple[ReplayLine, ...]:
        """The mini-tenders left with one offer or two that had more then."""
        return tuple(line for line in self.lines if 0 < line.left < FEW and line.left < line.offers)

    @property
    def not_replayed(self) -> tuple[ReplayLine, ...]:
        """The mini-tenders of which nothing can be said."""
        return tuple(line for line in self.lines if line.fault)

    @property
    def in_part(self) -> tuple[str, ...]:
        """The criteria, by label, that were left out of some mini-tender since nobody marked them then."""
        return tuple(dict.fromkeys(label for line in self.lines for label in line.unmarked))

    @property
    def unasked(self) -> tuple[str, ...]:
        """The specifications, by label, that some offer was never asked."""
        return tuple(dict.fromkeys(label for line in self.lines for label in line.unasked))

    @property
    def compared(self) -> tuple[ReplayLine, ...]:
        """The mini-tenders with a winner before and after: those whose prices compare."""
        return tuple(line for line in self.lines if line.difference is not None)

    @property
    def total_before(self) -> Decimal:
        """What their winners asked for, in EUR excl. VAT."""
        return sum((line.before.total for line in self.compared if line.before), Decimal(0))

    @property
    def difference(self) -> Decimal:
        """What the winners after ask more, in EUR excl. VAT; negative when it is less."""
        return sum((line.difference for line in self.compared if line.difference is not None), Decimal(0))

    @property
    def difference_percent(self) -> Decimal | None:
        """The same in percent of what they asked for before."""
        return self.difference * 100 / self.total_before if self.total_before else None

    @property
    def mean_shares(self) -> tuple[Share, ...]:
        """What becomes of each share among the winners, over the mini-tenders whose prices compare."""
        before, after = ([winner for line in self.compared if (winner := getattr(line, when))] for when in ("before", "after"))
        return tuple(Share(label, _mean(before, key), _mean(after, key)) for key, label in self.shares.items())

    @property
    def affected(self) -> tuple[ReplayLine, ...]:
        """The mini-tenders to read: another winner, an offer less, or nothing to say."""
        return tuple(line for line in self.lines if line.is_changed or line.irregular or line.fault)


def supplier_counts(
    play: SupplierPlay, labels: Mapping[str, str], warnings: Mapping[str, str]
) -> tuple[tuple[CategoryCount, ...], tuple[RequirementCount, ...]]:
    """A play of suppliers as a report tells it; `labels` and `warnings` go by category key."""
    categories = tuple(
        CategoryCount(each.category, labels.get(each.category, each.category), each.admitted, each.meeting, warnings.get(each.category, ""))
        for each in play.categories
    )
    requirements = tuple(
        RequirementCount(asked.key, asked.label, asked.wanted, _named(each.meeting), _named(each.short), _named(each.silent))
        for each in play.requirements
        for asked in (each.requirement,)
    )
    return categories, requirements


def line_to_dict(line: ReplayLine) -> dict[str, Any]:
    """A line of the report with JSON values only."""
    names = ("id", "title", "category", "offers", "left", "set_aside", "is_changed", "is_tied", "has_kept_weights", "fault")
    return {
        **{name: getattr(line, name) for name in names},
        "sent_on": line.sent_on.isoformat(),
        "before": _winner_to_dict(line.before),
        "after": _winner_to_dict(line.after),
        "irregular": [[each.name, list(each.sentences)] for each in line.irregular],
        "unmarked": list(line.unmarked),
        "unasked": list(line.unasked),
    }


def line_from_dict(content: Mapping[str, Any]) -> ReplayLine:
    """The line that `line_to_dict` gave."""
    read: dict[str, Callable[[Any], Any]] = {
        "sent_on": date.fromisoformat,
        "before": _winner_from_dict,
        "after": _winner_from_dict,
        "irregular": lambda found: tuple(Irregular(name, tuple(sentences)) for name, sentences in found),
        "unmarked": tuple,
        "unasked": tuple,
    }
    return ReplayLine(**{name: read[name](value) if name in read else value for name, value in content.items()})


def suppliers_to_dict(
    play: SupplierPlay, categories: Sequence[CategoryCount], requirements: Sequence[RequirementCount], shares: Mapping[str, str]
) -> dict[str, Any]:
    """What a report says of suppliers with JSON values only."""
    return {
        "admitted": play.admitted,
        "meeting": play.meeting,
        "categories": [{name: getattr(each, name) for name in CategoryCount.__slots__} for each in categories],
        "requirements": [_requirement_to_dict(each) for each in requirements],
        "shares": dict(shares),
    }


def report_from_dict(content: Mapping[str, Any]) -> PlayReport:
    """The report kept with a play: what `suppliers_to_dict` gave, and `lines`."""
    return PlayReport(
        admitted=content["admitted"],
        meeting=content["meeting"],
        categories=tuple(CategoryCount(**each) for each in content["categories"]),
        requirements=tuple(_requirement_from_dict(each) for each in content["requirements"]),
        lines=tuple(line_from_dict(each) for each in content["lines"]),
        shares=content["shares"],
    )


def _mean(winners: Sequence[Winner], key: str) -> Decimal | None:
    said = [(each.shares[key], each.total) for each in winners if key in each.shares]
    weight = sum((total for _, total in said), Decimal(0))
    return sum((share * total for share, total in said), Decimal(0)) / weight if weight else None


def _named(suppliers: Sequence[AdmittedSupplier]) -> tuple[Named, ...]:
    return tuple(Named(each.name, each.siret) for each in suppliers)


def _requirement_to_dict(count: RequirementCount) -> dict[str, Any]:
    groups = {group: [[each.name, each.siret] for each in getattr(count, group)] for group in ("meeting", "short", "silent")}
    return {"key": count.key, "label": count.label, "wanted": count.wanted, **groups}


def _requirement_from_dict(content: Mapping[str, Any]) -> RequirementCount:
    groups = {group: tuple(Named(*each) for each in content[group]) for group in ("meeting", "short", "silent")}
    return RequirementCount(content["key"], content["label"], content["wanted"], **groups)


def _winner_to_dict(winner: Winner | None) -> dict[str, Any] | None:
    if winner is None:
        return None
    return {"name": winner.name, "total": str(winner.total), "shares": {key: str(share) for key, share in winner.shares.items()}}


def _winner_from_dict(content: Mapping[str, Any] | None) -> Winner | None:
    if content is None:
        return None
    return Winner(content["name"], Decimal(content["total"]), {key: Decimal(share) for key, share in content["shares"].items()})
