"""Letters to the services about a draft stage: what do you think of it, and what became of what you said."""

from collections.abc import Sequence
from datetime import date

from sad.domain.requirements import Nature
from sad.domain.stages import Stage as StageValue
from sad.letters.text import LetterText, write_letter
from sad.models.stage_changes import StageComment
from sad.models.stages import Stage

WHOLE = "Le palier en entier"


def opened(stage: Stage, *, until: date, home: str) -> LetterText:
    """To every requester: a draft to read and to comment until a day (included). `home`: address of the site."""
    return write_letter("stage_comments_opened", stage=stage, until=until, home=home)


def answered(stage: Stage, comments: Sequence[StageComment], *, home: str) -> LetterText:
    """To somebody who commented: each of its comments with the line it is about and the answer."""
    return write_letter("stage_comments_answered", stage=stage, comments=comments, names=line_names(stage.as_value()), home=home)


def line_names(stage: StageValue) -> dict[str, str]:
    """How to call each line of a stage, by its key; the whole under the empty one. What is asked and what is scored often share a label."""
    scored = ((each, each.nature is Nature.AWARD_CRITERION) for each in stage.requirements)
    return {"": WHOLE, **{each.key: f"{each.label}, dans la note" if is_scored else each.label for each, is_scored in scored}}
