"""Requests for reasons, notices of conclusion, award notices"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

ANSWERED = "(answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (answered_by IS NULL) AND (answer IS NULL OR answer <> '')"


def upgrade() -> None:
    op.create_table(
        "reason_requests",
        *_owned("reason_requests"),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("owed", sa.String(length=40), nullable=False),
        sa.Column("question", sa.String(length=4000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("owed IN ('comparison', 'reasons')", name=op.f("ck_reason_requests_owed")),
        sa.CheckConstraint(ANSWERED, name=op.f("ck_reason_requests_answered")),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_reason_requests_offer_id")),
        *_people("reason_requests", "asked_by", "answered_by"),
        sa.UniqueConstraint("award_id", "offer_id", name=op.f("uq_reason_requests_award_id_offer_id")),
    )
    op.create_table(
        "conclusions",
        *_owned("conclusions"),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("award_id", name=op.f("uq_conclusions_award_id")),
    )
    op.create_table(
        "award_notices",
        *_owned("award_notices"),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("reference <> ''", name=op.f("ck_award_notices_reference")),
        *_people("award_notices", "recorded_by"),
        sa.UniqueConstraint("award_id", name=op.f("uq_award_notices_award_id")),
    )
    _index("reason_requests", "organisation_id", "offer_id", "asked_by", "answered_by")
    _index("conclusions", "organisation_id", "told_at")
    _index("award_notices", "organisation_id", "recorded_by")


def _owned(table: str) -> tuple[sa.Column | sa.Constraint, ...]:
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f(f"fk_{table}_award_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _people(table: str, *columns: str) -> tuple[sa.Constraint, ...]:
    return tuple(sa.ForeignKeyConstraint([column], ["people.id"], name=op.f(f"fk_{table}_{column}")) for column in columns)


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)


def downgrade() -> None:
    for table in ("award_notices", "conclusions", "reason_requests"):
        op.drop_table(table)
