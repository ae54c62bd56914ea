"""A start of the machine long after the last hour known is a doubt too"""

from alembic import op

revision = "0039"
down_revision = "0038"

NAME = "ck_clock_skews_source"
THREE = "source IN ('elapsed', 'database', 'past')"
FOUR = "source IN ('elapsed', 'database', 'past', 'start')"


def upgrade() -> None:
    _hold_sources(FOUR)


def downgrade() -> None:
    op.execute("DELETE FROM clock_skews WHERE source = 'start'")
    _hold_sources(THREE)


def _hold_sources(check: str) -> None:
    with op.batch_alter_table("clock_skews") as skews:
        skews.drop_constraint(op.f(NAME), type_="check")
        skews.create_check_constraint(op.f(NAME), check)
