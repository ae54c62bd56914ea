"""What changes in a mini-tender after it was sent, with its later deadline"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "mini_tender_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("rewordings", sa.JSON(), nullable=False),
        sa.Column("old_closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new_closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("new_closes_at > old_closes_at", name=op.f("ck_mini_tender_changes_later")),
        sa.CheckConstraint("decided_at <= old_closes_at", name=op.f("ck_mini_tender_changes_before_the_deadline")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_mini_tender_changes_reason")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_mini_tender_changes_decided_by")),
        sa.ForeignKeyConstraint(
            ["mini_tender_id", "organisation_id"],
            ["mini_tenders.id", "mini_tenders.organisation_id"],
            name=op.f("fk_mini_tender_changes_mini_tender_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_mini_tender_changes_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mini_tender_changes")),
        sa.UniqueConstraint("mini_tender_id", "old_closes_at", name=op.f("uq_mini_tender_changes_mini_tender_id_old_closes_at")),
    )
    op.create_index("ix_mini_tender_changes_organisation_id", "mini_tender_changes", ["organisation_id"], unique=False)
    op.create_index("ix_mini_tender_changes_decided_by", "mini_tender_changes", ["decided_by"], unique=False)


def downgrade() -> None:
    op.drop_table("mini_tender_changes")
