"""The acts that two people share, in one table: who approves each, what is read, what is checked, what is done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import joinedload

from sad.actions import shared_accounts as accounts
from sad.actions import shared_backup_copies as backup_copies
from sad.actions import shared_deadlines as deadlines
from sad.actions import shared_keeping as keeping
from sad.actions import shared_late_offers as late_offers
from sad.actions import shared_purchases as purchases
from sad.actions.administrators import is_instance_administrator
from sad.actions.admissions import needs_second, refuse_application
from sad.actions.approvals import keep_approval, keep_request
from sad.actions.people import Grant, grant_role, invite_person
from sad.db import session
from sad.domain.admission.decision import Reason
from sad.domain.approvals import Shown
from sad.domain.errors import refuse
from sad.models.applications import Application
from sad.models.approvals import Approval, ApprovalKind
from sad.models.backup_copies import BackupCopy
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.organisations import Organisation
from sad.models.people import Person, PersonRole, Role

Link = Callable[[str], str]
BUYERS = (Role.BUYER, Role.AWARD_AUTHORITY)
SECONDS = (Role.ADMINISTRATOR, Role.AUDITOR, Role.AWARD_AUTHORITY)


@dataclass(frozen=True, slots=True)
class Means:
    """What some acts need to be done: what makes the address where a password is chosen, and the key file of sealed offers."""

    link: Link
    seal_key: bytes


@dataclass(frozen=True, slots=True)
class SharedAct:
    """An act of two people. `roles`: who approves; `check`: raises `Refused` for whoever asks, then for whoever approves; `until`: after
    which it could not be done any more, if that comes before the 24 hours of a request."""

    roles: tuple[Role, ...]
    show: Callable[[Approval], Shown]
    check: Callable[[Approval, Person, datetime], None]
    do: Callable[[Approval, datetime, Means], object]
    is_about_accounts: bool = False
    until: Callable[[Approval], datetime | None] = lambda _: None


def ask_discontinuation(mini_tender: MiniTender, reason: str, *, home: str, by: Person, at: datetime) -> Approval:
    """Ask that a mini-tender be given up (AWD-10); another buyer, or an award authority, approves. Raises `Refused`."""
    return _ask(purchases.discontinuation(mini_tender, reason), home, by, at)


def ask_change(
    mini_tender: MiniTender,
    new_closes_at: datetime | None,
    words: Mapping[str, str] | None,
    *,
    version: int,
    reason: str,
    home: str,
    by: Person,
    at: datetime,
) -> Approval:
    """Ask that the deadline be put off and, with `words`, that what is asked change (TIM-03); another buyer, or an award authority,
    approves before the deadline that runs, and suppliers are told then. Raises `Refused`."""
    asked = deadlines.deadline_change(mini_tender, new_closes_at, words, version=version, reason=reason, home=home)
    return _ask(asked, home, by, at)


def ask_destruction(kept: keeping.Kept, visa: str, *, home: str, by: Person, at: datetime) -> Approval:
    """Ask that the papers of a mini-tender, or the applications to a category, be destroyed under that visa of the archives (ARC-03).

    Raises `Refused`.
    """
    return _ask(keeping.destruction(kept, visa), home, by, at)


def ask_late_opening(offer: Offer, ground: str | None, reason: str, *, home: str, by: Person, at: datetime) -> Approval:
    """Ask that an offer that came late because of the service be opened (REC-04); it stays sealed until then. Raises `Refused`."""
    return _ask(late_offers.late_opening(offer, ground, reason), home, by, at)


def ask_copy_opening(copy: BackupCopy, ground: str | None, reason: str, *, home: str, by: Person, at: datetime) -> Approval:
    """Ask that a backup copy be opened, its electronic offer being of no use (REC-06); it stays closed until then. Raises `Refused`."""
    return _ask(backup_copies.copy_opening(copy, ground, reason), home, by, at)


def refuse_or_ask(application: Application, reasons: Sequence[Reason], *, home: str, by: Person, at: datetime) -> Approval | None:
    """Refuse an application at once (None), or ask that it be, when a reason is an exclusion that takes two people (ADM-08)."""
    if needs_second(reasons):
        return _ask(purchases.exclusion(application, reasons), home, by, at)
    refuse_application(application, reasons, by=by, at=at)
    return None


def grant_or_ask(person: Person, grant: Grant, *, home: str, by: Person, at: datetime) -> Approval | None:
    """Ask that a role be given; where nobody else could approve yet, it is given at once (None), and the journal shows one name."""
    asked = accounts.grant_request(person, grant)
    if approvers_of(asked, but=by):
        return _ask(asked, home, by, at)
    grant_role(person, grant, by=by, at=at)
    return None


def invite_or_ask(
    organisation: Organisation | None, *, name: str, email: str, grants: Sequence[Grant], link: Link, home: str, by: Person, at: datetime
) -> Person | None:
    """Ask that an account be opened with its roles (None); where nobody else could approve yet, it is opened at once."""
    asked = accounts.invitation_request(organisation, name=name, email=email, grants=grants)
    if approvers_of(asked, but=by):
        _ask(asked, home, by, at)
        return None
    return invite_person(organisation, name=name, email=email, grants=grants, link=link, by=by, at=at)


def approve(asked: Approval, *, read_sha256: str, link: Link, seal_key: bytes = b"", by: Person, at: datetime) -> Approval:
    """Do the act that somebody else asked for, on the words that this person read. Raises `Refused` with every fault.

    `read_sha256`: fingerprint of what its page showed; `link` makes the address where a password is chosen; `seal_key` opens a
    late offer.
    """
    act = ACTS[ApprovalKind(asked.kind)]
    if not asked.asker.is_active:
        raise refuse("Le compte de la personne qui demande est fermé.", "Faire soi-même la demande ; un collègue l’approuve.")
    if by.id != asked.asked_by and by not in approvers_of(asked, but=asked.asker):
        raise refuse("Vous n’avez pas le rôle qui approuve cet acte.", "L’administrateur le donne à un collègue.")
    keep_approval(asked, act.show(asked), read_sha256=read_sha256, by=by, at=at)
    act.check(asked, asked.asker, at)
    act.check(asked, by, at)
    act.do(asked, at, Means(link, seal_key))
    return asked


def shown_to(asked: Approval) -> Shown:
    """What is read before approving, as it stands now."""
    return ACTS[ApprovalKind(asked.kind)].show(asked)


def approvers_of(asked: Approval, *, but: Person) -> list[Person]:
    """The active people who may approve it, by the order in which they came, without the one who asks."""
    act = ACTS[ApprovalKind(asked.kind)]
    at_home = and_(Person.organisation_id.is_not_distinct_from(asked.organisation_id), PersonRole.role.in_(act.roles))
    above = and_(Person.organisation_id.is_(None), PersonRole.role == Role.ADMINISTRATOR) if act.is_about_accounts else false()
    found = select(Person).join(PersonRole, PersonRole.person_id == Person.id).where(or_(at_home, above), Person.is_active)
    return list(session.scalars(found.where(Person.id != but.id).order_by(Person.id).distinct()))


def may_be_read_by(person: Person) -> ColumnElement[bool]:
    """Which requests this person asked for, or may approve."""
    kinds = [kind for kind, act in ACTS.items() if person.has_role(*act.roles)]
    of_the_house = and_(Approval.organisation_id.is_not_distinct_from(person.organisation_id), Approval.kind.in_(kinds))
    about_accounts = Approval.kind.in_([kind for kind, act in ACTS.items() if act.is_about_accounts])
    return or_(Approval.asked_by == person.id, of_the_house, about_accounts if is_instance_administrator(person) else false())


def waiting_for(person: Person, at: datetime) -> list[Approval]:
    """What others asked and this person may approve, the first to lapse first."""
    waiting = select(Approval).where(Approval.outcome.is_(None), Approval.expires_at >= at, Approval.asked_by != person.id)
    asked = waiting.where(may_be_read_by(person)).options(joinedload(Approval.asker).lazyload(Person.roles))
    return list(session.scalars(asked.order_by(Approval.expires_at, Approval.id)))


def _ask(asked: Approval, home: str, by: Person, at: datetime) -> Approval:
    act = ACTS[ApprovalKind(asked.kind)]
    asked.asker, asked.asked_at = by, at
    with session.no_autoflush:
        act.check(asked, by, at)
        shown, approvers, until = act.show(asked), approvers_of(asked, but=by), act.until(asked)
    return keep_request(asked, shown, approvers=approvers, until=until, home=home, by=by, at=at)


def _open_account(asked: Approval, at: datetime, means: Means) -> Person:
    content = asked.content
    facts = {"name": content["name"], "email": content["email"], "grants": accounts.grants_of(asked)}
    return invite_person(asked.organisation, **facts, link=means.link, by=asked.asker, at=at)


ACTS: Mapping[ApprovalKind, SharedAct] = MappingProxyType(
    {
        ApprovalKind.CHANGE: SharedAct(
            BUYERS, deadlines.show_change, deadlines.check_changing, lambda asked, at, _: deadlines.do_change(asked, at),
            until=deadlines.closing_of,
        ),
        ApprovalKind.COPY: SharedAct(
            BUYERS, backup_copies.show_copy_opening, backup_copies.check_opening_copy,
            lambda asked, at, _: backup_copies.do_open_copy(asked, at),
        ),
        ApprovalKind.DESTROY: SharedAct(
            BUYERS, keeping.show_destruction, keeping.check_destroying, lambda asked, at, _: keeping.do_destroy(asked, at)
        ),
        ApprovalKind.DISCONTINUE: SharedAct(
            BUYERS, purchases.show_discontinuation, purchases.check_discontinuing, lambda asked, at, _: purchases.do_discontinue(asked, at)
        ),
        ApprovalKind.EXCLUDE: SharedAct(
            BUYERS, purchases.show_exclusion, purchases.check_excluding, lambda asked, at, _: purchases.do_exclude(asked, at)
        ),
        ApprovalKind.GRANT: SharedAct(
            SECONDS, accounts.show_grant, accounts.check_granting, lambda asked, at, _: accounts.do_grant(asked, at), True
        ),
        ApprovalKind.INVITE: SharedAct(SECONDS, accounts.show_invitation, accounts.check_inviting, _open_account, True),
        ApprovalKind.LATE: SharedAct(
            BUYERS, late_offers.show_late_opening, late_offers.check_opening_late,
            lambda asked, at, means: late_offers.do_open_late(asked, at, seal_key=means.seal_key),
        ),
    }
)
APPROVERS = tuple(sorted({role for act in ACTS.values() for role in act.roles}))
