"""The grid of a ranking as a sheet, and where the formulas of the others find its numbers."""

from collections.abc import Sequence
from fractions import Fraction

from sad.domain.comparison import METHODS, method_in_words
from sad.domain.scoring.grid_file import criterion_to_dict
from sad.domain.scoring.ranking import Minimum
from sad.domain.scoring.values import Criterion, Grid
from sad.exports.workbook import Page, cell, on

NAME = "Grille"
HEADS = (
    "Critère",
    "Sous-critère de",
    "Poids",
    "Méthode",
    "Barème",
    "Tous les points à",
    "Aucun point à",
    "Plancher (points)",
    "Minimum (part du poids)",
    "Minimum (points)",
    "Départage (ordre)",
)
WIDTHS = (34, 24, 10, 60, 10, 12, 12, 12, 14, 12, 12)
LABEL, PARENT, WEIGHT, METHOD, SHARE, LEAST, TIE = 0, 1, 2, 3, 8, 9, 10
OPTIONS = {"scale": 4, "best": 5, "worst": 6, "floor": 7}
TOP = 2  # row of the titles
BEYOND, NO_LIMIT = "au-delà", "sans limite"


class GridPage:
    """Where each number of the grid is, and the writing of them."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.rows = {criterion.key: row for row, criterion in enumerate(grid.every_criterion, start=TOP + 1)}
        self.total_row = TOP + len(self.rows) + 1
        self.decimals_row = self.total_row + 1
        self.steps_row = self.decimals_row + 2
        self._steps: dict[str, int] = {}
        row = self.steps_row + 1
        for leaf in self._with_steps():
            self._steps[leaf.key] = row
            row += len(ladder(leaf))

    def label(self, criterion: Criterion | None) -> str:
        """The address of the label of a criterion; of the total for None."""
        return on(NAME, cell(self._row(criterion), LABEL))

    def weight(self, criterion: Criterion) -> str:
        """The address of its weight."""
        return on(NAME, cell(self.rows[criterion.key], WEIGHT))

    def least(self, minimum: Minimum) -> str:
        """The address of the least points it asks for."""
        return on(NAME, cell(self._row(minimum.criterion), LEAST))

    def options(self, leaf: Criterion) -> dict[str, str]:
        """The addresses of the numbers of its method, by option."""
        return {name: on(NAME, cell(self.rows[leaf.key], column)) for name, column in OPTIONS.items() if name in leaf.options}

    def decimals(self) -> str:
        """The address of the number of decimals of points."""
        return on(NAME, cell(self.decimals_row, WEIGHT))

    def limits(self, leaf: Criterion) -> str:
        """The addresses of the limits of its steps: all of the texts, or those of the numbers; empty for none."""
        count = sum(step.limit is not None for step in leaf.options.get("steps", ()))
        return self._column(leaf, PARENT, count) if count else ""

    def shares(self, leaf: Criterion) -> str:
        """The addresses of the shares of its steps, that beyond the last limit included."""
        return self._column(leaf, WEIGHT, len(ladder(leaf))) if leaf.key in self._steps else ""

    def write(self, page: Page) -> None:
        """Write the whole sheet."""
        page.text(0, 0, "La grille telle qu’elle a été figée. Changez un poids ou une limite : le classement suit.", italic=True)
        page.heads(TOP, HEADS, widths=WIDTHS)
        for criterion in self.grid.criteria:
            for member in criterion.family:
                self._write_criterion(page, member, criterion)
        self._write_total(page)
        if self._steps:
            for column, title in enumerate(("Marches du critère", "Jusqu’à, ou valeur", "Part du poids")):
                page.text(self.steps_row, column, title, bold=True, bottom=1)
        for leaf in self._with_steps():
            for row, (limit, share) in enumerate(ladder(leaf), start=self._steps[leaf.key]):
                page.text(row, LABEL, leaf.label)
                (page.text if isinstance(limit, str) else page.number)(row, PARENT, limit)
                page.number(row, WEIGHT, share)

    def _write_criterion(self, page: Page, member: Criterion, parent: Criterion) -> None:
        row = self.rows[member.key]
        page.text(row, LABEL, member.label, bold=member is parent, text_wrap=True)
        page.text(row, PARENT, "" if member is parent else parent.label)
        if member.sub_criteria:
            parts = [cell(self.rows[part.key], WEIGHT) for part in member.sub_criteria]
            page.formula(row, WEIGHT, "+".join(parts), float(member.weight), bold=True)
        else:
            page.number(row, WEIGHT, float(member.weight))
        page.text(row, METHOD, METHODS["steps"] if member.method == "steps" else method_in_words(criterion_to_dict(member)), text_wrap=True)
        for name, column in OPTIONS.items():
            if isinstance(member.options.get(name), Fraction):
                page.number(row, column, float(member.options[name]))
        if member.minimum is not None:
            page.number(row, SHARE, float(member.minimum))
            least = f"{cell(row, SHARE)}*{cell(row, WEIGHT)}"
            page.formula(row, LEAST, least, float(member.minimum * member.weight))
        if member.key in self.grid.tie_rule:
            page.number(row, TIE, self.grid.tie_rule.index(member.key) + 1)

    def _write_total(self, page: Page) -> None:
        page.text(self.total_row, LABEL, "Total", bold=True, top=1)
        weights = [cell(self.rows[criterion.key], WEIGHT) for criterion in self.grid.criteria]
        page.formula(self.total_row, WEIGHT, "+".join(weights), float(self.grid.total_weight), bold=True, top=1)
        if self.grid.minimum_total is not None:
            page.number(self.total_row, LEAST, float(self.grid.minimum_total))
        page.text(self.decimals_row, LABEL, "Décimales des points")
        page.number(self.decimals_row, WEIGHT, self.grid.decimals)

    def _row(self, criterion: Criterion | None) -> int:
        return self.rows[criterion.key] if criterion else self.total_row

    def _with_steps(self) -> Sequence[Criterion]:
        return [leaf for leaf in self.grid.scored if "steps" in leaf.options]

    def _column(self, leaf: Criterion, column: int, count: int) -> str:
        first = self._steps[leaf.key]
        return on(NAME, f"{cell(first, column)}:{cell(first + count - 1, column)}")


def ladder(leaf: Criterion) -> list[tuple[str | float, float]]:
    """The limits and shares of its steps; of numbers, a last one without limit is added when the grid names none: nothing."""
    steps = leaf.options["steps"]
    if leaf.has_text_steps:
        return [(step.limit, float(step.share)) for step in steps]
    rows: list[tuple[str | float, float]] = [(float(step.limit), float(step.share)) for step in steps if step.limit is not None]
    return [*rows, (NO_LIMIT, float(steps[-1].share)) if steps[-1].limit is None else (BEYOND, 0.0)]
