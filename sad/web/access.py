"""Who may see what: every view declares its permission, and one check before each request holds it.

Someone in the wrong role is told so (403); somebody else's object does not exist (404).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, flash, g, redirect, request, session, url_for
from flask_login import UserMixin, current_user
from sqlalchemy import ColumnElement, Select, exists, or_, select
from werkzeug.exceptions import Forbidden, Unauthorized

from sad import db
from sad.models.consortiums import Consortium
from sad.models.organisations import Organisation
from sad.models.people import Person, Role
from sad.models.sign_ins import SignIn
from sad.models.suppliers import Supplier, SupplierMember

View = TypeVar("View", bound=Callable[..., Any])
Row = TypeVar("Row")

STATIC = frozenset({"static", "bootstrap.static"})
CHOSEN_SUPPLIER = "supplier_id"


class Visitor(UserMixin):
    """The person of a session, and the session, under the name by which its cookie finds it again."""

    def __init__(self, person: Person, sign_in: SignIn, name: str) -> None:
        self.person, self.sign_in, self._name = person, sign_in, name

    @property
    def is_active(self) -> bool:
        return self.person.is_active

    def get_id(self) -> str:
        return self._name


@dataclass(frozen=True, slots=True)
class Permission:
    """What a view declares: its kind (`public`, `signed_in`, `agent`, `roles`, `supplier`), the roles, and those of them that act.

    `is_for_instance`: of these roles, those held for the whole instance and not for one organisation.
    """

    kind: str
    roles: frozenset[Role] = frozenset()
    acting: frozenset[Role] = frozenset()
    is_for_instance: bool = False

    def allows(self, person: Person | None) -> bool:
        """May this person (None: nobody signed in) see the view?"""
        if self.kind == "public":
            return True
        if person is None:
            return False
        if self.kind == "roles":
            return person.has_role(*self.roles) and not (self.is_for_instance and person.organisation_id is not None)
        if self.kind == "agent":
            return person.is_agent
        return self.kind == "signed_in" or bool(own_suppliers())


def public(view: View) -> View:
    """Open to everybody, without an account."""
    return _declare(view, Permission("public"))


def signed_in(view: View) -> View:
    """For anybody with an account, in any role."""
    return _declare(view, Permission("signed_in"))


def allow_agent(view: View) -> View:
    """For whoever works for a buyer or administers the instance, in any role."""
    return _declare(view, Permission("agent"))


def allow_supplier(view: View) -> View:
    """For whoever may act for a supplier."""
    return _declare(view, Permission("supplier"))


def allow(*roles: Role, acting: Iterable[Role] = ()) -> Callable[[View], View]:
    """For agents who hold one of these roles; on a page that more read than may act on, `acting` are the roles that may."""
    return lambda view: _declare(view, Permission("roles", frozenset(roles), frozenset(acting or roles)))


def allow_instance(view: View) -> View:
    """For administrators of the whole instance, and not of one organisation."""
    roles = frozenset({Role.ADMINISTRATOR})
    return _declare(view, Permission("roles", roles, roles, is_for_instance=True))


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """What the view of an endpoint declares; None when it declares nothing."""
    return getattr(app.view_functions[endpoint], "permission", None)


def undeclared_views(app: Flask) -> list[str]:
    """The endpoints whose view declares no permission; the application does not start with one."""
    return sorted(endpoint for endpoint in app.view_functions if endpoint not in STATIC and permission_of(app, endpoint) is None)


def enforce() -> Response | None:
    """Before each request: hold the permission that the view declares."""
    if request.endpoint is None or request.endpoint in STATIC:
        return None
    permission = permission_of(current_app, request.endpoint)
    if permission is None:
        raise RuntimeError(f"the view {request.endpoint} declares no permission")
    if request.method not in ("GET", "HEAD") and permission.roles:
        permission = replace(permission, roles=permission.acting)
    person = person_or_none() if permission.kind != "public" else None
    if permission.allows(person):
        return None
    if person is None:
        return _ask_to_sign_in()
    raise Forbidden(_refusal_words(permission))


def person_or_none() -> Person | None:
    """Who is signed in, if anybody."""
    return current_user.person if current_user.is_authenticated else None


def sign_in_here() -> SignIn | None:
    """The session of this browser, if it has one."""
    return current_user.sign_in if current_user.is_authenticated else None


def current_person() -> Person:
    """Who is signed in; for views that ask for it."""
    person = person_or_none()
    if person is None:
        raise Unauthorized
    return person


def current_organisation() -> Organisation:
    """The organisation of the agent who is signed in; whoever has none sees no object of any: 404."""
    organisation = current_person().organisation
    if organisation is None:
        abort(404)
    return organisation


def own_suppliers() -> list[Supplier]:
    """The companies, then the consortiums they lead, for which the person may act, by name; an agent never acts for one."""
    if "own_suppliers" not in g:
        person = current_person()
        g.own_suppliers = [] if person.organisation_id else list(db.session.scalars(_own_suppliers(person)))
    return g.own_suppliers


def current_supplier() -> Supplier:
    """The supplier for which the person acts: the one chosen in this session as long as it may, else the first; 404 without any."""
    suppliers = own_suppliers()
    if not suppliers:
        abort(404)
    chosen = session.get(CHOSEN_SUPPLIER)
    return next((supplier for supplier in suppliers if supplier.id == chosen), suppliers[0])


def current_company() -> Supplier:
    """The company for which the person acts: of a consortium, its lead."""
    supplier = current_supplier()
    return next(each for each in own_suppliers() if each.id == supplier.acting_id)


def act_for(supplier: Supplier) -> None:
    """Remember in this session for which supplier the person acts."""
    session[CHOSEN_SUPPLIER] = supplier.id


def own_or_404(query: Select[tuple[Row]]) -> Row:
    """The single row of a query that goes through its owner; what is not there, or not yours, does not exist: 404."""
    row = db.session.scalars(query).unique().one_or_none()
    if row is None:
        abort(404)
    return row


def _own_suppliers(person: Person) -> Select[tuple[Supplier]]:
    member = select(SupplierMember.supplier_id).where(SupplierMember.person_id == person.id, SupplierMember.left_at.is_(None))
    may_act = or_(Supplier.id.in_(member), Supplier.lead_id.in_(member) & ~_is_ended())
    return select(Supplier).where(may_act).order_by(Supplier.lead_id.is_not(None), Supplier.name, Supplier.id)


def _is_ended() -> ColumnElement[bool]:
    """A consortium that fell or was given up, and that never went to a buyer, is no longer acted for."""
    return exists().where(Consortium.supplier_id == Supplier.id, Consortium.ended_at.is_not(None), Consortium.concluded_at.is_(None))


def _declare(view: View, permission: Permission) -> View:
    view.permission = permission  # type: ignore[attr-defined]
    return view


def _ask_to_sign_in() -> Response:
    if request.accept_mimetypes.best == "application/json":
        raise Unauthorized
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("account.login", next=request.full_path.rstrip("?")))
    flash("Votre session était fermée : rien n’a été enregistré. Connectez-vous, puis envoyez à nouveau.", "warning")
    return redirect(url_for("account.login"))


def _refusal_words(permission: Permission) -> str:
    if permission.kind == "supplier":
        return "Cette page est réservée aux fournisseurs : votre compte n’agit pour aucun."
    if permission.kind == "agent":
        return "Cette page est réservée aux agents."
    if permission.is_for_instance:
        return "Cette page est réservée aux administrateurs de l’instance."
    return "Cette page demande un rôle que votre compte n’a pas. L’administrateur de votre collectivité peut vous le donner."
