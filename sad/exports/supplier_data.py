"""All that is kept of a supplier, for itself (GDPR, articles 15 and 20): one JSON file, its documents, its receipts, its letters.

Each query goes through the supplier. Of an offer still sealed, its receipt only: nobody reads the rest before the opening.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Select, select

from sad import storage
from sad.db import Base, session
from sad.exports.file_names import slug
from sad.models.admissions import Admission
from sad.models.applications import Application
from sad.models.backup_copies import BackupCopy
from sad.models.certificates import Certificate
from sad.models.consortiums import ConsortiumMember
from sad.models.deadline_agreements import DeadlineAnswer
from sad.models.documents import Document
from sad.models.invitations import Invitation, Question
from sad.models.letters import Letter
from sad.models.offers import DepositAttempt, Offer, OfferFile, Receipt
from sad.models.people import Person
from sad.models.scanning import Verdict
from sad.models.suppliers import Supplier, SupplierMember, UsualOffer
from sad.trust.envelopes import SealBroken
from sad.trust.sealing import open_receipt

DATA_NAME, README_NAME = "donnees.json", "LISEZ-MOI.txt"
README = """Ce que ce service garde de {name}, SIRET {siret}, au {day}.

donnees.json : la fiche, les personnes, les candidatures, les invitations, les questions, les dépôts, les courriers.
documents/ : les fichiers du coffre et des candidatures.
accuses/ : les accusés de réception signés, à vérifier avec ou sans réseau.
offres/ : les fichiers des offres déjà ouvertes. D’une offre encore scellée, seul l’accusé est là : personne ne peut la lire.
courriers/ : les courriers reçus, en texte.

