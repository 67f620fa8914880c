"""Pokes: what one process has committed, told to the others that use the same database (PostgreSQL's NOTIFY)."""

from collections.abc import Mapping
from itertools import islice
from typing import Final

import msgspec
import structlog
from sqlalchemy import Connection

from routebook_server.database import Database, Driver, driver_of
from routebook_server.records.buckets import Head, number_of
from routebook_server.records.heads import Heads

CHANNEL: Final = "routebook_heads"
_BUCKETS_A_POKE: Final = 60
"""PostgreSQL takes 8 000 bytes; a bucket's name has at most 64."""

_DECODER: Final = msgspec.json.Decoder(dict[str, Head])
_log = structlog.get_logger()


def poke(driver: Driver, heads: Mapping[str, Head]) -> None:
    """Tell the other processes of these heads, as soon as the transaction is committed and not otherwise."""
    if not driver.is_shared:
        return
    left = iter(heads.items())
    while part := dict(islice(left, _BUCKETS_A_POKE)):
        driver.fetch("SELECT 1 FROM pg_notify(?, ?)", CHANNEL, msgspec.json.encode(part).decode())


async def follow_pokes(database: Database, heads: Heads) -> None:
    """Pass on to ``heads`` what other processes commit, until cancelled; after an interruption, every head there is."""

    def hear(payload: str) -> None:
        try:
            heads.publish(_DECODER.decode(payload))
        except msgspec.DecodeError as error:
            _log.warning("not a poke", exc_info=error)

    async def catch_up() -> None:
        heads.publish(await database.read(_read_all))

    await database.listen(CHANNEL, hear, catch_up)


def _read_all(connection: Connection) -> dict[str, Head]:
    rows = driver_of(connection).fetch("SELECT bucket, epoch, seq, horizon FROM bucket")
    return {bucket: Head(epoch, number_of(seq, horizon)) for bucket, epoch, seq, horizon in rows}
