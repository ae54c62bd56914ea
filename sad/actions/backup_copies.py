"""The register of backup copies: noted when they come in, known to nobody else before the opening, struck out when wrong (REC-06)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from sad.actions.journal import record
from sad.actions.letters import people_of, post_letter
from sad.actions.mini_tenders import hold
from sad.actions.opening_records import opening_record_of
from sad.actions.openings import opening_of
from sad.actions.publications import invitees_of
from sad.db import session
from sad.domain.backup_copies import RULE, Arrival
from sad.domain.errors import Refusal, Refused
from sad.letters import backup_copies as letters
from sad.letters.text import LetterText
from sad.models.backup_copies import BackupCopy
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.openings import Opening
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier
from sad.reports.opening import OpeningRecord
from sad.trust.canonical import instant


def register_backup_copy(mini_tender: MiniTender, supplier: Supplier, arrival: Arrival, *, by: Person, at: datetime) -> BackupCopy:
    """Note that the sealed envelope of an invited supplier came in; the supplier has its receipt by letter.

    A late copy is registered too, and stays closed. The same again gives the same copy. Raises `Refused` with every fault.
    """
    hold(mini_tender)
    faults = [*_faults(mini_tender, supplier, by), *_arrival_faults(mini_tender, arrival, at)]
    if faults:
        raise Refused(*faults)
    known = _known(mini_tender, supplier, arrival, by)
    if known is not None:
        return known
    assert mini_tender.closes_at is not None
    copy = BackupCopy(
        organisation_id=mini_tender.organisation_id,
        mini_tender=mini_tender,
        supplier=supplier,
        medium=arrival.medium,
        brought_by=arrival.brought_by.strip(),
        kept_where=arrival.kept_where.strip(),
        received_at=arrival.received_at,
        closes_at=mini_tender.closes_at,
        late=arrival.received_at > mini_tender.closes_at,
        registrar=by,
        registered_at=at,
    )
    session.add(copy)
    said: dict[str, Any] = {"medium": copy.medium, "brought_by": copy.brought_by, "kept_where": copy.kept_where, "late": copy.late}
    is_sealed, received_at = not is_opening_done(mini_tender), instant(copy.received_at)
    record("register_backup_copy", copy, by=by, at=at, is_sealed=is_sealed, received_at=received_at, **said)
    _tell(copy, letters.registered(copy), at)
    return copy


def strike_out_backup_copy(copy: BackupCopy, reason: str, *, by: Person, at: datetime) -> BackupCopy:
    """Say that a copy was registered by mistake: the line stays, struck out, and its supplier reads why. Raises `Refused`."""
    hold(copy.mini_tender)
    session.refresh(copy)
    faults = list(_striking_faults(copy, reason, by))
    if faults:
        raise Refused(*faults)
    copy.striker, copy.struck_out_at, copy.struck_out_reason = by, at, reason.strip()
    is_sealed = not is_opening_done(copy.mini_tender)
    record("strike_out_backup_copy", copy, by=by, at=at, is_sealed=is_sealed, reason=copy.struck_out_reason)
    _tell(copy, letters.struck_out(copy), at)
    return copy


def put_copies_off(mini_tender: MiniTender, closes_at: datetime) -> None:
    """Every copy follows the deadline, as deposits do; for the act that changes it, which journals it."""
    followed = update(BackupCopy).where(BackupCopy.mini_tender_id == mini_tender.id)
    session.execute(followed.values(closes_at=closes_at, late=BackupCopy.received_at > closes_at))


def copies_of(mini_tender: MiniTender) -> list[BackupCopy]:
    """Every copy, in the order in which they came; before the opening it would tell who answers (SEC-01)."""
    of_it = BackupCopy.mini_tender_id == mini_tender.id
    named = (BackupCopy.registrar, BackupCopy.striker, BackupCopy.asker, BackupCopy.approver)
    people = (joinedload(person).lazyload(Person.roles) for person in named)
    found = select(BackupCopy).where(of_it).options(joinedload(BackupCopy.supplier), *people)
    return list(session.scalars(found.order_by(BackupCopy.received_at, BackupCopy.id)))


def opened_copies(mini_tender: MiniTender) -> list[BackupCopy]:
    """Those that two people opened: what they hold is in no ranking that the product computes."""
    return [copy for copy in copies_of(mini_tender) if copy.opened_at is not None]


def copies_seen_by(person: Person, mini_tender: MiniTender) -> list[BackupCopy]:
    """What this person may know: before the opening the copies that it registered itself, then all of them."""
    is_known = is_opening_done(mini_tender)
    return [copy for copy in copies_of(mini_tender) if is_known or copy.registered_by == person.id]


def is_opening_done(mini_tender: MiniTender) -> bool:
    """Were its offers opened, so that who answered is no secret any more?"""
    opening = opening_of(mini_tender)
    return opening is not None and opening.opened_at is not None


def record_with_copies(mini_tender: MiniTender, opening: Opening) -> OpeningRecord:
    """What an opening found, with the backup copies."""
    return replace(opening_record_of(mini_tender, opening), copies=copies_of(mini_tender))


def _known(mini_tender: MiniTender, supplier: Supplier, arrival: Arrival, by: Person) -> BackupCopy | None:
    """What this very person has already registered, word for word: the same form sent twice. Somebody else's would tell of it."""
    return session.scalar(
        select(BackupCopy).where(
            BackupCopy.mini_tender_id == mini_tender.id,
            BackupCopy.supplier_id == supplier.id,
            BackupCopy.registered_by == by.id,
            BackupCopy.received_at == arrival.received_at,
            BackupCopy.medium == arrival.medium,
            BackupCopy.struck_out_at.is_(None),
        )
    )


