"""What is said of a coming stage that leaves too few suppliers: to the buyers, and to everybody once it is maintained."""

from collections.abc import Sequence

from sad.domain.brakes import CategoryBrake
from sad.letters.text import LetterText, write_letter
from sad.models.stages import Stage


def warning(stage: Stage, categories: Sequence[tuple[str, CategoryBrake]], *, home: str) -> LetterText:
    """To the buyers: the categories, by label, in which somebody must decide before the day. `home`: address of the site."""
    return write_letter("brake_warning", stage=stage, categories=categories, home=home)


def maintained(stage: Stage, category: str, figures: CategoryBrake, *, reason: str) -> LetterText:
    """The text to publish: the stage stays as it was announced, although few answer to it; no supplier is named."""
    return write_letter("brake_maintained", stage=stage, category=category, figures=figures, reason=reason)
