"""Backup copies that suppliers send besides their electronic offers, opened by two people"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

BEFORE = (
    "kind IN ('change_mini_tender', 'destroy_papers', 'discontinue_mini_tender', 'exclude_applicant', 'grant_role', 'invite_person',"
    " 'open_late_offer')"
)
AFTER = BEFORE.replace("'destroy_papers'", "'open_backup_copy', 'destroy_papers'")
KIND = "ck_approvals_kind"
PEOPLE = ("registered_by", "struck_out_by", "asked_by", "approved_by")
CHECKS = {
    "medium": "medium IN ('paper', 'key', 'other')",
    "ground": "ground IS NULL OR ground IN ('infected', 'late', 'unreadable')",
    "brought_by": "brought_by <> ''",
    "kept_where": "kept_where <> ''",
    "received_before": "received_at <= registered_at",
    "late_agrees_with_deadline": "late = (received_at > closes_at)",
    "struck_out_with_a_reason": "(struck_out_at IS NULL AND struck_out_by IS NULL AND struck_out_reason IS NULL)"
    " OR (struck_out_at IS NOT NULL AND struck_out_by IS NOT NULL AND struck_out_reason IS NOT NULL AND struck_out_reason <> '')",
    "opened_by_two_people": "(opened_at IS NULL AND ground IS NULL AND ground_reason IS NULL AND asked_by IS NULL AND approved_by IS NULL)"
    " OR (opened_at IS NOT NULL AND ground IS NOT NULL AND ground_reason IS NOT NULL AND ground_reason <> ''"
    " AND asked_by IS NOT NULL AND approved_by IS NOT NULL AND asked_by <> approved_by)",
    "only_live_copies_in_time_are_opened": "opened_at IS NULL OR (NOT late AND struck_out_at IS NULL)",
}
LIVE = "struck_out_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "backup_copies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("medium", sa.String(length=40), nullable=False),
        sa.Column("brought_by", sa.String(length=200), nullable=False),
        sa.Column("kept_where", sa.String(length=200), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("registered_by", sa.Integer(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("struck_out_by", sa.Integer(), nullable=True),
        sa.Column("struck_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("struck_out_reason", sa.String(length=4000), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ground", sa.String(length=40), nullable=True),
        sa.Column("ground_reason", sa.String(length=4000), nullable=True),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        *(sa.CheckConstraint(condition, name=op.f(f"ck_backup_copies_{name}")) for name, condition in CHECKS.items()),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_backup_copies_organisation_id")),
        sa.ForeignKeyConstraint(["mini_tender_id"], ["mini_tenders.id"], name=op.f("fk_backup_copies_mini_tender_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_backup_copies_supplier_id")),
        *(sa.ForeignKeyConstraint([column], ["people.id"], name=op.f(f"fk_backup_copies_{column}")) for column in PEOPLE),
        sa.ForeignKeyConstraint(
            ["mini_tender_id", "supplier_id"],
            ["invitations.mini_tender_id", "invitations.supplier_id"],
            name=op.f("fk_backup_copies_mini_tender_id_supplier_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_copies")),
    )
    op.create_index("ix_backup_copies_organisation_id", "backup_copies", ["organisation_id"])
    op.create_index("ix_backup_copies_supplier_id", "backup_copies", ["supplier_id"])
    op.create_index("ix_backup_copies_mini_tender_id_received_at", "backup_copies", ["mini_tender_id", "received_at", "id"])
    op.create_index(
        "uq_backup_copies_live",
        "backup_copies",
        ["mini_tender_id", "supplier_id", "registered_by", "received_at", "medium"],
        unique=True,
        sqlite_where=sa.text(LIVE),
        postgresql_where=sa.text(LIVE),
    )
    _kinds(AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM approvals WHERE kind = 'open_backup_copy'")
    _kinds(BEFORE)
    op.drop_table("backup_copies")


def _kinds(condition: str) -> None:
    with op.batch_alter_table("approvals") as approvals:
        approvals.drop_constraint(op.f(KIND), type_="check")
        approvals.create_check_constraint(op.f(KIND), condition)
