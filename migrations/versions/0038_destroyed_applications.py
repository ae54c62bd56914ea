"""Applications to a category destroyed too"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

ONE = "(mini_tender_id IS NULL) <> (category_id IS NULL)"


def upgrade() -> None:
    with op.batch_alter_table("destructions") as destructions:
        destructions.alter_column("mini_tender_id", existing_type=sa.Integer(), nullable=True)
        destructions.add_column(sa.Column("category_id", sa.Integer(), nullable=True))
        destructions.create_unique_constraint(op.f("uq_destructions_category_id"), ["category_id"])
        destructions.create_foreign_key(
            op.f("fk_destructions_category_id_organisation_id"),
            "categories",
            ["category_id", "organisation_id"],
            ["id", "organisation_id"],
        )
        destructions.create_check_constraint(op.f("ck_destructions_one_subject"), ONE)


def downgrade() -> None:
    op.execute("DELETE FROM destroyed_objects WHERE destruction_id IN (SELECT id FROM destructions WHERE mini_tender_id IS NULL)")
    op.execute("DELETE FROM destructions WHERE mini_tender_id IS NULL")
    with op.batch_alter_table("destructions") as destructions:
        destructions.drop_constraint(op.f("ck_destructions_one_subject"), type_="check")
        destructions.drop_constraint(op.f("fk_destructions_category_id_organisation_id"), type_="foreignkey")
        destructions.drop_constraint(op.f("uq_destructions_category_id"), type_="unique")
        destructions.drop_column("category_id")
        destructions.alter_column("mini_tender_id", existing_type=sa.Integer(), nullable=False)
