"""Admitted suppliers, with the application that was admitted."""

from datetime import UTC, datetime

from sad.db import session
from sad.domain.calendar import last_day, paris_day
from sad.models.admissions import Admission, AdmissionEvent, AdmissionState
from sad.models.applications import Application, ApplicationState
from sad.models.people import Person
from sad.models.stages import Stage
from sad.models.suppliers import Supplier
from sad.models.systems import Category
from tests.factories.suppliers import member_of

APPLIED = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
ADMITTED = datetime(2026, 2, 9, 9, 0, tzinfo=UTC)


def make_application(supplier: Supplier, category: Category, state: ApplicationState = ApplicationState.SUBMITTED, **values) -> Application:
    """A submitted application under stage 1, or one in another state."""
    stage = session.query(Stage).filter_by(system_id=category.system_id, number=1).one()
    submitted = state != ApplicationState.DRAFT
    application = Application(
        **{
            "organisation_id": category.organisation_id,
            "system_id": category.system_id,
            "category_id": category.id,
            "supplier_id": supplier.id,
            "state": state,
            "started_at": APPLIED,
            "answers": {"liability_insurance": True},
            "sworn_statement": submitted,
            "sworn_by": member_of(supplier).id if submitted else None,
            "submitted_at": APPLIED if submitted else None,
            "stage_content": stage.content if submitted else None,
            "stage_fingerprint": stage.fingerprint if submitted else None,
            "answer_due_on": last_day(paris_day(values.get("submitted_at") or APPLIED), 10, "working-eu") if submitted else None,
            **values,
        }
    )
    session.add(application)
    session.flush()
    return application


def make_admission(supplier: Supplier, category: Category, by: Person) -> Admission:
    application = make_application(
        supplier, category, ApplicationState.ADMITTED, decided_at=ADMITTED, decided_by=by.id, decision_reasons=[]
    )
    admission = Admission(
        organisation_id=category.organisation_id,
        category_id=category.id,
        supplier_id=supplier.id,
        application_id=application.id,
        admitted_at=ADMITTED,
    )
    admission.events.append(AdmissionEvent(state=AdmissionState.ADMITTED, decided_by=by.id, decided_at=ADMITTED))
    session.add(admission)
    session.flush()
    return admission
