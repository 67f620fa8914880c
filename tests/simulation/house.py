"""House: the real server's parts over a ground, run inline so that every run of a script is the same.

Nothing of the server is replaced but its threads. A crash strikes between two transactions, or before a commit.
"""

import asyncio
import contextlib
import functools
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from http import HTTPStatus
from random import Random
from typing import Any, Final, TypeVar
from unittest import mock

import msgspec
from sqlalchemy import Connection

from routebook_server.database import UNAVAILABLE, Database, driver_of
from routebook_server.gateway.actor import Actor
from routebook_server.gateway.direct import require
from routebook_server.gateway.gateway import Gateway
from routebook_server.gateway.problem import ProblemError, make_problem
from routebook_server.identity import accounts
from routebook_server.identity.cover import CoverEntry, set_cover
from routebook_server.identity.devices import DeviceOffer, revoke_device, take_device, wipe_device
from routebook_server.identity.door import COOKIE, Door
from routebook_server.identity.presence import Presence
from routebook_server.identity.sessions import start_session
from routebook_server.records import applying
from routebook_server.records.archiving import Archiver
from routebook_server.records.batch import PART
from routebook_server.records.heads import Heads
from routebook_server.records.projection import Projector
from routebook_server.records.purge import Purger
from routebook_server.records.store import RefusedError, Store, UnavailableError, Values
from routebook_sync.entities import ENTITY_TYPES, EntityType
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.entities.person import Role
from routebook_sync.messages import Edit, Problem, ProblemCode, SyncRequest
from routebook_sync.record import Doc, is_deleted
from simulation.ground import Ground, PoisonError, ServerCrash, ShakyDatabase, SilentError, loop
from simulation.market import START_MS, first_records

SCHEMA: Final = "now"
KEEP_MS: Final = 180 * 86_400_000
"""How long what is deleted keeps its body."""
MIN_BUDGET: Final = 1
"""So small a house holds less than the smallest page of a real one: here a page ends where the script wants it to."""
_MIDDLE: Final = "g"
"""Half of all ids end with less: a request with an edit of such a record is refused as a whole, others fail."""
_LOTS: Final = 3
_ARCHIVED_KINDS: Final = [kind for kind, entity in ENTITY_TYPES.items() if entity.archive is not None]
_SELECT_ARCHIVED: Final = "SELECT seq, doc FROM record WHERE bucket = ? AND kind IN (?*) ORDER BY seq"
T = TypeVar("T")


class Answer(msgspec.Struct, frozen=True):
    """What the server sends back: a reply, or a problem."""

    status: int
    body: bytes


class PatientPresence(Presence):
    """Presence that writes when it is told to, not by the time of day."""

    def _wake(self, after_s: float) -> None:
        pass


class _LotArchiver(Archiver):
    """An archiver that takes a third of the records, of whatever age: no simulated house is ever old enough."""

    def __init__(self, database: Database, now_ms: Callable[[], int], lot: int) -> None:
        super().__init__(database, now_ms, keep_ms=1)
        self._lot = lot % _LOTS

    async def _find(self, bucket: str) -> list[int]:
        rows = await self._database.read(
            lambda connection: driver_of(connection).fetch(_SELECT_ARCHIVED, bucket, _ARCHIVED_KINDS)
        )
        return [
            seq
            for seq, text in rows
            if seq % _LOTS == self._lot and not is_deleted(msgspec.json.decode(text, type=Doc))
        ]


