"""Award committees, their sittings and their opinions"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

MEMBER = "until IS NULL"
LIVE = "closed_at IS NULL AND cancelled_at IS NULL"


def upgrade() -> None:
    _committees()
    _members()
    _sittings()
    _items()
    _presences()
    _votes()


def downgrade() -> None:
    for table in ("sitting_votes", "sitting_presences", "sitting_items", "sittings", "committee_members", "committees"):
        op.drop_table(table)


def _committees() -> None:
    op.create_table(
        "committees",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("is_asked", sa.Boolean(), nullable=False),
        sa.Column("asked_from", sa.BigInteger(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("interval_days", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("set_up_by", sa.Integer(), nullable=False),
        sa.Column("set_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> '' AND place <> ''", name=op.f("ck_committees_is_whole")),
        sa.CheckConstraint("asked_from >= 0", name=op.f("ck_committees_asked_from")),
        sa.CheckConstraint("interval_days >= 1", name=op.f("ck_committees_interval_days")),
        sa.CheckConstraint("seats >= 3 AND quorum <= seats AND 2 * quorum > seats", name=op.f("ck_committees_quorum")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_committees_organisation_id")),
        sa.ForeignKeyConstraint(["set_up_by"], ["people.id"], name=op.f("fk_committees_set_up_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committees")),
        sa.UniqueConstraint("id", "organisation_id", name=op.f("uq_committees_id_organisation_id")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_committees_organisation_id")),
    )
    for column in ("organisation_id", "set_up_by"):
        op.create_index(f"ix_committees_{column}", "committees", [column], unique=False)


def _members() -> None:
    op.create_table(
        "committee_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("named_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("name <> '' AND email <> ''", name=op.f("ck_committee_members_is_whole")),
        sa.CheckConstraint("seat IS NULL OR seat >= 1", name=op.f("ck_committee_members_seat")),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_committee_members_until")),
        sa.ForeignKeyConstraint(
            ["committee_id", "organisation_id"],
            ["committees.id", "committees.organisation_id"],
            name=op.f("fk_committee_members_committee_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["named_by"], ["people.id"], name=op.f("fk_committee_members_named_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_committee_members_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_committee_members_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_members")),
        sa.UniqueConstraint("id", "committee_id", name=op.f("uq_committee_members_id_committee_id")),
    )
    for column in ("committee_id", "named_by", "organisation_id", "person_id"):
        op.create_index(f"ix_committee_members_{column}", "committee_members", [column], unique=False)
    _partial("uq_committee_members_email", "committee_members", ["committee_id", "email"], MEMBER)
    _partial("uq_committee_members_person", "committee_members", ["committee_id", "person_id"], MEMBER)
    _partial("uq_committee_members_seat", "committee_members", ["committee_id", "seat"], MEMBER)


def _sittings() -> None:
    op.create_table(
        "sittings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("convened_by", sa.Integer(), nullable=False),
        sa.Column("convened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_reason", sa.String(length=4000), nullable=True),
        sa.CheckConstraint(
            "cancelled_at IS NULL OR (closed_at IS NULL AND cancelled_reason <> '')", name=op.f("ck_sittings_closed_or_cancelled")
        ),
        sa.CheckConstraint("place <> ''", name=op.f("ck_sittings_place")),
        sa.CheckConstraint("(cancelled_at IS NULL) = (cancelled_reason IS NULL)", name=op.f("ck_sittings_cancelled")),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (fingerprint IS NULL)", name=op.f("ck_sittings_closed")
        ),
        sa.CheckConstraint("held_at > convened_at", name=op.f("ck_sittings_convened_before")),
        sa.CheckConstraint("quorum <= seats AND 2 * quorum > seats", name=op.f("ck_sittings_quorum")),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name=op.f("fk_sittings_closed_by")),
        sa.ForeignKeyConstraint(
            ["committee_id", "organisation_id"],
            ["committees.id", "committees.organisation_id"],
            name=op.f("fk_sittings_committee_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["convened_by"], ["people.id"], name=op.f("fk_sittings_convened_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_sittings_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sittings")),
        sa.UniqueConstraint("id", "committee_id", name=op.f("uq_sittings_id_committee_id")),
    )
    for column in ("closed_by", "committee_id", "convened_by", "organisation_id"):
        op.create_index(f"ix_sittings_{column}", "sittings", [column], unique=False)
    _partial("uq_sittings_live", "sittings", ["committee_id"], LIVE)


def _items() -> None:
    op.create_table(
        "sitting_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("ranking_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("postponed_reason", sa.String(length=4000), nullable=False),
        sa.Column("opinion", sa.String(length=40), nullable=True),
        sa.Column("sentence", sa.String(length=4000), nullable=True),
        sa.CheckConstraint(
            "opinion IS NULL OR opinion IN ('favourable', 'unfavourable', 'postponed')", name=op.f("ck_sitting_items_opinion")
        ),
        sa.CheckConstraint("(opinion IS NULL) = (sentence IS NULL)", name=op.f("ck_sitting_items_sentence")),
        sa.ForeignKeyConstraint(["ranking_id"], ["rankings.id"], name=op.f("fk_sitting_items_ranking_id")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sittings.id"], name=op.f("fk_sitting_items_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting_items")),
        sa.UniqueConstraint("id", "sitting_id", name=op.f("uq_sitting_items_id_sitting_id")),
        sa.UniqueConstraint("sitting_id", "position", name=op.f("uq_sitting_items_sitting_id_position")),
        sa.UniqueConstraint("sitting_id", "ranking_id", name=op.f("uq_sitting_items_sitting_id_ranking_id")),
    )
    op.create_index("ix_sitting_items_ranking_id", "sitting_items", ["ranking_id"], unique=False)


def _presences() -> None:
    op.create_table(
        "sitting_presences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("titular_id", sa.Integer(), nullable=True),
        sa.Column("sitter_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("seat >= 1", name=op.f("ck_sitting_presences_seat")),
        sa.ForeignKeyConstraint(
            ["sitter_id", "committee_id"],
            ["committee_members.id", "committee_members.committee_id"],
            name=op.f("fk_sitting_presences_sitter_id_committee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["sitting_id", "committee_id"],
            ["sittings.id", "sittings.committee_id"],
            name=op.f("fk_sitting_presences_sitting_id_committee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["titular_id", "committee_id"],
            ["committee_members.id", "committee_members.committee_id"],
            name=op.f("fk_sitting_presences_titular_id_committee_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting_presences")),
        sa.UniqueConstraint("sitting_id", "seat", "sitter_id", name=op.f("uq_sitting_presences_sitting_id_seat_sitter_id")),
        sa.UniqueConstraint("sitting_id", "seat", name=op.f("uq_sitting_presences_sitting_id_seat")),
        sa.UniqueConstraint("sitting_id", "sitter_id", name=op.f("uq_sitting_presences_sitting_id_sitter_id")),
    )
    for column in ("committee_id", "sitter_id", "titular_id"):
        op.create_index(f"ix_sitting_presences_{column}", "sitting_presences", [column], unique=False)


def _votes() -> None:
    op.create_table(
        "sitting_votes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("ballot", sa.String(length=40), nullable=False),
        sa.CheckConstraint("ballot IN ('for', 'against', 'abstain', 'recused')", name=op.f("ck_sitting_votes_ballot")),
        sa.ForeignKeyConstraint(
            ["item_id", "sitting_id"],
            ["sitting_items.id", "sitting_items.sitting_id"],
            name=op.f("fk_sitting_votes_item_id_sitting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["sitting_id", "seat", "member_id"],
            ["sitting_presences.sitting_id", "sitting_presences.seat", "sitting_presences.sitter_id"],
            name=op.f("fk_sitting_votes_sitting_id_seat_member_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting_votes")),
        sa.UniqueConstraint("item_id", "seat", name=op.f("uq_sitting_votes_item_id_seat")),
    )
    for column in ("member_id", "sitting_id"):
        op.create_index(f"ix_sitting_votes_{column}", "sitting_votes", [column], unique=False)


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
