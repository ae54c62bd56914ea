"""The emergency brake: what a coming stage leaves of the competition in one category, and what each way out would change (PAL-06)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sad.domain.play import AdmittedSupplier
from sad.domain.requirements import Nature, Requirement
from sad.domain.stages import Gap, Stage, gaps


@dataclass(frozen=True, slots=True)
class Lack:
    """One requirement that keeps suppliers of the category out: who falls short, who has not said.

    `able_without` counts who could offer if it alone were not asked.
    """

    requirement: Requirement
    short: tuple[AdmittedSupplier, ...]
    silent: tuple[AdmittedSupplier, ...]
    able_without: int


@dataclass(frozen=True, slots=True)
class CategoryBrake:
    """A coming stage held against the suppliers admitted to one category, beside the stage in force."""

    category: str
    fewest: int
    admitted: tuple[AdmittedSupplier, ...]
    able_now: int
    passing: tuple[AdmittedSupplier, ...]
    lacks: tuple[Lack, ...]
    lacking: Mapping[int, frozenset[str]]

    @property
    def able_then(self) -> int:
        """How many could still offer once the stage is in force."""
        return len(self.passing)

    @property
    def is_pulled(self) -> bool:
        """Whether the stage takes suppliers away and leaves too few; one that takes nobody away is not the cause."""
        return self.able_then < self.fewest and self.able_then < self.able_now

    def able_without(self, keys: Collection[str]) -> int:
        """How many could offer if these requirements were not asked in the category."""
        return sum(lacking <= set(keys) for lacking in self.lacking.values())


def brake_of(stage: Stage, now: Stage | None, suppliers: Sequence[AdmittedSupplier], category: str, *, fewest: int) -> CategoryBrake:
    """What the stage leaves in the category; `now` is the stage in force, None before the first."""
    there = tuple(each for each in suppliers if category in each.categories)
    found = {each.id: gaps(stage, each.declared, each.families, category) for each in there}
    lacking = {key: frozenset(gap.requirement for gap in lacks) for key, lacks in found.items()}
    return CategoryBrake(
        category=category,
        fewest=fewest,
        admitted=there,
        able_now=sum(not gaps(now, each.declared, each.families, category) for each in there) if now else len(there),
        passing=tuple(each for each in there if not found[each.id]),
        lacks=tuple(
            _lack(each, there, found, lacking)
            for each in stage.of_nature(Nature.SPECIFICATION, category)
            if any(each.key in keys for keys in lacking.values())
        ),
        lacking=lacking,
    )


def _lack(
    requirement: Requirement,
    suppliers: Sequence[AdmittedSupplier],
    found: Mapping[int, Sequence[Gap]],
    lacking: Mapping[int, frozenset[str]],
) -> Lack:
    own = {each.id: gap for each in suppliers for gap in found[each.id] if gap.requirement == requirement.key}
    return Lack(
        requirement,
        short=tuple(each for each in suppliers if each.id in own and own[each.id].has is not None),
        silent=tuple(each for each in suppliers if each.id in own and own[each.id].has is None),
        able_without=sum(keys <= {requirement.key} for keys in lacking.values()),
    )
