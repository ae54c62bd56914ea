"""The advisory committee of an organisation: its rules and its members (AWD-09). It gives an opinion; it never decides."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from sad import parameters
from sad.actions.journal import record
from sad.db import session
from sad.domain.calendar import PARIS, paris_day
from sad.domain.committees import first_day_after_notice, next_sitting_day, terms_faults
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.wording import folded
from sad.letters.wording import money
from sad.models.committees import Committee, CommitteeMember
from sad.models.organisations import Organisation
from sad.models.people import Person
from sad.models.sittings import Sitting

TENDER_COMMITTEE = ("appel d'offres", "appels d'offres")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The rules of a committee as somebody wrote them; `asked_from` in EUR excl. VAT, `first_at` a usual sitting."""

    name: str
    is_asked: bool
    asked_from: Decimal
    seats: int
    quorum: int
    first_at: datetime
    interval_days: int
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Somebody to name: `seat` from 1, None for a substitute; `person` its account, where there is one."""

    seat: int | None
    name: str
    title: str
    email: str
    person: Person | None = None


def set_up_committee(organisation: Organisation, terms: Terms, *, by: Person, at: datetime) -> Committee:
    """Ask from now on for the opinion of a committee under these rules, or change them. Raises `Refused` with every fault."""
    committee = committee_of(organisation.id)
    faults = [*terms_faults(terms.seats, terms.quorum, terms.interval_days), *_change_faults(committee, terms)]
    if faults:
        raise Refused(*faults)
    if committee is None:
        committee = Committee(organisation_id=organisation.id)
        session.add(committee)
    for name, value in asdict(terms).items():
        setattr(committee, name, value)
    committee.set_up_by, committee.set_up_at = by.id, at
    said = {**asdict(terms), "asked_from": str(terms.asked_from), "first_at": terms.first_at.isoformat()}
    record("set_up_committee", committee, by=by, at=at, **said)
    return committee


def name_member(committee: Committee, named: Named, *, by: Person, at: datetime) -> CommitteeMember:
    """Name a titular to a free seat, or a substitute. Raises `Refused` with every fault."""
    _hold(committee)
    faults = [*_naming_faults(committee, named)]
    if faults:
        raise Refused(*faults)
    member = CommitteeMember(
        organisation_id=committee.organisation_id,
        committee=committee,
        seat=named.seat,
        name=_called(named),
        title=named.title.strip(),
        email=_address(named),
        person=named.person,
        since=paris_day(at),
        named_by=by.id,
    )
    session.add(member)
    record("name_member", member, by=by, at=at, name=member.name, seat=member.seat)
    return member


def end_member(member: CommitteeMember, *, by: Person, at: datetime) -> CommitteeMember:
    """Somebody leaves the committee: kept with its last day, since it sits in past minutes."""
    _hold(member.committee)
    session.refresh(member)
    if member.until is not None:
        raise refuse(f"{member.name} n’est déjà plus membre de la commission.", rule="AWD-09")
    member.until = paris_day(at)
    record("end_member", member, by=by, at=at, name=member.name, seat=member.seat)
    return member


def committee_of(organisation_id: int) -> Committee | None:
    """The committee of an organisation with all its members, in as many statements for many as for one."""
    found = select(Committee).where(Committee.organisation_id == organisation_id)
    members = selectinload(Committee.members).joinedload(CommitteeMember.person).lazyload(Person.roles)
    return session.scalar(found.options(members, joinedload(Committee.organisation)))


def live_sitting_of(committee: Committee) -> Sitting | None:
    """The sitting that is convened and neither closed nor cancelled."""
    live = select(Sitting).where(Sitting.committee_id == committee.id, Sitting.closed_at.is_(None), Sitting.cancelled_at.is_(None))
    return session.scalar(live)


def first_possible_day(at: datetime) -> date:
    """The first day on which a committee convened now may sit, by the notice of the house rules."""
    today = paris_day(at)
    return first_day_after_notice(today, int(parameters.value("committee_notice_days", on=today)))


def proposed_moment(committee: Committee, at: datetime) -> datetime:
    """Its next usual sitting that leaves the notice, at its usual hour in Paris."""
    usual = committee.first_at.astimezone(PARIS)
    day = next_sitting_day(usual.date(), committee.interval_days, first_possible_day(at))
    return datetime.combine(day, usual.time(), PARIS)


def name_warning(name: str, at: datetime) -> Refusal | None:
    """Why a committee of this kind may not bear the name of the one of the law (CGCT L1414-2)."""
    if not any(words in folded(name) for words in TENDER_COMMITTEE):
        return None
    threshold = money(parameters.value("formal_procedure_threshold", on=paris_day(at)))
    message = f"La commission d’appel d’offres ne statue que sur un marché qui atteint à lui seul {threshold} hors taxe (CGCT L1414-2)."
    return Refusal(message, "Cette commission donne un avis : un autre nom évite la confusion.", "AWD-09", "name")


def vacant_seats(committee: Committee) -> list[int]:
    """The seats that nobody holds."""
    held = {member.seat for member in committee.titulars}
    return [seat for seat in range(1, committee.seats + 1) if seat not in held]


def _hold(committee: Committee) -> None:
    session.refresh(committee, with_for_update={"of": Committee})
    session.expire(committee, ["members"])


def _change_faults(committee: Committee | None, terms: Terms) -> Iterator[Refusal]:
    if not terms.name.strip() or not terms.place.strip():
        yield Refusal("Le nom ou le lieu manque.", "Les convocations les citent.", "AWD-09")
    if terms.asked_from < 0:
        yield Refusal("Un montant n’est pas négatif.", "Écrire 0 pour demander toujours l’avis.", "AWD-09", "asked_from")
    if committee is None:
        return
    beyond = [member for member in committee.titulars if (member.seat or 0) > terms.seats]
    if beyond:
        message = f"Le siège {beyond[0].seat} est tenu par {beyond[0].name}."
        yield Refusal(message, "Mettre fin à son mandat avant de retirer ce siège.", "AWD-09", "seats")
    if not terms.is_asked and live_sitting_of(committee) is not None:
        message = "Une séance est convoquée : la commission ne peut pas cesser d’être consultée."
        yield Refusal(message, "Tenir cette séance, ou l’annuler.", "AWD-09", "is_asked")


def _naming_faults(committee: Committee, named: Named) -> Iterator[Refusal]:
    live = committee.sitting_members
    if not _called(named):
        yield Refusal("Le nom manque.", "Choisir un agent, ou écrire le nom.", "AWD-09", "name")
    if not _address(named):
        yield Refusal("L’adresse électronique manque.", "Les convocations partent à cette adresse.", "AWD-09", "email")
    elif any(member.email == _address(named) for member in live):
        yield Refusal("Cette adresse est déjà celle d’un membre.", "Une personne n’a qu’une place.", "AWD-09", "email")
    if named.person and any(member.person_id == named.person.id for member in live):
        yield Refusal(f"{named.person.name} est déjà membre.", "Choisir une autre personne.", "AWD-09", "person")
    if named.seat is not None and named.seat not in vacant_seats(committee):
        yield Refusal("Ce siège n’est pas libre.", "Choisir un siège libre, ou nommer un suppléant.", "AWD-09", "seat")


def _called(named: Named) -> str:
    return named.person.name if named.person else named.name.strip()


def _address(named: Named) -> str:
    return named.person.email if named.person else named.email.strip().lower()
