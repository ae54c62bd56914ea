"""A small spreadsheet for tests: it reads the cells of an xlsx and computes their formulas, in doubles, knowing nothing of the project.

Arithmetic, comparisons and the functions below, on numbers, texts, booleans and ranges, as Excel and LibreOffice document them; a name
or a sign that is not known is an error, so that a test cannot pass on a formula that was not computed.
"""

import io
import math
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import product

import openpyxl

TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d*)?(?:E[-+]?\d+)?)|(?P<text>"(?:[^"]|"")*")|(?P<name>[A-Z]+)\(|"""
    r"""(?P<cell>(?:'(?P<sheet>[^']+)'!)?\$[A-Z]+\$\d+(?::\$[A-Z]+\$\d+)?)|(?P<sign><>|<=|>=|[-+*/^&=<>(),]))"""
)
BINARY = ({"=", "<>", "<", ">", "<=", ">="}, {"&"}, {"+", "-"}, {"*", "/"}, {"^"})  # from the loosest to the tightest


class FormulaError(Exception):
    """A formula that a spreadsheet would show as an error."""


@cache
def parsed(formula):
    """The tree of a formula: tuples of an operator or a function and its operands."""
    tokens, at = [], 0
    while at < len(formula):
        found = TOKEN.match(formula, at)
        if not found:
            raise FormulaError(f"sign not known: {formula[at:]}")
        tokens.append((found.lastgroup if found.lastgroup != "sheet" else "cell", found))
        at = found.end()
    tree, rest = operation([(kind if kind != "sign" else found["sign"], found) for kind, found in tokens], 0)
    if rest:
        raise FormulaError(f"what follows is not read: {formula}")
    return tree


def operation(tokens, level):
    if level == len(BINARY):
        return operand(tokens)
    left, tokens = operation(tokens, level + 1)
    while tokens and tokens[0][0] in BINARY[level]:
        sign = tokens[0][0]
        right, tokens = operation(tokens[1:], level + 1)
        left = (sign, left, right)
    return left, tokens


def operand(tokens):
    (kind, found), tokens = tokens[0], tokens[1:]
    if kind == "number":
        return ("value", float(found["number"])), tokens
    if kind == "text":
        return ("value", found["text"][1:-1].replace('""', '"')), tokens
    if kind == "cell":
        return ("cell", found["sheet"], found["cell"].rpartition("!")[2].replace("$", "")), tokens
    if kind == "-":
        inner, tokens = operand(tokens)
        return ("negative", inner), tokens
    if kind == "(":
        inner, tokens = operation(tokens, 0)
        return inner, tokens[1:]
    if kind != "name":
        raise FormulaError(f"an operand is expected, not {kind}")
    given = []
    while tokens[0][0] != ")":
        tokens = tokens[1:] if tokens[0][0] == "," else tokens
        inner, tokens = operation(tokens, 0)
        given.append(inner)
    return (found["name"], *given), tokens[1:]


def number(value):
    """A value where a number is expected."""
    if value is None:
        return 0.0
    if isinstance(value, str):
        raise FormulaError(f"#VALUE! {value!r}")
    return float(value)


def ordered(value):
    """Numbers come before texts, texts before booleans; case is ignored."""
    if isinstance(value, str):
        return 1, value.lower()
    return (2, value) if isinstance(value, bool) else (0, number(value))


def plain(value):
    """A value as text."""
    return "" if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)


def rounded(value, places):
    """Half away from zero on the fifteen digits that a spreadsheet shows."""
    unit = Decimal(1).scaleb(-int(places))
    return float(Decimal(f"{number(value):.15g}").quantize(unit, rounding=ROUND_HALF_UP))


def divided(left, right):
    if not number(right):
        raise FormulaError("#DIV/0!")
    return number(left) / number(right)


def emptied(value, other):
    """An empty cell is 0 beside a number, an empty text beside a text."""
    return "" if value is None and isinstance(other, str) else value


def compared(holds):
    return lambda left, right: holds(ordered(emptied(left, right)), ordered(emptied(right, left)))


