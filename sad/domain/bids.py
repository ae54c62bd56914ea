"""An opened offer as the frozen grid reads it: one value for each scored criterion."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sad.domain.requirements import Requirement, read_answer
from sad.domain.scoring.values import Bid, Criterion, Grid
from sad.domain.sentences import decimal_text
from sad.domain.stages import Stage


def bid_of(ref: str, *, grid: Grid, stage: Stage, total: Decimal, content: Mapping[str, Any], marks: Mapping[str, str]) -> Bid:
    """What an offer says on each scored criterion; what it does not say is left out (see `unsaid`).

    The price criterion takes the total (EUR excl. VAT), `scale` the mark given by a person, a criterion with a source the
    offer's value for that specification, any other the supplier's answer.
    """

    def said(leaf: Criterion) -> str | None:
        if leaf.price:
            return f"{total:.2f}"
        if leaf.method == "scale":
            return marks.get(leaf.key)
        scored = stage.scored_value(leaf.key)
        if scored is not None and scored.key != leaf.key:
            return _text(scored, content.get("values", {}).get(scored.key))
        return _text(scored, content.get("answers", {}).get(leaf.key))

    found = {leaf.key: said(leaf) for leaf in grid.scored}
    return Bid(ref, {key: text for key, text in found.items() if text is not None})


def unsaid(bid: Bid, grid: Grid) -> tuple[Criterion, ...]:
    """The scored criteria on which the bid has no value yet, in grid order."""
    return tuple(leaf for leaf in grid.scored if leaf.key not in bid.values)


def _text(requirement: Requirement | None, value: Any) -> str | None:
    """The value as a scoring file writes it; None when nothing readable was said."""
    answer = read_answer(requirement, value) if requirement else value
    if answer is None or answer == "":
        return None
    if isinstance(answer, bool):
        return "true" if answer else "false"
    return decimal_text(answer) if isinstance(answer, Decimal) else str(answer)
