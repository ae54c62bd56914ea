"""Where the supplier's offers stand, each in a few words: told to it alone, and no result before its letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from sad.db import session
from sad.domain.phases import phase
from sad.letters.wording import hour, instant, long_date
from sad.models.awards import Award, AwardState
from sad.models.evaluations import RankedOffer
from sad.models.invitations import Intention, Invitation
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Offer, OfferState
from sad.models.suppliers import Supplier

MOST = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """One consultation received: what the supplier did and what became of it."""

    invitation: Invitation
    words: str
    tone: str
    sentence: str
    waits: bool = False
    has_offer: bool = False
    has_result: bool = False

    @property
    def mini_tender(self) -> MiniTender:
        return self.invitation.mini_tender


def standings_of(supplier: Supplier, at: datetime) -> list[Standing]:
    """The last consultations received, those that may still be answered first, the nearest deadline at the top."""
    open_ones = _invitations(supplier).where(MiniTender.state == MiniTenderState.PUBLISHED, MiniTender.closes_at >= at)
    invitations = dict.fromkeys([*session.scalars(open_ones), *session.scalars(_invitations(supplier))])
    found = standings_for(supplier, list(invitations), at)
    waiting = sorted((each for each in found if each.waits), key=lambda each: each.mini_tender.closes_at or at)
    return [*waiting, *(each for each in found if not each.waits)]


def standings_for(supplier: Supplier, invitations: Sequence[Invitation], at: datetime) -> list[Standing]:
    """Where each of these invitations of the supplier stands, in the order given."""
    numbers = [each.mini_tender_id for each in invitations]
    offers = _last_offers(supplier, numbers)
    places = _places(numbers, {offer.id for offer in offers.values()})
    return [_standing(each, offers.get(each.mini_tender_id), places, at) for each in invitations]


def count_waiting(supplier: Supplier, at: datetime) -> int:
    """How many consultations may still be answered, without an offer nor a « non merci »."""
    deposited = select(Offer.id).where(
        Offer.mini_tender_id == Invitation.mini_tender_id, Offer.supplier_id == supplier.id, Offer.state == OfferState.DEPOSITED
    )
    waiting = (
        select(func.count(Invitation.id))
        .join(Invitation.mini_tender)
        .where(
            Invitation.supplier_id == supplier.id,
            or_(Invitation.intention.is_(None), Invitation.intention != Intention.DECLINED),
            MiniTender.state == MiniTenderState.PUBLISHED,
            MiniTender.closes_at >= at,
            ~deposited.exists(),
        )
    )
    return session.scalar(waiting) or 0


def _invitations(supplier: Supplier):  # type: ignore[no-untyped-def]
    return (
        select(Invitation)
        .join(Invitation.mini_tender)
        .options(contains_eager(Invitation.mini_tender).joinedload(MiniTender.organisation))
        .where(Invitation.supplier_id == supplier.id)
        .order_by(Invitation.sent_at.desc(), Invitation.id.desc())
        .limit(MOST)
    )


def _last_offers(supplier: Supplier, mini_tenders: list[int]) -> dict[int, Offer]:
    """The offer that counts for each mini-tender: the live one in time, else the last deposited."""
    offers = select(Offer).where(Offer.supplier_id == supplier.id, Offer.mini_tender_id.in_(mini_tenders))
    found = sorted(session.scalars(offers), key=lambda each: (each.state == OfferState.DEPOSITED, not each.late, each.received_at))
    return {each.mini_tender_id: each for each in found}


@dataclass(frozen=True, slots=True)
class _Place:
    rank: int | None
    among: int
    is_winner: bool


def _places(mini_tenders: list[int], offers: set[int]) -> dict[int, _Place]:
    """The place of each of the supplier's offers in a ranking whose award is decided, by offer."""
    decided = select(Award).where(Award.mini_tender_id.in_(mini_tenders), Award.state == AwardState.APPROVED)
    winners = {award.place.ranking_id: award.place.offer_id for award in session.scalars(decided.options(joinedload(Award.place)))}
    ranked = list(session.scalars(select(RankedOffer).where(RankedOffer.ranking_id.in_(winners))))
    among: dict[int, int] = {}
    for each in ranked:
        among[each.ranking_id] = among.get(each.ranking_id, 0) + (each.rank is not None)
    return {
        each.offer_id: _Place(each.rank, among[each.ranking_id], winners[each.ranking_id] == each.offer_id)
        for each in ranked
        if each.offer_id in offers
    }


def _standing(invitation: Invitation, offer: Offer | None, places: dict[int, _Place], at: datetime) -> Standing:
    now = phase(invitation.mini_tender, at)
    if now == "discontinued":
        return Standing(invitation, "Sans suite", "grey", "La collectivité a renoncé à cet achat ; la lettre dit pourquoi.")
    if offer is None or offer.state == OfferState.WITHDRAWN:
        return _without_offer(invitation, offer, now == "open")
    if offer.late and not offer.is_opened:
        return Standing(invitation, "Arrivée après l’heure", "apricot", f"Reçue le {instant(offer.received_at)}.", has_offer=True)
    if now in ("open", "closed"):
        return _sealed(invitation, offer, now == "open")
    place = places.get(offer.id)
    if place is None and now in ("awarded", "notified"):
        return Standing(invitation, "Non retenue", "grey", "Votre courrier dit pourquoi.", has_offer=True, has_result=True)
    if place is None:
        return Standing(invitation, "En cours d’examen", "blue", "Le service achats examine les offres.", has_offer=True)
    return _with_result(invitation, place)


def _without_offer(invitation: Invitation, offer: Offer | None, is_open: bool) -> Standing:
    if is_open and invitation.intention != Intention.DECLINED:
        closes_at = invitation.mini_tender.closes_at
        assert closes_at is not None
        return Standing(invitation, f"À faire avant {long_date(closes_at)}, {hour(closes_at)}", "apricot", "", waits=True)
    if offer is not None:
        return Standing(invitation, "Offre retirée", "grey", "Vous l’avez retirée avant la date limite.")
    if invitation.intention == Intention.DECLINED:
        return Standing(invitation, "Vous avez dit non", "grey", "Cela ne change rien pour les consultations suivantes.")
    return Standing(invitation, "Sans réponse de votre part", "grey", "La date limite est passée.")


def _sealed(invitation: Invitation, offer: Offer, is_open: bool) -> Standing:
    closes_at = invitation.mini_tender.closes_at
    assert closes_at is not None
    until = f"Personne ne peut la lire avant le {long_date(closes_at)}, {hour(closes_at)}." if is_open else "Deux personnes vont l’ouvrir."
    words = "Déposée, scellée" if is_open else "Déposée, en attente d’ouverture"
    return Standing(invitation, words, "blue", f"Reçue le {instant(offer.received_at)}. {until}", has_offer=True)


def _with_result(invitation: Invitation, place: _Place) -> Standing:
    if place.is_winner:
        return Standing(invitation, "Retenue", "green", "Bravo : la suite est dans vos courriers.", has_offer=True, has_result=True)
    if place.rank is None:
        return Standing(invitation, "Non retenue", "grey", "Une note minimale n’est pas atteinte.", has_offer=True, has_result=True)
    nth = "1re" if place.rank == 1 else f"{place.rank}e"
    return Standing(invitation, f"Non retenue, {nth} sur {place.among}", "grey", "", has_offer=True, has_result=True)
