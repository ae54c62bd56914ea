"""A ranking as a spreadsheet that computes it again: offers, grid, eliminations round by round, points, ranks, all by formula.

The figures beside the formulas are the exact ones, for readers that do not compute. A spreadsheet counts on fifteen digits: what it
cannot settle (two totals within a billionth of a point, a point within a billionth of a half) is said in « À vérifier ».
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

from sad.domain.scoring.methods import is_numeric, method_of
from sad.domain.scoring.numbers import printed
from sad.domain.scoring.ranking import Minimum, minimums_of, rank
from sad.domain.scoring.scoring_file import read_scoring_file
from sad.domain.scoring.sheet import Scores
from sad.domain.scoring.values import Bid, Criterion, Grid
from sad.exports.ranking_formulas import NEAR, NO, YES, Cells, missed_formula, points_formula, rank_formula
from sad.exports.ranking_grid import NAME as GRID
from sad.exports.ranking_grid import GridPage
from sad.exports.ranking_rounds import POINTS, Round, rounds_of, shown_value
from sad.exports.scoring_file import scoring_file_name
from sad.exports.workbook import Page, Workbook, cell, on
from sad.models.evaluations import Ranking

RESULT, OFFERS = "Classement", "Offres"
LOW, HIGH, TOP, FIRST = 2, 3, 4, 5  # rows: lowest and highest value, titles, first offer
NAMED, ACTIVE, VALUES = 0, 1, 2  # columns: the offer, whether it remains, then the values
MOST_DIGITS = 15
WIDE, NARROW = 36, 13
AMOUNT, REMAINS = "#,##0.00", f'"{YES}";"{YES}";"{NO}"'
TIE = "Égalité à un milliardième de point près. "
HALF = "Des points à un milliardième de la moitié d’un arrondi. "
AT_LEAST = "Des points à un milliardième d’un minimum. "
TOO_BIG = "Un total trop grand pour les quinze chiffres d’un tableur. "
BIG = 100_000
LONG_NUMBERS = "Des valeurs ont plus de quinze chiffres : le tableur les arrondit, le classement de l’application fait foi."
ABOUT = "Calculé par les formules des autres feuilles : changez une valeur ou un poids, le classement suit."
DIGITS = "Un tableur compte sur quinze chiffres ; « À vérifier » dit ce qu’il ne peut pas départager. L’application compte exactement."
UNSTABLE = "Avec ces valeurs il faut un tour d’élimination de plus : le classement ci-dessous n’est pas complet."


def ranking_sheet(ranking: Ranking) -> bytes:
    """The spreadsheet (xlsx) of a stored ranking."""
    return sheet_of(*read_scoring_file(ranking.scoring_file))


def ranking_sheet_name(ranking: Ranking) -> str:
    """The name under which it is downloaded."""
    return scoring_file_name(ranking).removesuffix(".json") + ".xlsx"


def sheet_of(title: str, grid: Grid, bids: Sequence[Bid]) -> bytes:
    """The spreadsheet (xlsx) of a scoring file. Raises ScoringFaults when it cannot be ranked."""
    return _Book(title, grid, sorted(bids, key=lambda bid: bid.ref)).written()


class _Book:
    """The workbook of one ranking. Offers keep the same row on every sheet, by reference."""

    def __init__(self, title: str, grid: Grid, bids: Sequence[Bid]) -> None:
        self.title, self.grid, self.bids = title, grid, bids
        self.result = rank(bids, grid)
        self.rounds = rounds_of(bids, grid)
        self.last = self.rounds[-1]
        self.numbers = GridPage(grid)
        self.book = Workbook()
        self.leaves = {leaf.key: VALUES + place for place, leaf in enumerate(grid.scored)}
        start = VALUES + len(self.leaves)
        self.points = {criterion.key: start + place for place, criterion in enumerate(grid.every_criterion)}
        self.total = start + len(self.points)
        self.missed, self.stays = self.total + 1, self.total + 2
        self.rank, self.order, self.reason, self.check = (self.total + place for place in (2, 3, 4, 5))
        self.shown = "0" + ("." + "0" * grid.decimals if grid.decimals else "")

    def written(self) -> bytes:
        """The content of the file."""
        result, offers, grid = (self.book.page(name) for name in (RESULT, OFFERS, GRID))
        self._write_result(result)
        self._write_offers(offers)
        self.numbers.write(grid)
        for place, each in enumerate(self.rounds):
            page = self.book.page(each.name)
            self._write_round(page, each, self.rounds[place - 1] if place else None)
            self._write_ranks(page) if each is self.last else self._write_stays(page, each)
        return self.book.content()

    def _write_offers(self, page: Page) -> None:
        page.text(0, 0, f"Les valeurs des offres telles qu’elles ont été classées ; une réponse fermée est {YES} ou {NO}.", italic=True)
        heads = ["Offre", "", *(leaf.label for leaf in self.grid.scored)]
        page.heads(TOP, heads, widths=[WIDE, 2, *[NARROW + 5] * len(self.leaves)])
        for row, bid in enumerate(self.bids, start=FIRST):
            page.text(row, NAMED, bid.ref)
            for leaf in self.grid.scored:
                value = shown_value(leaf, bid)
                if isinstance(value, str):
                    page.text(row, self.leaves[leaf.key], value)
                else:
                    page.number(row, self.leaves[leaf.key], value, **self._look(leaf))

    def _write_round(self, page: Page, each: Round, before: Round | None) -> None:
        """Who remains, their values, the lowest and highest of those, the points of each criterion, the total, the minimum missed."""
        page.text(0, 0, f"{each.name} : entre les offres qui restent.", italic=True)
        heads = ["Offre", "Reste", *(f"{leaf.label} (valeur)" for leaf in self.grid.scored)]
        heads += [f"{criterion.label} (points)" for criterion in self.grid.every_criterion] + ["Total", "Minimum manqué"]
        page.heads(TOP, heads, widths=[WIDE, 8, *[NARROW] * (len(heads) - 3), 22])
        self._write_extremes(page, each)
        places = {ref: place for place, ref in enumerate(each.scores.refs)}
        for row, bid in enumerate(self.bids, start=FIRST):
            place = places.get(bid.ref)
            page.formula(row, NAMED, on(OFFERS, cell(row, NAMED)), bid.ref)
            if before is None:
                page.number(row, ACTIVE, 1, num_format=REMAINS)
            else:
                page.formula(row, ACTIVE, on(before.name, cell(row, self.stays)), int(place is not None), num_format=REMAINS)
            self._write_values(page, row, bid, place is not None)
            self._write_points(page, row, each.scores, place)
            held = [(cell(row, self._column(least)), self.numbers.least(least), self.numbers.label(least.criterion)) for least in each.held]
            missed = f'IF({cell(row, ACTIVE)}=0,"",{missed_formula(held)})'
            page.formula(row, self.missed, missed, each.gone.get(bid.ref, ""))

    def _write_extremes(self, page: Page, each: Round) -> None:
        page.text(LOW, NAMED, "Plus basse valeur")
        page.text(HIGH, NAMED, "Plus haute valeur")
        for leaf in self.grid.scored:
            if method_of(leaf).relative:
                column, among = self.leaves[leaf.key], each.scores.compared(leaf).among
                page.formula(LOW, column, f"MIN({self._all(column)})", among.low / among.unit, **self._look(leaf))
                page.formula(HIGH, column, f"MAX({self._all(column)})", among.high / among.unit, **self._look(leaf))

    def _write_values(self, page: Page, row: int, bid: Bid, remains: bool) -> None:
        for leaf in self.grid.scored:
            column, text = self.leaves[leaf.key], "" if is_numeric(leaf) else '&""'
            value = f'IF({cell(row, ACTIVE)}=1,{on(OFFERS, cell(row, column))}{text},"")'
            page.formula(row, column, value, shown_value(leaf, bid) if remains else "", **self._look(leaf))

    def _write_points(self, page: Page, row: int, scores: Scores, place: int | None) -> None:
        earned = scores.points(place) if place is not None else {}
        for criterion in self.grid.every_criterion:
            formula = "+".join(cell(row, self.points[part.key]) for part in criterion.sub_criteria)
            formula = formula or f"IF({cell(row, ACTIVE)}=0,0,{points_formula(criterion, self._cells(row, criterion))})"
            value = float(earned.get(criterion.key, Fraction()))
            page.formula(row, self.points[criterion.key], formula, value, num_format=self.shown)
        total = "+".join(cell(row, self.points[criterion.key]) for criterion in self.grid.criteria)
        value = float(scores.total(place)) if place is not None else 0.0
        page.formula(row, self.total, total, value, num_format=self.shown, bold=True)

    def _write_stays(self, page: Page, each: Round) -> None:
        page.text(TOP, self.stays, "Reste après ce tour", bold=True, bottom=1, text_wrap=True)
        staying = set(each.scores.refs) - set(each.gone)
        for row, bid in enumerate(self.bids, start=FIRST):
            stays = f'IF({cell(row, self.missed)}="",{cell(row, ACTIVE)},0)'
            page.formula(row, self.stays, stays, int(bid.ref in staying), num_format=REMAINS)

    def _write_ranks(self, page: Page) -> None:
        """The rank, the place in the table, why an offer has none, and what a spreadsheet cannot settle."""
        for column, title in ((self.rank, "Rang"), (self.order, "Ordre"), (self.reason, "Sous le minimum"), (self.check, "À vérifier")):
            page.text(TOP, column, title, bold=True, bottom=1)
        page.sheet.set_column(self.reason, self.check, WIDE)
        ranks, gone = dict(zip(self.result.refs, self.result.ranks, strict=True)), self._gone()
        orders, checks = {ref: place for place, ref in enumerate(self._in_order(), start=1)}, self._checks()
        decisive = [self.total, *(self.points[key] for key in self.grid.tie_rule)]
        active = self._all(ACTIVE)
        for row, bid in enumerate(self.bids, start=FIRST):
            marks = [(cell(row, column), self._all(column)) for column in decisive]
            remains, mine = cell(row, ACTIVE), cell(row, self.rank)
            page.formula(row, self.rank, f'IF({remains}=0,"",{rank_formula(active, marks)})', ranks.get(bid.ref, ""))
            level = f"{mine}+COUNTIF({cell(FIRST, self.rank)}:{mine},{mine})-1"
            under = f"SUM({active})+COUNTIF({cell(FIRST, ACTIVE)}:{remains},0)"
            page.formula(row, self.order, f"IF({remains}=0,{under},{level})", orders[bid.ref])
            said = "&".join(on(each.name, cell(row, self.missed)) for each in self.rounds[:-1])
            page.formula(row, self.reason, said or '""', gone.get(bid.ref, ""))
            page.formula(row, self.check, self._check_formula(row), checks.get(bid.ref, ""))

    def _write_result(self, page: Page) -> None:
        """The offers in order, with their points as printed: found on the sheet of points, whatever is changed there."""
        page.text(0, 0, self.title or "Classement", bold=True, font_size=14)
        page.text(1, 0, ABOUT)
        page.text(2, 0, DIGITS, italic=True)
        unstable = f'SUMPRODUCT(1*({on(POINTS, self._all(self.missed))}<>""))'
        page.formula(3, 0, f'IF({unstable}=0,"{LONG_NUMBERS if self._has_long_numbers() else ""}","{UNSTABLE}")',
                     LONG_NUMBERS if self._has_long_numbers() else "", bold=True)  # fmt: skip
        heads = ["Ordre", "Rang", "Offre", "Total", *(each.label for each in self.grid.every_criterion), "Sous le minimum", "À vérifier"]
        page.heads(TOP, heads, widths=[7, 7, WIDE, NARROW, *[NARROW] * len(self.points), 24, WIDE])
        gone, checks = self._gone(), self._checks()
        placed = {each.ref: each for each in self.result.ranking}
        for row, ref in enumerate(self._in_order(), start=FIRST):
            here = placed.get(ref)
            found = self._finder(row)
            page.number(row, 0, row - FIRST + 1)
            page.formula(row, 1, found(self.rank), here.rank if here else "", bold=True)
            page.formula(row, 2, found(NAMED), ref)
            for column, (key, source) in enumerate([(None, self.total), *self.points.items()], start=3):
                exact = (here.points[key] if key else here.total) if here else None
                value = "" if exact is None else float(printed(exact, self.grid.decimals))
                points = f'IF({cell(row, 1)}="","",ROUND({found(source)},{self.numbers.decimals()}))'
                page.formula(row, column, points, value, num_format=self.shown, bold=key is None)
            page.formula(row, len(heads) - 2, found(self.reason), gone.get(ref, ""))
            page.formula(row, len(heads) - 1, found(self.check), checks.get(ref, ""), text_wrap=True)

    def _finder(self, row: int) -> Callable[[int], str]:
        """What a column of the sheet of points says of the offer whose place is that of this row."""
        where = f"MATCH({cell(row, 0)},{on(POINTS, self._all(self.order))},0)"
        return lambda column: f"INDEX({on(POINTS, self._all(column))},{where})"

    def _check_formula(self, row: int) -> str:
        mine, decimals = cell(row, self.total), f"10^{self.numbers.decimals()}"
        printed_row = f"ABS({cell(row, VALUES + len(self.leaves))}:{mine})*{decimals}"
        near = [f"ABS({cell(row, self._column(each))}-{self.numbers.least(each)})<={NEAR}" for each in minimums_of(self.grid)]
        findings = {
            TOO_BIG: f"ABS({mine})>={BIG}",
            TIE: f"SUMPRODUCT({self._all(ACTIVE)}*(ABS({self._all(self.total)}-{mine})<={NEAR}))>1",
            HALF: f"SUMPRODUCT(1*(ABS({printed_row}-INT({printed_row})-0.5)<={NEAR}*{decimals}))>0",
            AT_LEAST: f"OR({','.join(near)})" if near else "",
        }
        said = "&".join(f'IF({found},"{words}","")' for words, found in findings.items() if found)
        return f'IF({cell(row, ACTIVE)}=0,"",TRIM({said}))'

    def _checks(self) -> dict[str, str]:
        """The same findings by reference, on the exact points."""
        near, unit, minimums = Fraction(NEAR), 10**self.grid.decimals, minimums_of(self.grid)
        totals = [each.total for each in self.result.ranking]
        found = {}
        for each in self.result.ranking:
            every = {None: each.total, **each.points}
            least = [abs(every[minimum.criterion.key if minimum.criterion else None] - minimum.points) for minimum in minimums]
            findings = {
                TOO_BIG: abs(each.total) >= BIG,
                TIE: sum(abs(total - each.total) <= near for total in totals) > 1,
                HALF: any(abs(abs(points) * unit % 1 - Fraction(1, 2)) <= near * unit for points in every.values()),
                AT_LEAST: any(gap <= near for gap in least),
            }
            found[each.ref] = "".join(words for words, holds in findings.items() if holds).strip()
        return found

    def _cells(self, row: int, leaf: Criterion) -> Cells:
        column = self.leaves[leaf.key]
        return Cells(
            value=cell(row, column),
            low=cell(LOW, column),
            high=cell(HIGH, column),
            weight=self.numbers.weight(leaf),
            options=self.numbers.options(leaf),
            limits=self.numbers.limits(leaf),
            shares=self.numbers.shares(leaf),
        )

    def _gone(self) -> dict[str, str]:
        return {ref: label for each in self.rounds for ref, label in each.gone.items()}

    def _in_order(self) -> list[str]:
        return [*self.result.refs, *(gone.ref for gone in self.result.eliminated)]

    def _has_long_numbers(self) -> bool:
        numeric = [leaf.key for leaf in self.grid.scored if is_numeric(leaf)]
        return any(len(str(bid.values[key]).strip("-0").replace(".", "")) > MOST_DIGITS for bid in self.bids for key in numeric)

    def _column(self, minimum: Minimum) -> int:
        return self.points[minimum.criterion.key] if minimum.criterion else self.total

    def _all(self, column: int) -> str:
        """The cells of all offers in a column; one empty cell when there is none."""
        return f"{cell(FIRST, column)}:{cell(FIRST + max(len(self.bids), 1) - 1, column)}"

    def _look(self, leaf: Criterion) -> dict[str, str]:
        return {"num_format": AMOUNT} if leaf.price else {}
