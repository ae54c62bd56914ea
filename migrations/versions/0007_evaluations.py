"""Declarations, marks, rankings and awards"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "conflict_declarations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("has_conflict", sa.Boolean(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["mini_tender_id"], ["mini_tenders.id"], name=op.f("fk_conflict_declarations_mini_tender_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_conflict_declarations_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_conflict_declarations_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_declarations")),
        sa.UniqueConstraint("mini_tender_id", "person_id", name=op.f("uq_conflict_declarations_mini_tender_id_person_id")),
    )
    op.create_index(op.f("ix_conflict_declarations_organisation_id"), "conflict_declarations", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_conflict_declarations_person_id"), "conflict_declarations", ["person_id"], unique=False)
    op.create_table(
        "marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("offer_is_opened", sa.Boolean(), nullable=False),
        sa.Column("criterion", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_marks_reason")),
        sa.CheckConstraint("offer_is_opened", name=op.f("ck_marks_sealed_offer_has_no_mark")),
        sa.ForeignKeyConstraint(["given_by"], ["people.id"], name=op.f("fk_marks_given_by")),
        sa.ForeignKeyConstraint(
            ["offer_id", "offer_is_opened"], ["offers.id", "offers.is_opened"], name=op.f("fk_marks_offer_id_offer_is_opened")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
        sa.UniqueConstraint("offer_id", "criterion", name=op.f("uq_marks_offer_id_criterion")),
    )
    op.create_table(
        "rankings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("ranked_by", sa.Integer(), nullable=False),
        sa.Column("ranked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scoring_file", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("frozen_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("solidity", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["mini_tender_id"], ["mini_tenders.id"], name=op.f("fk_rankings_mini_tender_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_rankings_organisation_id")),
        sa.ForeignKeyConstraint(["ranked_by"], ["people.id"], name=op.f("fk_rankings_ranked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rankings")),
    )
    op.create_index(op.f("ix_rankings_mini_tender_id"), "rankings", ["mini_tender_id"], unique=False)
    op.create_index(op.f("ix_rankings_organisation_id"), "rankings", ["organisation_id"], unique=False)
    op.create_table(
        "ranked_offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ranking_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("offer_is_opened", sa.Boolean(), nullable=False),
        sa.Column("ref", sa.String(length=4000), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("total", sa.String(length=40), nullable=True),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.Column("elimination_reason", sa.String(length=4000), nullable=True),
        sa.Column("would_be_first", sa.JSON(), nullable=True),
        sa.CheckConstraint("offer_is_opened", name=op.f("ck_ranked_offers_sealed_offer_has_no_rank")),
        sa.ForeignKeyConstraint(
            ["offer_id", "offer_is_opened"], ["offers.id", "offers.is_opened"], name=op.f("fk_ranked_offers_offer_id_offer_is_opened")
        ),
        sa.ForeignKeyConstraint(["ranking_id"], ["rankings.id"], name=op.f("fk_ranked_offers_ranking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranked_offers")),
        sa.UniqueConstraint("ranking_id", "offer_id", name=op.f("uq_ranked_offers_ranking_id_offer_id")),
    )
    op.create_index(op.f("ix_ranked_offers_offer_id"), "ranked_offers", ["offer_id"], unique=False)
    op.create_table(
        "tie_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("ranking_id", sa.Integer(), nullable=False),
        sa.Column("ranked_offer_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("witness_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_tie_decisions_reason")),
        sa.CheckConstraint("witness_id <> decided_by", name=op.f("ck_tie_decisions_two_people")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_tie_decisions_decided_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_tie_decisions_organisation_id")),
        sa.ForeignKeyConstraint(["ranked_offer_id"], ["ranked_offers.id"], name=op.f("fk_tie_decisions_ranked_offer_id")),
        sa.ForeignKeyConstraint(["ranking_id"], ["rankings.id"], name=op.f("fk_tie_decisions_ranking_id")),
        sa.ForeignKeyConstraint(["witness_id"], ["people.id"], name=op.f("fk_tie_decisions_witness_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tie_decisions")),
        sa.UniqueConstraint("ranking_id", name=op.f("uq_tie_decisions_ranking_id")),
    )
    op.create_index(op.f("ix_tie_decisions_organisation_id"), "tie_decisions", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_tie_decisions_ranked_offer_id"), "tie_decisions", ["ranked_offer_id"], unique=False)
    op.create_table(
        "awards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("ranked_offer_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_reason", sa.String(length=4000), nullable=True),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contract_reference", sa.String(length=200), nullable=False),
        sa.CheckConstraint("state <> 'approved' OR decided_by IS NOT NULL", name=op.f("ck_awards_decided")),
        sa.CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f("ck_awards_cancelled")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_awards_reason")),
        sa.CheckConstraint("state IN ('proposed', 'approved', 'cancelled')", name=op.f("ck_awards_state")),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name=op.f("ck_awards_two_people")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_awards_decided_by")),
        sa.ForeignKeyConstraint(["mini_tender_id"], ["mini_tenders.id"], name=op.f("fk_awards_mini_tender_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_awards_organisation_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["people.id"], name=op.f("fk_awards_proposed_by")),
        sa.ForeignKeyConstraint(["ranked_offer_id"], ["ranked_offers.id"], name=op.f("fk_awards_ranked_offer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
    )
    op.create_index(op.f("ix_awards_mini_tender_id"), "awards", ["mini_tender_id"], unique=False)
    op.create_index(op.f("ix_awards_organisation_id"), "awards", ["organisation_id"], unique=False)
    op.create_index(
        "uq_awards_one_winner",
        "awards",
        ["mini_tender_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'cancelled'"),
        postgresql_where=sa.text("state <> 'cancelled'"),
    )


def downgrade() -> None:
    op.drop_table("awards")
    op.drop_table("tie_decisions")
    op.drop_table("ranked_offers")
    op.drop_table("rankings")
    op.drop_table("marks")
    op.drop_table("conflict_declarations")
