"""Two stages chosen by their address and held side by side, for the public and for buyers alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import request

from sad.domain.calendar import paris_day
from sad.domain.comparison import Difference, Kind, differences
from sad.letters.wording import plural
from sad.models.stages import Stage

GROUPS = (
    (Kind.TIGHTENED, "Devient plus exigeant", "apricot", ("exigence devient plus dure", "exigences deviennent plus dures")),
    (Kind.ADDED, "Est nouveau", "apricot", ("ligne est nouvelle", "lignes sont nouvelles")),
    (Kind.WEIGHS_MORE, "Compte plus dans la note", "blue", ("critère compte plus", "critères comptent plus")),
    (Kind.WEIGHS_LESS, "Compte moins dans la note", "blue", ("critère compte moins", "critères comptent moins")),
    (Kind.CHANGED, "Change autrement", "blue", ("ligne change autrement", "lignes changent autrement")),
    (Kind.LOOSENED, "Devient plus souple", "green", ("exigence devient plus souple", "exigences deviennent plus souples")),
    (Kind.REMOVED, "N’est plus demandé", "green", ("ligne disparaît", "lignes disparaissent")),
    (Kind.UNCHANGED, "Ne change pas", "grey", ("ligne ne change pas", "lignes ne changent pas")),
)


@dataclass(frozen=True, slots=True)
class Group:
    """The lines that move in the same way."""

    kind: Kind
    title: str
    tone: str
    lines: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two stages of one system; `choices` are all those that may be chosen, by token."""

    before: Stage
    after: Stage
    groups: tuple[Group, ...]
    choices: tuple[tuple[str, str], ...]

    @property
    def tokens(self) -> tuple[str, str]:
        return token_of(self.before), token_of(self.after)

    @property
    def summary(self) -> str:
        """How many lines move in each way, in French: « 2 exigences deviennent plus dures, 7 lignes ne changent pas »."""
        words = {kind: said for kind, _, _, said in GROUPS}
        return ", ".join(plural(len(group.lines), *words[group.kind]) for group in self.groups)


def comparison_of(rows: Sequence[Stage], at: datetime) -> Comparison | None:
    """The two stages that the address names (`avant`, `apres`), else the one in force and the next; None when there are fewer than two."""
    if len(rows) < 2:
        return None
    known = {token_of(row): row for row in rows}
    first, second = _default(rows, at)
    before, after = known.get(request.args.get("avant", ""), first), known.get(request.args.get("apres", ""), second)
    choices = tuple((token_of(row), name_of(row)) for row in rows)
    return Comparison(before, after, tuple(groups_of(differences(before.as_value(), after.as_value()))), choices)


def groups_of(lines: Sequence[Difference]) -> list[Group]:
    """The lines by the way they move, the hardest first; a way that no line takes is left out."""
    groups = (Group(kind, title, tone, tuple(each for each in lines if each.kind is kind)) for kind, title, tone, _ in GROUPS)
    return [group for group in groups if group.lines]


def token_of(row: Stage) -> str:
    """How an address names a stage: its number, then its revision when it is not the first."""
    return str(row.number) if row.revision == 1 else f"{row.number}.{row.revision}"


def name_of(row: Stage) -> str:
    """How a list names a stage: its label, its version when there were others, and what it is when not on the roadmap."""
    version = f", version {row.revision}" if row.revision > 1 else ""
    state = " (brouillon)" if row.published_at is None else " (remplacé)" if row.replaced_at else ""
    return f"{row.label}{version}{state}"


def _default(rows: Sequence[Stage], at: datetime) -> tuple[Stage, Stage]:
    lasting = [row for row in rows if row.replaced_at is None]
    rows = lasting if len(lasting) > 1 else rows
    place = sum(row.effective_on <= paris_day(at) for row in rows)
    place = min(max(place, 1), len(rows) - 1)
    return rows[place - 1], rows[place]
