"""Approvals by a second person, destructions"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

WAITING = "outcome IS NULL"
KINDS = "kind IN ('destroy_papers', 'discontinue_mini_tender', 'exclude_applicant', 'grant_role', 'invite_person')"
CHECKS = {
    "kind": KINDS,
    "outcome": "outcome IS NULL OR outcome IN ('approved', 'declined', 'withdrawn', 'lapsed')",
    "two_people": "outcome IS NULL OR outcome <> 'approved' OR ended_by <> asked_by",
    "approved_in_time": "outcome IS NULL OR outcome <> 'approved' OR ended_at <= expires_at",
    "ended": "(outcome IS NULL) = (ended_at IS NULL)",
    "ended_by": "(ended_by IS NULL) = (outcome IS NULL OR outcome = 'lapsed')",
    "declined_with_a_reason": "outcome IS NULL OR outcome <> 'declined' OR ended_reason <> ''",
    "expires_at": "expires_at > asked_at",
}


def upgrade() -> None:
    _create_approvals()
    _create_destructions()


def _create_approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("object", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("shown_sha256", sa.String(length=64), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.String(length=4000), nullable=False),
        *(sa.CheckConstraint(text, name=op.f(f"ck_approvals_{name}")) for name, text in CHECKS.items()),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_approvals_organisation_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_approvals_asked_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_approvals_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    for column in ("organisation_id", "asked_by", "ended_by"):
        op.create_index(f"ix_approvals_{column}", "approvals", [column], unique=False)
    op.create_index("ix_approvals_asked_at_id", "approvals", ["asked_at", "id"], unique=False)
    waiting = {"sqlite_where": sa.text(WAITING), "postgresql_where": sa.text(WAITING)}
    op.create_index("ix_approvals_waiting_kind", "approvals", ["kind", "organisation_id"], unique=False, **waiting)
    op.create_index("uq_approvals_waiting", "approvals", ["kind", "object"], unique=True, **waiting)


def _create_destructions() -> None:
    op.create_table(
        "destructions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("visa", sa.String(length=200), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remains", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("paper_keys", sa.JSON(), nullable=False),
        sa.CheckConstraint("visa <> ''", name=op.f("ck_destructions_visa")),
        sa.CheckConstraint("approved_by <> asked_by", name=op.f("ck_destructions_two_people")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_destructions_organisation_id")),
        sa.ForeignKeyConstraint(
            ["mini_tender_id", "organisation_id"],
            ["mini_tenders.id", "mini_tenders.organisation_id"],
            name=op.f("fk_destructions_mini_tender_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_destructions_asked_by")),
        sa.ForeignKeyConstraint(["approved_by"], ["people.id"], name=op.f("fk_destructions_approved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destructions")),
        sa.UniqueConstraint("mini_tender_id", name=op.f("uq_destructions_mini_tender_id")),
    )
    for column in ("organisation_id", "asked_by", "approved_by"):
        op.create_index(f"ix_destructions_{column}", "destructions", [column], unique=False)
    op.create_index("ix_destructions_destroyed_at_id", "destructions", ["destroyed_at", "id"], unique=False)
    op.create_table(
        "destroyed_objects",
        sa.Column("object", sa.String(length=200), nullable=False),
        sa.Column("destruction_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["destruction_id"], ["destructions.id"], name=op.f("fk_destroyed_objects_destruction_id")),
        sa.PrimaryKeyConstraint("object", name=op.f("pk_destroyed_objects")),
    )
    op.create_index("ix_destroyed_objects_destruction_id", "destroyed_objects", ["destruction_id"], unique=False)


def downgrade() -> None:
    op.drop_table("destroyed_objects")
    op.drop_table("destructions")
    op.drop_table("approvals")
