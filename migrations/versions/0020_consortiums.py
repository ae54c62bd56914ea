"""Consortiums, their members and the agreement they sign"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

COMPANY = "lead_id IS NULL"
LIVE = "ended_at IS NULL"
PRESENT = "left_at IS NULL"
UNDECIDED = "decided_at IS NULL"


def upgrade() -> None:
    _let_suppliers_be_consortiums()
    _let_systems_forbid_double_bidding()
    _create_consortiums()
    _create_members()
    _create_replacements()


def _let_suppliers_be_consortiums() -> None:
    with op.batch_alter_table("suppliers") as suppliers:
        suppliers.add_column(sa.Column("lead_id", sa.Integer(), nullable=True))
        suppliers.drop_constraint(op.f("uq_suppliers_siret"), type_="unique")
        suppliers.create_unique_constraint(op.f("uq_suppliers_id_siret"), ["id", "siret"])
        suppliers.create_unique_constraint(op.f("uq_suppliers_id_lead_id"), ["id", "lead_id"])
        suppliers.create_check_constraint(op.f("ck_suppliers_lead"), "(lead_id IS NULL) = (kind <> 'groupement')")
        suppliers.create_check_constraint(op.f("ck_suppliers_lead_is_another"), "lead_id IS NULL OR lead_id <> id")
        suppliers.create_foreign_key(op.f("fk_suppliers_lead_id_siret"), "suppliers", ["lead_id", "siret"], ["id", "siret"])
    op.create_index("ix_suppliers_lead_id", "suppliers", ["lead_id"], unique=False)
    _create_partial("uq_suppliers_siret", "suppliers", ["siret"], COMPANY)


def _let_systems_forbid_double_bidding() -> None:
    with op.batch_alter_table("systems") as systems:
        systems.add_column(sa.Column("forbids_double_bidding", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("systems") as systems:
        systems.alter_column("forbids_double_bidding", server_default=None)


def _create_partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _create_consortiums() -> None:
    op.create_table(
        "consortiums",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("payment", sa.String(length=40), nullable=False),
        sa.Column("offered", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("on_default", sa.String(length=4000), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("founded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("founded_by", sa.Integer(), nullable=False),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreement", sa.String(), nullable=True),
        sa.Column("agreement_sha256", sa.String(length=64), nullable=True),
        sa.Column("agreed_parts", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=4000), nullable=True),
        sa.CheckConstraint("form IN ('joint', 'joint_liable_lead', 'solidary')", name=op.f("ck_consortiums_form")),
        sa.CheckConstraint("payment IN ('each', 'lead')", name=op.f("ck_consortiums_payment")),
        sa.CheckConstraint(
            "(concluded_at IS NULL) = (agreement IS NULL) AND (concluded_at IS NULL) = (agreement_sha256 IS NULL)"
            " AND (concluded_at IS NULL) = (agreed_parts IS NULL)",
            name=op.f("ck_consortiums_concluded"),
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name=op.f("ck_consortiums_ended")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_consortiums_organisation_id")),
        sa.ForeignKeyConstraint(
            ["category_id", "organisation_id"],
            ["categories.id", "categories.organisation_id"],
            name=op.f("fk_consortiums_category_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_consortiums_supplier_id")),
        sa.ForeignKeyConstraint(
            ["supplier_id", "lead_id"], ["suppliers.id", "suppliers.lead_id"], name=op.f("fk_consortiums_supplier_id_lead_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["suppliers.id"], name=op.f("fk_consortiums_lead_id")),
        sa.ForeignKeyConstraint(["founded_by"], ["people.id"], name=op.f("fk_consortiums_founded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consortiums")),
        sa.UniqueConstraint("supplier_id", name=op.f("uq_consortiums_supplier_id")),
    )
    for column in ("organisation_id", "category_id"):
        op.create_index(f"ix_consortiums_{column}", "consortiums", [column], unique=False)
    _create_partial("uq_consortiums_led", "consortiums", ["lead_id", "category_id"], LIVE)


def _create_members() -> None:
    op.create_table(
        "consortium_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consortium_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(length=200), nullable=False),
        sa.Column("share", sa.BigInteger(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Integer(), nullable=True),
        sa.Column("sworn_statement", sa.Boolean(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.Integer(), nullable=True),
        sa.Column("signed_sha256", sa.String(length=64), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_reason", sa.String(length=4000), nullable=True),
        sa.CheckConstraint("share IS NULL OR (share > 0 AND share <= 10000)", name=op.f("ck_consortium_members_share")),
        sa.CheckConstraint("(accepted_at IS NULL) = (accepted_by IS NULL)", name=op.f("ck_consortium_members_accepted")),
        sa.CheckConstraint(
            "(signed_at IS NULL) = (signed_by IS NULL) AND (signed_at IS NULL) = (signed_sha256 IS NULL)",
            name=op.f("ck_consortium_members_signed"),
        ),
        sa.CheckConstraint(
            "signed_at IS NULL OR (accepted_at IS NOT NULL AND sworn_statement)", name=op.f("ck_consortium_members_sworn_statement")
        ),
        sa.CheckConstraint("(left_at IS NULL) = (left_reason IS NULL)", name=op.f("ck_consortium_members_left")),
        sa.ForeignKeyConstraint(["consortium_id"], ["consortiums.id"], name=op.f("fk_consortium_members_consortium_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_consortium_members_supplier_id")),
        sa.ForeignKeyConstraint(["invited_by"], ["people.id"], name=op.f("fk_consortium_members_invited_by")),
        sa.ForeignKeyConstraint(["accepted_by"], ["people.id"], name=op.f("fk_consortium_members_accepted_by")),
        sa.ForeignKeyConstraint(["signed_by"], ["people.id"], name=op.f("fk_consortium_members_signed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consortium_members")),
        sa.UniqueConstraint("id", "consortium_id", name=op.f("uq_consortium_members_id_consortium_id")),
    )
    for column in ("consortium_id", "supplier_id"):
        op.create_index(f"ix_consortium_members_{column}", "consortium_members", [column], unique=False)
    _create_partial("uq_consortium_members_present", "consortium_members", ["consortium_id", "supplier_id"], PRESENT)


def _create_replacements() -> None:
    op.create_table(
        "member_replacements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("consortium_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.String(length=4000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("newcomer_id", sa.Integer(), nullable=True),
        sa.Column("presented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("is_accepted", sa.Boolean(), nullable=True),
        sa.Column("decision", sa.String(length=4000), nullable=True),
        sa.CheckConstraint("facts <> ''", name=op.f("ck_member_replacements_facts")),
        sa.CheckConstraint("(presented_at IS NULL) = (newcomer_id IS NULL)", name=op.f("ck_member_replacements_presented")),
        sa.CheckConstraint("newcomer_id <> member_id", name=op.f("ck_member_replacements_another")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (is_accepted IS NULL)"
            " AND (decided_at IS NULL) = (decision IS NULL)",
            name=op.f("ck_member_replacements_decided"),
        ),
        sa.CheckConstraint(
            "is_accepted IS NULL OR NOT is_accepted OR presented_at IS NOT NULL",
            name=op.f("ck_member_replacements_accepted_once_presented"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_member_replacements_organisation_id")),
        sa.ForeignKeyConstraint(["consortium_id"], ["consortiums.id"], name=op.f("fk_member_replacements_consortium_id")),
        sa.ForeignKeyConstraint(
            ["member_id", "consortium_id"],
            ["consortium_members.id", "consortium_members.consortium_id"],
            name=op.f("fk_member_replacements_member_id_consortium_id"),
        ),
        sa.ForeignKeyConstraint(
            ["newcomer_id", "consortium_id"],
            ["consortium_members.id", "consortium_members.consortium_id"],
            name=op.f("fk_member_replacements_newcomer_id_consortium_id"),
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_member_replacements_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_member_replacements_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_replacements")),
    )
    for column in ("organisation_id", "consortium_id", "member_id", "newcomer_id"):
        op.create_index(f"ix_member_replacements_{column}", "member_replacements", [column], unique=False)
    _create_partial("uq_member_replacements_undecided", "member_replacements", ["consortium_id"], UNDECIDED)


def downgrade() -> None:
    for table in ("member_replacements", "consortium_members", "consortiums"):
        op.drop_table(table)
    with op.batch_alter_table("systems") as systems:
        systems.drop_column("forbids_double_bidding")
    op.drop_index("uq_suppliers_siret", "suppliers")
    op.drop_index("ix_suppliers_lead_id", "suppliers")
    with op.batch_alter_table("suppliers") as suppliers:
        suppliers.drop_constraint(op.f("fk_suppliers_lead_id_siret"), type_="foreignkey")
        suppliers.drop_constraint(op.f("ck_suppliers_lead_is_another"), type_="check")
        suppliers.drop_constraint(op.f("ck_suppliers_lead"), type_="check")
        suppliers.drop_constraint(op.f("uq_suppliers_id_lead_id"), type_="unique")
        suppliers.drop_constraint(op.f("uq_suppliers_id_siret"), type_="unique")
        suppliers.create_unique_constraint(op.f("uq_suppliers_siret"), ["siret"])
        suppliers.drop_column("lead_id")
