"""Re-confirmation campaigns, and the day from which an admission is suspended"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

WAITS = "decided_at IS NULL"


def upgrade() -> None:
    _date_suspensions()
    _create_campaigns()
    _create_campaign_requests()
    _create_campaign_documents()


def _date_suspensions() -> None:
    with op.batch_alter_table("admissions") as admissions:
        admissions.add_column(sa.Column("suspended_from", sa.Date(), nullable=True))
        admissions.create_check_constraint(op.f("ck_admissions_suspended_from"), "suspended_from IS NULL OR state = 'suspended'")


def _create_campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("closing_reason", sa.String(length=4000), nullable=False),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_campaigns_closed")),
        sa.CheckConstraint("days > 0", name=op.f("ck_campaigns_days")),
        sa.CheckConstraint("reason IN ('stage', 'yearly')", name=op.f("ck_campaigns_reason")),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_campaigns_asked_by")),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name=op.f("fk_campaigns_closed_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_campaigns_organisation_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stages.id"], name=op.f("fk_campaigns_stage_id")),
        sa.ForeignKeyConstraint(["system_id"], ["systems.id"], name=op.f("fk_campaigns_system_id")),
        sa.ForeignKeyConstraint(
            ["system_id", "organisation_id"],
            ["systems.id", "systems.organisation_id"],
            name=op.f("fk_campaigns_system_id_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_index("ix_campaigns_organisation_id", "campaigns", ["organisation_id"], unique=False)
    op.create_index("ix_campaigns_stage_id", "campaigns", ["stage_id"], unique=False)
    op.create_index("ix_campaigns_system_id_asked_at", "campaigns", ["system_id", "asked_at", "id"], unique=False)
    is_open = sa.text("closed_at IS NULL")
    op.create_index("uq_campaigns_open", "campaigns", ["system_id"], unique=True, sqlite_where=is_open, postgresql_where=is_open)


def _create_campaign_requests() -> None:
    op.create_table(
        "campaign_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("admission_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("sworn_statement", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=40), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=True),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_campaign_requests_decided"),
        ),
        sa.CheckConstraint(
            "(decision IS NOT NULL AND decision = 'suspended') = (effective_on IS NOT NULL)",
            name=op.f("ck_campaign_requests_effective_on"),
        ),
        sa.CheckConstraint(
            "answered_at IS NULL OR (sworn_statement AND answered_by IS NOT NULL)", name=op.f("ck_campaign_requests_sworn_statement")
        ),
        sa.CheckConstraint(
            "decision IS NULL OR decision = 'kept' OR (reasons IS NOT NULL AND CAST(reasons AS VARCHAR) <> '[]')",
            name=op.f("ck_campaign_requests_reasons"),
        ),
        sa.CheckConstraint("decision IS NULL OR decision IN ('kept', 'suspended')", name=op.f("ck_campaign_requests_decision")),
        sa.ForeignKeyConstraint(["admission_id"], ["admissions.id"], name=op.f("fk_campaign_requests_admission_id")),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name=op.f("fk_campaign_requests_answered_by")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_requests_campaign_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_campaign_requests_decided_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_campaign_requests_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_requests")),
        sa.UniqueConstraint("campaign_id", "admission_id", name=op.f("uq_campaign_requests_campaign_id_admission_id")),
    )
    op.create_index("ix_campaign_requests_admission_id", "campaign_requests", ["admission_id"], unique=False)
    op.create_index("ix_campaign_requests_organisation_id", "campaign_requests", ["organisation_id"], unique=False)
    op.create_index(
        "ix_campaign_requests_waiting",
        "campaign_requests",
        ["campaign_id", "id"],
        unique=False,
        sqlite_where=sa.text(WAITS),
        postgresql_where=sa.text(WAITS),
    )


def _create_campaign_documents() -> None:
    op.create_table(
        "campaign_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("requirement", sa.String(length=40), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_campaign_documents_document_id")),
        sa.ForeignKeyConstraint(["request_id"], ["campaign_requests.id"], name=op.f("fk_campaign_documents_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_documents")),
        sa.UniqueConstraint(
            "request_id", "document_id", "requirement", name=op.f("uq_campaign_documents_request_id_document_id_requirement")
        ),
    )
    op.create_index("ix_campaign_documents_document_id", "campaign_documents", ["document_id"], unique=False)
    op.create_index("ix_campaign_documents_request_id", "campaign_documents", ["request_id"], unique=False)


def downgrade() -> None:
    for table in ("campaign_documents", "campaign_requests", "campaigns"):
        op.drop_table(table)
    with op.batch_alter_table("admissions") as admissions:
        admissions.drop_constraint(op.f("ck_admissions_suspended_from"), type_="check")
        admissions.drop_column("suspended_from")
