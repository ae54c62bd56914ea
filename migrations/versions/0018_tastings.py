"""Blind tastings of samples"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    _announced()
    _tastings()
    _samples()
    _jurors()
    _marks()


def downgrade() -> None:
    for table in ("tasting_marks", "tasting_jurors", "tasting_samples", "tastings", "announced_tastings"):
        op.drop_table(table)


def _announced() -> None:
    op.create_table(
        "announced_tastings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(length=40), nullable=False),
        sa.Column("criterion_label", sa.String(length=200), nullable=False),
        sa.Column("happens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("samples", sa.String(length=200), nullable=False),
        sa.Column("missing_rule", sa.String(length=40), nullable=False),
        sa.CheckConstraint("missing_rule IN ('file', 'zero')", name=op.f("ck_announced_tastings_missing_rule")),
        sa.CheckConstraint("place <> '' AND samples <> '' AND criterion <> ''", name=op.f("ck_announced_tastings_is_whole")),
        sa.ForeignKeyConstraint(
            ["mini_tender_id", "organisation_id"],
            ["mini_tenders.id", "mini_tenders.organisation_id"],
            name=op.f("fk_announced_tastings_mini_tender_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_announced_tastings_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announced_tastings")),
        sa.UniqueConstraint("mini_tender_id", name=op.f("uq_announced_tastings_mini_tender_id")),
        sa.UniqueConstraint("mini_tender_id", "organisation_id", name=op.f("uq_announced_tastings_mini_tender_id_organisation_id")),
    )
    op.create_index("ix_announced_tastings_organisation_id", "announced_tastings", ["organisation_id"], unique=False)


def _tastings() -> None:
    op.create_table(
        "tastings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("prepared_by", sa.Integer(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_reason", sa.String(length=4000), nullable=True),
        sa.CheckConstraint("(closed_by IS NULL) = (closed_at IS NULL)", name=op.f("ck_tastings_closed")),
        sa.CheckConstraint("held_on IS NULL OR closed_at IS NOT NULL", name=op.f("ck_tastings_held_on")),
        sa.CheckConstraint(
            "closed_at IS NULL OR (held_on IS NULL) = (stopped_reason IS NOT NULL)", name=op.f("ck_tastings_held_or_stopped")
        ),
        sa.CheckConstraint(
            "stopped_reason IS NULL OR (stopped_reason <> '' AND closed_at IS NOT NULL)", name=op.f("ck_tastings_stopped_reason")
        ),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name=op.f("fk_tastings_closed_by")),
        sa.ForeignKeyConstraint(["mini_tender_id"], ["mini_tenders.id"], name=op.f("fk_tastings_mini_tender_id")),
        sa.ForeignKeyConstraint(
            ["mini_tender_id", "organisation_id"],
            ["announced_tastings.mini_tender_id", "announced_tastings.organisation_id"],
            name=op.f("fk_tastings_mini_tender_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_tastings_organisation_id")),
        sa.ForeignKeyConstraint(["prepared_by"], ["people.id"], name=op.f("fk_tastings_prepared_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tastings")),
        sa.UniqueConstraint("id", "prepared_by", name=op.f("uq_tastings_id_prepared_by")),
        sa.UniqueConstraint("mini_tender_id", name=op.f("uq_tastings_mini_tender_id")),
    )
    for column in ("organisation_id", "prepared_by", "closed_by"):
        op.create_index(f"ix_tastings_{column}", "tastings", [column], unique=False)


def _samples() -> None:
    op.create_table(
        "tasting_samples",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tasting_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("offer_is_opened", sa.Boolean(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by", sa.Integer(), nullable=True),
        sa.Column("temperature", sa.String(length=40), nullable=False),
        sa.Column("remark", sa.String(length=4000), nullable=False),
        sa.Column("allergens", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("allergens_source", sa.String(length=200), nullable=False),
        sa.Column("missing_reason", sa.String(length=4000), nullable=True),
        sa.Column("missing_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("offer_is_opened", name=op.f("ck_tasting_samples_sealed_offer_is_not_tasted")),
        sa.CheckConstraint("code BETWEEN 100 AND 999", name=op.f("ck_tasting_samples_three_digits")),
        sa.CheckConstraint("(received_at IS NULL) = (received_by IS NULL)", name=op.f("ck_tasting_samples_received")),
        sa.CheckConstraint("(received_at IS NULL) = (allergens IS NULL)", name=op.f("ck_tasting_samples_allergens_are_known")),
        sa.CheckConstraint("received_at IS NULL OR allergens_source <> ''", name=op.f("ck_tasting_samples_allergens_source")),
        sa.CheckConstraint("(missing_reason IS NULL) = (missing_by IS NULL)", name=op.f("ck_tasting_samples_missing")),
        sa.CheckConstraint(
            "missing_reason IS NULL OR (missing_reason <> '' AND received_at IS NULL)", name=op.f("ck_tasting_samples_missing_or_received")
        ),
        sa.ForeignKeyConstraint(["missing_by"], ["people.id"], name=op.f("fk_tasting_samples_missing_by")),
        sa.ForeignKeyConstraint(
            ["offer_id", "offer_is_opened"], ["offers.id", "offers.is_opened"], name=op.f("fk_tasting_samples_offer_id_offer_is_opened")
        ),
        sa.ForeignKeyConstraint(["received_by"], ["people.id"], name=op.f("fk_tasting_samples_received_by")),
        sa.ForeignKeyConstraint(["tasting_id"], ["tastings.id"], name=op.f("fk_tasting_samples_tasting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasting_samples")),
        sa.UniqueConstraint("id", "tasting_id", name=op.f("uq_tasting_samples_id_tasting_id")),
        sa.UniqueConstraint("tasting_id", "code", name=op.f("uq_tasting_samples_tasting_id_code")),
        sa.UniqueConstraint("tasting_id", "offer_id", name=op.f("uq_tasting_samples_tasting_id_offer_id")),
    )
    for column in ("offer_id", "received_by", "missing_by"):
        op.create_index(f"ix_tasting_samples_{column}", "tasting_samples", [column], unique=False)


def _jurors() -> None:
    op.create_table(
        "tasting_jurors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tasting_id", sa.Integer(), nullable=False),
        sa.Column("prepared_by", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("sheet_typed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sheet_typed_by", sa.Integer(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_reason", sa.String(length=4000), nullable=True),
        sa.CheckConstraint("person_id IS NULL OR person_id <> prepared_by", name=op.f("ck_tasting_jurors_did_not_prepare_the_codes")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_tasting_jurors_name")),
        sa.CheckConstraint("(sheet_typed_at IS NULL) = (sheet_typed_by IS NULL)", name=op.f("ck_tasting_jurors_sheet_typed")),
        sa.CheckConstraint("sheet_typed_by IS NULL OR sheet_typed_by <> prepared_by", name=op.f("ck_tasting_jurors_sheet_typed_blind")),
        sa.CheckConstraint("(released_at IS NULL) = (released_reason IS NULL)", name=op.f("ck_tasting_jurors_released")),
        sa.CheckConstraint(
            "released_at IS NULL OR (released_reason <> '' AND sheet_typed_at IS NULL)",
            name=op.f("ck_tasting_jurors_released_without_sheet"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_tasting_jurors_person_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name=op.f("fk_tasting_jurors_recorded_by")),
        sa.ForeignKeyConstraint(["sheet_typed_by"], ["people.id"], name=op.f("fk_tasting_jurors_sheet_typed_by")),
        sa.ForeignKeyConstraint(
            ["tasting_id", "prepared_by"], ["tastings.id", "tastings.prepared_by"], name=op.f("fk_tasting_jurors_tasting_id_prepared_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasting_jurors")),
        sa.UniqueConstraint("id", "tasting_id", name=op.f("uq_tasting_jurors_id_tasting_id")),
        sa.UniqueConstraint("tasting_id", "name", name=op.f("uq_tasting_jurors_tasting_id_name")),
        sa.UniqueConstraint("tasting_id", "person_id", name=op.f("uq_tasting_jurors_tasting_id_person_id")),
    )
    for column in ("person_id", "recorded_by", "sheet_typed_by"):
        op.create_index(f"ix_tasting_jurors_{column}", "tasting_jurors", [column], unique=False)


def _marks() -> None:
    op.create_table(
        "tasting_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tasting_id", sa.Integer(), nullable=False),
        sa.Column("juror_id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("remark", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(
            ["juror_id", "tasting_id"],
            ["tasting_jurors.id", "tasting_jurors.tasting_id"],
            name=op.f("fk_tasting_marks_juror_id_tasting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["sample_id", "tasting_id"],
            ["tasting_samples.id", "tasting_samples.tasting_id"],
            name=op.f("fk_tasting_marks_sample_id_tasting_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasting_marks")),
        sa.UniqueConstraint("juror_id", "sample_id", name=op.f("uq_tasting_marks_juror_id_sample_id")),
    )
    for column in ("tasting_id", "sample_id"):
        op.create_index(f"ix_tasting_marks_{column}", "tasting_marks", [column], unique=False)
