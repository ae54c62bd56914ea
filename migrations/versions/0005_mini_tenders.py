"""Mini-tenders, their lines, invitations and questions"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "mini_tenders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("guests", sa.Integer(), nullable=True),
        sa.Column("happens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("access", sa.String(length=4000), nullable=False),
        sa.Column("vegetarian_meals", sa.Integer(), nullable=True),
        sa.Column("allergens", sa.String(length=200), nullable=False),
        sa.Column("dietary_needs", sa.String(length=4000), nullable=False),
        sa.Column("packaging", sa.String(length=40), nullable=False),
        sa.Column("constraints", sa.String(length=4000), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("weights", sa.JSON(), nullable=True),
        sa.Column("justifications", sa.JSON(), nullable=False),
        sa.Column("wanted_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_reason", sa.String(length=4000), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stage_content", sa.JSON(), nullable=True),
        sa.Column("stage_fingerprint", sa.String(length=64), nullable=True),
        sa.Column("grid", sa.JSON(), nullable=True),
        sa.Column("frozen_fingerprint", sa.String(length=64), nullable=True),
        sa.Column("public_key", sa.String(), nullable=True),
        sa.Column("wrapped_private_key", sa.LargeBinary(), nullable=True),
        sa.Column("discontinued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("discontinued_reason", sa.String(length=4000), nullable=True),
        sa.CheckConstraint("(state = 'discontinued') = (discontinued_at IS NOT NULL)", name=op.f("ck_mini_tenders_discontinued")),
        sa.CheckConstraint("state IN ('draft', 'to_check') OR published_at IS NOT NULL", name=op.f("ck_mini_tenders_published")),
        sa.CheckConstraint(
            "state IN ('draft', 'to_check', 'published', 'opened', 'ranked', 'awarded', 'notified', 'discontinued')",
            name=op.f("ck_mini_tenders_state"),
        ),
        sa.CheckConstraint("budget IS NULL OR budget > 0", name=op.f("ck_mini_tenders_budget")),
        sa.CheckConstraint("guests IS NULL OR guests > 0", name=op.f("ck_mini_tenders_guests")),
        sa.CheckConstraint(
            "published_at IS NULL OR (closes_at > published_at AND budget IS NOT NULL AND grid IS NOT NULL "
            "AND frozen_fingerprint IS NOT NULL AND stage_fingerprint IS NOT NULL"
            " AND public_key IS NOT NULL AND wrapped_private_key IS NOT NULL)",
            name=op.f("ck_mini_tenders_frozen_before_invitation"),
        ),
        sa.ForeignKeyConstraint(
            ["category_id", "organisation_id"],
            ["categories.id", "categories.organisation_id"],
            name=op.f("fk_mini_tenders_category_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_mini_tenders_category_id")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_mini_tenders_created_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_mini_tenders_organisation_id")),
        sa.ForeignKeyConstraint(["published_by"], ["people.id"], name=op.f("fk_mini_tenders_published_by")),
        sa.ForeignKeyConstraint(
            ["service_id", "organisation_id"],
            ["services.id", "services.organisation_id"],
            name=op.f("fk_mini_tenders_service_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_mini_tenders_service_id")),
        sa.ForeignKeyConstraint(
            ["system_id", "organisation_id"],
            ["systems.id", "systems.organisation_id"],
            name=op.f("fk_mini_tenders_system_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["system_id"], ["systems.id"], name=op.f("fk_mini_tenders_system_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mini_tenders")),
        sa.UniqueConstraint("id", "organisation_id", name=op.f("uq_mini_tenders_id_organisation_id")),
    )
    op.create_index(op.f("ix_mini_tenders_category_id"), "mini_tenders", ["category_id"], unique=False)
    op.create_index(op.f("ix_mini_tenders_created_by"), "mini_tenders", ["created_by"], unique=False)
    op.create_index(op.f("ix_mini_tenders_organisation_id"), "mini_tenders", ["organisation_id"], unique=False)
    op.create_index("ix_mini_tenders_organisation_id_created_at", "mini_tenders", ["organisation_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_mini_tenders_organisation_id_state_closes_at", "mini_tenders", ["organisation_id", "state", "closes_at", "id"], unique=False
    )
    op.create_index("ix_mini_tenders_service_id_created_at", "mini_tenders", ["service_id", "created_at", "id"], unique=False)
    op.create_index(op.f("ix_mini_tenders_system_id"), "mini_tenders", ["system_id"], unique=False)
    op.create_table(
        "mini_tender_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_mini_tender_lines_quantity")),
        sa.ForeignKeyConstraint(["mini_tender_id"], ["mini_tenders.id"], name=op.f("fk_mini_tender_lines_mini_tender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mini_tender_lines")),
        sa.UniqueConstraint("mini_tender_id", "position", name=op.f("uq_mini_tender_lines_mini_tender_id_position")),
    )
    op.create_index(op.f("ix_mini_tender_lines_mini_tender_id"), "mini_tender_lines", ["mini_tender_id"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("intention", sa.String(length=40), nullable=True),
        sa.Column("decline_reason", sa.String(length=4000), nullable=True),
        sa.CheckConstraint("intention IS NULL OR intention IN ('will_answer', 'declined')", name=op.f("ck_invitations_intention")),
        sa.ForeignKeyConstraint(["mini_tender_id"], ["mini_tenders.id"], name=op.f("fk_invitations_mini_tender_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_invitations_organisation_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_invitations_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("mini_tender_id", "supplier_id", name=op.f("uq_invitations_mini_tender_id_supplier_id")),
    )
    op.create_index(op.f("ix_invitations_organisation_id"), "invitations", ["organisation_id"], unique=False)
    op.create_index("ix_invitations_supplier_id_sent_at", "invitations", ["supplier_id", "sent_at", "id"], unique=False)
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=4000), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_questions_answered")),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name=op.f("fk_questions_answered_by")),
        sa.ForeignKeyConstraint(["mini_tender_id"], ["mini_tenders.id"], name=op.f("fk_questions_mini_tender_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_questions_organisation_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_questions_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    op.create_index(op.f("ix_questions_mini_tender_id"), "questions", ["mini_tender_id"], unique=False)
    op.create_index(op.f("ix_questions_organisation_id"), "questions", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_questions_supplier_id"), "questions", ["supplier_id"], unique=False)


def downgrade() -> None:
    op.drop_table("questions")
    op.drop_table("invitations")
    op.drop_table("mini_tender_lines")
    op.drop_table("mini_tenders")
