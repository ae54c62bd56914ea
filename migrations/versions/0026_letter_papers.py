"""The PDFs of letters, set by a job and kept"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

KEPT = (
    "(made_at IS NULL) = (storage_key IS NULL) AND (made_at IS NULL) = (size IS NULL) AND (made_at IS NULL) = (sha256 IS NULL)"
)


def upgrade() -> None:
    op.create_table(
        "letter_papers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("enclosed", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=4000), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("storage_key", sa.String(length=200), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint(KEPT, name=op.f("ck_letter_papers_kept")),
        sa.CheckConstraint("made_at IS NULL OR error IS NULL", name=op.f("ck_letter_papers_made_or_failed")),
        sa.CheckConstraint("(attempts = 0) = (tried_at IS NULL)", name=op.f("ck_letter_papers_tried")),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_letter_papers_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_papers")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_letter_papers_letter_id")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_letter_papers_storage_key")),
    )
    waiting = sa.text("made_at IS NULL")
    op.create_index("ix_letter_papers_waiting", "letter_papers", ["id"], unique=False, sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    op.drop_table("letter_papers")
