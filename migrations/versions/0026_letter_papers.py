"""The PDFs of letters, set by a job and kept"""

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Filled with the table."""


def downgrade() -> None:
    """Filled with the table."""
