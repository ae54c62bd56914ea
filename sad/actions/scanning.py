"""What the antivirus says of the files that people send: kept beside each one, never a reason to refuse a deposit."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from sad.actions.journal import record
from sad.actions.letters import people_of, people_with, post_letter
from sad.db import session
from sad.letters import files as letters
from sad.models.documents import Document
from sad.models.examinations import ExaminationAnswer, ExaminationFile
from sad.models.offers import Offer, OfferFile
from sad.models.people import Person, Role
from sad.models.regularisations import RegularisationRequest
from sad.models.scanning import Verdict
from sad.models.suppliers import Supplier

File = Document | OfferFile | ExaminationFile
KINDS: tuple[type[File], ...] = (Document, OfferFile, ExaminationFile)


def unscanned(kind: type[File], after: int, most: int) -> Sequence[int]:
    """The numbers of some files of a kind of which nothing is known, from the one after that number on."""
    waiting = select(kind.id).where(kind.verdict == Verdict.NOT_SCANNED, kind.id > after).order_by(kind.id).limit(most)
    return session.scalars(waiting).all()


def read_file(kind: type[File], number: int) -> File | None:
    """A file as it is now; None once it is gone."""
    found = session.get(kind, number, populate_existing=True)
    return found if isinstance(found, KINDS) else None


def note_verdict(file: File, threat: str | None, *, at: datetime) -> File:
    """Keep what was found (None: nothing). What is infected is put in quarantine, and whoever sent it is told.

    A clean verdict decides nothing and has no line in the journal; a quarantine has one.
    """
    file.verdict, file.scanned_at, file.threat = (Verdict.INFECTED if threat else Verdict.CLEAN), at, threat
    if threat is None:
        return file
    supplier = _supplier_of(file)
    organisation_id = file.organisation_id if isinstance(file, Document) else None
    for person in _senders(supplier, organisation_id):
        post_letter(letters.quarantined(file.name, threat), to=person, at=at, supplier=supplier, organisation_id=organisation_id)
    record("quarantine_file", file, by=None, at=at, organisation_id=organisation_id, threat=threat)
    return file


def _supplier_of(file: File) -> Supplier | None:
    """Who sent it; None for what an organisation publishes."""
    if isinstance(file, Document):
        return session.get(Supplier, file.supplier_id) if file.supplier_id else None
    offer = file.offer if isinstance(file, OfferFile) else _offer_of(file.answer)
    return offer.supplier


def _offer_of(answer: ExaminationAnswer) -> Offer:
    if answer.price_request is not None:
        return answer.price_request.offer
    return session.get_one(RegularisationRequest, answer.regularisation_request_id).offer


def _senders(supplier: Supplier | None, organisation_id: int | None) -> list[Person]:
    if supplier is not None:
        return people_of(supplier)
    return people_with(Role.BUYER, organisation_id) if organisation_id else []
