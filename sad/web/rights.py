"""Who may reach what, read from the permissions that hold each request: the published table, which a test compares with every answer."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

import yaml
from flask import Flask, Response, current_app, render_template, request
from werkzeug.routing import Rule

from sad.letters.wording import ROLES
from sad.models.people import Role
from sad.settings import ROOT
from sad.web.access import STATIC, Permission, permission_of
from sad.web.factors import GRAVE_ACTS
from sad.web.uploads import as_download

FILE_NAME = "droits.csv"
ARGUMENT = re.compile("<[^>]*>")
METHODS = MappingProxyType({"GET": "Lire", "POST": "Agir"})


class Answer(StrEnum):
    """What the product says to whoever asks for an address."""

    OPENS = "s’ouvre"
    DOOR = "mène à la connexion"
    FORBIDDEN = "est refusé (403)"
    ABSENT = "n’existe pas (404)"


class Owner(StrEnum):
    """Whose is what an address names."""

    NOBODY = "aucun objet"
    LINK = "qui a reçu le lien"
    EVERYBODY = "tout le monde, une fois publié"
    SUPPLIER = "un fournisseur"
    SERVICE = "un service"
    SENT = "une collectivité, une fois envoyé"
    ORGANISATION = "une collectivité"
    PREPARER = "qui a préparé les codes"
    APPROVER = "qui demande, ou peut approuver"


class Whose(StrEnum):
    """Whose it is for the person who asks."""

    OWN = "à soi"
    NEIGHBOUR = "à un autre de la même collectivité, ou pas encore envoyé"
    STRANGER = "à une autre collectivité"


@dataclass(frozen=True, slots=True)
class Seat:
    """From where one asks: without an account, with one, for a supplier, in a role, for the whole instance."""

    key: str
    label: str
    roles: frozenset[Role] = frozenset()
    is_signed_in: bool = True
    is_supplier: bool = False
    is_instance: bool = False

    def is_admitted(self, permission: Permission) -> bool:
        """Does the permission let this seat in?"""
        if permission.kind == "public" or not self.is_signed_in:
            return permission.kind == "public"
        if permission.kind == "agent":
            return bool(self.roles)
        if permission.kind == "roles":
            return bool(self.roles & permission.roles) and (self.is_instance or not permission.is_for_instance)
        return permission.kind == "signed_in" or self.is_supplier


SEATS = (
    Seat("anonymous", "Sans compte", is_signed_in=False),
    Seat("nobody", "Compte sans rôle ni fournisseur"),
    Seat("supplier", "Fournisseur", is_supplier=True),
    *(Seat(role.value, ROLES[role], frozenset({role})) for role in Role),
    Seat("instance", "Administrateur de l’instance", frozenset({Role.ADMINISTRATOR}), is_instance=True),
)
# By space; then by what the address names, where it is not the same as for the rest of the space.
OWNERS = MappingProxyType({
    "public": Owner.EVERYBODY, "account": Owner.SUPPLIER, "supplier": Owner.SUPPLIER, "agent": Owner.SERVICE,
    "procurement": Owner.ORGANISATION, "admin": Owner.ORGANISATION,
})  # fmt: skip
OWNERS_OF = MappingProxyType({
    ("account", "approval_id"): Owner.APPROVER, ("supplier", "category_id"): Owner.EVERYBODY,
    ("agent", "stage_id"): Owner.ORGANISATION, ("public", "letter_id"): Owner.LINK,
    ("procurement", "application_id"): Owner.SENT, ("procurement", "consortium_id"): Owner.SENT, ("procurement", "year"): Owner.NOBODY,
})  # fmt: skip
WHOLE = frozenset({Owner.ORGANISATION, Owner.PREPARER, Owner.APPROVER})  # a whole organisation sees it, or one person
OWNERS_AT = MappingProxyType({"procurement.sample_label": Owner.PREPARER})


@dataclass(frozen=True, slots=True)
class Line:
    """An address and a method: what it does, whom it admits, whose is what it names; `is_grave`: a code is asked again."""

    endpoint: str
    address: str
    method: str
    words: str
    permission: Permission
    owner: Owner
    is_grave: bool

    @property
    def space(self) -> str:
        return self.endpoint.partition(".")[0]

    @property
    def path(self) -> str:
        """The address as a person reads it: what changes from one thing to another is left out."""
        return ARGUMENT.sub("…", self.address)

    @property
    def subject(self) -> str:
        """The longest beginning of the address that is a subject."""
        return max((start for start in subjects() if f"{self.path}/".startswith(f"{start.rstrip('/')}/")), key=len)

    @property
    def admitted(self) -> tuple[Seat, ...]:
        """The seats to which it opens, for what is theirs."""
        return tuple(seat for seat in SEATS if self.answer(seat, Whose.OWN) == Answer.OPENS)

    def answer(self, seat: Seat, whose: Whose) -> Answer | None:
        """What this seat is told; None where the question makes no sense."""
        if whose not in _asked_of(self.owner):
            return None
        if not seat.is_admitted(self.permission):
            return Answer.FORBIDDEN if seat.is_signed_in else Answer.DOOR
        manages_all = seat.is_instance and self.owner in (Owner.ORGANISATION, Owner.APPROVER)
        is_published = self.owner == Owner.EVERYBODY and whose == Whose.STRANGER
        return Answer.OPENS if whose == Whose.OWN or manages_all or is_published else Answer.ABSENT


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the page: an address, with who may read there and who may act."""

    line: Line
    reading: str
    acting: str


