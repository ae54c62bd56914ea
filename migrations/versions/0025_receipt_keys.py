"""Keys that sign receipts, heads of the journal that were published"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

OCCASIONS = "occasion IN ('day', 'deadline', 'opening', 'award')"


def upgrade() -> None:
    op.create_table(
        "receipt_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_private", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("is_current = (retired_at IS NULL)", name=op.f("ck_receipt_keys_current_until_retired")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_keys")),
        sa.UniqueConstraint("key_id", name=op.f("uq_receipt_keys_key_id")),
    )
    current = sa.text("is_current")
    op.create_index(
        "uq_receipt_keys_current", "receipt_keys", ["is_current"], unique=True, sqlite_where=current, postgresql_where=current
    )
    op.create_table(
        "published_heads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.CheckConstraint(OCCASIONS, name=op.f("ck_published_heads_occasion")),
        sa.ForeignKeyConstraint(["seq"], ["journal.seq"], name=op.f("fk_published_heads_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_heads")),
        sa.UniqueConstraint("occasion", "about", name=op.f("uq_published_heads_occasion_about")),
    )
    op.create_index("ix_published_heads_at_id", "published_heads", ["at", "id"], unique=False)
    for verb in ("UPDATE", "DELETE"):
        _refuse(verb)


def downgrade() -> None:
    op.drop_table("published_heads")
    op.drop_table("receipt_keys")


def _refuse(verb: str) -> None:
    """What was published stays as it was, like the journal itself."""
    name, refusal = f"published_heads_no_{verb.lower()}", "the journal is append-only"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON published_heads FOR EACH ROW EXECUTE FUNCTION refuse_journal_change()")
    else:
        op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON published_heads BEGIN SELECT RAISE(ABORT, '{refusal}'); END")
