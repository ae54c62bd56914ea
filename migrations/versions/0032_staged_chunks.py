"""Staged chunks, test deposits, mails that came back"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    _staged_uploads()
    _trial_deposits()
    op.create_table(
        "letter_bounces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_letter_bounces_letter_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name=op.f("fk_letter_bounces_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_bounces")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_letter_bounces_letter_id")),
    )


def downgrade() -> None:
    for table in ("letter_bounces", "trial_deposits", "staged_chunks", "staged_uploads"):
        op.drop_table(table)


def _staged_uploads() -> None:
    op.create_table(
        "staged_uploads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=True),
        sa.Column("attempt_id", sa.Integer(), nullable=True),
        sa.Column("started_by", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "chunks > 0 AND received BETWEEN 0 AND chunks", name=op.f("ck_staged_uploads_received_within_its_chunks")
        ),
        sa.CheckConstraint("touched_at >= started_at", name=op.f("ck_staged_uploads_touched_once_started")),
        sa.CheckConstraint(
            "(mini_tender_id IS NULL) = (attempt_id IS NULL)", name=op.f("ck_staged_uploads_attempt_of_a_mini_tender")
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_staged_uploads_supplier_id")),
        sa.ForeignKeyConstraint(["mini_tender_id"], ["mini_tenders.id"], name=op.f("fk_staged_uploads_mini_tender_id")),
        sa.ForeignKeyConstraint(["attempt_id"], ["deposit_attempts.id"], name=op.f("fk_staged_uploads_attempt_id")),
        sa.ForeignKeyConstraint(["started_by"], ["people.id"], name=op.f("fk_staged_uploads_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_uploads")),
        sa.UniqueConstraint("token", name=op.f("uq_staged_uploads_token")),
    )
    op.create_index(
        "ix_staged_uploads_supplier_id_mini_tender_id", "staged_uploads", ["supplier_id", "mini_tender_id", "id"], unique=False
    )
    op.create_index(op.f("ix_staged_uploads_touched_at"), "staged_uploads", ["touched_at"], unique=False)
    op.create_table(
        "staged_chunks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number >= 0", name=op.f("ck_staged_chunks_numbered_from_zero")),
        sa.ForeignKeyConstraint(["upload_id"], ["staged_uploads.id"], name=op.f("fk_staged_chunks_upload_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_chunks")),
        sa.UniqueConstraint("upload_id", "number", name=op.f("uq_staged_chunks_upload_id_number")),
    )


def _trial_deposits() -> None:
    op.create_table(
        "trial_deposits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("deposit_id", sa.String(length=40), nullable=False),
        sa.Column("idempotency_key", sa.String(length=40), nullable=False),
        sa.Column("deposited_by", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_sha256", sa.String(length=64), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_trial_deposits_supplier_id")),
        sa.ForeignKeyConstraint(["deposited_by"], ["people.id"], name=op.f("fk_trial_deposits_deposited_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_deposits")),
        sa.UniqueConstraint("deposit_id", name=op.f("uq_trial_deposits_deposit_id")),
        sa.UniqueConstraint("supplier_id", "idempotency_key", name=op.f("uq_trial_deposits_supplier_id_idempotency_key")),
    )
    op.create_index(op.f("ix_trial_deposits_received_at"), "trial_deposits", ["received_at"], unique=False)
