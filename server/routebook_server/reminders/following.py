"""Following: a puller over the records that keeps the table of what is due, each bucket from its own cursor.

Like the projector, but it reads first and writes only where something to remind of has changed: what nobody is reminded
of moves its cursor in memory alone, and after a restart those rows are looked through again. The tables can be
dropped and built again at any time.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from routebook_server.database import Database, Driver, driver_of
from routebook_server.database.driver import upsert
from routebook_server.records.buckets import SHARED
from routebook_server.records.heads import Heads, Subscription
from routebook_server.reminders.cycles import names_cycles
from routebook_server.reminders.hours import MORNING_HOUR, QUIET_HOURS, hours_from
from routebook_server.reminders.minute import read_since
from routebook_server.reminders.rules import AWAY_MS, KINDS, RULES, Rule
from routebook_server.reminders.subjects import find_due, read_subjects, read_values
from routebook_server.reminders.tables import due, due_cursor, due_person
from routebook_sync.entities.base import SHARED_ROOT

STEP: Final = 500
"""Records in one transaction: a push waits no longer than that takes."""
REST_S: Final = 0.5
"""How long commits gather."""
_FOLLOWED: Final = sorted(KINDS | {"person", "setting", "visit"})
_SELECT_HEAD: Final = "SELECT epoch, seq FROM bucket WHERE bucket = ?"
_SELECT_ROWS: Final = (
    "SELECT seq, id, kind, root FROM record WHERE bucket = ? AND seq > ? AND kind IN (?*)"
    " AND (kind <> 'visit' OR seq > ?) ORDER BY seq LIMIT ?"
)
_SELECT_DUE: Final = (
    "SELECT record, rule, kind, root, person, mark, reminder, at, send_at FROM due WHERE record IN (?*)"
)
_STORE_DUE: Final = upsert(due, ("record", "rule"))
_STORE_PERSON: Final = upsert(due_person, ("person",))
_STORE_REACHED: Final = upsert(due_cursor, ("bucket",))
_BY_RULES: Final = ("", 0, RULES)
"""Beside the cursors, under no bucket's name: by which rules they read."""


class Cursor(NamedTuple):
    """How far a bucket has been read."""

    epoch: int = 0
    seq: int = 0


class Changed(NamedTuple):
    """A record that is behind a cursor."""

    seq: int
    id: str
    kind: str
    root: str


