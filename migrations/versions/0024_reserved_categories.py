"""To whom categories are reserved; the social clause of a system or the exception that it relies on; the clauses of a need"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

EXCEPTION = "social_exception IS NULL OR social_exception IN ('available', 'unrelated', 'restrictive')"
REASONED = "(social_exception IS NULL) = (social_exception_reason = '')"
RESERVED_FOR = "reserved_for IS NULL OR reserved_for IN ('ea_esat', 'siae', 'both')"
ONE_OF_BOTH = "social_exception IS NULL OR social_clause = ''"


def upgrade() -> None:
    with op.batch_alter_table("categories") as categories:
        categories.add_column(sa.Column("reserved_for", sa.String(length=40), nullable=True))
        categories.create_check_constraint(op.f("ck_categories_reserved_for"), RESERVED_FOR)
    with op.batch_alter_table("mini_tenders") as mini_tenders:
        mini_tenders.add_column(sa.Column("clauses", sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("mini_tenders") as mini_tenders:
        mini_tenders.alter_column("clauses", server_default=None)
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.add_column(sa.Column("unmet_clauses", sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.alter_column("unmet_clauses", server_default=None)
    with op.batch_alter_table("systems") as systems:
        systems.add_column(sa.Column("social_clause", sa.String(length=4000), server_default="", nullable=False))
        systems.add_column(sa.Column("social_exception", sa.String(length=40), nullable=True))
        systems.add_column(sa.Column("social_exception_reason", sa.String(length=4000), server_default="", nullable=False))
    with op.batch_alter_table("systems") as systems:
        systems.alter_column("social_clause", server_default=None)
        systems.alter_column("social_exception_reason", server_default=None)
        systems.create_check_constraint(op.f("ck_systems_social_exception"), EXCEPTION)
        systems.create_check_constraint(op.f("ck_systems_social_exception_reason"), REASONED)
        systems.create_check_constraint(op.f("ck_systems_social_clause_or_exception"), ONE_OF_BOTH)


def downgrade() -> None:
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.drop_column("unmet_clauses")
    with op.batch_alter_table("mini_tenders") as mini_tenders:
        mini_tenders.drop_column("clauses")
    with op.batch_alter_table("categories") as categories:
        categories.drop_constraint(op.f("ck_categories_reserved_for"), type_="check")
        categories.drop_column("reserved_for")
    with op.batch_alter_table("systems") as systems:
        for name in ("social_clause_or_exception", "social_exception_reason", "social_exception"):
            systems.drop_constraint(op.f(f"ck_systems_{name}"), type_="check")
        for column in ("social_exception_reason", "social_exception", "social_clause"):
            systems.drop_column(column)
