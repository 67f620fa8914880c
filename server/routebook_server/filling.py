"""Filling an empty database with the demo team, with a word on how far it is."""

import sys
from datetime import UTC, datetime

from routebook_server.app import Application, wall_clock_ms
from routebook_server.demo.fill import DEFAULT_SEED, fill_demo
from routebook_server.demo.rows import DEFAULT_CUSTOMERS


async def fill_with_words(
    application: Application,
    seed: int = DEFAULT_SEED,
    customers: int = DEFAULT_CUSTOMERS,
    children: float | None = None,
) -> bool:
    """Fill the database; False, with nothing changed, where an organisation lives already."""

    def say(made: int) -> None:
        print(f"\rFilling the demo team's book: {made} of {customers} customers", end="", flush=True)

    filled = await fill_demo(
        application.store,
        application.passwords,
        wall_clock_ms(),
        seed=seed,
        customers=customers,
        children=children,
        # A newcomer signs in as any of them on this machine: its clock says what today is.
        zone=datetime.now(UTC).astimezone().tzinfo,
        blobs=application.files.blobs,
        progress=say if sys.stdout.isatty() else lambda _made: None,
    )
    if filled:
        print(f"\rFilled the demo team's book: {customers} customers.{' ' * 20}", flush=True)
    return filled
