"""Sending a mini-tender to all the admitted suppliers of its category, and giving one up."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from sad import parameters
from sad.actions.journal import record
from sad.actions.launches import admitted_to, launch_of
from sad.actions.letters import post_letter, post_to_supplier
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refused, refuse
from sad.domain.launch import Launch, launch_faults, unjustified
from sad.domain.law import LaunchLaw
from sad.domain.lifecycle import moved
from sad.letters import mini_tenders as letters
from sad.models.invitations import Invitation
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person, Role
from sad.models.stages import Stage
from sad.models.suppliers import Supplier
from sad.trust.canonical import canonical_json
from sad.trust.sealing import new_key_pair


def publish_mini_tender(
    mini_tender: MiniTender, *, seal_key: bytes, justifications: Mapping[str, str], by: Person, at: datetime
) -> MiniTender:
    """Send the mini-tender: freeze stage, grid, budget and lines, and invite all the admitted of the category at this instant.

    `justifications` gives a reason by rule for each warning. Raises `Refused` with everything that stands against it.
    """
    session.refresh(mini_tender, with_for_update=True)
    if not may_publish(mini_tender, by):
        raise refuse(
            "Le budget dépasse ce que votre service publie seul.", "L’envoyer au service achats, qui vérifie et publie.", field="budget"
        )
    state = moved("mini_tender", mini_tender.state, "publish")
    mini_tender.justifications = {**mini_tender.justifications, **{rule: text.strip() for rule, text in justifications.items()}}
    invitees = admitted_to(mini_tender)
    launch = launch_of(mini_tender, len(invitees), at)
    law = LaunchLaw.on(paris_day(at), parameters.value)
    faults = [*launch_faults(launch, law), *unjustified(launch, law)]
    if faults:
        raise Refused(*faults)
    _freeze(mini_tender, launch, invitees, seal_key)
    mini_tender.state, mini_tender.published_at, mini_tender.published_by = state, at, by.id
    for supplier in invitees:
        session.add(
            Invitation(organisation_id=mini_tender.organisation_id, mini_tender_id=mini_tender.id, supplier_id=supplier.id, sent_at=at)
        )
        post_to_supplier(
            supplier, letters.invitation(mini_tender), at=at, organisation_id=mini_tender.organisation_id, mini_tender=mini_tender
        )
    _tell_requester(mini_tender, len(invitees), by, at)
    record(
        "publish_mini_tender",
        mini_tender,
        by=by,
        at=at,
        fingerprint=mini_tender.frozen_fingerprint,
        invitees=[supplier.id for supplier in invitees],
        justifications=mini_tender.justifications,
    )
    return mini_tender


def may_publish(mini_tender: MiniTender, by: Person) -> bool:
    """Whether this person may send it: a buyer always, a requester up to its organisation's limit."""
    if by.has_role(Role.BUYER):
        return True
    limit = mini_tender.organisation.direct_publication_limit
    return mini_tender.budget is not None and mini_tender.budget <= limit


def discontinue_mini_tender(mini_tender: MiniTender, reason: str, *, by: Person, at: datetime) -> MiniTender:
    """Give the mini-tender up, and tell every invitee why (AWD-10, R2185-2)."""
    if not reason.strip():
        raise refuse("Le motif manque.", "Il est communiqué à chaque fournisseur invité.", rule="AWD-10", field="reason")
    mini_tender.state = moved("mini_tender", mini_tender.state, "discontinue")
    mini_tender.discontinued_at, mini_tender.discontinued_reason = at, reason.strip()
    for supplier in invitees_of(mini_tender):
        post_to_supplier(
            supplier, letters.discontinued(mini_tender), at=at, organisation_id=mini_tender.organisation_id, mini_tender=mini_tender
        )
    record("discontinue_mini_tender", mini_tender, by=by, at=at, reason=mini_tender.discontinued_reason)
    return mini_tender


def invitees_of(mini_tender: MiniTender) -> list[Supplier]:
    """The frozen list of invitees."""
    invited = select(Supplier).join(Invitation, Invitation.supplier_id == Supplier.id)
    return list(session.scalars(invited.where(Invitation.mini_tender_id == mini_tender.id).order_by(Supplier.id)))


def _freeze(mini_tender: MiniTender, launch: Launch, invitees: list[Supplier], seal_key: bytes) -> None:
    """Keep copies of all that the offers will be judged on, with one fingerprint (CRI-12, R2152-11)."""
    row = session.scalars(select(Stage).where(Stage.system_id == mini_tender.system_id, Stage.number == launch.stage.number)).one()
    keys = new_key_pair(seal_key, f"mini_tender:{mini_tender.id}")
    mini_tender.closes_at = launch.closes_at
    mini_tender.stage_content, mini_tender.stage_fingerprint = row.content, row.fingerprint
    mini_tender.grid = dict(launch.grid)
    mini_tender.public_key, mini_tender.wrapped_private_key = keys.public, keys.wrapped_private
    mini_tender.frozen_fingerprint = frozen_fingerprint(mini_tender, [supplier.id for supplier in invitees])


def frozen_fingerprint(mini_tender: MiniTender, invitees: list[int]) -> str:
    """SHA-256 of the grid, the budget, the deadline, the lines, the stage and the invitees (CRI-12)."""
    frozen = {
        "grid": mini_tender.grid,
        "stage": mini_tender.stage_fingerprint,
        "budget": str(mini_tender.budget),
        "closes_at": mini_tender.closes_at.isoformat() if mini_tender.closes_at else None,
        "lines": [[line.position, line.label, str(line.quantity.normalize()), line.unit] for line in mini_tender.lines],
        "invitees": sorted(invitees),
    }
    return hashlib.sha256(canonical_json(frozen)).hexdigest()


def _tell_requester(mini_tender: MiniTender, invited: int, by: Person, at: datetime) -> None:
    if mini_tender.created_by != by.id:
        text = letters.published(mini_tender, invited)
        post_letter(text, to=mini_tender.creator, at=at, organisation_id=mini_tender.organisation_id, mini_tender=mini_tender)
