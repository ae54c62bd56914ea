"""Needs and mini-tenders before they are sent: drafts, copies, the buyer's check."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import flag_modified

from sad.actions.announced_tastings import keep_announcement
from sad.actions.deadline_requests import discard_requests, end_request_if_moved
from sad.actions.journal import record
from sad.actions.launches import BUYERS_OWN, proposed_deadline, prospect_of
from sad.actions.letters import people_with, post_letter
from sad.db import session
from sad.domain.calendar import PARIS, paris_day, paris_instant
from sad.domain.errors import Refused, refuse
from sad.domain.lifecycle import moved
from sad.letters import mini_tenders as letters
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender, MiniTenderLine, MiniTenderState
from sad.models.organisations import Service
from sad.models.people import Person, Role
from sad.models.systems import Category, PurchasingSystem
from sad.need_templates import NeedTemplate

DAYS_AHEAD = 21
AGREEMENT = "SAD-18"
COPIED = (
    "template",
    "guests",
    "place",
    "access",
    "vegetarian_meals",
    "allergens",
    "dietary_needs",
    "packaging",
    "clauses",
    "constraints",
    "budget",
    "weights",
)


@dataclass(frozen=True, slots=True)
class NeedLine:
    """A line as a person wrote it."""

    label: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedChange:
    """What one screen of the wizard changes; what it does not show is left out (`UNCHANGED`)."""

    title: Any = ...
    category_id: Any = ...
    guests: Any = ...
    happens_at: Any = ...
    place: Any = ...
    access: Any = ...
    vegetarian_meals: Any = ...
    allergens: Any = ...
    dietary_needs: Any = ...
    packaging: Any = ...
    clauses: Any = ...
    constraints: Any = ...
    budget: Any = ...
    weights: Any = ...
    wanted_closes_at: Any = ...
    justifications: Any = ...
    tasting: Any = ...
    lines: Sequence[NeedLine] | None = None

    def values(self) -> Mapping[str, Any]:
        """The columns that change."""
        named = ((each.name, getattr(self, each.name)) for each in fields(self) if each.name not in ("lines", "tasting"))
        return {name: value for name, value in named if value is not ...}


def start_mini_tender(service: Service, template: NeedTemplate, *, system: PurchasingSystem, by: Person, at: datetime) -> MiniTender:
    """A draft of a need of that service, filled from the template for a number of guests still to be said.

    Refused when the system has no category for it (SAD-22).
    """
    mini_tender = MiniTender(
        organisation_id=service.organisation_id,
        system_id=system.id,
        category_id=_category_of(system, template),
        service_id=service.id,
        created_by=by.id,
        created_at=at,
        template=template.key,
        title=template.label,
        happens_at=_proposed_moment(template.hour, at),
        wanted_closes_at=proposed_deadline(at),
        place=service.commune,
        constraints="\n".join(template.constraints),
    )
    session.add(mini_tender)
    record("start_mini_tender", mini_tender, by=by, at=at, template=template.key)
    return mini_tender


def copy_mini_tender(past: MiniTender, template: NeedTemplate, *, system: PurchasingSystem, by: Person, at: datetime) -> MiniTender:
    """A new draft with what a past need of the same service said, on the same day of a coming week."""
    then = past.happens_at.astimezone(PARIS) if past.happens_at else None
    draft = MiniTender(
        organisation_id=past.organisation_id,
        system_id=system.id,
        category_id=past.category_id if past.system_id == system.id else _category_of(system, template),
        service_id=past.service_id,
        created_by=by.id,
        created_at=at,
        title=past.title,
        happens_at=_proposed_moment(then.time(), at, then.weekday()) if then else _proposed_moment(template.hour, at),
        wanted_closes_at=proposed_deadline(at),
        **{name: getattr(past, name) for name in COPIED},
    )
    draft.lines = [MiniTenderLine(position=line.position, label=line.label, quantity=line.quantity, unit=line.unit) for line in past.lines]
    session.add(draft)
    record("copy_mini_tender", draft, by=by, at=at, copied_from=past.id)
    return draft


def save_need(mini_tender: MiniTender, change: NeedChange, *, version: int, by: Person, at: datetime) -> MiniTender:
    """Keep one screen of a draft; while the buyers check it, only they may change it.

    Refused once it is sent, and when somebody else saved another version meanwhile (what was typed stays on the screen of
    the second, who is told). Another deadline or day of service drops the agreement asked of suppliers.
    """
    hold(mini_tender)
    check_editable(mini_tender, by)
    if mini_tender.version != version:
        raise refuse(
            "Une autre personne a modifié ce besoin pendant que vous l’écriviez.",
            "Vos réponses sont restées sur cet écran. Comparez-les aux siennes, puis enregistrez de nouveau.",
        )
    for name, value in change.values().items():
        setattr(mini_tender, name, value)
    if change.lines is not None:
        _rewrite_lines(mini_tender, change.lines)
    if change.tasting is not ...:
        keep_announcement(mini_tender, change.tasting)
    flag_modified(mini_tender, "title")  # another version, even when only the lines changed
    session.flush()
    end_request_if_moved(mini_tender, by=by, at=at)
    record("save_need", mini_tender, by=by, at=at, changed=sorted(change.values()) + (["lines"] if change.lines is not None else []))
    return mini_tender


def check_screen(mini_tender: MiniTender, fields: Collection[str], *, at: datetime) -> MiniTender:
    """What the law says today against what these fields ask (as the rules name them), while its author is there to mend it.

    A deadline that still waits for the agreement of suppliers (SAD-18) keeps nobody from writing the rest. Raises `Refused`.
    """
    faults = [each for each in prospect_of(mini_tender, at).faults if each.field in fields and each.rule != AGREEMENT]
    if faults:
        raise Refused(*faults)
    return mini_tender


def discard_mini_tender(mini_tender: MiniTender, *, by: Person, at: datetime) -> None:
    """Throw a draft away, for good; the journal keeps that it existed. Refused once it was handed to the buyers or sent."""
    hold(mini_tender)
    if mini_tender.state != MiniTenderState.DRAFT:
        raise refuse("Seul un brouillon s’efface.", "Ce besoin est parti : il reste dans la liste, avec sa suite.")
    discard_requests(mini_tender, by=by, at=at)
    record("discard_mini_tender", mini_tender, by=by, at=at, title=mini_tender.title)
    session.execute(update(Letter).where(Letter.mini_tender_id == mini_tender.id).values(mini_tender_id=None))
    session.delete(mini_tender)
    session.flush()


def check_editable(mini_tender: MiniTender, by: Person) -> None:
    """Raises `Refused` once it is sent, and for its service while the buyers check it."""
    if mini_tender.state not in (MiniTenderState.DRAFT, MiniTenderState.TO_CHECK):
        raise refuse(
            "Cette consultation est publiée : elle ne change plus.",
            "La déclarer sans suite et en lancer une autre, ou répondre aux questions des fournisseurs.",
            rule="CRI-12",
        )
    if mini_tender.state == MiniTenderState.TO_CHECK and not by.has_role(Role.BUYER):
        raise refuse("Le service achats vérifie ce besoin.", "Pour le modifier, demandez-lui de vous le rendre.")


def hold(mini_tender: MiniTender) -> MiniTender:
    """Lock its row until the end of the transaction and read it again, so that two decisions never cross."""
    session.refresh(mini_tender, with_for_update={"of": MiniTender})
    return mini_tender


def fill_lines(template: NeedTemplate, guests: int) -> tuple[NeedLine, ...]:
    """The lines of the template for that many guests."""
    return tuple(NeedLine(line.label, line.quantity(guests), line.unit) for line in template.lines)


def refilled_lines(mini_tender: MiniTender, template: NeedTemplate, guests: int) -> tuple[NeedLine, ...] | None:
    """The lines of the template for another number of guests, as long as nobody rewrote them; None to keep what is written."""
    written = tuple(NeedLine(line.label, line.quantity, line.unit) for line in mini_tender.lines)
    if written and (mini_tender.guests is None or written != fill_lines(template, mini_tender.guests)):
        return None
    return fill_lines(template, guests)


def submit_for_check(mini_tender: MiniTender, *, by: Person, at: datetime) -> MiniTender:
    """Hand the draft to the buyers of the organisation, who are told.

    Raises `Refused` with all that its author can still mend; what depends on the buyers alone is theirs to see.
    """
    hold(mini_tender)
    state = moved("mini_tender", mini_tender.state, "ask_check")
    prospect = prospect_of(mini_tender, at)
    faults = [each for each in (*prospect.faults, *prospect.unjustified) if each.rule not in BUYERS_OWN]
    if faults:
        raise Refused(*faults)
    mini_tender.state = state
    mini_tender.returned_reason = None
    for buyer in people_with(Role.BUYER, mini_tender.organisation_id):
        post_letter(
            letters.to_check(mini_tender, asked_by=by),
            to=buyer,
            at=at,
            organisation_id=mini_tender.organisation_id,
            mini_tender=mini_tender,
        )
    record("submit_for_check", mini_tender, by=by, at=at)
    return mini_tender


def return_to_requester(mini_tender: MiniTender, reason: str, *, by: Person, at: datetime) -> MiniTender:
    """Send the draft back to the person who wrote it, with what to mend."""
    if not reason.strip():
        raise refuse("Le motif manque.", "Dire en une phrase ce qu’il faut reprendre.", field="reason")
    hold(mini_tender)
    mini_tender.state = moved("mini_tender", mini_tender.state, "return")
    mini_tender.returned_reason = reason.strip()
    told = letters.returned(mini_tender, mini_tender.returned_reason)
    post_letter(told, to=mini_tender.creator, at=at, organisation_id=mini_tender.organisation_id, mini_tender=mini_tender)
    record("return_to_requester", mini_tender, by=by, at=at, reason=mini_tender.returned_reason)
    return mini_tender


def _rewrite_lines(mini_tender: MiniTender, lines: Sequence[NeedLine]) -> None:
    mini_tender.lines.clear()
    session.flush()
    mini_tender.lines.extend(
        MiniTenderLine(position=position, label=line.label, quantity=line.quantity, unit=line.unit)
        for position, line in enumerate(lines, start=1)
    )


def _category_of(system: PurchasingSystem, template: NeedTemplate) -> int:
    category = session.scalar(select(Category.id).where(Category.system_id == system.id, Category.key == template.category))
    if category is None:
        message = f"Le système « {system.title} » n’a pas de catégorie pour ce besoin : {template.label}."
        raise refuse(message, "Choisir un autre modèle, ou demander au service achats.", rule="SAD-22", field="template")
    return category


def _proposed_moment(hour: time, at: datetime, weekday: int | None = None) -> datetime:
    """Three weeks ahead at that hour, on that day of the week or on a weekday; an hour that clocks skip is left as it is."""
    day = paris_day(at) + timedelta(days=DAYS_AHEAD)
    day += timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0) if weekday is None else (weekday - day.weekday()) % 7)
    local = datetime.combine(day, hour)
    try:
        return paris_instant(local)
    except Refused:
        return local.replace(tzinfo=PARIS)
