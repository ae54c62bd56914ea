"""What a stage means for one supplier, from what it declares of its usual offer: what it meets, what it lacks, what it has not said."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sad.domain.comparison import Difference, Kind, differences
from sad.domain.play import AdmittedSupplier, distinct_gaps, gaps_of
from sad.domain.requirements import Nature, Requirement, read_answer
from sad.domain.sentences import french_date, french_number
from sad.domain.stages import Gap, Stage


@dataclass(frozen=True, slots=True)
class Meaning:
    """The minimums of a stage that concern a supplier: met, short of what is asked, and not declared yet. Each once."""

    met: tuple[Requirement, ...]
    short: tuple[Gap, ...]
    silent: tuple[Gap, ...]

    @property
    def lacking(self) -> tuple[Gap, ...]:
        """All that still separates the supplier from the stage, what it said first."""
        return (*self.short, *self.silent)


def meaning_of(stage: Stage, supplier: AdmittedSupplier) -> Meaning:
    """Hold a stage against the usual offer of a supplier, for all its categories together."""
    found = distinct_gaps(gaps_of(stage, supplier))
    lacking = {gap.requirement for gap in found}
    asked = [each for each in stage.of_nature(Nature.SPECIFICATION) if imposes(each) and concerns(each, supplier)]
    return Meaning(
        met=tuple(each for each in asked if each.key not in lacking),
        short=tuple(gap for gap in found if gap.has is not None),
        silent=tuple(gap for gap in found if gap.has is None),
    )


def imposes(requirement: Requirement) -> bool:
    """Whether some answer would not do: a share of 0 % at least refuses nothing."""
    return requirement.comparison != "any" and not (requirement.comparison == "at_least" and requirement.threshold == 0)


def concerns(requirement: Requirement | None, supplier: AdmittedSupplier) -> bool:
    """Whether a requirement holds for the supplier in one of its categories."""
    return requirement is not None and any(requirement.applies_to(key, supplier.families) for key in supplier.categories)


def met_in_words(requirement: Requirement, supplier: AdmittedSupplier) -> str:
    """What the supplier declares beside what is asked, in French: « Approvisionnement direct : 100 %, pour 40 % au moins »."""
    answer = read_answer(requirement, supplier.declared.get(requirement.key))
    if not isinstance(answer, Decimal):
        return f"{requirement.label} : oui"
    unit = " %" if requirement.unit == "percent" else ""
    return f"{requirement.label} : {french_number(answer)}{unit}, pour {requirement.wanted}"


def lack_in_words(gap: Gap, supplier: AdmittedSupplier, earlier: Sequence[Stage]) -> str:
    """The gap in French, with the first of these stages, by date, if one already asks for what is lacking."""
    first = next((each for each in earlier if _lacks(each, gap.requirement, supplier)), None)
    if first is None:
        return gap.sentence
    return f"{gap.sentence} ; déjà demandé par « {first.label} », à partir du {french_date(first.effective_on)}"


def changes_for(before: Stage, after: Stage, supplier: AdmittedSupplier) -> list[str]:
    """What changes for the supplier from one stage to another, a French sentence for each line that concerns it."""
    told = (_change(each, before, after, supplier) for each in differences(before, after) if each.kind is not Kind.UNCHANGED)
    return [sentence for sentence in told if sentence]


def touches_admission(before: Stage, after: Stage, supplier: AdmittedSupplier) -> bool:
    """Whether what changes for the supplier includes a condition of its admission."""
    changed = (each for each in differences(before, after) if each.nature is Nature.CAPACITY and each.kind is not Kind.UNCHANGED)
    return any(bool(_change(each, before, after, supplier)) for each in changed)


def _lacks(stage: Stage, requirement: str, supplier: AdmittedSupplier) -> bool:
    return requirement in {each.requirement for each in meaning_of(stage, supplier).lacking}


def _change(line: Difference, before: Stage, after: Stage, supplier: AdmittedSupplier) -> str:
    old, new = _held(before, line), _held(after, line)
    was_asked = old is not None and concerns(old, supplier) and (old.nature is not Nature.SPECIFICATION or imposes(old))
    is_asked = concerns(new, supplier)
    if not was_asked and not is_asked:
        return ""
    if new is not None and not is_asked:
        return f"{line.label} : ce n’est plus demandé pour vos produits (avant : {line.before})."
    if line.before == line.after and line.kind is Kind.CHANGED:
        return f"{line.label} : {line.after}, avec une rédaction nouvelle."
    return line.sentence


def _held(stage: Stage, line: Difference) -> Requirement | None:
    return next((each for each in stage.of_nature(line.nature) if each.key == line.key), None)
