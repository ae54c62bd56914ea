"""What a corrigendum may do to a published roadmap: add a stage, postpone one, soften one, for everybody (PAL-01, PAL-02)."""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum

from sad.domain.comparison import Difference, Kind, differences
from sad.domain.errors import Refusal
from sad.domain.publication import Notice
from sad.domain.requirements import Nature
from sad.domain.sentences import french_date
from sad.domain.stages import Stage

SOFTER = frozenset({Kind.LOOSENED, Kind.REMOVED, Kind.UNCHANGED})


class Move(StrEnum):
    """What a draft would do to the roadmap."""

    ADDED = "added"
    POSTPONED = "postponed"
    SOFTENED = "softened"


def move_of(stage: Stage, replaced: Stage | None) -> Move:
    """What publishing the stage does; `replaced` is the published stage of the same number, if there is one."""
    if replaced is None:
        return Move.ADDED
    return Move.SOFTENED if _changed(stage, replaced) else Move.POSTPONED


def corrigendum_faults(stage: Stage, replaced: Stage | None, notice: Notice, today: date) -> list[Refusal]:
    """All that forbids this change of the roadmap, besides what forbids publishing the stage itself."""
    faults = list(_future_faults(stage, today))
    if replaced is not None:
        faults += [
            *_postponement_faults(stage, replaced, today),
            *_hardening_faults(stage, replaced),
            *_capacity_faults(stage, replaced, notice),
        ]
    return faults


def is_in_force(stage: Stage, today: date) -> bool:
    """Whether a stage has already taken effect: a softer revision then follows it instead of taking its place."""
    return stage.effective_on <= today


def _changed(stage: Stage, replaced: Stage) -> list[Difference]:
    return [each for each in differences(replaced, stage) if each.kind is not Kind.UNCHANGED]


def _future_faults(stage: Stage, today: date) -> Iterator[Refusal]:
    if stage.effective_on <= today:
        message = "Un changement de palier ne prend jamais effet le jour même ni dans le passé."
        yield Refusal(message, f"Choisir une date après le {french_date(today)}.", "PAL-01", "effective_on")


def _postponement_faults(stage: Stage, replaced: Stage, today: date) -> Iterator[Refusal]:
    if stage.effective_on < replaced.effective_on:
        message = f"Un palier publié ne s’avance pas : celui-ci est annoncé pour le {french_date(replaced.effective_on)}."
        yield Refusal(message, "Garder cette date, ou en choisir une plus lointaine.", "PAL-02", "effective_on")
    if _changed(stage, replaced):
        return
    if is_in_force(replaced, today):
        message = f"Ce palier est en vigueur depuis le {french_date(replaced.effective_on)} : il ne se repousse plus."
        yield Refusal(message, "Il peut encore être adouci, à partir d’une date à venir.", "PAL-02", "effective_on")
    elif stage.effective_on == replaced.effective_on:
        message = "Ce brouillon ne change rien au palier publié."
        yield Refusal(message, "Le repousser, l’adoucir, ou supprimer le brouillon.", "PAL-02", "effective_on")


def _hardening_faults(stage: Stage, replaced: Stage) -> Iterator[Refusal]:
    for each in differences(replaced, stage):
        if each.kind in SOFTER:
            continue
        message = f"« {each.label} » : {HARDER.get(each.kind, 'la règle changerait')} ({each.before} → {each.after})."
        yield Refusal(message, REMEDY, "PAL-02", each.key)


def _capacity_faults(stage: Stage, replaced: Stage, notice: Notice) -> Iterator[Refusal]:
    """Decision 2 of the law page: no capacity changes after the first invitation, not even to soften it."""
    capacities: Sequence[set[object]] = [set(each.of_nature(Nature.CAPACITY)) for each in (stage, replaced)]
    if notice.first_invitation_on is not None and capacities[0] != capacities[1]:
        message = "Les capacités demandées ne changent plus après la première invitation."
        yield Refusal(message, f"Reprendre celles de « {replaced.label} ».", "PAL-01", "requirements")


HARDER = {
    Kind.ADDED: "une exigence de plus",
    Kind.TIGHTENED: "l’exigence serait plus dure",
    Kind.WEIGHS_MORE: "le poids changerait",
    Kind.WEIGHS_LESS: "le poids changerait",
}
REMEDY = "Un palier publié peut seulement être repoussé ou adouci : revenir à ce qui est publié, ou l’écrire dans un palier de plus."