Pour corriger ou faire effacer une donnée, écrivez au service achats de la collectivité. Les candidatures et les offres se gardent
le temps que fixe le code de la commande publique.
"""
SHOWN: tuple[tuple[str, type[Base], Sequence[str]], ...] = (
    ("habituellement", UsualOffer, ("values", "note", "declared_at")),
    ("documents", Document, ("id", "name", "media_type", "size", "sha256", "kind", "uploaded_at")),
    ("attestations", Certificate, ("id", "kind", "label", "issued_on", "expires_on", "document_id", "added_at", "withdrawn_at")),
    (
        "candidatures", Application,
        ("id", "category_id", "state", "started_at", "answers", "sworn_statement", "submitted_at", "answer_due_on", "decided_at",
         "decision_reasons"),
    ),
    ("admissions", Admission, ("id", "category_id", "application_id", "state", "admitted_at", "suspended_from")),
    ("groupements", ConsortiumMember, ("consortium_id", "task", "share", "invited_at", "accepted_at", "signed_at", "left_at")),
    ("invitations", Invitation, ("mini_tender_id", "sent_at", "seen_at", "intention", "decline_reason")),
    ("accords_de_delai", DeadlineAnswer, ("request_id", "asked_at", "answer", "answered_at")),
    ("questions", Question, ("mini_tender_id", "text", "asked_at", "answer", "answered_at")),
    ("tentatives_de_depot", DepositAttempt, ("mini_tender_id", "started_at", "received_at", "size_class", "offer_id", "refused_because")),
    (
        "copies_de_sauvegarde", BackupCopy,
        ("id", "mini_tender_id", "medium", "brought_by", "kept_where", "received_at", "closes_at", "late", "registered_at", "struck_out_at",
         "struck_out_reason", "opened_at", "ground", "ground_reason"),
    ),
    (
        "depots", Offer,
        ("id", "mini_tender_id", "deposit_id", "state", "started_at", "received_at", "closes_at", "late", "ended_at", "is_opened",
         "opened_at", "content", "total"),
    ),
    ("courriers", Letter, ("id", "kind", "mini_tender_id", "application_id", "to_name", "subject", "created_at", "sent_at")),
)  # fmt: skip
PROFILE = ("siret", "name", "kind", "commune", "postcode", "phone", "families", "is_vat_exempt", "is_shown_publicly", "created_at")


def supplier_files(supplier: Supplier, *, data_dir: Path, seal_key: bytes, at: datetime) -> Iterator[tuple[str, bytes]]:
    """The files of the export, each with its name; in as many statements for a hundred of each kind as for one."""
    yield README_NAME, README.format(name=supplier.name, siret=supplier.siret, day=f"{at:%d/%m/%Y}").encode()
    yield DATA_NAME, json.dumps(data_of(supplier), ensure_ascii=False, indent=2, default=_plain).encode()
    yield from _documents(supplier, data_dir)
    yield from _receipts(supplier, seal_key)
    yield from _offer_files(supplier)
    yield from _letters(supplier)


def data_of(supplier: Supplier) -> dict[str, Any]:
    """What the database keeps of a supplier, by kind of thing."""
    present = (SupplierMember.supplier_id == supplier.id, SupplierMember.left_at.is_(None))
    people = select(Person.name, Person.email, SupplierMember.joined_at).join(SupplierMember, SupplierMember.person_id == Person.id)
    return {
        "fournisseur": {name: getattr(supplier, name) for name in PROFILE},
        "personnes": [dict(row._mapping) for row in session.execute(people.where(*present).order_by(Person.name))],
        **{label: _rows(model, names, supplier) for label, model, names in SHOWN},
    }


def export_name(supplier: Supplier) -> str:
    """The name under which it is downloaded."""
    return f"donnees-{slug(supplier.name, longest=40)}.zip"


def _rows(model: type[Base], names: Sequence[str], supplier: Supplier) -> list[Mapping[str, Any]]:
    table = model.__table__
    own = select(*(table.c[name] for name in names)).where(table.c.supplier_id == supplier.id).order_by(table.c.id)
    return [dict(row._mapping) for row in session.execute(own)]


def _documents(supplier: Supplier, data_dir: Path) -> Iterator[tuple[str, bytes]]:
    own = select(Document.id, Document.name, Document.storage_key, Document.verdict).where(Document.supplier_id == supplier.id)
    for row in session.execute(own.order_by(Document.id)).all():
        if row.verdict == Verdict.INFECTED:
            yield f"documents/{row.id}-en-quarantaine.txt", f"{row.name} est en quarantaine : personne ne le reçoit.".encode()
            continue
        try:
            yield f"documents/{_named(row.id, row.name)}", storage.get(data_dir, row.storage_key)
        except FileNotFoundError:
            yield f"documents/{row.id}-manquant.txt", f"{row.name} n’est plus sur le disque. Prévenez le service achats.".encode()


def _receipts(supplier: Supplier, seal_key: bytes) -> Iterator[tuple[str, bytes]]:
    own = select(Offer.deposit_id, Receipt.sealed).join(Receipt, Receipt.offer_id == Offer.id).where(Offer.supplier_id == supplier.id)
    for deposit_id, sealed in _one_by_one(own.order_by(Offer.id)):
        try:
            yield f"accuses/accuse-de-reception-{deposit_id}.json", open_receipt(seal_key, f"receipt:{deposit_id}", sealed)
        except SealBroken:
            yield f"accuses/{deposit_id}-illisible.txt", "Cet accusé ne s’ouvre pas. Prévenez le service achats.".encode()


def _offer_files(supplier: Supplier) -> Iterator[tuple[str, bytes]]:
    own = select(OfferFile.offer_id, OfferFile.id, OfferFile.name, OfferFile.body).join(Offer, Offer.id == OfferFile.offer_id)
    readable = (Offer.supplier_id == supplier.id, Offer.is_opened, OfferFile.verdict != Verdict.INFECTED)
    for row in _one_by_one(own.where(*readable).order_by(OfferFile.id)):
        yield f"offres/{row.offer_id}/{_named(row.id, row.name)}", row.body


def _letters(supplier: Supplier) -> Iterator[tuple[str, bytes]]:
    own = select(Letter.id, Letter.subject, Letter.body, Letter.created_at, Letter.to_name).where(Letter.supplier_id == supplier.id)
    for row in _one_by_one(own.order_by(Letter.id)):
        text = f"{row.subject}\nÀ {row.to_name}, le {row.created_at:%d/%m/%Y}\n\n{row.body}"
        yield f"courriers/{_named(row.id, slug(row.subject, longest=40) + '.txt')}", text.encode()


def _one_by_one(statement: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """One row at a time in memory, whatever it weighs."""
    yield from session.execute(statement.execution_options(yield_per=1))


def _named(number: int, name: str) -> str:
    """A name that every system takes, and that no other file has."""
    path = PurePosixPath(name.replace("\\", "/"))
    ending = slug(path.suffix, longest=5)
    return f"{number}-{slug(path.stem, longest=60)}{ending and f'.{ending}'}"


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not written in an export")
