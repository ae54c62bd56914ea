"""Orders, deliveries and what was accepted; court actions that stop a contract"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

HEADCOUNT_KNOWN = (
    "(headcount IS NULL) = (announced_headcount IS NULL) AND (headcount IS NULL) = (lowest_headcount IS NULL)"
    " AND (headcount IS NULL) = (highest_headcount IS NULL) AND (headcount IS NULL) = (headcount_until IS NULL)"
)
HEADCOUNT = "headcount IS NULL OR (headcount >= lowest_headcount AND headcount <= highest_headcount)"
ACCEPTED = "accepted_quantity IS NULL OR (accepted_quantity >= 0 AND accepted_quantity <= quantity)"
LIFTED = (
    "(lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifted_reason IS NULL)"
    " AND (lifted_reason IS NULL OR lifted_reason <> '')"
)


def upgrade() -> None:
    _create_orders()
    _create_order_lines()
    _create_deliveries()
    _create_litigation_holds()


def _create_orders() -> None:
    op.create_table(
        "orders",
        *_owned("orders"),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ordered_by", sa.Integer(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivers_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivers_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("engagement_number", sa.String(length=200), nullable=False),
        sa.Column("service_code", sa.String(length=200), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("announced_headcount", sa.Integer(), nullable=True),
        sa.Column("lowest_headcount", sa.Integer(), nullable=True),
        sa.Column("highest_headcount", sa.Integer(), nullable=True),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("headcount_until", sa.Date(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_orders_number")),
        sa.CheckConstraint("delivers_until > delivers_from", name=op.f("ck_orders_slot")),
        sa.CheckConstraint("total >= 0", name=op.f("ck_orders_total")),
        sa.CheckConstraint(HEADCOUNT_KNOWN, name=op.f("ck_orders_headcount_known")),
        sa.CheckConstraint(HEADCOUNT, name=op.f("ck_orders_headcount")),
        sa.CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name=op.f("ck_orders_confirmed")),
        sa.CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name=op.f("ck_orders_acknowledged")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_orders_award_id")),
        *_people("orders", "ordered_by", "confirmed_by", "acknowledged_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("award_id", name=op.f("uq_orders_award_id")),
        sa.UniqueConstraint("organisation_id", "year", "number", name=op.f("uq_orders_organisation_id_year_number")),
        sa.UniqueConstraint("id", "organisation_id", name=op.f("uq_orders_id_organisation_id")),
    )
    _index("orders", "organisation_id", "ordered_by", "confirmed_by", "acknowledged_by")


def _create_order_lines() -> None:
    op.create_table(
        "order_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("awarded_quantity", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("accepted_quantity", sa.BigInteger(), nullable=True),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("vat_rate", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0 AND awarded_quantity > 0", name=op.f("ck_order_lines_quantity")),
        sa.CheckConstraint("unit_price > 0 AND vat_rate >= 0", name=op.f("ck_order_lines_price")),
        sa.CheckConstraint(ACCEPTED, name=op.f("ck_order_lines_accepted")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_order_lines_order_id_position")),
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        *_owned("deliveries"),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("conformity", sa.String(length=40), nullable=False),
        sa.Column("on_time", sa.Boolean(), nullable=False),
        sa.Column("packaging", sa.String(length=40), nullable=False),
        sa.Column("remark", sa.String(length=4000), nullable=False),
        sa.Column("accepted_total", sa.BigInteger(), nullable=False),
        sa.Column("accepted_by", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("conformity IN ('full', 'partial', 'refused')", name=op.f("ck_deliveries_conformity")),
        sa.CheckConstraint("packaging IN ('taken_back', 'left', 'none')", name=op.f("ck_deliveries_packaging")),
        sa.CheckConstraint("conformity = 'full' OR remark <> ''", name=op.f("ck_deliveries_reserve_has_a_reason")),
        sa.CheckConstraint("accepted_total >= 0", name=op.f("ck_deliveries_accepted_total")),
        sa.CheckConstraint(
            "conformity <> 'refused' OR accepted_total = 0", name=op.f("ck_deliveries_nothing_accepted_of_what_is_refused")
        ),
        sa.ForeignKeyConstraint(
            ["order_id", "organisation_id"],
            ["orders.id", "orders.organisation_id"],
            name=op.f("fk_deliveries_order_id_organisation_id"),
        ),
        *_people("deliveries", "accepted_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("order_id", name=op.f("uq_deliveries_order_id")),
    )
    _index("deliveries", "organisation_id", "accepted_by")


def _create_litigation_holds() -> None:
    op.create_table(
        "litigation_holds",
        *_owned("litigation_holds"),
        sa.Column("mini_tender_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("placed_by", sa.Integer(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_reason", sa.String(length=4000), nullable=True),
        sa.Column("lifted_by", sa.Integer(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_litigation_holds_reason")),
        sa.CheckConstraint(LIFTED, name=op.f("ck_litigation_holds_lifted")),
        sa.ForeignKeyConstraint(
            ["mini_tender_id", "organisation_id"],
            ["mini_tenders.id", "mini_tenders.organisation_id"],
            name=op.f("fk_litigation_holds_mini_tender_id_organisation_id"),
        ),
        *_people("litigation_holds", "placed_by", "lifted_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_litigation_holds")),
    )
    _index("litigation_holds", "organisation_id", "placed_by", "lifted_by")
    live = sa.text("lifted_at IS NULL")
    op.create_index(
        "uq_litigation_holds_live", "litigation_holds", ["mini_tender_id"], unique=True, sqlite_where=live, postgresql_where=live
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
    for table in ("litigation_holds", "deliveries", "order_lines", "orders"):
        op.drop_table(table)
