"""A team with two years of believable work, from a seed."""

from routebook_server.demo.rows import DEFAULT_CUSTOMERS, demo_rows, demo_team
from routebook_server.demo.team import demo_accounts

__all__ = ["DEFAULT_CUSTOMERS", "demo_accounts", "demo_rows", "demo_team"]
