"""Sealed offers, drafts, attempts, receipts and openings"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("deposit_id", sa.String(length=40), nullable=False),
        sa.Column("idempotency_key", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("deposited_by", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_sha256", sa.String(length=64), nullable=False),
        sa.Column("size_class", sa.Integer(), nullable=False),
        sa.Column("seal_fault", sa.String(length=4000), nullable=True),
        sa.Column("is_opened", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("classification", sa.String(length=40), nullable=True),
        sa.Column("classification_reason", sa.String(length=4000), nullable=True),
        sa.Column("classified_by", sa.Integer(), nullable=True),
        sa.Column("price_justification", sa.String(length=4000), nullable=True),
        sa.Column("justification_recorded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "NOT is_opened OR (NOT late AND state = 'deposited')", name=op.f("ck_offers_only_live_offers_in_time_are_opened")
        ),
        sa.CheckConstraint(
            "classification IS NULL OR classification IN ('regular', 'irregular', 'unacceptable', 'inappropriate')",
            name=op.f("ck_offers_classification"),
        ),
        sa.CheckConstraint("state IN ('deposited', 'replaced', 'withdrawn')", name=op.f("ck_offers_state")),
        sa.CheckConstraint("(classification IS NULL) = (classification_reason IS NULL)", name=op.f("ck_offers_classification_reason")),
        sa.CheckConstraint(
            "(price_justification IS NULL) = (justification_recorded_by IS NULL)", name=op.f("ck_offers_price_justification")
        ),
        sa.CheckConstraint("price_justification IS NULL OR is_opened", name=op.f("ck_offers_sealed_offer_has_no_justification")),
        sa.CheckConstraint("seal_fault IS NULL OR NOT is_opened", name=op.f("ck_offers_broken_envelope_is_not_opened")),
        sa.CheckConstraint("classification IS NULL OR is_opened", name=op.f("ck_offers_sealed_offer_has_no_classification")),
        sa.CheckConstraint("is_opened = (content IS NOT NULL)", name=op.f("ck_offers_content_only_once_opened")),
        sa.CheckConstraint("is_opened = (total IS NOT NULL)", name=op.f("ck_offers_total_only_once_opened")),
        sa.CheckConstraint("late = (received_at > closes_at)", name=op.f("ck_offers_late_agrees_with_deadline")),
        sa.ForeignKeyConstraint(["classified_by"], ["people.id"], name=op.f("fk_offers_classified_by")),
        sa.ForeignKeyConstraint(["deposited_by"], ["people.id"], name=op.f("fk_offers_deposited_by")),
        sa.ForeignKeyConstraint(["justification_recorded_by"], ["people.id"], name=op.f("fk_offers_justification_recorded_by")),
        sa.ForeignKeyConstraint(["mini_tender_id"], ["mini_tenders.id"], name=op.f("fk_offers_mini_tender_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_offers_organisation_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_offers_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
        sa.UniqueConstraint("deposit_id", name=op.f("uq_offers_deposit_id")),
        sa.UniqueConstraint("id", "is_opened", name=op.f("uq_offers_id_is_opened")),
        sa.UniqueConstraint("supplier_id", "idempotency_key", name=op.f("uq_offers_supplier_id_idempotency_key")),
    )
    op.create_index(op.f("ix_offers_mini_tender_id"), "offers", ["mini_tender_id"], unique=False)
    op.create_index(op.f("ix_offers_organisation_id"), "offers", ["organisation_id"], unique=False)
    op.create_index("ix_offers_supplier_id_received_at", "offers", ["supplier_id", "received_at", "id"], unique=False)
    op.create_index(
        "uq_offers_live",
        "offers",
        ["mini_tender_id", "supplier_id"],
        unique=True,
        sqlite_where=sa.text("state = 'deposited' AND NOT late"),
        postgresql_where=sa.text("state = 'deposited' AND NOT late"),
    )
    op.create_index(
        "uq_offers_live_late",
        "offers",
        ["mini_tender_id", "supplier_id"],
        unique=True,
        sqlite_where=sa.text("state = 'deposited' AND late"),
        postgresql_where=sa.text("state = 'deposited' AND late"),
    )
    op.create_table(
        "offer_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_offer_files_offer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_files")),
    )
    op.create_index(op.f("ix_offer_files_offer_id"), "offer_files", ["offer_id"], unique=False)
    op.create_table(
        "offer_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["mini_tender_id"], ["mini_tenders.id"], name=op.f("fk_offer_drafts_mini_tender_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_offer_drafts_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_drafts")),
        sa.UniqueConstraint("mini_tender_id", "supplier_id", name=op.f("uq_offer_drafts_mini_tender_id_supplier_id")),
    )
    op.create_index(op.f("ix_offer_drafts_supplier_id"), "offer_drafts", ["supplier_id"], unique=False)
    op.create_table(
        "deposit_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size_class", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("refused_because", sa.String(length=4000), nullable=True),
        sa.ForeignKeyConstraint(["mini_tender_id"], ["mini_tenders.id"], name=op.f("fk_deposit_attempts_mini_tender_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_deposit_attempts_offer_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_deposit_attempts_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposit_attempts")),
    )
    op.create_index(op.f("ix_deposit_attempts_mini_tender_id"), "deposit_attempts", ["mini_tender_id"], unique=False)
    op.create_index(op.f("ix_deposit_attempts_offer_id"), "deposit_attempts", ["offer_id"], unique=False)
    op.create_index(op.f("ix_deposit_attempts_supplier_id"), "deposit_attempts", ["supplier_id"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_receipts_offer_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_receipts_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("offer_id", name=op.f("uq_receipts_offer_id")),
    )
    op.create_index(op.f("ix_receipts_supplier_id"), "receipts", ["supplier_id"], unique=False)
    op.create_table(
        "openings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("first_person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_person_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("journal_head", sa.String(length=64), nullable=True),
        sa.CheckConstraint("(second_person_id IS NULL) = (opened_at IS NULL)", name=op.f("ck_openings_opened_by_the_second")),
        sa.CheckConstraint("second_person_id IS NULL OR second_person_id <> first_person_id", name=op.f("ck_openings_two_people")),
        sa.ForeignKeyConstraint(["first_person_id"], ["people.id"], name=op.f("fk_openings_first_person_id")),
        sa.ForeignKeyConstraint(["mini_tender_id"], ["mini_tenders.id"], name=op.f("fk_openings_mini_tender_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_openings_organisation_id")),
        sa.ForeignKeyConstraint(["second_person_id"], ["people.id"], name=op.f("fk_openings_second_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openings")),
        sa.UniqueConstraint("mini_tender_id", name=op.f("uq_openings_mini_tender_id")),
    )
    op.create_index(op.f("ix_openings_organisation_id"), "openings", ["organisation_id"], unique=False)


def downgrade() -> None:
    op.drop_table("openings")
    op.drop_table("receipts")
    op.drop_table("deposit_attempts")
    op.drop_table("offer_drafts")
    op.drop_table("offer_files")
    op.drop_table("offers")
