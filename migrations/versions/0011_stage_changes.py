"""Revisions of stages, their changes, plays, comments and reviews"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ON_ROADMAP = "published_at IS NOT NULL AND replaced_at IS NULL"


def upgrade() -> None:
    _give_stages_revisions()
    _create_stage_changes()
    _create_stage_comments()
    _create_stage_plays()
    _create_stage_reviews()


def _give_stages_revisions() -> None:
    op.drop_index("uq_stages_effective_on", "stages")
    with op.batch_alter_table("stages") as stages:
        stages.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        stages.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        stages.add_column(sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True))
        stages.add_column(sa.Column("comments_until", sa.Date(), nullable=True))
        stages.add_column(sa.Column("comments_closed_at", sa.DateTime(timezone=True), nullable=True))
        stages.drop_constraint(op.f("uq_stages_system_id_number"), type_="unique")
        stages.create_unique_constraint(op.f("uq_stages_system_id_number_revision"), ["system_id", "number", "revision"])
        stages.create_check_constraint(op.f("ck_stages_replaced_once_published"), "replaced_at IS NULL OR published_at IS NOT NULL")
    with op.batch_alter_table("stages") as stages:
        stages.alter_column("revision", server_default=None)
        stages.alter_column("version", server_default=None)
    _create_partial("uq_stages_effective_on", ["system_id", "effective_on"], ON_ROADMAP)
    _create_partial("uq_stages_draft", ["system_id", "number"], "published_at IS NULL")


def _create_partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "stages", columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _create_stage_changes() -> None:
    op.create_table(
        "stage_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("replaced_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("corrigendum", sa.String(length=4000), nullable=False),
        sa.Column("notice_reference", sa.String(length=200), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("corrigendum <> ''", name=op.f("ck_stage_changes_corrigendum")),
        sa.CheckConstraint("kind IN ('added', 'postponed', 'softened')", name=op.f("ck_stage_changes_kind")),
        sa.CheckConstraint("notice_reference <> ''", name=op.f("ck_stage_changes_notice")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_stage_changes_reason")),
        sa.CheckConstraint("(kind = 'added') = (replaced_id IS NULL)", name=op.f("ck_stage_changes_replaced")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_stage_changes_decided_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_stage_changes_organisation_id")),
        sa.ForeignKeyConstraint(["replaced_id"], ["stages.id"], name=op.f("fk_stage_changes_replaced_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stages.id"], name=op.f("fk_stage_changes_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_changes")),
        sa.UniqueConstraint("stage_id", name=op.f("uq_stage_changes_stage_id")),
        sa.UniqueConstraint("replaced_id", name=op.f("uq_stage_changes_replaced_id")),
    )
    op.create_index("ix_stage_changes_organisation_id", "stage_changes", ["organisation_id"], unique=False)


def _create_stage_comments() -> None:
    op.create_table(
        "stage_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("requirement", sa.String(length=40), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_retained", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(length=4000), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_stage_comments_answered")),
        sa.CheckConstraint("text <> ''", name=op.f("ck_stage_comments_text")),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name=op.f("fk_stage_comments_answered_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_stage_comments_organisation_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["people.id"], name=op.f("fk_stage_comments_proposed_by")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_stage_comments_service_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stages.id"], name=op.f("fk_stage_comments_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_comments")),
    )
    op.create_index("ix_stage_comments_organisation_id", "stage_comments", ["organisation_id"], unique=False)
    op.create_index("ix_stage_comments_service_id", "stage_comments", ["service_id"], unique=False)
    op.create_index("ix_stage_comments_stage_id", "stage_comments", ["stage_id"], unique=False)


def _create_stage_plays() -> None:
    op.create_table(
        "stage_plays",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("content_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=4000), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.CheckConstraint("done <= total", name=op.f("ck_stage_plays_done")),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_stage_plays_asked_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_stage_plays_organisation_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stages.id"], name=op.f("fk_stage_plays_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_plays")),
    )
    op.create_index("ix_stage_plays_organisation_id", "stage_plays", ["organisation_id"], unique=False)
    op.create_index("ix_stage_plays_stage_id", "stage_plays", ["stage_id"], unique=False)
    op.create_index("ix_stage_plays_waiting", "stage_plays", ["asked_at", "id"], unique=False)


def _create_stage_reviews() -> None:
    op.create_table(
        "stage_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("decision", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("occasion = 'yearly' OR category_id IS NOT NULL", name=op.f("ck_stage_reviews_category")),
        sa.CheckConstraint("decision IN ('maintain', 'postpone', 'exempt')", name=op.f("ck_stage_reviews_decision")),
        sa.CheckConstraint("occasion IN ('brake', 'yearly')", name=op.f("ck_stage_reviews_occasion")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_stage_reviews_reason")),
        sa.ForeignKeyConstraint(
            ["category_id", "organisation_id"],
            ["categories.id", "categories.organisation_id"],
            name=op.f("fk_stage_reviews_category_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_stage_reviews_decided_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_stage_reviews_organisation_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stages.id"], name=op.f("fk_stage_reviews_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_reviews")),
    )
    op.create_index("ix_stage_reviews_category_id", "stage_reviews", ["category_id"], unique=False)
    op.create_index("ix_stage_reviews_organisation_id", "stage_reviews", ["organisation_id"], unique=False)
    op.create_index("ix_stage_reviews_stage_id", "stage_reviews", ["stage_id"], unique=False)
    op.create_index(
        "uq_stage_reviews_brake",
        "stage_reviews",
        ["stage_id", "category_id"],
        unique=True,
        sqlite_where=sa.text("occasion = 'brake'"),
        postgresql_where=sa.text("occasion = 'brake'"),
    )


def downgrade() -> None:
    for table in ("stage_reviews", "stage_plays", "stage_comments", "stage_changes"):
        op.drop_table(table)
    for index in ("uq_stages_draft", "uq_stages_effective_on"):
        op.drop_index(index, "stages")
    with op.batch_alter_table("stages") as stages:
        stages.drop_constraint(op.f("ck_stages_replaced_once_published"), type_="check")
        stages.drop_constraint(op.f("uq_stages_system_id_number_revision"), type_="unique")
        stages.create_unique_constraint(op.f("uq_stages_system_id_number"), ["system_id", "number"])
        for column in ("comments_closed_at", "comments_until", "replaced_at", "version", "revision"):
            stages.drop_column(column)
    _create_partial("uq_stages_effective_on", ["system_id", "effective_on"], "published_at IS NOT NULL")