SIGNS = {
    "+": lambda left, right: number(left) + number(right),
    "-": lambda left, right: number(left) - number(right),
    "*": lambda left, right: number(left) * number(right),
    "/": divided,
    "^": lambda left, right: number(left) ** number(right),
    "&": lambda left, right: plain(left) + plain(right),
    "=": compared(lambda left, right: left == right),
    "<>": compared(lambda left, right: left != right),
    "<": compared(lambda left, right: left < right),
    ">": compared(lambda left, right: left > right),
    "<=": compared(lambda left, right: left <= right),
    ">=": compared(lambda left, right: left >= right),
    "EXACT": lambda left, right: plain(left) == plain(right),
    "ROUND": rounded,
}
SINGLE = {
    "ABS": lambda value: abs(number(value)),
    "INT": lambda value: float(math.floor(number(value))),
    "negative": lambda value: -number(value),
}


def numbers_in(given):
    """What SUM, MIN and MAX read: in a range, numbers only; alone, a number."""
    for each in given:
        if isinstance(each, list):
            yield from (value for value in each if isinstance(value, int | float) and not isinstance(value, bool))
        else:
            yield number(each)


def index(values, place):
    if not 1 <= place <= len(values):
        raise FormulaError("#REF!")
    return values[int(place) - 1]


def match(value, values, kind):
    assert kind == 0
    for place, each in enumerate(values, start=1):
        if each is not None and ordered(each) == ordered(value):
            return float(place)
    raise FormulaError("#N/A")


FUNCTIONS = {
    "SUM": lambda *given: float(sum(numbers_in(given))),
    "MIN": lambda *given: min(numbers_in(given), default=0.0),
    "MAX": lambda *given: max(numbers_in(given), default=0.0),
    "SUMPRODUCT": lambda values: float(sum(number(value) for value in (values if isinstance(values, list) else [values]))),
    "COUNTIF": lambda values, wanted: float(sum(each is not None and ordered(each) == ordered(wanted) for each in values)),
    "INDEX": lambda values, place: index(values if isinstance(values, list) else [values], place),
    "MATCH": lambda value, values, kind: match(value, values if isinstance(values, list) else [values], kind),
    "OR": lambda *given: any(given),
    "TRIM": lambda text: " ".join(plain(text).split(" ")).strip(" "),
}


class Spreadsheet:
    """The sheets of an xlsx; `value` computes a cell, whatever value the file keeps beside its formula."""

    def __init__(self, content):
        self.book = openpyxl.load_workbook(io.BytesIO(content))
        self.known = {}

    def put(self, sheet, address, value):
        """Write a value in a cell, a text as a text."""
        cell = self.book[sheet][address]
        cell.value = value
        cell.data_type = "s" if isinstance(value, str) else cell.data_type
        self.known = {}

    def value(self, sheet, address):
        if (sheet, address) not in self.known:
            cell = self.book[sheet][address]
            is_formula = cell.data_type == "f"
            self.known[sheet, address] = self.computed(parsed(cell.value[1:]), sheet) if is_formula else cell.value
        return self.known[sheet, address]

    def rows(self, sheet, first):
        """The computed values from this row (1 for the first) to the last."""
        cells = self.book[sheet].iter_rows(min_row=first)
        return [[self.value(sheet, cell.coordinate) for cell in row] for row in cells]

    def computed(self, tree, sheet):
        kind, *parts = tree
        if kind == "value":
            return parts[0]
        if kind == "cell":
            return self.read(parts[0] or sheet, parts[1])
        if kind == "IF":
            test, *ways = parts
            return self.computed(ways[0] if self.computed(test, sheet) else ways[1], sheet)
        given = [self.computed(part, sheet) for part in parts]
        if kind in FUNCTIONS:
            return FUNCTIONS[kind](*given)
        if kind not in SIGNS and kind not in SINGLE:
            raise FormulaError(f"#NAME? {kind}")
        return spread(SIGNS.get(kind) or SINGLE[kind], given)

    def read(self, sheet, address):
        """The value of a cell, or the list of those of a range."""
        if ":" not in address:
            return self.value(sheet, address)
        (left, top), (right, bottom) = (re.fullmatch(r"([A-Z]+)(\d+)", end).groups() for end in address.split(":"))
        columns = range(openpyxl.utils.column_index_from_string(left), openpyxl.utils.column_index_from_string(right) + 1)
        places = product(range(int(top), int(bottom) + 1), columns)
        return [self.value(sheet, f"{openpyxl.utils.get_column_letter(column)}{row}") for row, column in places]


def spread(function, given):
    """The function on values; on ranges, of one length, value by value."""
    lengths = {len(each) for each in given if isinstance(each, list)}
    if not lengths:
        return function(*given)
    (length,) = lengths
    columns = [each if isinstance(each, list) else [each] * length for each in given]
    return [function(*row) for row in zip(*columns, strict=True)]
