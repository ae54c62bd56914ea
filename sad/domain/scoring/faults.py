"""What is wrong with a scoring file or with bids: every fault, one French line each."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sad.domain.scoring.methods import method_of
from sad.domain.scoring.numbers import JsonNumber
from sad.domain.scoring.values import Bid, Criterion, Grid

LONGEST_QUOTE = 80
NO_BREAK_SPACE = "\u00a0"


class ScoringFaults(Exception):
    """A scoring file, a grid or bids that cannot be ranked, with every reason."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class Faults(list[str]):
    """The faults found so far, and the ways to look for the common ones."""

    def add(self, where: str, what: str) -> None:
        self.append(f"{where} : {what}")

    def object(
        self, data: object, where: str, *, known: Collection[str] | None = None, required: Sequence[str] = ()
    ) -> dict[str, Any]:
        """`data` as an object whose keys are `known` (None: any), or {} and a fault."""
        if not isinstance(data, dict):
            self.add(where, f"un objet est attendu, et non {quoted(data)}")
            return {}
        for key in getattr(data, "duplicates", ()):
            self.add(where, f"la clé {quoted(key)} est écrite deux fois")
        for key in data:
            if known is not None and key not in known:
                self.add(where, f"la clé {quoted(key)} est inconnue")
        for key in required:
            if key not in data:
                self.add(where, f"il manque « {key} »")
        return data

    def list(self, data: Mapping[str, Any], key: str, where: str) -> Sequence[Any]:
        """The list of this key, or () and a fault when it is there without being one."""
        found = data.get(key, ())
        if isinstance(found, list | tuple):
            return found
        self.add(where, f"« {key} » doit être une liste, et non {quoted(found)}")
        return ()

    def text(self, data: Mapping[str, Any], key: str, where: str) -> str | None:
        """The text of this key, or None, and a fault when it is there without being a text that can be printed."""
        found = data.get(key)
        if isinstance(found, str) and is_text(found) and found.strip():
            return found
        if key in data:
            self.add(where, f"« {key} » " + ("est vide" if is_text(found) else f"doit être un texte, et non {quoted(found)}"))
        return None

    def field(self, data: Mapping[str, Any], key: str, where: str, read: Callable[[Any], Any], default: Any = None) -> Any:
        """What `read` makes of this key, or the default when it is absent, and faults when `read` raises ValueErrors."""
        if key not in data:
            return default
        value = data[key]
        try:
            return read(value)
        except ValueError as refused:
            instead = "" if isinstance(value, list | tuple) else f", et non {quoted(value)}"
            for expected in refused.args:
                self.add(where, f"« {key} » doit être {expected}{instead}")
            return default


def faults_of_bids(bids: Iterable[Bid], grid: Grid) -> Faults:
    """A reference that comes twice; a value that is missing, unknown, or refused by its method."""
    faults, seen = Faults(), set()
    for bid in bids:
        where = f"offre {quoted(bid.ref)}"
        if bid.ref in seen:
            faults.add(where, "cette référence est donnée deux fois")
        seen.add(bid.ref)
        check_values(bid.values, grid, where, faults)
    return faults


def check_values(values: Mapping[str, Any], grid: Grid, where: str, faults: Faults) -> None:
    """Each scored criterion has a value that its method accepts, and no value belongs to anything else.

    Of a grid that has faults itself, only the criteria that could be read are held against the values.
    """
    known = {criterion.key for criterion in grid.scored}
    for key in (key for key in values if known and key not in known):
        faults.add(where, f"la valeur {quoted(key)} ne répond à aucun critère noté")
    for criterion in grid.scored:
        if criterion.key not in values:
            faults.add(where, f"il manque la valeur de {quoted(criterion.key)}")
        elif criterion.method:
            check_value(values[criterion.key], criterion, where, faults)


def check_value(value: object, criterion: Criterion, where: str, faults: Faults) -> None:
    """A value that the method of its criterion refuses is a fault."""
    try:
        method_of(criterion).accepts(criterion, value)
    except ValueError as expected:
        faults.add(where, f"{quoted(criterion.key)} vaut {quoted(value)}, mais la méthode {criterion.method} attend {expected}")


def is_text(value: object) -> bool:
    """Whether a value of a file is a text, one that can be written, rather than a number."""
    if not isinstance(value, str) or isinstance(value, JsonNumber):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, that JSON can escape and UTF-8 cannot hold
        return False
    return True


def named(noun: str, name: object, number: int) -> str:
    """A thing of a list by its name, or by its number when it has none."""
    return f"{noun} {quoted(name)}" if is_text(name) and str(name).strip() else f"{noun} n° {number}"


def quoted(value: object) -> str:
    """A value of a file, on one line: a text between guillemets, a number as it is written."""
    if isinstance(value, dict | list | tuple):
        return "un objet" if isinstance(value, dict) else "une liste"
    if isinstance(value, str) and not isinstance(value, JsonNumber):
        return f"« {_cut(on_one_line(value))} »"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return _cut(on_one_line(str(value)))


def on_one_line(text: str) -> str:
    """The text with its line ends and control characters escaped."""
    return "".join(letter if letter.isprintable() or letter == NO_BREAK_SPACE else ascii(letter)[1:-1] for letter in text)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"
