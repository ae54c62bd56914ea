"""Runs migrations on the connection handed over by `sad.cli.database`."""

from alembic import context

from sad.db import Base
from sad.models.registry import AGGREGATES

assert AGGREGATES
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
