"""What a supplier may see of a consultation: those to which it is invited, its own offers."""

from flask import abort
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from sad.db import session
from sad.models.invitations import Invitation
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.systems import PurchasingSystem
from sad.web.access import current_supplier, own_or_404
from sad.web.kept import say_if_destroyed

AROUND = (
    joinedload(MiniTender.organisation),
    joinedload(MiniTender.category),
    joinedload(MiniTender.system).selectinload(PurchasingSystem.documents),
    selectinload(MiniTender.lines),
)


def own_invitation(mini_tender_id: int) -> Invitation:
    """The supplier's invitation, with the mini-tender; whoever is not invited finds nothing: 404, or that it was destroyed."""
    mine = select(Invitation).where(Invitation.mini_tender_id == mini_tender_id, Invitation.supplier_id == current_supplier().id)
    whole = mine.options(joinedload(Invitation.mini_tender).options(*AROUND), joinedload(Invitation.supplier))
    found = session.scalars(whole).unique().one_or_none()
    if found is None:
        say_if_destroyed(mini_tender_id)
        abort(404)
    return found


def own_offer(offer_id: int) -> Offer:
    """One of the supplier's deposits, with the mini-tender; 404 for another's."""
    mine = select(Offer).where(Offer.id == offer_id, Offer.supplier_id == current_supplier().id)
    return own_or_404(mine.options(joinedload(Offer.mini_tender).options(*AROUND), joinedload(Offer.depositor)))
