"""The vault of a supplier: proofs given once, kept with their end date, joined to its applications (ADM-06)."""

from collections.abc import Collection, Iterator
from datetime import date, datetime

from sqlalchemy import select

from sad.actions.agreements import has_signed
from sad.actions.application_file import check_editable, hold, questions, stage_of
from sad.actions.compositions import companies_of
from sad.actions.journal import record
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.requirements import Nature
from sad.models.applications import Application, ApplicationDocument
from sad.models.certificates import Certificate
from sad.models.consortiums import consortium_of
from sad.models.documents import Document
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.storage import StoredFile

DUME = "dume"  # the European single document, accepted from whoever has one (ADM-04)


def add_certificate(
    supplier: Supplier,
    file: StoredFile,
    *,
    kind: str,
    label: str,
    expires_on: date | None,
    issued_on: date | None = None,
    by: Person,
    at: datetime,
) -> Certificate:
    """Keep a proof in the vault; `kind` is the key of the requirement it proves, or a word of the supplier's own.

    `expires_on` is the last day it holds, None without end. Raises `Refused` when that day is past.
    """
    faults = list(_date_faults(expires_on, at))
    if not label:
        faults.append(Refusal("Ce document n’a pas de nom.", "Dire ce qu’il prouve.", field="label"))
    if faults:
        raise Refused(*faults)
    document = Document(
        supplier_id=supplier.id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        storage_key=file.key,
        uploaded_by=by.id,
        uploaded_at=at,
        kind=kind,
    )
    certificate = Certificate(
        supplier=supplier, kind=kind, label=label, issued_on=issued_on, expires_on=expires_on, document=document, added_at=at
    )
    session.add(certificate)
    record("add_certificate", certificate, by=by, at=at, kind=kind, sha256=file.sha256)
    return certificate


def withdraw_certificate(certificate: Certificate, *, by: Person, at: datetime) -> Certificate:
    """Take a proof out of the vault; what was joined to a submitted application stays with it."""
    if certificate.withdrawn_at is not None:
        raise refuse("Ce document est déjà retiré du coffre.")
    certificate.withdrawn_at = at
    record("withdraw_certificate", certificate, by=by, at=at)
    return certificate


def held_certificates(supplier: Supplier) -> list[Certificate]:
    """The proofs of the vault, the last added first."""
    return _certificates_of([supplier.id])


def usable_certificates(supplier: Supplier) -> list[Certificate]:
    """The proofs that it may join to an application: its own, and for a consortium those of the members that have signed."""
    consortium = consortium_of(supplier)
    if consortium is None:
        return held_certificates(supplier)
    signed = {each.supplier_id for each in consortium.parties if has_signed(each)}
    return _certificates_of([supplier.id, *signed, *companies_of(supplier)])


def attach_document(
    application: Application, requirement: str, file: StoredFile, *, expires_on: date | None, by: Person, at: datetime
) -> ApplicationDocument:
    """Join a file to prove a capacity of the notice (key of the requirement, or `dume`); it is kept in the vault too.

    Raises `Refused` for what the stage does not ask, above all proofs about exclusion grounds (ADM-05), and once the
    application is submitted and no completion is asked for.
    """
    check_editable(hold(application))
    label = _label(application, requirement, at)
    certificate = add_certificate(application.supplier, file, kind=requirement, label=label, expires_on=expires_on, by=by, at=at)
    return _join(application, certificate, requirement, by=by, at=at)


def attach_certificate(
    application: Application, certificate: Certificate, requirement: str, *, by: Person, at: datetime
) -> ApplicationDocument:
    """Join a proof that the vault already holds. Raises `Refused` as `attach_document` does, and when it no longer holds."""
    check_editable(hold(application))
    _label(application, requirement, at)
    faults = list(_date_faults(certificate.expires_on, at))
    if faults:
        raise Refused(*faults)
    return _join(application, certificate, requirement, by=by, at=at)


def attach_held_proofs(
    application: Application, requirements: Collection[str], *, by: Person, at: datetime
) -> list[ApplicationDocument]:
    """Join the newest proof of the vault that still holds, for each of these requirements (ADM-06, R2143-14)."""
    today = paris_day(at)
    joined = {each.document_id for each in application.documents}
    found: dict[tuple[int, str], Certificate] = {}
    for each in usable_certificates(application.supplier):
        if each.kind in requirements and each.document_id and (each.expires_on is None or each.expires_on >= today):
            found.setdefault((each.supplier_id, each.kind), each)
    newest = [certificate for certificate in found.values() if certificate.document_id not in joined]
    return [_join(application, certificate, certificate.kind, by=by, at=at) for certificate in newest]


def detach_document(joined: ApplicationDocument, *, by: Person, at: datetime) -> None:
    """Take a document out of an application that may still change; the vault keeps it."""
    application = hold(joined.application)
    check_editable(application)
    if application.submitted_at is not None and joined.added_at <= application.submitted_at:
        raise refuse("Ce document est parti avec votre candidature : il y reste.", "Ajoutez celui qui le remplace.")
    record("detach_document", application, by=by, at=at, requirement=joined.requirement, document=joined.document_id)
    application.documents.remove(joined)
    session.delete(joined)


def _certificates_of(suppliers: Collection[int]) -> list[Certificate]:
    held = select(Certificate).where(Certificate.supplier_id.in_(suppliers), Certificate.withdrawn_at.is_(None))
    return list(session.scalars(held.order_by(Certificate.id.desc())))


def _label(application: Application, key: str, at: datetime) -> str:
    """The name of what is proved. Raises `Refused` for what this application does not ask."""
    if key == DUME:
        return "DUME"
    asked = {each.key: each.label for each in questions(application, stage_of(application, at)) if each.nature is Nature.CAPACITY}
    if key not in asked:
        raise refuse(
            "Ce document n’est pas demandé à ce stade.",
            "Les attestations fiscales et sociales ne sont demandées qu’à l’entreprise qui va être retenue : gardez-les.",
            rule="ADM-05",
        )
    return asked[key]


def _join(application: Application, certificate: Certificate, requirement: str, *, by: Person, at: datetime) -> ApplicationDocument:
    joined = ApplicationDocument(
        document=certificate.document, requirement=requirement, expires_on=certificate.expires_on, added_at=at
    )
    application.documents.append(joined)
    record("attach_document", application, by=by, at=at, requirement=requirement, sha256=joined.document.sha256)
    return joined


def _date_faults(expires_on: date | None, at: datetime) -> Iterator[Refusal]:
    if expires_on is not None and expires_on < paris_day(at):
        yield Refusal("Ce document n’est plus valable.", "Joindre celui qui est en cours.", field="expires_on")
