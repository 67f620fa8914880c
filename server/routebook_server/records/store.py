"""Store: the canonical store's door. One writer merges all waiting pushes into one transaction; many read."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec
import structlog
from msgspec.structs import replace

from routebook_server.database import UNAVAILABLE, Database, UnavailableDatabaseError, driver_of
from routebook_server.records.author import SYSTEM, Author, Writer
from routebook_server.records.batch import PART, WHOLE
from routebook_server.records.buckets import NO_HEAD, SHARED, Head
from routebook_server.records.empty import EmptyPages
from routebook_server.records.heads import Heads
from routebook_server.records.history import HistoryEntry, read_history
from routebook_server.records.load import load_rows
from routebook_server.records.locks import NOTHING, NotLockedError, Wanted
from routebook_server.records.older import OlderPage, read_older
from routebook_server.records.pages import Asked, Page, read_heads, read_page, read_small_page
from routebook_server.records.push import NotTakenError, Push, Pushed, Unread
from routebook_server.records.refusal import FAULT, REFUSALS
from routebook_server.records.spans import Fresh, Spans
from routebook_server.records.writing import Written, write_pushes
from routebook_sync.clock import SERVER_DEVICE, Clock
from routebook_sync.messages import Edit, Row, Verdict, View

MAX_BATCH_EDITS: Final = 4_000
"""Edits merged into one transaction, so that nobody waits long behind others."""
ATTEMPTS: Final = 20
"""How often a batch is begun because it met what was not locked; each time another process has gone on."""

_log = structlog.get_logger()


class Values(msgspec.Struct, frozen=True):
    """One record's new values, as the server writes them: no number, no stamp."""

    kind: str
    id: str
    root: str
    v: dict[str, Any]


class UnavailableError(Exception):
    """The database cannot write now (disk full, file locked); nothing of the push was stored."""


class RefusedError(Exception):
    """An edit of the server's own was refused; nothing of the call was stored."""

    def __init__(self, verdicts: list[Verdict]) -> None:
        super().__init__("; ".join(verdict.message or verdict.code for verdict in verdicts))
        self.verdicts = verdicts


