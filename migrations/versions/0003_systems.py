"""Dynamic purchasing systems, categories, documents, changes of validity and stages"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "systems",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=4000), nullable=False),
        sa.Column("operation", sa.String(length=4000), nullable=False),
        sa.Column("equipment", sa.String(length=4000), nullable=False),
        sa.Column("estimated_quantity", sa.String(length=4000), nullable=False),
        sa.Column("place_of_performance", sa.String(length=200), nullable=False),
        sa.Column("notice_reference", sa.String(length=200), nullable=False),
        sa.Column("notice_dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("estimated_value", sa.BigInteger(), nullable=False),
        sa.Column("max_value", sa.BigInteger(), nullable=False),
        sa.Column("initial_evaluation_days", sa.Integer(), nullable=False),
        sa.Column("environmental_clause", sa.String(length=4000), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "opened_at IS NULL OR (notice_reference <> '' AND notice_dispatched_at IS NOT NULL)", name=op.f("ck_systems_opened_with_notice")
        ),
        sa.CheckConstraint("estimated_value > 0 AND max_value >= estimated_value", name=op.f("ck_systems_value")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_systems_validity")),
        sa.ForeignKeyConstraint(["opened_by"], ["people.id"], name=op.f("fk_systems_opened_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_systems_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_systems")),
        sa.UniqueConstraint("id", "organisation_id", name=op.f("uq_systems_id_organisation_id")),
        sa.UniqueConstraint("organisation_id", "reference", name=op.f("uq_systems_organisation_id_reference")),
    )
    op.create_index("ix_systems_opened_at_id", "systems", ["opened_at", "id"], unique=False)
    op.create_index(op.f("ix_systems_organisation_id"), "systems", ["organisation_id"], unique=False)
    op.create_table(
        "categories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("families", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_categories_organisation_id")),
        sa.ForeignKeyConstraint(
            ["system_id", "organisation_id"],
            ["systems.id", "systems.organisation_id"],
            name=op.f("fk_categories_system_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["system_id"], ["systems.id"], name=op.f("fk_categories_system_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("id", "organisation_id", name=op.f("uq_categories_id_organisation_id")),
        sa.UniqueConstraint("system_id", "key", name=op.f("uq_categories_system_id_key")),
    )
    op.create_index(op.f("ix_categories_organisation_id"), "categories", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_categories_system_id"), "categories", ["system_id"], unique=False)
    op.create_table(
        "system_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_system_documents_document_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_system_documents_organisation_id")),
        sa.ForeignKeyConstraint(["system_id"], ["systems.id"], name=op.f("fk_system_documents_system_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_documents")),
    )
    op.create_index(op.f("ix_system_documents_document_id"), "system_documents", ["document_id"], unique=False)
    op.create_index(op.f("ix_system_documents_organisation_id"), "system_documents", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_system_documents_system_id"), "system_documents", ["system_id"], unique=False)
    op.create_table(
        "system_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("notice_reference", sa.String(length=200), nullable=False),
        sa.Column("valid_until_before", sa.Date(), nullable=False),
        sa.Column("valid_until_after", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('extended', 'shortened', 'ended')", name=op.f("ck_system_changes_kind")),
        sa.CheckConstraint("notice_reference <> ''", name=op.f("ck_system_changes_notice")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_system_changes_decided_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_system_changes_organisation_id")),
        sa.ForeignKeyConstraint(["system_id"], ["systems.id"], name=op.f("fk_system_changes_system_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_changes")),
    )
    op.create_index(op.f("ix_system_changes_organisation_id"), "system_changes", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_system_changes_system_id"), "system_changes", ["system_id"], unique=False)
    op.create_table(
        "stages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.CheckConstraint("(published_at IS NULL) = (fingerprint IS NULL)", name=op.f("ck_stages_published_with_fingerprint")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_stages_organisation_id")),
        sa.ForeignKeyConstraint(
            ["system_id", "organisation_id"], ["systems.id", "systems.organisation_id"], name=op.f("fk_stages_system_id_organisation_id")
        ),
        sa.ForeignKeyConstraint(["system_id"], ["systems.id"], name=op.f("fk_stages_system_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stages")),
        sa.UniqueConstraint("system_id", "number", name=op.f("uq_stages_system_id_number")),
    )
    op.create_index(op.f("ix_stages_organisation_id"), "stages", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_stages_system_id"), "stages", ["system_id"], unique=False)
    op.create_index(
        "uq_stages_effective_on",
        "stages",
        ["system_id", "effective_on"],
        unique=True,
        sqlite_where=sa.text("published_at IS NOT NULL"),
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("stages")
    op.drop_table("system_changes")
    op.drop_table("system_documents")
    op.drop_table("categories")
    op.drop_table("systems")
