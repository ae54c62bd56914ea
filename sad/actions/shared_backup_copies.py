"""Opening a backup copy takes two people, for a reason that both have read (REC-06)."""

from datetime import datetime

from sad.actions.backup_copy_openings import (
    check_copy_opening,
    electronic_offers,
    open_backup_copy,
    outages_before_deadline,
    started_before,
)
from sad.db import session
from sad.domain.approvals import Fact, Shown
from sad.domain.backup_copies import COPY_GROUNDS, CopyGround
from sad.letters import backup_copies as letters
from sad.letters import outages
from sad.letters.wording import instant, moment, siret
from sad.models.approvals import Approval, ApprovalKind
from sad.models.backup_copies import BackupCopy
from sad.models.offers import DepositAttempt, Offer
from sad.models.people import Person


def copy_opening(copy: BackupCopy, ground: str | None, reason: str) -> Approval:
    """The request to open a backup copy."""
    return Approval(
        organisation_id=copy.organisation_id,
        kind=ApprovalKind.COPY,
        object=f"{BackupCopy.__tablename__}:{copy.id}",
        content={"ground": ground, "reason": reason.strip()},
    )


def show_copy_opening(asked: Approval) -> Shown:
    """What both read: whose copy, when it came, what became of the electronic offer, the ground and what establishes it, the letter."""
    copy, ground, reason = _read(asked)
    letter = letters.opened(copy, ground, reason)
    return Shown(
        title=f"Ouvrir une copie de sauvegarde\u00a0: {copy.supplier.name}",
        facts=(
            ("Consultation", copy.mini_tender.title),
            ("Fournisseur", f"{copy.supplier.name}, SIRET {siret(copy.supplier.siret)}"),
            ("Date limite", moment(copy.closes_at)),
            ("Copie reçue le", f"{moment(copy.received_at)}. {copy.brought_by}"),
            ("Enregistrée par", f"{copy.registrar.name}, le {moment(copy.registered_at)}"),
            ("Gardée", copy.kept_where),
            *known_of_offer(copy),
            ("Motif", COPY_GROUNDS[CopyGround(ground)]),
            ("Ce qui l’établit", reason),
        ),
        consequences=(
            "La copie est ouverte, pour toujours. Ouvrez l’enveloppe à deux, à l’abri des virus si c’est un support informatique.",
            "Ce qu’elle contient n’entre pas dans le logiciel\u00a0: un constat signé de vous deux le dit, joint au procès-verbal.",
            "Le classement calculé par le logiciel n’en tient pas compte.",
            "Le fournisseur reçoit le motif et ce qui l’établit\u00a0; le procès-verbal les dit, avec vos deux noms.",
        ),
        letters=((copy.supplier.name, letter.subject, letter.body),),
    )


def known_of_offer(copy: BackupCopy) -> list[Fact]:
    """What became of the electronic offer of its supplier, what it tried before the hour, what our probes saw then."""
    offers, tried, seen = electronic_offers(copy), started_before(copy), outages_before_deadline(copy)
    return [
        *(("Offre électronique", _offer(offer)) for offer in offers),
        *(() if offers else (("Offre électronique", "Aucune"),)),
        *(("Envoi commencé avant l’heure", _attempt(each)) for each in tried),
        *(() if tried else (("Envoi commencé avant l’heure", "Aucun, hors ceux qui sont arrivés à temps"),)),
        *(("Nos relevés", outages.noted(each)) for each in seen),
        *(() if seen else (("Nos relevés", "Aucune panne dans les heures qui ont précédé la date limite"),)),
    ]


def check_opening_copy(asked: Approval, by: Person, at: datetime) -> None:
    """Raises `Refused` unless it may be opened now for that reason, by somebody who has no interest in it."""
    copy, ground, reason = _read(asked)
    check_copy_opening(copy, ground, reason, by=by, at=at)


def do_open_copy(asked: Approval, at: datetime) -> None:
    """Say that it is opened, in the names of both."""
    assert asked.ender is not None
    copy, ground, reason = _read(asked)
    open_backup_copy(copy, ground, reason, approved_by=asked.ender, by=asked.asker, at=at)


def _read(asked: Approval) -> tuple[BackupCopy, str, str]:
    return session.get_one(BackupCopy, asked.subject_id), asked.content["ground"], asked.content["reason"]


def _offer(offer: Offer) -> str:
    received = f"Reçue le {instant(offer.received_at)}, {'hors délai' if offer.late else 'à temps'}"
    if offer.seal_fault:
        return f"{received}. {offer.seal_fault}"
    return f"{received}, {'ouverte, elle se lit' if offer.is_opened else 'gardée scellée'}."


def _attempt(tried: DepositAttempt) -> str:
    ended = f"refusé\u00a0: {tried.refused_because}" if tried.refused_because else f"reçu le {instant(tried.received_at)}"
    return f"Le {instant(tried.started_at)}, {ended}"
