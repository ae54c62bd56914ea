"""What a supplier may see of a consultation: those to which it is invited, its own offers."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from sad.models.invitations import Invitation
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.systems import PurchasingSystem
from sad.web.access import current_supplier, own_or_404

AROUND = (
    joinedload(MiniTender.organisation),
    joinedload(MiniTender.category),
    joinedload(MiniTender.system).selectinload(PurchasingSystem.documents),
    selectinload(MiniTender.lines),
)


def own_invitation(mini_tender_id: int) -> Invitation:
    """The supplier's invitation, with the mini-tender; whoever is not invited finds nothing: 404."""
    mine = select(Invitation).where(Invitation.mini_tender_id == mini_tender_id, Invitation.supplier_id == current_supplier().id)
    return own_or_404(mine.options(joinedload(Invitation.mini_tender).options(*AROUND), joinedload(Invitation.supplier)))


def own_offer(offer_id: int) -> Offer:
    """One of the supplier's deposits, with the mini-tender; 404 for another's."""
    mine = select(Offer).where(Offer.id == offer_id, Offer.supplier_id == current_supplier().id)
    return own_or_404(mine.options(joinedload(Offer.mini_tender).options(*AROUND), joinedload(Offer.depositor)))
