"""Migrations: how the tables of each released version become those of the next (alembic)."""
