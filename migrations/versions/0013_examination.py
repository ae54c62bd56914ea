"""What is asked of tenderers whose opened offers have very low prices"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

FOUR = "classification IS NULL OR classification IN ('regular', 'irregular', 'unacceptable', 'inappropriate')"
FIVE = "classification IS NULL OR classification IN ('regular', 'irregular', 'unacceptable', 'inappropriate', 'abnormally_low')"
DECIDED = "(decision IS NULL) = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)"
REASONED = "(decision IS NULL) = (decision_reason IS NULL) AND (decision_reason IS NULL OR decision_reason <> '')"


def upgrade() -> None:
    _widen_offers()
    _create_price_requests()
    _create_answers()
    _create_files()


def _widen_offers() -> None:
    with op.batch_alter_table("offers") as offers:
        offers.drop_constraint(op.f("ck_offers_classification"), type_="check")
        offers.create_check_constraint(op.f("ck_offers_classification"), FIVE)


def _create_price_requests() -> None:
    op.create_table(
        "price_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("offer_is_opened", sa.Boolean(), nullable=False),
        sa.Column("low_price", sa.String(length=4000), nullable=False),
        sa.Column("asked", sa.String(length=4000), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        *_decision("price_requests", "'accepted', 'rejected'"),
        sa.CheckConstraint("days > 0", name=op.f("ck_price_requests_days")),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_price_requests_asked_by")),
        *_opened_offer("price_requests"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_requests")),
        sa.UniqueConstraint("offer_id", name=op.f("uq_price_requests_offer_id")),
    )
    op.create_index("ix_price_requests_organisation_id", "price_requests", ["organisation_id"], unique=False)


def _create_answers() -> None:
    op.create_table(
        "examination_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("price_request_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name=op.f("fk_examination_answers_answered_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_examination_answers_organisation_id")),
        sa.ForeignKeyConstraint(["price_request_id"], ["price_requests.id"], name=op.f("fk_examination_answers_price_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_examination_answers")),
    )
    for column in ("organisation_id", "price_request_id"):
        op.create_index(f"ix_examination_answers_{column}", "examination_answers", [column], unique=False)


def _create_files() -> None:
    op.create_table(
        "examination_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["examination_answers.id"], name=op.f("fk_examination_files_answer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_examination_files")),
    )
    op.create_index("ix_examination_files_answer_id", "examination_files", ["answer_id"], unique=False)


def _decision(table: str, words: str) -> tuple[sa.Column | sa.Constraint, ...]:
    return (
        sa.Column("decision", sa.String(length=40), nullable=True),
        sa.Column("decision_reason", sa.String(length=4000), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"decision IS NULL OR decision IN ({words})", name=op.f(f"ck_{table}_decision")),
        sa.CheckConstraint(DECIDED, name=op.f(f"ck_{table}_decided")),
        sa.CheckConstraint(REASONED, name=op.f(f"ck_{table}_decision_reason")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f(f"fk_{table}_decided_by")),
    )


def _opened_offer(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint("offer_is_opened", name=op.f(f"ck_{table}_sealed_offer_has_no_request")),
        sa.ForeignKeyConstraint(
            ["offer_id", "offer_is_opened"], ["offers.id", "offers.is_opened"], name=op.f(f"fk_{table}_offer_id_offer_is_opened")
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id")),
    )


def downgrade() -> None:
    for table in ("examination_files", "examination_answers", "price_requests"):
        op.drop_table(table)
    op.execute("UPDATE offers SET classification = 'irregular' WHERE classification = 'abnormally_low'")
    with op.batch_alter_table("offers") as offers:
        offers.drop_constraint(op.f("ck_offers_classification"), type_="check")
        offers.create_check_constraint(op.f("ck_offers_classification"), FOUR)
