"""Degraded life: deposits received while the database did not answer; what the antivirus says of each file"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

FILES = ("documents", "offer_files", "examination_files")
CHECKS = {
    "verdict": "verdict IN ('not_scanned', 'clean', 'infected')",
    "scanned": "(verdict = 'not_scanned') = (scanned_at IS NULL)",
    "threat": "(verdict = 'infected') = (threat IS NOT NULL)",
}
WAITING = sa.text("verdict = 'not_scanned'")


def upgrade() -> None:
    _create_receptions()
    for table in FILES:
        with op.batch_alter_table(table) as files:
            files.add_column(sa.Column("verdict", sa.String(length=40), server_default="not_scanned", nullable=False))
            files.add_column(sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True))
            files.add_column(sa.Column("threat", sa.String(length=200), nullable=True))
        with op.batch_alter_table(table) as files:
            files.alter_column("verdict", server_default=None)
            for name, check in CHECKS.items():
                files.create_check_constraint(op.f(f"ck_{table}_{name}"), check)
        op.create_index(f"ix_{table}_not_scanned", table, ["id"], unique=False, sqlite_where=WAITING, postgresql_where=WAITING)


def downgrade() -> None:
    for table in FILES:
        op.drop_index(f"ix_{table}_not_scanned", table)
        with op.batch_alter_table(table) as files:
            for name in CHECKS:
                files.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
            for column in ("threat", "scanned_at", "verdict"):
                files.drop_column(column)
    op.drop_table("receptions")


def _create_receptions() -> None:
    op.create_table(
        "receptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("deposited_by", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=40), nullable=False),
        sa.Column("draft_stamp", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("refused_because", sa.String(length=4000), nullable=True),
        sa.CheckConstraint("(offer_id IS NULL) = (refused_because IS NOT NULL)", name=op.f("ck_receptions_offer_or_reason")),
        sa.CheckConstraint("received_at <= taken_in_at", name=op.f("ck_receptions_received_before")),
        sa.ForeignKeyConstraint(["deposited_by"], ["people.id"], name=op.f("fk_receptions_deposited_by")),
        sa.ForeignKeyConstraint(["mini_tender_id"], ["mini_tenders.id"], name=op.f("fk_receptions_mini_tender_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_receptions_offer_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_receptions_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receptions")),
        sa.UniqueConstraint("supplier_id", "idempotency_key", name=op.f("uq_receptions_supplier_id_idempotency_key")),
    )
    for column in ("deposited_by", "mini_tender_id", "offer_id"):
        op.create_index(f"ix_receptions_{column}", "receptions", [column], unique=False)
