"""Opening a late offer takes two people, for a reason that both have read (REC-04)."""

from datetime import datetime

from sad.actions.late_offers import check_late_opening, open_late_offer, outages_before
from sad.db import session
from sad.domain.approvals import Shown
from sad.domain.late_offers import GROUNDS, LateGround
from sad.letters import offers as letters
from sad.letters import outages
from sad.letters.wording import instant, siret
from sad.models.approvals import Approval, ApprovalKind
from sad.models.offers import Offer
from sad.models.people import Person


def late_opening(offer: Offer, ground: str | None, reason: str) -> Approval:
    """The request to open a late offer."""
    return Approval(
        organisation_id=offer.organisation_id,
        kind=ApprovalKind.LATE,
        object=f"{Offer.__tablename__}:{offer.id}",
        content={"ground": ground, "reason": reason.strip()},
    )


def show_late_opening(asked: Approval) -> Shown:
    """What both read: whose offer, how late, what our probes saw, the cause and what establishes it, the letter."""
    offer, ground, reason = session.get_one(Offer, asked.subject_id), LateGround(asked.content["ground"]), asked.content["reason"]
    letter, seen = letters.late_opened(offer, ground, reason, is_opened=True), outages_before(offer)
    return Shown(
        title=f"Ouvrir une offre arrivée hors délai\u00a0: {offer.supplier.name}",
        facts=(
            ("Consultation", offer.mini_tender.title),
            ("Fournisseur", f"{offer.supplier.name}, SIRET {siret(offer.supplier.siret)}"),
            ("Date limite", instant(offer.closes_at)),
            ("Reçue le", instant(offer.received_at)),
            *(("Nos relevés", outages.noted(each)) for each in seen),
            *(() if seen else (("Nos relevés", "Aucune panne dans les heures qui ont précédé ce dépôt"),)),
            ("Cause du retard", GROUNDS[ground]),
            ("Ce qui l’établit", reason),
        ),
        consequences=(
            "L’offre est ouverte, pour toujours, et examinée comme les autres.",
            "Les notes et le classement en tiennent compte\u00a0: s’ils sont déjà faits, ils sont à refaire.",
            "Le fournisseur reçoit la cause et ce qui l’établit\u00a0; le procès-verbal les dit, avec vos deux noms.",
        ),
        letters=((offer.supplier.name, letter.subject, letter.body),),
    )


def check_opening_late(asked: Approval, by: Person, at: datetime) -> None:
    """Raises `Refused` unless it may be opened now for that reason, by somebody who has no interest in it."""
    check_late_opening(session.get_one(Offer, asked.subject_id), asked.content["ground"], asked.content["reason"], by=by, at=at)


def do_open_late(asked: Approval, at: datetime, *, seal_key: bytes) -> None:
    """Open it, in the names of both."""
    assert asked.ender is not None
    offer, ground, reason = session.get_one(Offer, asked.subject_id), asked.content["ground"], asked.content["reason"]
    open_late_offer(offer, ground, reason, seal_key=seal_key, approved_by=asked.ender, by=asked.asker, at=at)