def _faults(mini_tender: MiniTender, supplier: Supplier, by: Person) -> Iterator[Refusal]:
    yield from _buyer_faults(mini_tender, by)
    if mini_tender.published_at is None or mini_tender.closes_at is None:
        yield Refusal("Cette consultation n’est pas envoyée.", "Aucune copie ne peut encore être arrivée.", RULE)
    elif mini_tender.state == MiniTenderState.DISCONTINUED:
        message = "Cette consultation est déclarée sans suite\u00a0: elle ne reçoit plus de copie."
        yield Refusal(message, "Rendre l’enveloppe au fournisseur, sans l’ouvrir.", "AWD-10")
    if supplier.id not in {each.id for each in invitees_of(mini_tender)}:
        message = "Cette entreprise n’est pas invitée à cette consultation."
        yield Refusal(message, "La choisir dans la liste des invités.", "SAD-15", "supplier")


def _arrival_faults(mini_tender: MiniTender, arrival: Arrival, at: datetime) -> Iterator[Refusal]:
    if arrival.received_at > at:
        yield Refusal("La copie serait arrivée dans l’avenir.", "Corriger la date ou l’heure.", RULE, "received_at")
    elif mini_tender.published_at is not None and arrival.received_at < mini_tender.published_at:
        message = "La copie serait arrivée avant l’envoi de la consultation."
        yield Refusal(message, "Corriger la date ou l’heure, ou chercher de quelle consultation elle vient.", RULE, "received_at")
    if not arrival.brought_by.strip():
        remedy = "Écrire qui l’a apportée\u00a0: La Poste, un coursier, le fournisseur."
        yield Refusal("Comment elle est arrivée n’est pas dit.", remedy, RULE, "brought_by")
    if not arrival.kept_where.strip():
        yield Refusal("Le lieu où elle est gardée n’est pas dit.", "Écrire où l’enveloppe attend, fermée.", RULE, "kept_where")


def _striking_faults(copy: BackupCopy, reason: str, by: Person) -> Iterator[Refusal]:
    yield from _buyer_faults(copy.mini_tender, by)
    if copy.registered_by != by.id and not is_opening_done(copy.mini_tender):
        yield Refusal("Avant l’ouverture des offres, seul qui l’a enregistrée raye une copie.", "Le lui demander.", RULE)
    if copy.struck_out_at is not None:
        yield Refusal("Cet enregistrement est déjà rayé.", "Enregistrer la copie de nouveau, si elle existe.", RULE)
    if copy.opened_at is not None:
        yield Refusal("Cette copie est ouverte\u00a0: elle ne se raye plus.", "Relire le procès-verbal d’ouverture.", RULE)
    if not reason.strip():
        yield Refusal("Le motif manque.", "Dire quelle était l’erreur\u00a0: le fournisseur le lira.", RULE, "reason")


def _buyer_faults(mini_tender: MiniTender, by: Person) -> Iterator[Refusal]:
    if not by.has_role(Role.BUYER) or by.organisation_id != mini_tender.organisation_id:
        yield Refusal("Seul un acheteur de la collectivité tient le registre des copies de sauvegarde.", "Lui remettre l’enveloppe.", RULE)


def _tell(copy: BackupCopy, text: LetterText, at: datetime) -> None:
    """To the supplier's people alone: a letter of the organisation or of the mini-tender would tell who answers (SEC-01)."""
    for person in people_of(copy.supplier):
        post_letter(text, to=person, at=at, supplier=copy.supplier)
