"""Clock sentinel and outages"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

RUNNING = sa.text("ended_at IS NULL")
ENDS_AFTER = "ended_at IS NULL OR ended_at >= began_at"


def upgrade() -> None:
    _clocks()
    op.create_table(
        "watches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_at >= began_at", name=op.f("ck_watches_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
    )
    op.create_index("ix_watches_last_at", "watches", ["last_at"], unique=False)
    op.create_table(
        "outages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("part IN ('web', 'database', 'watch')", name=op.f("ck_outages_part")),
        sa.CheckConstraint(ENDS_AFTER, name=op.f("ck_outages_ends_after")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outages")),
    )
    op.create_index("ix_outages_began_at", "outages", ["began_at"], unique=False)
    op.create_index("uq_outages_running", "outages", ["part"], unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING)


def downgrade() -> None:
    for table in ("outages", "watches", "clock_skews", "trusted_hours"):
        op.drop_table(table)


def _clocks() -> None:
    op.create_table(
        "trusted_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("boot", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("elapsed", sa.BigInteger(), nullable=False),
        sa.Column("declared_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=4000), nullable=True),
        sa.CheckConstraint("(declared_by IS NULL) = (reason IS NULL)", name=op.f("ck_trusted_hours_declared_with_a_reason")),
        sa.ForeignKeyConstraint(["declared_by"], ["people.id"], name=op.f("fk_trusted_hours_declared_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trusted_hours")),
    )
    op.create_index("ix_trusted_hours_boot_id", "trusted_hours", ["boot", "id"], unique=False)
    op.create_table(
        "clock_skews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("boot", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("microseconds", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("source IN ('elapsed', 'database', 'past')", name=op.f("ck_clock_skews_source")),
        sa.CheckConstraint(ENDS_AFTER, name=op.f("ck_clock_skews_ends_after")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_skews")),
    )
    op.create_index(
        "uq_clock_skews_running", "clock_skews", ["boot", "source"], unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING
    )