def lines(app: Flask) -> Iterator[Line]:
    """Every address of the application with each of its methods, by space, then by address."""
    rules = (rule for rule in app.url_map.iter_rules() if rule.endpoint not in STATIC)
    for rule in sorted(rules, key=lambda rule: (rule.endpoint.partition(".")[0], rule.rule)):
        yield from (_line(app, rule, method) for method in METHODS if method in (rule.methods or ()))


def cells(app: Flask) -> Iterator[tuple[Line, Seat, Whose, Answer]]:
    """The whole table: each line, for each seat and each owner."""
    for line in lines(app):
        for seat in SEATS:
            for whose in _asked_of(line.owner):
                answer = line.answer(seat, whose)
                assert answer is not None
                yield line, seat, whose, answer


@cache
def words() -> MappingProxyType[str, str]:
    """What each address does, in French, by endpoint."""
    return MappingProxyType(yaml.safe_load((ROOT / "config" / "addresses.yaml").read_text(encoding="utf-8")))


@cache
def subjects() -> MappingProxyType[str, str]:
    """The subjects in French, by the beginning of the addresses that they hold."""
    return MappingProxyType(yaml.safe_load((ROOT / "config" / "address_subjects.yaml").read_text(encoding="utf-8")))


def rights_page(*, crumb: tuple[str, str], file_url: str) -> str:
    """The table for a reader: of one space (`?espace=`, empty for all), for one seat (`?qui=`), with some words (`?mot=`)."""
    spaces = {audience.name: audience.label for audience in current_app.extensions["audiences"]} | {"account": "Mon compte"}
    space = request.args.get("espace", request.blueprint or "")
    who, word = (request.args.get(name, "").strip() for name in ("qui", "mot"))
    rows = list(rows_of(line for line in lines(current_app) if space in ("", line.space) and _is_wanted(line, who, word)))
    groups = [(label, folds(found)) for name, label in spaces.items() if (found := [row for row in rows if row.line.space == name])]
    wanted = {"space": space, "who": who, "word": word}
    shown = {"groups": groups, "is_searched": bool(who or word), "count": len(rows), "spaces": spaces, "seats": SEATS, "wanted": wanted}
    return render_template("rights.html", **shown, crumb=crumb, file_url=file_url)


def folds(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """The rows under their subjects, in the order of `subjects`; a subject without a row is left out."""
    by_subject: dict[str, list[Row]] = {start: [] for start in subjects()}
    for row in rows:
        by_subject[row.line.subject].append(row)
    return [(subjects()[start], found) for start, found in by_subject.items() if found]


def rights_file() -> Response:
    """Every cell of the table, one a line, for a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(("Espace", "Adresse", "Méthode", "Ce qu’elle fait", "Qui demande", "Ce qu’elle nomme est", "Réponse"))
    for line, seat, whose, answer in cells(current_app):
        owner = "" if line.owner in (Owner.NOBODY, Owner.LINK) else whose.value
        writer.writerow((line.space, line.address, line.method, line.words, seat.label, owner, answer.value))
    return as_download(text.getvalue().encode("utf-8-sig"), media_type="text/csv", name=FILE_NAME)


def rows_of(found: Iterable[Line]) -> Iterator[Row]:
    """The lines of one address together."""
    by_address: dict[str, dict[str, Line]] = {}
    for line in found:
        by_address.setdefault(line.endpoint, {})[line.method] = line
    for methods in by_address.values():
        said = [_admitted_in_words(methods[method]) if method in methods else "–" for method in METHODS]
        yield Row(max(methods.values(), key=lambda line: line.is_grave), *said)


def _line(app: Flask, rule: Rule, method: str) -> Line:
    permission = permission_of(app, rule.endpoint)
    assert permission is not None  # the application does not start otherwise
    if method != "GET" and permission.roles:
        permission = Permission("roles", permission.acting, permission.acting, permission.is_for_instance)
    is_grave = method == "POST" and rule.endpoint in GRAVE_ACTS
    known = words().get(rule.endpoint, rule.endpoint)
    return Line(rule.endpoint, rule.rule, method, known, permission, _owner(rule), is_grave)


def _owner(rule: Rule) -> Owner:
    space = rule.endpoint.partition(".")[0]
    if not rule.arguments:
        return Owner.NOBODY
    if "token" in rule.arguments:
        return Owner.LINK
    if rule.endpoint in OWNERS_AT:
        return OWNERS_AT[rule.endpoint]
    return next((OWNERS_OF[space, name] for name in sorted(rule.arguments) if (space, name) in OWNERS_OF), OWNERS[space])


def _asked_of(owner: Owner) -> tuple[Whose, ...]:
    if owner in (Owner.NOBODY, Owner.LINK):
        return (Whose.OWN,)
    return (Whose.OWN, Whose.STRANGER) if owner in WHOLE else tuple(Whose)


def _admitted_in_words(line: Line) -> str:
    if line.permission.kind == "public":
        return "Tout le monde"
    if line.permission.kind == "signed_in":
        return "Tout compte"
    if line.permission.kind == "agent":
        return "Tout agent"
    return ", ".join(seat.label for seat in line.admitted)


def _is_wanted(line: Line, who: str, word: str) -> bool:
    is_theirs = not who or who in (seat.key for seat in line.admitted)
    return is_theirs and word.lower() in f"{line.words} {line.address}".lower()
