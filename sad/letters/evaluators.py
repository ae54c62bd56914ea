"""Letters to the evaluators of a mini-tender: their marks are awaited, they are released, the consensus is to be written."""

from collections.abc import Sequence

from sad.domain.scoring.values import Criterion
from sad.letters.text import LetterText, write_letter
from sad.models.mini_tenders import MiniTender


def named(mini_tender: MiniTender, criteria: Sequence[Criterion]) -> LetterText:
    """Your marks are awaited, on these criteria; nothing of who answered, since interests are declared first."""
    return write_letter("evaluator_named", mini_tender=mini_tender, criteria=criteria)


def released(mini_tender: MiniTender, *, reason: str) -> LetterText:
    """Your marks are no longer awaited, and why."""
    return write_letter("evaluator_released", mini_tender=mini_tender, reason=reason)


def consensus_due(mini_tender: MiniTender) -> LetterText:
    """Every evaluator has handed its marks over: the consensus can be written."""
    return write_letter("consensus_due", mini_tender=mini_tender)
