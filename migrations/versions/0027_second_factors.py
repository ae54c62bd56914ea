"""Second factors and rescue codes"""

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Number kept."""


def downgrade() -> None:
    """Number kept."""
