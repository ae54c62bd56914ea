"""Staged chunks and test deposits"""

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
