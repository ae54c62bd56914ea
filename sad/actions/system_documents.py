"""The documents of a consultation: free for everybody once the system is open, and for good."""

from datetime import datetime

from sad.actions.journal import record
from sad.db import session
from sad.domain.errors import refuse
from sad.models.documents import Document
from sad.models.people import Person
from sad.models.systems import PurchasingSystem, SystemDocument
from sad.storage import StoredFile


def publish_document(system: PurchasingSystem, title: str, file: StoredFile, *, by: Person, at: datetime) -> SystemDocument:
    """Add a document of the consultation: once the system is open, free for all and for good (SAD-04, R2162-41)."""
    if not title.strip():
        raise refuse("Ce document n’a pas de titre.", "Dire ce qu’il est : règlement, cahier des charges…", field="title")
    document = Document(
        organisation_id=system.organisation_id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        storage_key=file.key,
        uploaded_by=by.id,
        uploaded_at=at,
    )
    published = SystemDocument(organisation_id=system.organisation_id, document=document, title=title.strip(), published_at=at)
    system.documents.append(published)
    record("publish_document", published, by=by, at=at, title=published.title, sha256=file.sha256)
    return published


def remove_document(published: SystemDocument, *, by: Person, at: datetime) -> None:
    """Take a document out of a draft; once the system is open it stays (SAD-04)."""
    session.refresh(published.system, with_for_update={"of": PurchasingSystem})
    if published.system.opened_at is not None:
        raise refuse(
            "Ce document est publié : il reste libre d’accès pendant toute la validité du système.",
            "Ajouter le document qui le corrige, et dire dans son titre ce qu’il remplace.",
            rule="SAD-04",
        )
    record("remove_document", published, by=by, at=at, title=published.title)
    published.system.documents.remove(published)
    session.delete(published)
