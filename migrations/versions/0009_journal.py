"""The journal and its triggers"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
# A line never changes; the body beside it may be erased (ARC-03), never rewritten.
REFUSED = (("journal", "UPDATE"), ("journal", "DELETE"), ("journal_bodies", "UPDATE"))
FUNCTION = """CREATE FUNCTION refuse_journal_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$"""


def upgrade() -> None:
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("object", sa.String(length=200), nullable=False),
        sa.Column("body_commit", sa.String(length=64), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_journal_organisation_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal")),
        sa.UniqueConstraint("hash", name=op.f("uq_journal_hash")),
    )
    op.create_index("ix_journal_object", "journal", ["object", "seq"], unique=False)
    op.create_index("ix_journal_organisation_id_seq", "journal", ["organisation_id", "seq"], unique=False)
    op.create_table(
        "journal_bodies",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["journal.seq"], name=op.f("fk_journal_bodies_seq")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal_bodies")),
    )
    op.create_table(
        "journal_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_head")),
    )
    op.execute(f"INSERT INTO journal_head (id, seq, hash) VALUES (1, 0, '{'0' * 64}')")
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        op.execute(FUNCTION)
    for table, verb in REFUSED:
        (_refuse_on_postgresql if on_postgresql else _refuse_on_sqlite)(table, verb)


def downgrade() -> None:
    op.drop_table("journal_head")
    op.drop_table("journal_bodies")
    op.drop_table("journal")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_journal_change()")


def _refuse_on_sqlite(table: str, verb: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
    )


def _refuse_on_postgresql(table: str, verb: str) -> None:
    op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_journal_change()")
