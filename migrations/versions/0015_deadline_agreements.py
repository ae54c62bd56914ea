"""What suppliers say of a shorter period to answer, before the mini-tender leaves"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

ENDS = "ended_because IS NULL OR ended_because IN ('withdrawn', 'changed', 'asked_again', 'discarded')"
ANSWERED = "(answer IS NULL) = (answered_at IS NULL) AND (answered_at IS NULL) = (answered_by IS NULL)"


def upgrade() -> None:
    _create_requests()
    _create_answers()


def _create_requests() -> None:
    op.create_table(
        "deadline_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("service_on", sa.Date(), nullable=False),
        sa.Column("answers_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(length=40), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(ENDS, name=op.f("ck_deadline_requests_ended_because")),
        sa.CheckConstraint(
            "answers_by > asked_at AND answers_by < closes_at", name=op.f("ck_deadline_requests_answers_before_the_deadline")
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name=op.f("ck_deadline_requests_ended")),
        sa.CheckConstraint("used_at IS NULL OR ended_at IS NULL", name=op.f("ck_deadline_requests_used_or_ended")),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_deadline_requests_asked_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_deadline_requests_organisation_id")),
        sa.ForeignKeyConstraint(
            ["mini_tender_id", "organisation_id"],
            ["mini_tenders.id", "mini_tenders.organisation_id"],
            name=op.f("fk_deadline_requests_mini_tender_id_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_requests")),
        sa.UniqueConstraint("id", "organisation_id", name=op.f("uq_deadline_requests_id_organisation_id")),
    )
    for column in ("organisation_id", "mini_tender_id", "asked_by"):
        op.create_index(f"ix_deadline_requests_{column}", "deadline_requests", [column], unique=False)
    running = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_deadline_requests_running", "deadline_requests", ["mini_tender_id"],
        unique=True, sqlite_where=running, postgresql_where=running,
    )


def _create_answers() -> None:
    op.create_table(
        "deadline_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("answer IS NULL OR answer IN ('agreed', 'refused')", name=op.f("ck_deadline_answers_answer")),
        sa.CheckConstraint(ANSWERED, name=op.f("ck_deadline_answers_answered")),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name=op.f("fk_deadline_answers_answered_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_deadline_answers_organisation_id")),
        sa.ForeignKeyConstraint(
            ["request_id", "organisation_id"],
            ["deadline_requests.id", "deadline_requests.organisation_id"],
            name=op.f("fk_deadline_answers_request_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_deadline_answers_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_answers")),
        sa.UniqueConstraint("request_id", "supplier_id", name=op.f("uq_deadline_answers_request_id_supplier_id")),
    )
    for column in ("organisation_id", "supplier_id", "answered_by"):
        op.create_index(f"ix_deadline_answers_{column}", "deadline_answers", [column], unique=False)


def downgrade() -> None:
    op.drop_table("deadline_answers")
    op.drop_table("deadline_requests")
