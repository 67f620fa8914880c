"""Projection: typed tables beside the documents, for reports, lists and SQL tools, generated from the entities.

The projector is a puller like any device: it reads each bucket from its own cursor, in small transactions after the
commits, never inside one. The tables can be dropped and built again at any time; how far they are behind is told.
"""

import functools
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Connection, Index, Integer, Table

from routebook_server.database import Database, Driver, derived, driver_of, text
from routebook_server.database.driver import upsert
from routebook_server.records.heads import Heads
from routebook_server.records.state import encode_json
from routebook_sync.entities import ENTITY_TYPES, EntityType, FieldType
from routebook_sync.joins import MAX_SAFE, Join, elements, total
from routebook_sync.messages import Row

STEP: Final = 500
"""Rows in one transaction of the projector: a push waits no longer than that takes."""

REST_S: Final = 0.5
"""How long commits gather before they are projected together: a commit each would double the work of the disk."""
PAUSE: Final = 1.0
"""How long it rests after a step where more is waiting, by what the step took: devices come first."""

_INDEXES: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "file": (("digest",), ("thumbnail",), ("stored",), ("stored_thumbnail",)),
    "task": (("person", "status"),),
    "visit": (("person", "planned_day"),),
}
"""By which a person's own are found (``ahead.py``), and who names the bytes of a file."""
_TYPE_BY_NAME: Final = {"integer": BigInteger, "boolean": Boolean, "counter": BigInteger}
_DECODER: Final = msgspec.json.Decoder(Row)
SELECT_BEHIND: Final = (
    "SELECT record.bucket, bucket.epoch, record.seq, record.doc"
    " FROM bucket LEFT JOIN projection_cursor AS reached"
    " ON reached.bucket = bucket.bucket AND reached.epoch = bucket.epoch"
    # CROSS: SQLite must not begin with the records, of which there are as many as anybody ever wrote.
    " CROSS JOIN record WHERE bucket.seq > coalesce(reached.seq, 0)"
    " AND record.bucket = bucket.bucket AND record.seq > coalesce(reached.seq, 0)"
)

projection_cursor: Final = Table(
    "projection_cursor",
    derived,
    Column("bucket", text(64), primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
"""How far the projector has read each bucket."""


def _project_table(entity: EntityType) -> Table:
    return Table(
        f"projection_{entity.kind}",
        derived,
        Column("id", text(26), primary_key=True),
        Column("root", text(26), nullable=False, index=True),
        Column("bucket", text(64), nullable=False, index=True),
        Column("home", Integer, nullable=False),
        *(Column(field.name, _TYPE_BY_NAME.get(field.type, text())) for field in entity.fields.values()),
        *(Index(f"projection_{entity.kind}_by_{'_'.join(names)}", *names) for names in _INDEXES.get(entity.kind, ())),
    )


PROJECTION_TABLES: Final = {kind: _project_table(entity) for kind, entity in ENTITY_TYPES.items()}
"""The typed table of each kind. Sets are JSON lists of their elements, counters their value, logs and lists JSON."""


_STORE_BY_KIND: Final = {kind: upsert(table, ("id",)) for kind, table in PROJECTION_TABLES.items()}
_STORE_REACHED: Final = upsert(projection_cursor, ("bucket",))


class Lag(msgspec.Struct, frozen=True):
    """How far the typed tables are behind the documents."""

    rows: int


class Projector:
    """Keeps the typed tables up to date while ``run`` runs. ``timer`` returns seconds from whatever beginning."""

    def __init__(self, database: Database, heads: Heads, timer: Callable[[], float], rest_s: float = REST_S) -> None:
        self._database = database
        self._heads = heads
        self._timer = timer
        self._rest_s = rest_s

    async def run(self) -> None:
        """Follow the documents until the heads are closed or the task is cancelled.

        Then it stops after the step it is at: what is left is projected when the server is there again.
        """
        with self._heads.subscribe(None) as subscription:
            while True:
                while not subscription.ended:
                    begun = self._timer()
                    if not await self._database.write(project_step):
                        break
                    await subscription.rest((self._timer() - begun) * PAUSE)
                if subscription.ended:
                    return
                await subscription.next()
                await subscription.rest(self._rest_s)

    async def catch_up(self) -> None:
        """Project every row that is committed now."""
        while await self._database.write(project_step):
            pass

    async def rebuild(self) -> None:
        """Empty the typed tables and fill them again."""
        await self._database.write(_forget)
        await self.catch_up()

    async def lag(self) -> Lag:
        """Return how many rows are committed but not projected."""
        return Lag(await self._database.read(count_behind))


def project_step(connection: Connection) -> int:
    """Project the next rows, at most ``STEP``; return how many there were. Runs inside the caller's transaction."""
    driver = driver_of(connection)
    rows = driver.fetch(f"{SELECT_BEHIND} ORDER BY bucket.bucket, record.seq LIMIT ?", STEP)
    project(driver, [(bucket, doc) for bucket, _epoch, _seq, doc in rows])
    reached = {bucket: (bucket, epoch, seq) for bucket, epoch, seq, _doc in rows}
    driver.store(_STORE_REACHED, reached.values())
    return len(rows)


def project(driver: Driver, docs: Iterable[tuple[str, str]]) -> None:
    """Put documents, with the bucket of each, into the typed tables in place of what is there of the same id."""
    values_by_kind: dict[str, dict[str, tuple[Any, ...]]] = {}
    for bucket, doc in docs:
        row = _DECODER.decode(doc)
        entity = ENTITY_TYPES.get(row.k)
        if entity is not None:
            columns = (row.i, row.r, bucket, row.h, *_column_values(entity, row.v))
            values_by_kind.setdefault(row.k, {})[row.i] = columns
    for kind, values in values_by_kind.items():
        driver.store(_STORE_BY_KIND[kind], values.values())


def _column_values(entity: EntityType, values: dict[str, Any]) -> list[Any]:
    found = list(map(values.get, entity.fields))
    for place, name, translate in _translated(entity.kind):
        if (value := values.get(name)) is not None:
            found[place] = translate(value)
    return found


@functools.cache
def _translated(kind: str) -> tuple[tuple[int, str, Callable[[Any], Any]], ...]:
    """Return which fields of a kind do not stand in their column as they are: place, name, and how they do."""
    fields = ENTITY_TYPES[kind].fields.values()
    found = [(place, field.name, _translator_of(field)) for place, field in enumerate(fields)]
    return tuple((place, name, translate) for place, name, translate in found if translate is not None)


def _translator_of(field: FieldType) -> Callable[[Any], Any] | None:
    match field.join:
        case Join.SET:
            return lambda value: _text(elements(value))
        case Join.COUNTER:
            # Beyond it no column holds the number, and one row must not stop all that come after it.
            return lambda value: max(-MAX_SAFE, min(MAX_SAFE, total(value)))
        case Join.LOG:
            return _text
        case _:
            return _text if field.type in {"list", "object", "any"} else None


def _text(value: Any) -> str:
    return encode_json(value).decode()


def count_behind(connection: Connection) -> int:
    """Return how many rows are committed but not projected."""
    [(found,)] = driver_of(connection).fetch(f"SELECT count(*) FROM ({SELECT_BEHIND}) AS behind")
    return int(found)


def _forget(connection: Connection) -> None:
    for table in (projection_cursor, *PROJECTION_TABLES.values()):
        connection.execute(table.delete())
