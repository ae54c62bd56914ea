"""Proofs of the awardee, the period without signature"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

FAILED = (
    "(failed_at IS NULL) = (failed_by IS NULL) AND (failed_at IS NULL) = (failed_reason IS NULL)"
    " AND (failed_reason IS NULL OR failed_reason <> '')"
)
KINDS = "kind IN ('tax_certificate', 'social_certificate', 'vigilance_certificate', 'foreign_workers', 'registration')"
CHECKS = {
    "decision": "decision IS NULL OR decision IN ('accepted', 'refused')",
    "decided": "(decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL)",
    "refusal_has_a_reason": "decision IS NULL OR decision <> 'refused' OR decision_reason <> ''",
    "dates": "expires_on IS NULL OR expires_on >= issued_on",
    "holds": "holds_until >= issued_on",
    "something": "certificate_id IS NOT NULL OR declares_none OR source <> ''",
    "none_or_a_paper": "certificate_id IS NULL OR NOT declares_none",
}


def upgrade() -> None:
    with op.batch_alter_table("awards") as awards:
        awards.add_column(sa.Column("standstill_until", sa.Date(), nullable=True))
    _create_requests()
    _create_awaited()
    _create_given()


def _create_requests() -> None:
    op.create_table(
        "proof_requests",
        *_owned("proof_requests"),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_by", sa.Integer(), nullable=True),
        sa.Column("failed_reason", sa.String(length=4000), nullable=True),
        sa.CheckConstraint(FAILED, name=op.f("ck_proof_requests_failed")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_proof_requests_award_id")),
        *_people("proof_requests", "asked_by", "failed_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_requests")),
        sa.UniqueConstraint("award_id", name=op.f("uq_proof_requests_award_id")),
        sa.UniqueConstraint("id", "organisation_id", name=op.f("uq_proof_requests_id_organisation_id")),
    )
    _index("proof_requests", "organisation_id", "asked_by", "failed_by")


def _create_awaited() -> None:
    op.create_table(
        "awaited_proofs",
        *_owned("awaited_proofs"),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_awaited_proofs_kind")),
        sa.ForeignKeyConstraint(
            ["request_id", "organisation_id"],
            ["proof_requests.id", "proof_requests.organisation_id"],
            name=op.f("fk_awaited_proofs_request_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_awaited_proofs_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awaited_proofs")),
        sa.UniqueConstraint("request_id", "supplier_id", "kind", name=op.f("uq_awaited_proofs_request_id_supplier_id_kind")),
        sa.UniqueConstraint("id", "organisation_id", name=op.f("uq_awaited_proofs_id_organisation_id")),
    )
    _index("awaited_proofs", "organisation_id", "request_id", "supplier_id")


def _create_given() -> None:
    op.create_table(
        "given_proofs",
        *_owned("given_proofs"),
        sa.Column("awaited_proof_id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=True),
        sa.Column("declares_none", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=4000), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("holds_until", sa.Date(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=40), nullable=True),
        sa.Column("decision_reason", sa.String(length=4000), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        *(sa.CheckConstraint(text, name=op.f(f"ck_given_proofs_{name}")) for name, text in CHECKS.items()),
        sa.ForeignKeyConstraint(
            ["awaited_proof_id", "organisation_id"],
            ["awaited_proofs.id", "awaited_proofs.organisation_id"],
            name=op.f("fk_given_proofs_awaited_proof_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificates.id"], name=op.f("fk_given_proofs_certificate_id")),
        *_people("given_proofs", "given_by", "decided_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_given_proofs")),
    )
    _index("given_proofs", "organisation_id", "awaited_proof_id", "certificate_id", "given_by", "decided_by")
    unread = sa.text("decision IS NULL")
    op.create_index(
        "uq_given_proofs_to_check", "given_proofs", ["awaited_proof_id"], unique=True, sqlite_where=unread, postgresql_where=unread
    )


def _owned(table: str) -> tuple[sa.Column | sa.Constraint, ...]:
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id")),
    )


def _people(table: str, *columns: str) -> tuple[sa.Constraint, ...]:
    return tuple(sa.ForeignKeyConstraint([column], ["people.id"], name=op.f(f"fk_{table}_{column}")) for column in columns)


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)


def downgrade() -> None:
    for table in ("given_proofs", "awaited_proofs", "proof_requests"):
        op.drop_table(table)
    with op.batch_alter_table("awards") as awards:
        awards.drop_column("standstill_until")
