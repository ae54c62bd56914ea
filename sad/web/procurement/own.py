"""What procurement pages load through the organisation: another's does not exist."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from sad.models.applications import Application, ApplicationDocument
from sad.models.systems import PurchasingSystem
from sad.web.access import current_organisation, own_or_404


def own_applications() -> Select[tuple[Application]]:
    """The applications that suppliers have submitted to the organisation; drafts are theirs alone."""
    return select(Application).where(
        Application.organisation_id == current_organisation().id, Application.submitted_at.is_not(None)
    )


def own_application(application_id: int) -> Application:
    """One of them with all that its pages show; 404 otherwise."""
    return own_or_404(
        own_applications()
        .where(Application.id == application_id)
        .options(
            joinedload(Application.supplier),
            joinedload(Application.category),
            joinedload(Application.decider),
            joinedload(Application.system).joinedload(PurchasingSystem.organisation),
            selectinload(Application.documents).joinedload(ApplicationDocument.document),
            selectinload(Application.completion_requests),
            selectinload(Application.hearings),
        )
    )
