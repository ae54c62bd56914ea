"""Keys of openers: systems whose offers two of them open, each with a passphrase, after a rehearsal"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "opener_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("public", sa.String(), nullable=False),
        sa.Column("wrapped_private", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_opener_keys_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_opener_keys_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opener_keys")),
        sa.UniqueConstraint("public", name=op.f("uq_opener_keys_public")),
    )
    live = sa.text("ended_at IS NULL")
    op.create_index("uq_opener_keys_live", "opener_keys", ["person_id"], unique=True, sqlite_where=live, postgresql_where=live)
    op.create_table(
        "rehearsals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("opener_keys", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("wrapped_private_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("half_opened", sa.LargeBinary(), nullable=True),
        sa.Column("first_person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_person_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("second_person_id IS NULL OR second_person_id <> first_person_id", name=op.f("ck_rehearsals_two_people")),
        sa.CheckConstraint("(second_person_id IS NULL) = (opened_at IS NULL)", name=op.f("ck_rehearsals_opened_by_the_second")),
        sa.CheckConstraint("(opened_at IS NULL) = (half_opened IS NOT NULL)", name=op.f("ck_rehearsals_half_opened_until_opened")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_rehearsals_organisation_id")),
        sa.ForeignKeyConstraint(["first_person_id"], ["people.id"], name=op.f("fk_rehearsals_first_person_id")),
        sa.ForeignKeyConstraint(["second_person_id"], ["people.id"], name=op.f("fk_rehearsals_second_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsals")),
    )
    for table, column in INDEXED:
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)
    with op.batch_alter_table("systems") as systems:
        systems.add_column(sa.Column("needs_two_passphrases", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("systems") as systems:
        systems.alter_column("needs_two_passphrases", server_default=None)
    with op.batch_alter_table("mini_tenders") as mini_tenders:
        mini_tenders.add_column(sa.Column("opener_keys", sa.JSON(none_as_null=True), nullable=True))
    with op.batch_alter_table("openings") as openings:
        openings.add_column(sa.Column("half_opened", sa.LargeBinary(), nullable=True))
        openings.create_check_constraint(op.f("ck_openings_half_opened_until_opened"), "half_opened IS NULL OR opened_at IS NULL")


INDEXED = (
    ("opener_keys", "organisation_id"),
    ("opener_keys", "person_id"),
    ("rehearsals", "organisation_id"),
    ("rehearsals", "first_person_id"),
    ("rehearsals", "second_person_id"),
)


def downgrade() -> None:
    with op.batch_alter_table("openings") as openings:
        openings.drop_constraint(op.f("ck_openings_half_opened_until_opened"), type_="check")
        openings.drop_column("half_opened")
    with op.batch_alter_table("mini_tenders") as mini_tenders:
        mini_tenders.drop_column("opener_keys")
    with op.batch_alter_table("systems") as systems:
        systems.drop_column("needs_two_passphrases")
    op.drop_table("rehearsals")
    op.drop_table("opener_keys")
