"""The application with a fault planted in it: it acknowledges a deposit first and keeps it afterwards, as no product may.

A campaign that kills its workers must find that something acknowledged was lost.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import after_this_request, g

from sad.db import WRITES, session, transaction
from sad.web.supplier import deposits
from tests.campaigns.warmed import app as app

A_WHILE = 1.0  # seconds


@contextmanager
def transaction_kept_late() -> Iterator[None]:
    """The attempt is kept at once; what comes after it, once it was acknowledged."""
    if not hasattr(g, "is_attempted"):
        g.is_attempted = True
        with transaction():
            yield
        return
    session.rollback()
    session.expire_all()
    session.connection(execution_options={WRITES: True})
    yield
    session.flush()
    apart = session()
    session.registry.clear()

    def keep() -> None:
        time.sleep(A_WHILE)
        apart.commit()
        apart.close()

    @after_this_request
    def keep_late(answer):
        answer.call_on_close(keep)
        return answer


deposits.transaction = transaction_kept_late