class Follower:
    """Keeps what is due up to date while ``run`` runs.

    ``time_zone`` is that of people whose record names none; ``timer`` returns seconds from whatever beginning.
    """

    def __init__(
        self, database: Database, heads: Heads, now_ms: Callable[[], int], timer: Callable[[], float], *, time_zone: str
    ) -> None:
        self._database = database
        self._heads = heads
        self._now_ms = now_ms
        self._time_zone = time_zone
        self._timer = timer
        self._cursors: dict[str, Cursor] = {}
        self._filled: dict[str, int] = {}
        """Up to where a bucket's visits were there before its customers were read."""
        self.is_caught_up = False
        """Whether all that was there when it began is taken in."""

    async def run(self) -> None:
        """Follow the records until the heads are closed or the task is cancelled."""
        with self._heads.subscribe(None) as subscription:
            await self.begin()
            buckets: Iterable[str] = await self._database.read(_bucket_names)
            while not subscription.ended:
                for bucket in buckets:
                    begun = self._timer()
                    while await self._step(bucket, subscription) and not subscription.ended:
                        # Far behind, as after an import: devices come first.
                        await subscription.rest(self._timer() - begun)
                        begun = self._timer()
                self.is_caught_up = self.is_caught_up or not subscription.ended
                buckets = sorted(await subscription.next(), key=_first_shared)
                await subscription.rest(REST_S)

    async def begin(self) -> None:
        """Go on from where the tables are: another process may have filled them meanwhile."""
        self.is_caught_up = False
        self._cursors = await self._database.read(_read_cursors)

    async def catch_up(self) -> None:
        """Take in all that is committed now."""
        for bucket in await self._database.read(_bucket_names):
            while await self._step(bucket):
                pass
        self.is_caught_up = True

    async def rebuild(self) -> None:
        """Empty the tables and fill them again."""
        await self._database.write(_forget)
        self._cursors = {}
        await self.catch_up()

    async def renew(self) -> None:
        """Let each birthday that has passed fall due in the next year."""
        passed = partial(_passed_birthdays, before=self._now_ms() - AWAY_MS)
        await self._refresh(await self._database.read(passed))

    async def renew_of(self, person: str) -> None:
        """Work out anew the birthdays that a person is reminded of, who reads another calendar now."""
        await self._refresh(await self._database.read(partial(_birthdays_of, person=person)))

    async def _step(self, bucket: str, subscription: Subscription | None = None) -> bool:
        """Take in the next records of a bucket, resting in between; tell whether there may be more."""
        look = partial(
            _look, bucket=bucket, cursor=self._cursors.get(bucket, Cursor()), filled=self._filled.get(bucket, 0)
        )
        rows, reached, self._filled[bucket] = await self._database.read(look)
        if rows:
            people = {row.id if row.kind == "person" else row.root for row in rows if row.kind in {"person", "setting"}}
            people.discard(SHARED_ROOT)
            if people:
                await self._database.write(partial(_keep_people, people=sorted(people), time_zone=self._time_zone))
            concerned = await self._database.read(partial(_concerned, rows=rows, people=people))
            changed = await self._refresh(concerned, subscription)
            if changed or {row.kind for row in rows} != {"visit"}:
                kept = [(bucket, *reached), _BY_RULES]
                await self._database.write(lambda connection: driver_of(connection).store(_STORE_REACHED, kept))
        self._cursors[bucket] = reached
        return len(rows) == STEP

    async def _refresh(self, records: Sequence[str], subscription: Subscription | None = None) -> int:
        """Work out anew what falls due of these records; return how much of it is another."""
        changed = 0
        for start in range(0, len(records), STEP):
            begun = self._timer()
            part = records[start : start + STEP]
            work = partial(refresh, records=part, time_zone=self._time_zone, now_ms=self._now_ms())
            changed += await self._database.write(work)
            if subscription is not None and start + STEP < len(records):
                await subscription.rest(self._timer() - begun)
        return changed


def refresh(connection: Connection, records: Sequence[str], time_zone: str, now_ms: int) -> int:
    """Work out anew what falls due of these records, from the records alone, and return how much of it is another.

    Runs inside the caller's transaction.
    """
    driver = driver_of(connection)
    found = find_due(driver, read_subjects(driver, records).values(), time_zone, now_ms)
    made = {row[0] for row in driver.fetch("SELECT id FROM reminder WHERE id IN (?*)", [one.reminder for one in found])}
    since, rows = read_since(driver, now_ms), {}
    for subject, occurrence, person, reminder, send_at in found:
        is_to_send = person and reminder not in made and send_at > since
        key = (subject.id, occurrence.rule.value)
        about = (subject.kind, subject.root, person, occurrence.mark, reminder, occurrence.at)
        rows[key] = (*key, *about, send_at if is_to_send else None)
    before = {(row[0], row[1]): row for row in driver.fetch(_SELECT_DUE, list(records))}
    gone = before.keys() - rows.keys()
    for record, rule in gone:
        driver.execute("DELETE FROM due WHERE record = ? AND rule = ?", record, rule)
    others = [row for key, row in rows.items() if before.get(key) != row]
    driver.store(_STORE_DUE, others)
    return len(gone) + len(others)


