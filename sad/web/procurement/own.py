"""What procurement pages load through the organisation: another's does not exist."""

from flask import abort
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from sad.actions.stage_drafts import PUBLISHED
from sad.actions.stages import stages_of
from sad.domain.errors import Refused
from sad.models.applications import Application, ApplicationDocument
from sad.models.stages import Stage
from sad.models.systems import PurchasingSystem, SystemDocument
from sad.web.access import current_organisation, own_or_404
from sad.web.kept import still_there


def own_applications() -> Select[tuple[Application]]:
    """The applications that suppliers have submitted to the organisation; drafts are theirs alone."""
    return select(Application).where(
        Application.organisation_id == current_organisation().id, Application.submitted_at.is_not(None)
    )


def own_application(application_id: int) -> Application:
    """One of them with all that its pages show; 404 otherwise, 410 once destroyed."""
    found = own_or_404(
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
    return still_there(found)


def own_systems() -> Select[tuple[PurchasingSystem]]:
    """The systems of the organisation, drafts included."""
    return select(PurchasingSystem).where(PurchasingSystem.organisation_id == current_organisation().id)


def own_system(system_id: int) -> PurchasingSystem:
    """One of them with all that its pages show; 404 otherwise."""
    return own_or_404(_whole_system(system_id))


def own_draft(system_id: int) -> PurchasingSystem:
    """One that is not open yet; an open one has no page to change it: 404."""
    return own_or_404(_whole_system(system_id).where(PurchasingSystem.opened_at.is_(None)))


def own_stage_draft(system_id: int, number: int) -> Stage:
    """The draft of that number of a system of ours; 404 when there is neither draft nor stage.

    Raises `Refused` (PAL-02) when the stage is published and nothing of it is being written.
    """
    rows = [row for row in stages_of(own_system(system_id)) if row.number == number]
    draft = next((row for row in rows if row.published_at is None), None)
    if draft is None and rows:
        raise Refused(PUBLISHED)
    return draft or abort(404)


def own_published_stage(system_id: int, number: int) -> Stage:
    """The last version on the roadmap of the stage of that number; 404 otherwise."""
    rows = [row for row in stages_of(own_system(system_id)) if row.number == number and row.is_on_roadmap]
    return max(rows, key=lambda row: row.revision) if rows else abort(404)


def _whole_system(system_id: int) -> Select[tuple[PurchasingSystem]]:
    return (
        own_systems()
        .where(PurchasingSystem.id == system_id)
        .options(
            joinedload(PurchasingSystem.organisation),
            selectinload(PurchasingSystem.categories),
            selectinload(PurchasingSystem.documents).joinedload(SystemDocument.document),
            selectinload(PurchasingSystem.changes),
        )
    )