class House:
    """One life of one server after another, on one ground."""

    def __init__(self, now_ms: Callable[[], int], ground: Ground, part: int = PART) -> None:
        self.now_ms = now_ms
        self.part = part
        self.ground = ground
        self.faulty: set[str] = set()
        """Ids of records whose edits the server fails on while merging them."""
        self.unanswerable: set[str] = set()
        """Ids of records for whose edits a request fails as a whole."""
        self.failures: list[Exception] = []
        """What became a problem ``internal``, in order."""
        self._random = Random(1)
        self._start()

    @classmethod
    def open(cls, now_ms: Callable[[], int], ground: Ground, part: int = PART) -> "House":
        """Return the house on its first day."""

        def fill() -> None:
            first = cls(lambda: START_MS, ground)
            first.run(first.store.edit(first_records()))

        ground.begin(fill)
        return cls(now_ms, ground, part)

    def _start(self) -> None:
        self.database = ShakyDatabase(self.ground.database)
        self.heads = Heads()
        self.store = Store(self.database, self.now_ms, self.heads, part=self.part)
        self.presence = PatientPresence(self.database, self.now_ms)
        self.gateway = Gateway(self.store, self.now_ms, SCHEMA, self.presence.note, min_budget=MIN_BUDGET)
        self.door = Door(self.database, self.now_ms, self.presence)

    def restart(self) -> None:
        """Begin a new process over the same database; what was planted stays planted."""
        poisoned, busy = self.database.poisoned, self.database.is_busy
        self._start()
        self.database.poisoned, self.database.is_busy = poisoned, busy

    @contextlib.contextmanager
    def faults(self) -> Iterator[None]:
        """Let the server fail on what was planted."""
        place = vars(applying)["find_place"]

        def fail_on_planted(entity: EntityType, edit: Edit, *rest: Any) -> Any:
            if edit.id in self.faulty:
                raise PoisonError("planted: merging this edit fails")
            return place(entity, edit, *rest)

        with mock.patch.object(applying, "find_place", fail_on_planted):
            yield

    # Running

    def run(self, *works: Coroutine[Any, Any, T]) -> list[T | BaseException | None]:
        """Run all at once to their ends, or until the process dies: None for what had none by then."""
        return loop().run_until_complete(self._race(works))

    async def _race(self, works: Sequence[Coroutine[Any, Any, T]]) -> list[T | BaseException | None]:
        tasks = [asyncio.ensure_future(work) for work in works]
        death: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.database.died = functools.partial(death.set_result, None)
        ends = asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.wait((ends, death), return_when=asyncio.FIRST_COMPLETED)
        if not death.done():
            return list(ends.result())
        ended = [task.done() and not task.cancelled() for task in tasks]
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, ends, return_exceptions=True)
        self.restart()
        results: list[T | BaseException | None] = []
        for task, has_ended in zip(tasks, ended, strict=True):
            failed = task.exception() if has_ended else None
            results.append(None if not has_ended or isinstance(failed, ServerCrash) else failed or task.result())
        return results

    # The door for devices

    def answer(self, *requests: tuple[str, bytes]) -> list[Answer | None]:
        """Answer requests that arrive together, each a session's token and a body; None where the server died."""
        ends = self.run(*(self._answer(token, body) for token, body in requests))
        self.database.dies_at = 0
        self.run(self.presence.write())
        return [end if isinstance(end, Answer) else None for end in ends]

    async def _answer(self, token: str, body: bytes) -> Answer:
        # What the handlers of gateway/handlers.py and web/problems.py do around the gateway.
        try:
            scope = _scope_of(token)
            actor = await require(self.door.device_of, scope)
            self._refuse_unanswerable(body)
            return Answer(HTTPStatus.OK, await self.gateway.sync(actor, body, self.door.admission(scope)))
        except SilentError:
            return Answer(HTTPStatus.BAD_GATEWAY, b"<h1>Bad Gateway</h1>")
        except ProblemError as refused:
            return _refuse(refused.problem)
        except (UnavailableError, *UNAVAILABLE):
            return _refuse(make_problem(ProblemCode.UNAVAILABLE))
        except Exception as error:  # noqa: BLE001 - whatever it is, a handler makes it a problem
            self.failures.append(error)
            return _refuse(make_problem(ProblemCode.INTERNAL))

    async def actor_of(self, token: str) -> Actor | Problem:
        """Return who is behind a session's token."""
        return await self.door.device_of(_scope_of(token))

    def _refuse_unanswerable(self, body: bytes) -> None:
        if not self.unanswerable:
            return
        try:
            request = msgspec.json.decode(body, type=SyncRequest)
        except msgspec.DecodeError:
            return
        if request.protocol == 1:
            return  # it cannot ask the server to keep an edit unseen
        for raw in request.edits:
            edit = msgspec.json.decode(raw)
            if edit["id"] in self.unanswerable and edit["n"] not in request.hold:
                if edit["id"][-1] < _MIDDLE:
                    raise ProblemError(make_problem(ProblemCode.MALFORMED))
                if edit["id"][-2] < _MIDDLE:
                    raise PoisonError("planted: this request fails")
                raise SilentError("planted: this request kills the process")

    def sign_in(self, person: str, number: int | None) -> tuple[str, int]:
        """Return a new session's token and the device's number: the one offered if it may be kept."""

        def enter(connection: Connection) -> tuple[str, int]:
            given = take_device(connection, person, DeviceOffer("phone", "", number), self.now_ms())
            return start_session(connection, given, self.now_ms(), self._random.randbytes), given

        return self.ground.write(enter)

    # The office

    def edit(self, values: Sequence[Values]) -> bool:
        """Write on the server's own account; False if it was refused."""
        (end,) = self.run(self.store.edit(values))
        if end is not None and not isinstance(end, RefusedError | PoisonError):
            raise end
        return end is None

    def cover(self, territory: str, people: Sequence[str]) -> None:
        """Let exactly these people cover a territory from now on."""
        entries = [CoverEntry(person) for person in people]
        self.ground.write(lambda connection: set_cover(connection, territory, entries))

    def promote(self, person: str, role: Role) -> None:
        """Give a person another role: the account first, then the record, as identity does."""

        def change(connection: Connection) -> None:
            before = accounts.find_account(connection, person)
            assert before is not None
            accounts.change_account(connection, msgspec.structs.replace(before, role=role))

        self.ground.write(change)
        self.edit([Values("person", person, SHARED_ROOT, {"role": role.value})])

    def revoke(self, number: int) -> None:
        """Let a device in no more."""
        self.ground.write(lambda connection: revoke_device(connection, number, self.now_ms()))

    def wipe(self, number: int) -> None:
        """Have a device wiped."""
        self.ground.write(lambda connection: wipe_device(connection, number, self.now_ms()))

    def purge(self) -> None:
        """Purge what is older than half a year."""
        self._work(Purger(self.database, self.now_ms, KEEP_MS).purge())

    def archive(self, lot: int) -> None:
        """Archive some of what may ever be, by ``lot``, and its age does not matter."""
        self._work(_LotArchiver(self.database, self.now_ms, lot).archive(self.heads))

    def project(self) -> None:
        """Bring the typed tables up to date: until then the server does not know what a reader needs today."""
        self._work(Projector(self.database, self.heads, time.monotonic).catch_up())

    def _work(self, work: Coroutine[Any, Any, object]) -> None:
        """Do what the server does by itself."""
        (end,) = self.run(work)
        if isinstance(end, BaseException):
            raise end

    def restore(self, backup: Any, *, clock_ms: int = 0) -> None:
        """Go back to a backup, as the command does, and start a new process over it.

        ``clock_ms``: by a clock that stands there, and the former book cannot be read.
        """
        self.ground.restore(backup, clock_ms or self.now_ms(), forgets=clock_ms > 0)
        self.restart()

    # Looking in

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query, past everything that the server does."""
        return self.ground.read(lambda connection: driver_of(connection).fetch(sql, *values))

    def edited(self, number: int) -> dict[int, str]:
        """Return the records that the verdicts which wait for a device are about, by their numbers."""
        return dict(self.rows("SELECT n, id FROM verdict WHERE device = ?", number))

    def places(self) -> dict[str, str]:
        """Return the bucket of every record."""
        return dict(self.rows("SELECT id, bucket FROM record"))


def _scope_of(token: str) -> Any:
    """Return what a request with a session's token is known by."""
    return {"headers": [(b"cookie", f"{COOKIE}={token}".encode())]}


def _refuse(problem: Problem) -> Answer:
    return Answer(problem.status, msgspec.json.encode(problem))
