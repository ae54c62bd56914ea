"""Deposits: what was acknowledged is there and will open, is late exactly when it came late, and nobody read it before the hour."""

import json
from collections.abc import Iterator
from typing import Any

from pyrage.x25519 import Identity
from sqlalchemy import Integer, Row, and_, case, cast, func, or_, select
from sqlalchemy.orm import aliased

from sad.db import session
from sad.doctor.findings import Finding, Site, named, rows
from sad.models.destructions import DestroyedObject
from sad.models.journal import JournalEntry
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer, OfferFile
from sad.models.openings import Opening
from sad.trust.envelopes import SealBroken, size_class
from sad.trust.sealing import ciphertext_sha256, open_envelope, unwrap

AGE_MARK = b"age-encryption.org/v1\n"
KEEP = "Ne rien modifier. Garder une copie de la base et des sauvegardes, et comparer ce dépôt avec la dernière sauvegarde saine."
WARN_BUYERS = "Prévenir le service achats avant toute décision sur cette consultation, et garder une copie de la base."


def lost_deposits(_site: Site) -> Iterator[Finding]:
    """Deposits that the journal says were acknowledged, and that are no longer there, though nobody destroyed them."""
    number = case((JournalEntry.action == "submit_offer", cast(func.substr(JournalEntry.object, len("offers:") + 1), Integer)))
    acknowledged = select(JournalEntry.seq, JournalEntry.object).outerjoin(Offer, Offer.id == number)
    kept = JournalEntry.object.not_in(select(DestroyedObject.object))
    for seq, about in rows(acknowledged.where(JournalEntry.action == "submit_offer", Offer.id.is_(None), kept)):
        yield Finding(about, f"Ce dépôt a été accusé à la ligne {seq} du journal et n’est plus dans la base.", KEEP)


def altered_deposits(_site: Site) -> Iterator[Finding]:
    """Envelopes that are not, byte for byte, what was received."""
    for row in rows(select(Offer.id, Offer.sealed_sha256, Offer.size_class)):
        sealed = session.scalars(select(Offer.sealed).where(Offer.id == row.id)).one()
        if ciphertext_sha256(sealed) != row.sealed_sha256 or not sealed.startswith(AGE_MARK):
            yield Finding(f"offers:{row.id}", "Le pli de ce dépôt n’est plus celui qui a été reçu.", KEEP)
        elif size_class(len(sealed)) != row.size_class:
            yield Finding(f"offers:{row.id}", "La taille notée pour ce dépôt n’est pas celle de son pli.", KEEP)


def lateness(_site: Site) -> Iterator[Finding]:
    """Deposits said late or in time against the deadline in force (REC-04), or counted though the opening was before them."""
    wrong = or_(Offer.late != (Offer.received_at > MiniTender.closes_at), Offer.closes_at != MiniTender.closes_at)
    for row in rows(select(Offer.id).join(MiniTender, MiniTender.id == Offer.mini_tender_id).where(wrong)):
        message = "Ce dépôt n’est pas jugé à temps ou hors délai d’après la date limite en vigueur."
        yield Finding(f"offers:{row.id}", message, WARN_BUYERS)
    deposited, opened = aliased(JournalEntry), aliased(JournalEntry)
    said = and_(deposited.object == named("offers", Offer.id), deposited.action == "submit_offer")
    opening = and_(opened.object == named("openings", Opening.id), opened.action == "confirm_opening")
    after = select(Offer.id).join(deposited, said).join(Opening, Opening.mini_tender_id == Offer.mini_tender_id).join(opened, opening)
    for row in rows(after.where(~Offer.late, deposited.seq > opened.seq)):
        yield Finding(f"offers:{row.id}", "Ce dépôt compte à temps alors qu’il a été écrit après l’ouverture.", WARN_BUYERS)


def read_too_early(_site: Site) -> Iterator[Finding]:
    """Contents of offers readable without an opening, or before the deadline (REC-01)."""
    told = or_(Offer.is_opened, Offer.content.is_not(None), Offer.total.is_not(None), Offer.opened_at.is_not(None))
    unopened = or_(Opening.opened_at.is_(None), Opening.opened_at <= Offer.closes_at, Offer.opened_at < Opening.opened_at)
    readable = select(Offer.id).outerjoin(Opening, Opening.mini_tender_id == Offer.mini_tender_id).where(told, unopened)
    loose = select(OfferFile.offer_id).join(Offer, Offer.id == OfferFile.offer_id).where(~Offer.is_opened).distinct()
    for row in rows(readable):
        yield Finding(f"offers:{row.id}", "Le contenu de cette offre est lisible sans ouverture régulière.", WARN_BUYERS)
    for row in rows(loose):
        yield Finding(f"offers:{row.offer_id}", "Un fichier de cette offre est lisible alors qu’elle est scellée.", WARN_BUYERS)


def unlike_their_envelope(site: Site) -> Iterator[Finding]:
    """Opened offers that no longer say what their envelope holds; those still sealed stay so."""
    columns = (Offer.id, Offer.mini_tender_id, Offer.supplier_id, Offer.deposit_id, Offer.content)
    for row in rows(select(*columns, MiniTender.wrapped_private_key).join(Offer.mini_tender).where(Offer.is_opened)):
        try:
            identity = unwrap(row.wrapped_private_key, site.seal_key, f"mini_tender:{row.mini_tender_id}")
        except SealBroken:
            continue  # said once for its mini-tender by `unusable_keys`
        if not _agrees(row, identity):
            yield Finding(f"offers:{row.id}", "Cette offre ouverte ne dit plus ce que contient son pli.", WARN_BUYERS)


def _agrees(row: Row[*tuple[Any, ...]], identity: Identity) -> bool:
    """Does the opened offer quote its envelope, its total included?"""
    sealed = session.scalars(select(Offer.sealed).where(Offer.id == row.id)).one()
    place = {"mini_tender_id": row.mini_tender_id, "supplier_id": row.supplier_id, "deposit_id": row.deposit_id}
    try:
        envelope = open_envelope(sealed, identity, **place)
    except SealBroken:
        return False
    kept = select(OfferFile.name, OfferFile.body).where(OfferFile.offer_id == row.id).order_by(OfferFile.id)
    files = [(file.name, file.body) for file in envelope.files]
    told = {name: value for name, value in row.content.items() if name != "files"}
    if told != json.loads(envelope.content) or files != [tuple(each) for each in session.execute(kept)]:
        return False
    offer = session.get_one(Offer, row.id)
    return offer.as_content().total == offer.total
