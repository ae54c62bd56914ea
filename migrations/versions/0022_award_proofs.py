"""Proofs of the awardee, the period without signature, offers that could not be proved"""

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
