"""Clock sentinel and outages"""

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
