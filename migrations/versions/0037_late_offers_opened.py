"""Late offers opened by two people, for a reason that is the service's own"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

BEFORE = "kind IN ('change_mini_tender', 'destroy_papers', 'discontinue_mini_tender', 'exclude_applicant', 'grant_role', 'invite_person')"
AFTER = BEFORE.replace(")", ", 'open_late_offer')")
KIND = "ck_approvals_kind"
FORMER = "only_live_offers_in_time_are_opened"
CHECKS = {
    "only_live_offers_in_time_or_admitted_are_opened": "NOT is_opened OR (state = 'deposited' AND (NOT late OR late_ground IS NOT NULL))",
    "late_ground": "late_ground IS NULL OR late_ground IN ('outage', 'service')",
    "late_ground_of_a_late_offer": "late_ground IS NULL OR late",
    "late_ground_with_a_reason": "(late_ground IS NULL) = (late_reason IS NULL)",
    "late_ground_by_two_people": "(late_ground IS NULL AND late_asked_by IS NULL AND late_approved_by IS NULL)"
    " OR (late_ground IS NOT NULL AND late_asked_by IS NOT NULL AND late_approved_by IS NOT NULL AND late_asked_by <> late_approved_by)",
}
PEOPLE = ("late_asked_by", "late_approved_by")


def upgrade() -> None:
    _kinds(AFTER)
    with op.batch_alter_table("offers") as offers:
        offers.add_column(sa.Column("late_ground", sa.String(length=40), nullable=True))
        offers.add_column(sa.Column("late_reason", sa.String(length=4000), nullable=True))
        for column in PEOPLE:
            offers.add_column(sa.Column(column, sa.Integer(), nullable=True))
            offers.create_foreign_key(op.f(f"fk_offers_{column}"), "people", [column], ["id"])
        offers.drop_constraint(op.f(f"ck_offers_{FORMER}"), type_="check")
        for name, condition in CHECKS.items():
            offers.create_check_constraint(op.f(f"ck_offers_{name}"), condition)


def downgrade() -> None:
    op.execute("DELETE FROM approvals WHERE kind = 'open_late_offer'")
    _kinds(BEFORE)
    with op.batch_alter_table("offers") as offers:
        for name in CHECKS:
            offers.drop_constraint(op.f(f"ck_offers_{name}"), type_="check")
        offers.create_check_constraint(op.f(f"ck_offers_{FORMER}"), "NOT is_opened OR (NOT late AND state = 'deposited')")
        for column in PEOPLE:
            offers.drop_constraint(op.f(f"fk_offers_{column}"), type_="foreignkey")
        for column in (*PEOPLE, "late_reason", "late_ground"):
            offers.drop_column(column)


def _kinds(condition: str) -> None:
    with op.batch_alter_table("approvals") as approvals:
        approvals.drop_constraint(op.f(KIND), type_="check")
        approvals.create_check_constraint(op.f(KIND), condition)