def _look(connection: Connection, bucket: str, cursor: Cursor, filled: int) -> tuple[list[Changed], Cursor, int]:
    """Return the next records of a bucket that are followed, where the cursor stands after them, and ``filled``.

    Who is read for the first time is read with all of his visits: those that were there then are passed over.
    """
    driver = driver_of(connection)
    head = Cursor(*(driver.fetch_one(_SELECT_HEAD, bucket) or Cursor()))
    begin = cursor.seq if cursor.epoch == head.epoch else 0
    if begin >= head.seq:
        return [], head, filled
    if begin == 0:
        filled = head.seq
    rows = [Changed(*row) for row in driver.fetch(_SELECT_ROWS, bucket, begin, _FOLLOWED, filled, STEP)]
    return rows, Cursor(head.epoch, rows[-1].seq) if len(rows) == STEP else head, filled


def _keep_people(connection: Connection, people: Sequence[str], time_zone: str) -> None:
    """Write down the hours of these people, from their records and their own settings."""
    driver = driver_of(connection)
    docs = driver.fetch("SELECT id, doc FROM record WHERE id IN (?*) AND kind = 'person'", list(people))
    select = "SELECT root, doc FROM record WHERE root IN (?*) AND kind = 'setting' ORDER BY id DESC"
    settings: dict[str, dict[str, Any]] = {}
    for root, doc in driver.fetch(select, list(people)):
        values = read_values(doc)
        if values.get("name") in {QUIET_HOURS, MORNING_HOUR} and not values.get("deleted"):
            settings.setdefault(root, {})[values["name"]] = values.get("value")  # the first id counts, as in the app
    rows = []
    for person, doc in docs:
        values = read_values(doc)
        hours = hours_from(values.get("time_zone"), settings.get(person, {}), time_zone)
        zone, *rest = msgspec.structs.astuple(hours)
        rows.append((person, zone, values.get("locale") or "", *rest))
    driver.store(_STORE_PERSON, rows)


def _concerned(connection: Connection, rows: Sequence[Changed], people: set[str]) -> list[str]:
    """Return the records of which something else may fall due, or for another one, since these were changed."""
    driver = driver_of(connection)
    found = [row.id for row in rows if row.kind in KINDS]
    customers = [row.id for row in rows if row.kind == "customer"]
    found += [row.root for row in rows if row.kind == "visit"]
    if names_cycles(driver, [row.id for row in rows if row.kind == "setting" and row.root == SHARED_ROOT]):
        select = "SELECT record FROM due WHERE rule = ?"
        found += [record for (record,) in driver.fetch(select, Rule.CALL_CYCLE.value)]
    for column, values in (("root", customers), ("person", sorted(people))):
        if values:
            found += [record for (record,) in driver.fetch(f"SELECT record FROM due WHERE {column} IN (?*)", values)]
    return list(dict.fromkeys(found))


def _passed_birthdays(connection: Connection, before: int) -> list[str]:
    select = "SELECT record FROM due WHERE rule = ? AND at <= ?"
    return [record for (record,) in driver_of(connection).fetch(select, Rule.BIRTHDAY.value, before)]


def _birthdays_of(connection: Connection, person: str) -> list[str]:
    select = "SELECT record FROM due WHERE person = ? AND rule = ?"
    return [record for (record,) in driver_of(connection).fetch(select, person, Rule.BIRTHDAY.value)]


def _read_cursors(connection: Connection) -> dict[str, Cursor]:
    rows = driver_of(connection).fetch("SELECT bucket, epoch, seq FROM due_cursor")
    found = {bucket: Cursor(epoch, seq) for bucket, epoch, seq in rows}
    return found if found.pop("", Cursor()).seq == RULES else {}


def _bucket_names(connection: Connection) -> list[str]:
    names = [name for (name,) in driver_of(connection).fetch("SELECT bucket FROM bucket ORDER BY bucket")]
    return sorted(names, key=_first_shared)


def _first_shared(bucket: str) -> tuple[bool, bool, str]:
    """Order buckets so that people and their choices are known before what they are reminded of."""
    return bucket != SHARED, not bucket.startswith("u:"), bucket


def _forget(connection: Connection) -> None:
    for table in (due, due_person, due_cursor):
        _empty(driver_of(connection), table.name)


def _empty(driver: Driver, table: str) -> None:
    driver.execute(f"DELETE FROM {table}")
