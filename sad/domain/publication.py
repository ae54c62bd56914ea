"""What forbids the publication of a stage, and what only asks its author for a reason."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sad.domain.criteria import Criterion, criteria_faults, environment_warnings
from sad.domain.errors import Refusal
from sad.domain.grid_rules import refusals_of, stage_findings
from sad.domain.law import CriteriaLaw, StageLaw
from sad.domain.requirement_law import requirement_faults, requirement_warnings
from sad.domain.requirements import Nature
from sad.domain.reserved import status_faults
from sad.domain.sentences import french_date, french_number
from sad.domain.stages import Stage, announced_range


@dataclass(frozen=True, slots=True)
class Notice:
    """What the contract notice of the system says, and whether a first invitation has left.

    `reserved`: to whom each reserved category is (L2113-12, L2113-13), by category key.
    """

    sent_on: date
    valid_from: date
    valid_until: date
    categories: tuple[str, ...] = ()
    first_invitation_on: date | None = None
    reserved: Mapping[str, str] = field(default_factory=dict)


def publication_faults(stage: Stage, roadmap: Sequence[Stage], notice: Notice, law: StageLaw) -> list[Refusal]:
    """All that forbids publishing the stage, never only the first fault.

    `roadmap` holds the other stages, published or published with it; the stage itself in it is ignored, as is a later or
    simultaneous one of its number, whose place it takes.
    """
    others = _others(stage, roadmap)
    return [
        *_date_faults(stage, others, notice),
        *_key_faults(stage),
        *status_faults(stage, notice.reserved),
        *(fault for each in stage.requirements for fault in requirement_faults(each)),
        *_by_category(stage, notice, criteria_faults, law),
        *_announced_faults(stage, others, notice),
        *_capacity_change(stage, others, notice),
        *refusals_of(stage_findings(stage, notice.categories, law), blocking=True),
    ]


def publication_warnings(stage: Stage, roadmap: Sequence[Stage], notice: Notice, law: StageLaw) -> list[Refusal]:
    """What asks for a recorded reason before publishing: PAL-03, PAL-01 (corrigendum), CRI-03, CRI-08, CRI-13."""
    return [
        *_notice_warnings(stage, _others(stage, roadmap), notice, law),
        *_by_category(stage, notice, environment_warnings, law),
        *(warning for each in stage.requirements for warning in requirement_warnings(each)),
        *refusals_of(stage_findings(stage, notice.categories, law), blocking=False),
    ]


def _others(stage: Stage, roadmap: Sequence[Stage]) -> list[Stage]:
    return sorted((each for each in roadmap if not _takes_place_of(stage, each)), key=lambda each: each.effective_on)


def _takes_place_of(stage: Stage, other: Stage) -> bool:
    return stage.number == other.number and stage.effective_on <= other.effective_on


def _is_first(stage: Stage, others: Sequence[Stage]) -> bool:
    return all(stage.effective_on < other.effective_on for other in others)


def _date_faults(stage: Stage, others: Sequence[Stage], notice: Notice) -> Iterator[Refusal]:
    def fault(message: str, remedy: str, field: str = "effective_on") -> Refusal:
        return Refusal(message, remedy, "PAL-01", field)

    if stage.announced_on > stage.effective_on:
        yield fault("Le palier prendrait effet avant d’être annoncé.", "Reculer sa date d’effet.")
    if not notice.valid_from <= stage.effective_on <= notice.valid_until:
        span = f"Choisir une date du {french_date(notice.valid_from)} au {french_date(notice.valid_until)}."
        yield fault("Le palier prendrait effet hors de la période de validité du système.", span)
    elif _is_first(stage, others) and stage.effective_on != notice.valid_from:
        opening = f"Choisir le {french_date(notice.valid_from)}."
        yield fault("Le premier palier prend effet le jour où le système ouvre.", opening)
    for other in others:
        if other.effective_on == stage.effective_on:
            yield fault(f"« {other.label} » prend déjà effet le {french_date(stage.effective_on)}.", "Choisir un autre jour.")
        elif other.number != stage.number and (other.number < stage.number) != (other.effective_on < stage.effective_on):
            yield fault(f"L’ordre des dates contredit celui des numéros : voir « {other.label} ».", "Corriger le numéro ou la date.")


def _key_faults(stage: Stage) -> Iterator[Refusal]:
    keys = [each.key for each in stage.requirements]
    for key in dict.fromkeys(keys):
        if keys.count(key) > 1:
            yield Refusal(f"Deux exigences portent le même nom, « {key} ».", "En renommer une.", "PAL-01", key)
    for each in stage.requirements:
        source = stage.requirement(each.source) if each.source else None
        if each.source and (source is None or source.nature is not Nature.SPECIFICATION):
            message = f"« {each.label} » note une valeur, « {each.source} », que les offres ne donnent pas."
            yield Refusal(message, "Choisir une exigence de l’offre de ce palier.", "CRI-04", each.key)


def _by_category(
    stage: Stage, notice: Notice, rule: Callable[[Sequence[Criterion], CriteriaLaw, str], list[Refusal]], law: StageLaw
) -> Iterator[Refusal]:
    """The faults of the criteria of each category, once only when all categories share them."""
    criteria = [each for each in stage.requirements if each.nature is Nature.AWARD_CRITERION]
    named = {category for each in criteria for category in each.categories}
    if not named:
        yield from rule([Criterion.of_requirement(each) for each in criteria], law, "")
        return
    for category in dict.fromkeys((*notice.categories, *sorted(named))):
        applied = [Criterion.of_requirement(each) for each in criteria if each.applies_to(category, ())]
        yield from rule(applied, law, f"pour la catégorie « {category} »")


def _announced_faults(stage: Stage, others: Sequence[Stage], notice: Notice) -> Iterator[Refusal]:
    """SAD-20: a stage that comes after the notice keeps its criteria and their ranges (R2162-51)."""
    initial = [each for each in others if each.announced_on <= notice.sent_on]
    if stage.announced_on <= notice.sent_on or not initial:
        return
    announced = {each.key: each for other in initial for each in other.of_nature(Nature.AWARD_CRITERION)}
    for each in stage.of_nature(Nature.AWARD_CRITERION):
        if each.key not in announced:
            message = f"« {each.label} » n’est pas un critère de l’avis."
            yield Refusal(message, "Garder les critères annoncés, ou publier un nouveau système.", "SAD-20", each.key)
            continue
        before, after = announced_range(announced[each.key]), announced_range(each)
        if after[0] < before[0] or after[1] > before[1]:
            message = f"« {each.label} » : l’avis annonce un poids de {french_number(before[0])} à {french_number(before[1])}."
            yield Refusal(message, "Rester dans ce qui est annoncé.", "SAD-20", each.key)


def _capacity_change(stage: Stage, others: Sequence[Stage], notice: Notice) -> Iterator[Refusal]:
    """PAL-01: after the first invitation, a stage of a corrigendum keeps the capacities of the one before it."""
    before = [each for each in others if each.effective_on < stage.effective_on]
    if notice.first_invitation_on is None or stage.announced_on <= notice.sent_on or not before:
        return
    if set(before[-1].of_nature(Nature.CAPACITY)) != set(stage.of_nature(Nature.CAPACITY)):
        message = "Les capacités demandées ne changent plus après la première invitation."
        yield Refusal(message, f"Reprendre celles de « {before[-1].label} ».", "PAL-01", "requirements")


def _notice_warnings(stage: Stage, others: Sequence[Stage], notice: Notice, law: StageLaw) -> Iterator[Refusal]:
    days = (stage.effective_on - stage.announced_on).days
    if not _is_first(stage, others) and days < law.stage_notice_days:
        message = f"Le palier prend effet {days} jour{'s' if days > 1 else ''} après son annonce."
        remedy = f"Laisser au moins {law.stage_notice_days} jours aux fournisseurs pour s’adapter, ou écrire pourquoi."
        yield Refusal(message, remedy, "PAL-03", "effective_on")
    if stage.announced_on > notice.sent_on and others:
        message = "Ce palier n’était pas dans l’avis initial : il passe par un avis rectificatif."
        yield Refusal(message, "Écrire pourquoi il vient après l’avis.", "PAL-01", "announced_on")
