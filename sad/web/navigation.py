"""The header's menu: each audience lists its entries beside its addresses; a person sees those its roles may open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType

from flask import current_app, g, request, url_for

from sad.models.people import Person, Role
from sad.web.access import current_supplier, own_suppliers, permission_of, person_or_none

SHORT = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an audience's menu; `count` says how many things wait there."""

    label: str
    endpoint: str
    count: Callable[[], int] | None = None


@dataclass(frozen=True, slots=True)
class Audience:
    """Some pages for some people: the blueprint's module, its prefix, the name of the space, the roles it is for."""

    module: ModuleType
    prefix: str
    label: str
    roles: frozenset[Role] = frozenset()
    is_for_suppliers: bool = False

    @property
    def name(self) -> str:
        return self.module.blueprint.name

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.module.NAVIGATION

    def welcomes(self, person: Person) -> bool:
        """Is this space one of this person's?"""
        return person.has_role(*self.roles) or (self.is_for_suppliers and bool(own_suppliers()))

    def home(self, person: Person | None) -> str | None:
        """The address of the first entry that the person may open."""
        return next((url_for(entry.endpoint) for entry in self.entries if _may_open(entry, person)), None)


@dataclass(frozen=True, slots=True)
class Link:
    """A line of the menu as it is shown."""

    label: str
    url: str
    is_current: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class Menu:
    """All that the header shows."""

    home: str
    entries: tuple[Link, ...] = ()
    other_spaces: tuple[Link, ...] = ()
    who: str = ""
    organisation: str = ""

    @property
    def is_long(self) -> bool:
        """Does it need a row of its own?"""
        return len(self.entries) > SHORT or bool(self.other_spaces)


def navigation() -> Menu:
    """The menu of this request; bare when the page tells of a breakdown, so that it cannot break again."""
    if g.get("is_breakdown"):
        return Menu(home=url_for("public.home"))
    person = person_or_none()
    if person is None:
        return Menu(url_for("public.home"), _links(_audience("public"), None))
    spaces = spaces_of(person)
    here = next((space for space in spaces if space.name == request.blueprint), spaces[0] if spaces else _audience("public"))
    others = tuple(Link(space.label, url) for space in spaces if space is not here and (url := space.home(person)))
    organisation = person.organisation.name if person.organisation else ""
    return Menu(url_for("account.home"), _links(here, person), others, _who(person, here), organisation)


def spaces_of(person: Person) -> list[Audience]:
    """The spaces of a person, the one where it works first."""
    return [audience for audience in current_app.extensions["audiences"] if audience.welcomes(person)]


def _audience(name: str) -> Audience:
    return next(audience for audience in current_app.extensions["audiences"] if audience.name == name)


def _links(audience: Audience, person: Person | None) -> tuple[Link, ...]:
    shown = [(entry, url_for(entry.endpoint)) for entry in audience.entries if _may_open(entry, person)]
    urls = [url for _, url in shown]
    here = max((url for url in urls if _leads_to(url, request.path, urls)), key=len, default=None)
    return tuple(Link(entry.label, url, url == here, entry.count() if entry.count else 0) for entry, url in shown)


def _leads_to(url: str, path: str, urls: Sequence[str]) -> bool:
    """Is that page the one of an entry, or under it? Under a home, where others have entries of their own, is nobody's place."""
    is_home = any(_is_under(other, url) for other in urls if other != url)
    return path == url or (not is_home and _is_under(path, url))


def _is_under(path: str, url: str) -> bool:
    return path.startswith(url.rstrip("/") + "/")


def _may_open(entry: Entry, person: Person | None) -> bool:
    permission = permission_of(current_app, entry.endpoint)
    return permission is not None and permission.allows(person)


def _who(person: Person, space: Audience) -> str:
    return current_supplier().name if space.is_for_suppliers else person.name
