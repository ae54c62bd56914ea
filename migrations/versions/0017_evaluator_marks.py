"""What each evaluator gives before the consensus, and the link that a person declares"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

ENDED = "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL) AND (end_reason IS NULL OR end_reason <> '')"
LINK = "link IS NULL OR (has_conflict AND link <> '')"
APART = "apart_reason IS NULL OR apart_reason <> ''"


def upgrade() -> None:
    _widen_declarations()
    _widen_marks()
    _create_evaluators()
    _create_evaluator_marks()


def _widen_declarations() -> None:
    with op.batch_alter_table("conflict_declarations") as declarations:
        declarations.add_column(sa.Column("link", sa.String(length=4000), nullable=True))
        declarations.create_check_constraint(op.f("ck_conflict_declarations_link"), LINK)


def _widen_marks() -> None:
    with op.batch_alter_table("marks") as marks:
        marks.add_column(sa.Column("apart_reason", sa.String(length=4000), nullable=True))
        marks.add_column(sa.Column("is_to_review", sa.Boolean(), server_default=sa.false(), nullable=False))
        marks.create_check_constraint(op.f("ck_marks_apart_reason"), APART)
    with op.batch_alter_table("marks") as marks:
        marks.alter_column("is_to_review", server_default=None)


def _create_evaluators() -> None:
    op.create_table(
        "evaluators",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("named_by", sa.Integer(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("end_reason", sa.String(length=4000), nullable=True),
        sa.CheckConstraint(ENDED, name=op.f("ck_evaluators_ended")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_evaluators_organisation_id")),
        sa.ForeignKeyConstraint(["mini_tender_id"], ["mini_tenders.id"], name=op.f("fk_evaluators_mini_tender_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_evaluators_person_id")),
        sa.ForeignKeyConstraint(["named_by"], ["people.id"], name=op.f("fk_evaluators_named_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_evaluators_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluators")),
        sa.UniqueConstraint("mini_tender_id", "person_id", name=op.f("uq_evaluators_mini_tender_id_person_id")),
    )
    for column in ("organisation_id", "person_id"):
        op.create_index(f"ix_evaluators_{column}", "evaluators", [column], unique=False)


def _create_evaluator_marks() -> None:
    op.create_table(
        "evaluator_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluator_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("offer_is_opened", sa.Boolean(), nullable=False),
        sa.Column("criterion", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("offer_is_opened", name=op.f("ck_evaluator_marks_sealed_offer_has_no_mark")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_evaluator_marks_reason")),
        sa.ForeignKeyConstraint(["evaluator_id"], ["evaluators.id"], name=op.f("fk_evaluator_marks_evaluator_id")),
        sa.ForeignKeyConstraint(
            ["offer_id", "offer_is_opened"], ["offers.id", "offers.is_opened"], name=op.f("fk_evaluator_marks_offer_id_offer_is_opened")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluator_marks")),
        sa.UniqueConstraint("evaluator_id", "offer_id", "criterion", name=op.f("uq_evaluator_marks_evaluator_id_offer_id_criterion")),
    )
    op.create_index("ix_evaluator_marks_offer_id", "evaluator_marks", ["offer_id"], unique=False)


def downgrade() -> None:
    for table in ("evaluator_marks", "evaluators"):
        op.drop_table(table)
    with op.batch_alter_table("marks") as marks:
        marks.drop_constraint(op.f("ck_marks_apart_reason"), type_="check")
        marks.drop_column("is_to_review")
        marks.drop_column("apart_reason")
    with op.batch_alter_table("conflict_declarations") as declarations:
        declarations.drop_constraint(op.f("ck_conflict_declarations_link"), type_="check")
        declarations.drop_column("link")