class Store:
    """The records of one organisation; belongs to one event loop.

    ``now_ms`` is the physical clock, milliseconds since 1970 UTC. ``heads`` hears of every commit. A long push is
    stored ``part`` edits at a time, while it is merged; by itself only where the database works beside us.
    """

    def __init__(self, database: Database, now_ms: Callable[[], int], heads: Heads, *, part: int = 0) -> None:
        self.database = database
        self.heads = heads
        self._now_ms = now_ms
        self._part = part or (PART if database.is_shared else WHOLE)
        self._clock = Clock(0, 0, SERVER_DEVICE)
        self._empty = EmptyPages()
        self._spans = Spans()
        self._waiting: list[tuple[Push, asyncio.Future[Pushed]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def push(self, push: Push) -> Pushed:
        """Store a device's edits, durably, in one transaction with whatever else waits.

        NotTakenError if the device left out an edit or its user may come in no more, UnavailableError if the
        database cannot write now.
        """
        future: asyncio.Future[Pushed] = asyncio.get_running_loop().create_future()
        self._waiting.append((push, future))
        if self._writer is None:
            self._writer = asyncio.create_task(self._drain(), name="store writer")
        return await future

    async def edit(self, values: Sequence[Values], author: Author = SYSTEM) -> None:
        """Write records on the server's own account, all or none, through the same path as a device's edits.

        The default author may write every field in every bucket; another one has his own rights, whatever his device.
        The values of sets, counters and logs are states or changes of states. RefusedError if anything is refused.
        """
        edits: list[Edit | Unread] = [
            Edit(number, value.kind, value.id, value.root, value.v, "", group="together")
            for number, value in enumerate(values, 1)
        ]
        writer = Writer(author.person, author.role, SERVER_DEVICE, author.buckets, author.may_move)
        pushed = await self.push(Push(writer, edits))
        refused = [verdict for verdict in pushed.verdicts if verdict.verdict in REFUSALS]
        if refused:
            raise RefusedError(refused)

    async def load(self, rows: Iterable[tuple[str, Row]]) -> int:
        """Store finished rows by bucket, without checks and history; return how many (imports, demo data)."""
        count, heads = await self.database.write(lambda connection: load_rows(connection, rows), locking=True)
        self.heads.publish(heads)
        return count

    async def pull(self, asked: Asked) -> Page:
        """Return the next page for a device; see ``read_page``."""
        page = await self._empty.find(self.database, asked)
        if page is None and self.database.is_near:
            page = await self.database.glance(lambda connection: read_small_page(connection, asked))
        if page is None:
            page = await self.database.read(lambda connection: read_page(connection, asked, self._spans))
            if any(isinstance(part, Fresh) for parts in page.rows.values() for part in parts):
                page = replace(page, rows=await asyncio.to_thread(self._spans.pack, page.rows))
        return page

    async def read_heads(self, buckets: Sequence[str]) -> dict[str, Head]:
        """Return the head of each bucket."""
        heads = await self.database.read(lambda connection: read_heads(driver_of(connection), buckets))
        unwritten = Head(heads.get(SHARED, NO_HEAD).epoch, 0)
        return {bucket: heads.get(bucket, unwritten) for bucket in buckets}

    async def history(
        self, record_id: str, buckets: Collection[str], limit: int, *, before: int | None = None, view: View = View.FULL
    ) -> list[HistoryEntry] | None:
        """Return a record's value history, newest first; None if it is in none of ``buckets``."""
        return await self.database.read(
            lambda connection: read_history(connection, record_id, buckets, limit, before=before, view=view)
        )

    async def older(
        self, customer: str, buckets: Collection[str], limit: int, *, before: str = "", view: View = View.FULL
    ) -> OlderPage | None:
        """Return a page of what is archived of a customer; None if he is in none of ``buckets``."""
        return await self.database.read(
            lambda connection: read_older(connection, customer, buckets, limit, before=before, view=view)
        )

    async def close(self) -> None:
        """Finish what waits."""
        if self._writer is not None:
            await self._writer

    # The single writer

    async def _drain(self) -> None:
        try:
            while self._waiting:
                taken = self._take()
                await self._write(taken)
        finally:
            self._writer = None

    def _take(self) -> list[tuple[Push, asyncio.Future[Pushed]]]:
        """Take what goes into one transaction, of each device one push: its next one asks what that stored (0269)."""
        taken: list[tuple[Push, asyncio.Future[Pushed]]] = []
        left: list[tuple[Push, asyncio.Future[Pushed]]] = []
        devices: set[int] = set()
        edits, is_full = 0, False
        for push, future in self._waiting:
            device, size = push.author.device, len(push.edits)
            is_full = is_full or (taken != [] and edits + size > MAX_BATCH_EDITS)
            if is_full or device in devices:
                left.append((push, future))
                continue
            edits += size
            taken.append((push, future))
            if device != SERVER_DEVICE:
                devices.add(device)
        self._waiting = left
        return taken

    async def _write(self, taken: list[tuple[Push, asyncio.Future[Pushed]]]) -> None:
        try:
            results = await self._commit([push for push, _future in taken])
        except UNAVAILABLE as error:
            # No fault of any edit: each sender keeps his edits and asks again.
            _log.error("the database cannot write", exc_info=error)
            for _push, future in taken:
                _fail(future, UnavailableError(str(error)))
        except Exception:  # noqa: BLE001
            # A fault of ours in one push must not take the others with it.
            _log.exception("a batch failed; storing its pushes one by one")
            for push, future in taken:
                await self._write_alone(push, future)
        else:
            for (_push, future), result in zip(taken, results, strict=True):
                _settle(future, result)

    async def _write_alone(self, push: Push, future: asyncio.Future[Pushed]) -> None:
        """Store one push by itself; where that fails too, edit by edit, holding those that fail (guarantee G4)."""
        try:
            _settle(future, await self._write_one_by_one(push))
        except UNAVAILABLE as error:
            _fail(future, UnavailableError(str(error)))
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            _log.exception("a push failed", device=push.author.device)
            _fail(future, error)

    async def _write_one_by_one(self, push: Push) -> Pushed | NotTakenError:
        if push.author.device == SERVER_DEVICE or len(push.edits) == 0:
            return (await self._commit([push]))[0]
        verdicts: list[Verdict] = []
        for edits in _parts(push.edits):
            try:
                result = (await self._commit([replace(push, edits=edits, ack=0)]))[0]
            except UNAVAILABLE:
                raise
            except Exception:  # noqa: BLE001 - whatever it is, it holds these edits and no other
                _log.exception("edits held after an unexpected error", device=push.author.device, n=edits[0].n)
                result = (await self._commit([replace(push, edits=edits, ack=0, custody=FAULT)]))[0]
            if isinstance(result, NotTakenError):
                return result
            verdicts += result.verdicts
        return Pushed(verdicts)

    async def _commit(self, pushes: list[Push]) -> list[Pushed | NotTakenError]:
        wanted = NOTHING
        for _attempt in range(ATTEMPTS):
            try:
                written = await self._write_pushes(pushes, wanted)
                break
            except NotLockedError as found:
                wanted = found.wanted
        else:
            raise UnavailableDatabaseError("others are always ahead of us")
        self._clock = written.clock
        self.heads.publish(written.heads)
        return written.results

    async def _write_pushes(self, pushes: list[Push], wanted: Wanted) -> Written:
        return await self.database.write(
            lambda connection: write_pushes(connection, pushes, self._clock, self._now_ms(), wanted, part=self._part),
            locking=True,
        )


def _parts(edits: Sequence[Edit | Unread]) -> Iterator[list[Edit | Unread]]:
    """Yield the edits in the smallest parts that cut no group."""
    last = {edit.group: position for position, edit in enumerate(edits) if edit.group}
    part: list[Edit | Unread] = []
    end = 0
    for position, edit in enumerate(edits):
        part.append(edit)
        end = max(end, last.get(edit.group, position))
        if position == end:
            yield part
            part, end = [], position + 1


def _settle(future: asyncio.Future[Pushed], result: Pushed | NotTakenError) -> None:
    if future.done():
        return  # Whoever waited is gone; what he sent is stored.
    if isinstance(result, NotTakenError):
        future.set_exception(result)
    else:
        future.set_result(result)


def _fail(future: asyncio.Future[Pushed], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
