"""The text of a corrigendum: what changes in the roadmap of a system, from when and why, ready to be published."""

from collections.abc import Sequence

from sad.domain.comparison import Difference, Kind
from sad.domain.corrigenda import Move
from sad.domain.stages import Stage
from sad.letters.text import LetterText, write_letter
from sad.models.systems import PurchasingSystem


def corrigendum(
    system: PurchasingSystem, stage: Stage, replaced: Stage | None, move: Move, changes: Sequence[Difference], *, reason: str
) -> LetterText:
    """The notice text; `changes` compares with the revision whose place the stage takes, else with the stage before it."""
    told = [each for each in changes if each.kind is not Kind.UNCHANGED]
    return write_letter(
        "corrigendum",
        system=system,
        organisation=system.organisation,
        stage=stage,
        replaced=replaced,
        move=move,
        changes=told,
        labels={each.key: each.label for each in system.categories},
        reason=reason,
    )
