"""Which databases the server of a black-box test runs on."""

from typing import Final

import pytest

on_both: Final = pytest.mark.parametrize(
    "house", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
"""Marks tests that run once on SQLite and once on PostgreSQL, there with several server processes."""
