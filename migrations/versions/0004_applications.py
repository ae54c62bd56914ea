"""Applications, their documents, completion requests and hearings; admissions"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "applications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("sworn_statement", sa.Boolean(), nullable=False),
        sa.Column("sworn_by", sa.Integer(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stage_content", sa.JSON(), nullable=True),
        sa.Column("stage_fingerprint", sa.String(length=64), nullable=True),
        sa.Column("answer_due_on", sa.Date(), nullable=True),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extension_reason", sa.String(length=4000), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decision_reasons", sa.JSON(), nullable=True),
        sa.CheckConstraint("(state IN ('admitted', 'refused')) = (decided_at IS NOT NULL)", name=op.f("ck_applications_decided")),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'completion_requested', 'hearing', 'admitted', 'refused', 'withdrawn')",
            name=op.f("ck_applications_state"),
        ),
        sa.CheckConstraint("state IN ('draft', 'withdrawn') OR submitted_at IS NOT NULL", name=op.f("ck_applications_submitted")),
        sa.CheckConstraint("submitted_at IS NULL OR answer_due_on IS NOT NULL", name=op.f("ck_applications_answer_due_on")),
        sa.CheckConstraint("(extended_at IS NULL) = (extension_reason IS NULL)", name=op.f("ck_applications_extension_reason")),
        sa.CheckConstraint("(submitted_at IS NULL) = (stage_fingerprint IS NULL)", name=op.f("ck_applications_stage_of_the_day")),
        sa.CheckConstraint("submitted_at IS NULL OR sworn_statement", name=op.f("ck_applications_sworn_statement")),
        sa.ForeignKeyConstraint(
            ["category_id", "organisation_id"],
            ["categories.id", "categories.organisation_id"],
            name=op.f("fk_applications_category_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_applications_category_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_applications_decided_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_applications_organisation_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_applications_supplier_id")),
        sa.ForeignKeyConstraint(["sworn_by"], ["people.id"], name=op.f("fk_applications_sworn_by")),
        sa.ForeignKeyConstraint(
            ["system_id", "organisation_id"],
            ["systems.id", "systems.organisation_id"],
            name=op.f("fk_applications_system_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["system_id"], ["systems.id"], name=op.f("fk_applications_system_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
    )
    op.create_index(op.f("ix_applications_category_id"), "applications", ["category_id"], unique=False)
    op.create_index(op.f("ix_applications_organisation_id"), "applications", ["organisation_id"], unique=False)
    op.create_index(
        "ix_applications_organisation_id_decided_at",
        "applications",
        ["organisation_id", "decided_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_applications_pending",
        "applications",
        ["organisation_id", "answer_due_on", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('submitted', 'completion_requested', 'hearing')"),
        postgresql_where=sa.text("state IN ('submitted', 'completion_requested', 'hearing')"),
    )
    op.create_index(op.f("ix_applications_supplier_id"), "applications", ["supplier_id"], unique=False)
    op.create_index(op.f("ix_applications_system_id"), "applications", ["system_id"], unique=False)
    op.create_index(
        "uq_applications_open",
        "applications",
        ["supplier_id", "category_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('draft', 'submitted', 'completion_requested', 'hearing')"),
        postgresql_where=sa.text("state IN ('draft', 'submitted', 'completion_requested', 'hearing')"),
    )
    op.create_table(
        "application_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("requirement", sa.String(length=40), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_application_documents_application_id")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_application_documents_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_documents")),
        sa.UniqueConstraint("application_id", "document_id", name=op.f("uq_application_documents_application_id_document_id")),
    )
    op.create_index(op.f("ix_application_documents_application_id"), "application_documents", ["application_id"], unique=False)
    op.create_index(op.f("ix_application_documents_document_id"), "application_documents", ["document_id"], unique=False)
    op.create_table(
        "completion_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("days > 0", name=op.f("ck_completion_requests_days")),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_completion_requests_application_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_completion_requests_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion_requests")),
    )
    op.create_index(op.f("ix_completion_requests_application_id"), "completion_requests", ["application_id"], unique=False)
    op.create_index(
        "uq_completion_requests_unanswered",
        "completion_requests",
        ["application_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "hearings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.String(length=4000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.String(length=4000), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_hearings_answered")),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_hearings_application_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_hearings_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearings")),
    )
    op.create_index(op.f("ix_hearings_application_id"), "hearings", ["application_id"], unique=False)
    op.create_table(
        "admissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('admitted', 'suspended', 'removed')", name=op.f("ck_admissions_state")),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_admissions_application_id")),
        sa.ForeignKeyConstraint(
            ["category_id", "organisation_id"],
            ["categories.id", "categories.organisation_id"],
            name=op.f("fk_admissions_category_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_admissions_category_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_admissions_organisation_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_admissions_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admissions")),
        sa.UniqueConstraint("supplier_id", "category_id", name=op.f("uq_admissions_supplier_id_category_id")),
    )
    op.create_index(op.f("ix_admissions_application_id"), "admissions", ["application_id"], unique=False)
    op.create_index("ix_admissions_category_id_state", "admissions", ["category_id", "state"], unique=False)
    op.create_index(op.f("ix_admissions_organisation_id"), "admissions", ["organisation_id"], unique=False)
    op.create_index("ix_admissions_organisation_id_admitted_at", "admissions", ["organisation_id", "admitted_at", "id"], unique=False)
    op.create_index(op.f("ix_admissions_supplier_id"), "admissions", ["supplier_id"], unique=False)
    op.create_table(
        "admission_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("admission_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('admitted', 'suspended', 'removed')", name=op.f("ck_admission_events_state")),
        sa.ForeignKeyConstraint(["admission_id"], ["admissions.id"], name=op.f("fk_admission_events_admission_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_admission_events_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_events")),
    )
    op.create_index(op.f("ix_admission_events_admission_id"), "admission_events", ["admission_id"], unique=False)


def downgrade() -> None:
    op.drop_table("admission_events")
    op.drop_table("admissions")
    op.drop_table("hearings")
    op.drop_table("completion_requests")
    op.drop_table("application_documents")
    op.drop_table("applications")
