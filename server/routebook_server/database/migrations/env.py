"""Where alembic begins: on the connection and in the transaction that ``migrating`` has opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
