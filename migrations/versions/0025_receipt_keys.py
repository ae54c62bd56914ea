"""Keys that sign receipts, heads of the journal that were published"""

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
