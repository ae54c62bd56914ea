"""Deposits entered by an agent for a supplier that agreed to it"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "assisted_deposits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("means", sa.String(length=40), nullable=False),
        sa.Column("agreed_by", sa.String(length=200), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("means IN ('phone', 'letter', 'visit')", name=op.f("ck_assisted_deposits_means")),
        sa.CheckConstraint("agreed_by <> ''", name=op.f("ck_assisted_deposits_agreed_by")),
        sa.CheckConstraint("agreed_at <= begun_at", name=op.f("ck_assisted_deposits_agreed_before")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_assisted_deposits_organisation_id")),
        sa.ForeignKeyConstraint(["mini_tender_id"], ["mini_tenders.id"], name=op.f("fk_assisted_deposits_mini_tender_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_assisted_deposits_supplier_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["people.id"], name=op.f("fk_assisted_deposits_agent_id")),
        sa.ForeignKeyConstraint(
            ["mini_tender_id", "supplier_id"],
            ["invitations.mini_tender_id", "invitations.supplier_id"],
            name=op.f("fk_assisted_deposits_mini_tender_id_supplier_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assisted_deposits")),
        sa.UniqueConstraint("mini_tender_id", "agent_id", name=op.f("uq_assisted_deposits_mini_tender_id_agent_id")),
    )
    op.create_index("ix_assisted_deposits_organisation_id", "assisted_deposits", ["organisation_id"])


def downgrade() -> None:
    op.drop_table("assisted_deposits")
