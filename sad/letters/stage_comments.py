"""Letters to the services about a draft stage: what do you think of it, and what became of what you said."""

from collections.abc import Sequence
from datetime import date

from sad.letters.text import LetterText, write_letter
from sad.models.stage_changes import StageComment
from sad.models.stages import Stage


def opened(stage: Stage, *, until: date, home: str) -> LetterText:
    """To every requester: a draft to read and to comment until a day (included). `home`: address of the site."""
    return write_letter("stage_comments_opened", stage=stage, until=until, home=home)


def answered(stage: Stage, comments: Sequence[StageComment], *, home: str) -> LetterText:
    """To somebody who commented: each of its comments with the line it is about and the answer."""
    return write_letter("stage_comments_answered", stage=stage, comments=comments, names=_names(stage), home=home)


def _names(stage: Stage) -> dict[str, str]:
    return {"": "Le palier en entier", **{each.key: each.label for each in stage.as_value().requirements}}
