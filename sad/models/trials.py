"""Trial deposits: a supplier tries the whole way of an offer; kept apart from offers, so that nothing ever counts them."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Hash, Id, Word
from sad.models.people import Person
from sad.models.suppliers import Supplier


class TrialDeposit(Base):
    """One trial: an envelope sealed to a key pair of its own and opened again at once, and the receipt that says it is a trial."""

    __tablename__ = "trial_deposits"
    __table_args__ = (UniqueConstraint("supplier_id", "idempotency_key"),)

    id: Mapped[Id]
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"))
    deposit_id: Mapped[Word] = mapped_column(unique=True, comment="random, bound inside the envelope")
    idempotency_key: Mapped[Word] = mapped_column(comment="fixed when the form is shown")
    deposited_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    started_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(index=True, comment="end of transmission")
    sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, comment="age envelope; its key was thrown away once it had opened")
    sealed_sha256: Mapped[Hash]
    receipt: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, comment="sealed, like that of an offer")

    supplier: Mapped[Supplier] = relationship()
    depositor: Mapped[Person] = relationship()
