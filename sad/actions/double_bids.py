"""Bidding twice for one mini-tender: alone and in a consortium, in several, or one person for two (ADM-11, ADM-12).

Only the depositor is answered, about itself or its own group; nobody learns from here whether a rival has deposited (SEC-01).
"""

from collections.abc import Iterator

from sqlalchemy import select

from sad.actions.compositions import companies_of
from sad.db import session
from sad.domain.errors import Refusal
from sad.models.consortiums import Consortium, ConsortiumMember
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer, OfferState
from sad.models.people import Person
from sad.models.suppliers import Supplier


def hold_bidders(supplier: Supplier) -> None:
    """Until the commit, no other candidate deposits with one of the same companies; always locked in the same order."""
    companies = select(Supplier.id).where(Supplier.id.in_(companies_of(supplier))).order_by(Supplier.id)
    session.execute(companies.with_for_update(key_share=True)).all()


def bidding_faults(mini_tender: MiniTender, supplier: Supplier, by: Person) -> Iterator[Refusal]:
    """Why this candidate, or this person for it, may not deposit beside an offer that stands."""
    standing = select(Offer.id).where(
        Offer.mini_tender_id == mini_tender.id,
        Offer.supplier_id != supplier.id,
        Offer.state == OfferState.DEPOSITED,
        Offer.late.is_(False),
    )
    if session.scalar(standing.where(Offer.deposited_by == by.id).limit(1)) is not None:
        message = "Vous avez déjà déposé pour un autre candidat : une même personne n’en représente qu’un par marché (R2142-4)."
        yield Refusal(message, "Une autre personne dépose celle-ci, ou vous retirez la première.", "ADM-11")
    if not mini_tender.system.forbids_double_bidding:
        return
    if session.scalar(standing.where(Offer.supplier_id.in_(_related(supplier))).limit(1)) is not None:
        yield _double(supplier)


def _related(supplier: Supplier) -> list[int]:
    """The other candidates that one of its companies is, or is a member of."""
    companies = companies_of(supplier)
    groups = (
        select(Consortium.supplier_id)
        .join(ConsortiumMember, ConsortiumMember.consortium_id == Consortium.id)
        .where(ConsortiumMember.supplier_id.in_(companies), ConsortiumMember.left_at.is_(None))
    )
    return [*companies, *session.scalars(groups)]


def _double(supplier: Supplier) -> Refusal:
    rule = "Les documents du système l’interdisent (R2151-7)."
    if supplier.lead_id is None:
        message = f"Un groupement dont vous êtes membre a déjà une offre pour cette consultation. {rule}"
        return Refusal(message, "Demander au mandataire de la retirer, ou répondre par le groupement seul.", "ADM-12")
    message = f"Une entreprise de votre groupement a déjà une offre pour cette consultation. {rule}"
    return Refusal(message, "Vous accorder entre membres : elle retire la sienne, ou le groupement ne dépose pas.", "ADM-12")
