"""Irregular offers that their tenderers may put right"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

DECIDED = "(decision IS NULL) = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)"
REASONED = "(decision IS NULL) = (decision_reason IS NULL) AND (decision_reason IS NULL OR decision_reason <> '')"
ONE_REQUEST = "(price_request_id IS NULL) <> (regularisation_request_id IS NULL)"
OF_REGULARISATIONS = "SELECT id FROM examination_answers WHERE regularisation_request_id IS NOT NULL"


def upgrade() -> None:
    with op.batch_alter_table("offers") as offers:
        offers.add_column(sa.Column("regularised_values", sa.JSON(), nullable=True))
        offers.create_check_constraint(op.f("ck_offers_sealed_offer_is_not_regularised"), "regularised_values IS NULL OR is_opened")
    _create_regularisations()
    _create_requests()
    _create_exclusions()
    _widen_answers()


def _create_regularisations() -> None:
    op.create_table(
        "regularisations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("days > 0", name=op.f("ck_regularisations_days")),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_regularisations_asked_by")),
        sa.ForeignKeyConstraint(
            ["mini_tender_id", "organisation_id"],
            ["mini_tenders.id", "mini_tenders.organisation_id"],
            name=op.f("fk_regularisations_mini_tender_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_regularisations_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regularisations")),
        sa.UniqueConstraint("mini_tender_id", name=op.f("uq_regularisations_mini_tender_id")),
    )
    for column in ("asked_by", "organisation_id"):
        op.create_index(f"ix_regularisations_{column}", "regularisations", [column], unique=False)


def _create_requests() -> None:
    table = "regularisation_requests"
    op.create_table(
        table,
        *_of_round(table, "sealed_offer_has_no_request"),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("remark", sa.String(length=4000), nullable=False),
        sa.Column("decision", sa.String(length=40), nullable=True),
        sa.Column("decision_reason", sa.String(length=4000), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("decision IS NULL OR decision IN ('accepted', 'rejected')", name=op.f("ck_regularisation_requests_decision")),
        sa.CheckConstraint(DECIDED, name=op.f("ck_regularisation_requests_decided")),
        sa.CheckConstraint(REASONED, name=op.f("ck_regularisation_requests_decision_reason")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_regularisation_requests_decided_by")),
    )
    _index_round(table)


def _create_exclusions() -> None:
    table = "regularisation_exclusions"
    op.create_table(
        table,
        *_of_round(table, "sealed_offer_is_not_left_out"),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_regularisation_exclusions_reason")),
    )
    _index_round(table)


def _of_round(table: str, opened: str) -> tuple[sa.Column | sa.Constraint, ...]:
    """What ties a line of the round to it and to an opened offer."""
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("regularisation_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("offer_is_opened", sa.Boolean(), nullable=False),
        sa.CheckConstraint("offer_is_opened", name=op.f(f"ck_{table}_{opened}")),
        sa.ForeignKeyConstraint(
            ["offer_id", "offer_is_opened"], ["offers.id", "offers.is_opened"], name=op.f(f"fk_{table}_offer_id_offer_is_opened")
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id")),
        sa.ForeignKeyConstraint(["regularisation_id"], ["regularisations.id"], name=op.f(f"fk_{table}_regularisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("offer_id", name=op.f(f"uq_{table}_offer_id")),
    )


def _index_round(table: str) -> None:
    for column in ("organisation_id", "regularisation_id"):
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)


def _widen_answers() -> None:
    with op.batch_alter_table("examination_answers") as answers:
        answers.alter_column("price_request_id", existing_type=sa.Integer(), nullable=True)
        answers.add_column(sa.Column("regularisation_request_id", sa.Integer(), nullable=True))
        answers.add_column(sa.Column("values", sa.JSON(), nullable=False, server_default="{}"))
        answers.create_foreign_key(
            op.f("fk_examination_answers_regularisation_request_id"),
            "regularisation_requests",
            ["regularisation_request_id"],
            ["id"],
        )
        answers.create_check_constraint(op.f("ck_examination_answers_one_request"), ONE_REQUEST)
    op.create_index(
        "ix_examination_answers_regularisation_request_id", "examination_answers", ["regularisation_request_id"], unique=False
    )
    with op.batch_alter_table("examination_answers") as answers:
        answers.alter_column("values", existing_type=sa.JSON(), server_default=None)


def downgrade() -> None:
    op.execute(f"DELETE FROM examination_files WHERE answer_id IN ({OF_REGULARISATIONS})")
    op.execute("DELETE FROM examination_answers WHERE regularisation_request_id IS NOT NULL")
    op.drop_index("ix_examination_answers_regularisation_request_id", "examination_answers")
    with op.batch_alter_table("examination_answers") as answers:
        answers.drop_constraint(op.f("ck_examination_answers_one_request"), type_="check")
        answers.drop_constraint(op.f("fk_examination_answers_regularisation_request_id"), type_="foreignkey")
        answers.drop_column("values")
        answers.drop_column("regularisation_request_id")
        answers.alter_column("price_request_id", existing_type=sa.Integer(), nullable=False)
    for table in ("regularisation_exclusions", "regularisation_requests", "regularisations"):
        op.drop_table(table)
    with op.batch_alter_table("offers") as offers:
        offers.drop_constraint(op.f("ck_offers_sealed_offer_is_not_regularised"), type_="check")
        offers.drop_column("regularised_values")
