"""Offers that an agent entered for a supplier: each has its agreement and its receipt, and that agent stands aside (REC-08)."""

from collections.abc import Iterator

from sqlalchemy import and_, exists, or_, select

from sad.db import session
from sad.doctor.findings import Finding, Site, named, rows
from sad.models.assisted_deposits import AssistedDeposit
from sad.models.evaluations import ConflictDeclaration
from sad.models.journal import JournalEntry
from sad.models.offers import Offer, Receipt
from sad.models.openings import Opening
from sad.models.people import Person

ASK = "Demander au fournisseur et à l’agent ce qui s’est passé, avant toute décision sur cette consultation."


def without_agreement(_site: Site) -> Iterator[Finding]:
    """Offers of agents without an agreement of before, without a line or a receipt; agents that did not stand aside."""
    yield from _offers()
    yield from _agents()


def _offers() -> Iterator[Finding]:
    agreement = and_(
        AssistedDeposit.mini_tender_id == Offer.mini_tender_id,
        AssistedDeposit.supplier_id == Offer.supplier_id,
        AssistedDeposit.agent_id == Offer.deposited_by,
        AssistedDeposit.begun_at <= Offer.received_at,
    )
    line = exists().where(
        JournalEntry.object == named("assisted_deposits", AssistedDeposit.id), JournalEntry.action == "submit_assisted_offer"
    )
    receipt = exists().where(Receipt.offer_id == Offer.id)
    by_agents = select(Offer.id).join(Person, Person.id == Offer.deposited_by).outerjoin(AssistedDeposit, agreement)
    wrong = or_(AssistedDeposit.id.is_(None), ~line, ~receipt)
    for row in rows(by_agents.where(Person.organisation_id.is_not(None), wrong)):
        message = "Un agent a saisi cette offre sans accord du fournisseur, sans ligne au journal, ou sans accusé."
        yield Finding(f"offers:{row.id}", message, ASK)


def _agents() -> Iterator[Finding]:
    declared = exists().where(
        ConflictDeclaration.mini_tender_id == AssistedDeposit.mini_tender_id,
        ConflictDeclaration.person_id == AssistedDeposit.agent_id,
        ConflictDeclaration.has_conflict,
    )
    opened = exists().where(
        Opening.mini_tender_id == AssistedDeposit.mini_tender_id,
        or_(Opening.first_person_id == AssistedDeposit.agent_id, Opening.second_person_id == AssistedDeposit.agent_id),
    )
    for number in session.scalars(select(AssistedDeposit.id).where(or_(~declared, opened))):
        message = "L’agent qui a saisi pour un fournisseur ne s’est pas écarté de cette consultation."
        yield Finding(f"assisted_deposits:{number}", message, ASK)
