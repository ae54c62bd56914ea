"""Systems and their stages as pages show them, to the public and to buyers alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sad.domain.calendar import paris_day
from sad.domain.comparison import Line, announced, asked, differences
from sad.domain.requirements import Nature, Requirement
from sad.domain.stages import Stage as StageValue
from sad.domain.stages import stage_in_force
from sad.models.stages import Stage
from sad.models.systems import PurchasingSystem, SystemPhase
from sad.web.comparisons import Group, groups_of

PHASES = {
    SystemPhase.DRAFT: ("Brouillon", "grey"),
    SystemPhase.ANNOUNCED: ("Annoncé", "blue"),
    SystemPhase.OPEN: ("Ouvert aux candidatures", "green"),
    SystemPhase.ENDED: ("Terminé", "grey"),
}
NATURES = {
    Nature.CAPACITY: ("Pour être admis", "Ce que l’entreprise doit être, avoir ou savoir faire."),
    Nature.SPECIFICATION: ("Ce que chaque offre doit respecter", "Une offre qui n’y répond pas ne peut pas être retenue."),
    Nature.AWARD_CRITERION: ("Ce qui est noté", "Des points sur 100 ; chaque consultation choisit les siens dans ce qui est annoncé."),
    Nature.PERFORMANCE_CONDITION: ("Ce qui est vérifié à la livraison", "L’offre n’est pas notée là-dessus ; le marché l’exige."),
    Nature.INFORMATION: ("Ce qui est demandé pour information", "La réponse ne décide de rien."),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A stage on the line: `state` is `done` (passed), `now` (in force) or `coming`.

    `groups` holds what it changes from the one before, by the way it moves; the first has its `points` instead, by criterion.
    """

    row: Stage
    value: StageValue
    state: str
    groups: tuple[Group, ...]
    points: tuple[tuple[str, str], ...]


def steps_of(rows: Sequence[Stage], at: datetime) -> list[Step]:
    """The stages by date, each with what it changes; the first with all the points that it gives."""
    values = [row.as_value() for row in rows]
    today = paris_day(at)
    now = stage_in_force(values, at) if any(value.effective_on <= today for value in values) else None
    return [
        Step(row, value, _state(value, now), *_told(values[place - 1] if place else None, value))
        for place, (row, value) in enumerate(zip(rows, values, strict=True))
    ]


def shown_of(system: PurchasingSystem, rows: Sequence[Stage]) -> list[Stage]:
    """The stages of the line: the roadmap once the system is open, when a draft is nobody's yet; before, the drafts are the roadmap."""
    return [row for row in rows if system.opened_at is None or row.is_on_roadmap]


def requirement_groups(stage: StageValue) -> list[tuple[str, str, tuple[Requirement, ...]]]:
    """The requirements of a stage by nature: title, explanation, requirements; empty natures left out."""
    groups = ((*words, stage.of_nature(nature)) for nature, words in NATURES.items())
    return [group for group in groups if group[2]]


def line_groups(lines: Sequence[Line]) -> list[tuple[str, list[Line]]]:
    """The lines of a comparison by nature, each with its title."""
    groups = ((words[0], [line for line in lines if line.nature is nature]) for nature, words in NATURES.items())
    return [group for group in groups if group[1]]


def conditions_of(system: PurchasingSystem, steps: Sequence[Step]) -> Mapping[str, tuple[Requirement, ...]]:
    """By category key, what must be shown in order to be admitted now, or at the first stage while none is in force."""
    stage = next((step.value for step in steps if step.state == "now"), steps[0].value if steps else None)
    return {each.key: stage.of_nature(Nature.CAPACITY, each.key) if stage else () for each in system.categories}


def names_of(system: PurchasingSystem) -> dict[str, str]:
    """The label of each category of the system, by key."""
    return {each.key: each.label for each in system.categories}


def _state(stage: StageValue, now: StageValue | None) -> str:
    if now is None or stage.effective_on > now.effective_on:
        return "coming"
    return "now" if stage == now else "done"


def _told(before: StageValue | None, value: StageValue) -> tuple[tuple[Group, ...], tuple[tuple[str, str], ...]]:
    if before is not None:
        return tuple(groups_of(differences(before, value))), ()
    criteria = value.of_nature(Nature.AWARD_CRITERION)
    return (), tuple((each.label, f"{asked(each)} ({announced(each)})" if announced(each) else asked(each)) for each in criteria)
