"""Receipts: one for each deposit, genuine, and saying what is kept; and nothing that was received still waits outside the database."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from sad import spool
from sad.actions.journal import is_in_journal
from sad.actions.receipt_keys import published_keys
from sad.actions.receipts import receipt_text
from sad.db import session
from sad.doctor.findings import Finding, Site, rows
from sad.models.offers import Offer, Receipt
from sad.trust.canonical import canonical_json, instant
from sad.trust.chain import Head
from sad.trust.envelopes import SealBroken
from sad.trust.receipt_check import Keys, NotGenuine, check_receipt, read_keys

TAKE_IN = "Lancer flask --app app spool ingest ; ce qui ne se vérifie pas se met de côté hors de SAD_DATA_DIR, et on cherche d’où il vient."
KEEP = "Ne rien modifier : le déposant garde son exemplaire, qui fait foi. Le comparer avec la dernière sauvegarde saine."


def receipts_of_deposits(site: Site) -> Iterator[Finding]:
    """Deposits without a receipt, or whose receipt is not genuine, or says something else than what is kept (REC-02)."""
    keys = read_keys(canonical_json(published_keys()))
    counted = select(Offer.id, func.count(Receipt.id).label("receipts")).outerjoin(Receipt, Receipt.offer_id == Offer.id)
    for row in rows(counted.group_by(Offer.id).order_by(Offer.id)):
        fault = "n’a pas d’accusé de réception." if row.receipts != 1 else _fault(row.id, keys, site)
        if fault:
            yield Finding(f"offers:{row.id}", f"Ce dépôt {fault}", KEEP)
        session.expunge_all()


def waiting_receptions(site: Site) -> Iterator[Finding]:
    """Deposits received while the database did not answer, that it does not have yet: nothing is opened until they are in."""
    for name in spool.waiting(site.data_dir):
        yield Finding(f"spool/{name}", "Un dépôt reçu pendant une panne attend hors de la base.", TAKE_IN)


def _fault(offer_id: int, keys: Keys, site: Site) -> str:
    offer = session.get_one(Offer, offer_id)
    try:
        said = check_receipt(receipt_text(offer, seal_key=site.seal_key), keys)
    except SealBroken:
        return "a un accusé de réception qui ne s’ouvre pas avec le fichier de clé en place."
    except NotGenuine as refused:
        return f"a un accusé de réception refusé à la vérification. {refused}"
    return _difference(offer, said)


def _difference(offer: Offer, said: dict[str, Any]) -> str:
    kept = {"deposit_id": offer.deposit_id, "sealed_sha256": offer.sealed_sha256, "received_at": instant(offer.received_at)}
    if any(said[name] != value for name, value in kept.items()):
        return "n’est plus celui que décrit son accusé de réception."
    if not is_in_journal(Head(said["journal"]["seq"], said["journal"]["hash"])):
        return f"a un accusé qui cite la ligne {said['journal']['seq']} du journal, et le journal n’a plus cette ligne."
    return ""
