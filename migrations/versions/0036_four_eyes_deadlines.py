"""Deadlines put off by two people"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

BEFORE = "kind IN ('destroy_papers', 'discontinue_mini_tender', 'exclude_applicant', 'grant_role', 'invite_person')"
AFTER = BEFORE.replace("IN (", "IN ('change_mini_tender', ")
KIND = "ck_approvals_kind"


def upgrade() -> None:
    _kinds(AFTER)
    with op.batch_alter_table("mini_tender_changes") as changes:
        changes.add_column(sa.Column("approved_by", sa.Integer(), nullable=True))
        changes.create_foreign_key(op.f("fk_mini_tender_changes_approved_by"), "people", ["approved_by"], ["id"])
        changes.create_check_constraint(op.f("ck_mini_tender_changes_two_people"), "approved_by <> decided_by")
        changes.create_index(op.f("ix_mini_tender_changes_approved_by"), ["approved_by"])


def downgrade() -> None:
    op.execute("DELETE FROM approvals WHERE kind = 'change_mini_tender'")
    _kinds(BEFORE)
    with op.batch_alter_table("mini_tender_changes") as changes:
        changes.drop_index(op.f("ix_mini_tender_changes_approved_by"))
        changes.drop_constraint(op.f("ck_mini_tender_changes_two_people"), type_="check")
        changes.drop_constraint(op.f("fk_mini_tender_changes_approved_by"), type_="foreignkey")
        changes.drop_column("approved_by")


def _kinds(condition: str) -> None:
    with op.batch_alter_table("approvals") as approvals:
        approvals.drop_constraint(op.f(KIND), type_="check")
        approvals.create_check_constraint(op.f(KIND), condition)
