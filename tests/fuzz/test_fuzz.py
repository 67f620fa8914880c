"""Whatever comes over the line: never a fault of the server, never a crash, never growing memory.

``FUZZ_RUNS`` (default 4 000) requests from ``FUZZ_SEED`` (default 0); `make fuzz` sends a million. A request that got a
wrong answer is kept in ``failures/`` and sent again by every run from then on.
"""

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any, Final, TypeAlias

import msgspec
import pytest

from fuzz.corpus import DEVICE, Corpus
from fuzz.mutate import mutate, pack
from postgres import Cluster
from routebook_server.database.address import sqlite_address
from routebook_sync.messages import Problem, SyncReply, read_reply
from server.devices import ANNA, Team, open_team

RUNS: Final = int(os.environ.get("FUZZ_RUNS", "4000"))
SEED: Final = int(os.environ.get("FUZZ_SEED", "0"))
FAILURES: Final = Path(__file__).parent / "failures"
ROUND: Final = int(os.environ.get("FUZZ_ROUND", "1000"))
"""Requests to one database; then a new one, so that memory measured is not the page cache of a growing file.

Several of them make the runs: after one alone nothing could be seen to have grown.
"""
MAX_GROWTH_BYTES: Final = 24 * 1024 * 1024
MEMORY: Final = Path("/dev/shm")
MEMORY_IS_THERE: Final = MEMORY.is_dir()
EXPECTED_STATUSES: Final = frozenset({200, 400, 403, 409, 413})
Send: TypeAlias = Callable[[Team, bytes, bytes], Awaitable[tuple[int, bytes]]]


Addresses: TypeAlias = Callable[[], contextlib.AbstractAsyncContextManager[str]]
"""Opens an empty database; gives its address, and takes it away again."""


@contextlib.asynccontextmanager
async def on_sqlite() -> AsyncIterator[str]:
    """Make a database in memory where the machine has such a folder: a million commits wait for no disk."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY_IS_THERE else None) as folder:
        yield sqlite_address(Path(folder) / "team.db")


@contextlib.asynccontextmanager
async def opened(addresses: Addresses = on_sqlite) -> AsyncIterator[Team]:
    """Open a team on a new database."""
    async with addresses() as address, open_team(address) as team:
        team.device(DEVICE, ANNA)
        yield team


async def send(team: Team, body: bytes, encoding: bytes) -> tuple[int, bytes]:
    """Send a request to the endpoint in this process; return status and body of the answer."""
    headers = [(b"device", str(DEVICE).encode()), (b"content-encoding", encoding)]
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/sync",
        "raw_path": b"/sync",
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("192.0.2.1", 1),
        "server": ("server", 80),
    }
    status, parts = 0, []

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def answer(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            parts.append(message.get("body", b""))

    await team.app(scope, receive, answer)  # type: ignore[arg-type] # plain dicts, as a server sends them
    return status, b"".join(parts)


def judge(status: int, answer: bytes) -> int | None:
    """Check an answer; return the number of the edit that the server expects next, where it says so."""
    assert status in EXPECTED_STATUSES, f"status {status}"
    if status == 200:
        return msgspec.json.decode(answer, type=SyncReply).pushed + 1
    return msgspec.json.decode(answer, type=Problem).expected or None


def anonymous_bytes() -> int:
    """Return the memory that belongs to this process alone, not to files; 0 where the system does not tell."""
    told = Path("/proc/self/smaps_rollup")
    if not told.exists():
        return 0
    return next(int(line.split()[1]) * 1024 for line in told.read_text().splitlines() if line.startswith("Anonymous:"))


def keep(body: bytes, encoding: bytes) -> Path:
    """Keep a request that got a wrong answer."""
    FAILURES.mkdir(exist_ok=True)
    kept = FAILURES / f"{hashlib.sha256(body).hexdigest()[:16]}.{encoding.decode('latin-1')[:8] or 'plain'}"
    kept.write_bytes(body)
    return kept


async def growth(runs: int, size: int, sent: Send = send, addresses: Addresses = on_sqlite) -> int:
    """Send so many mutated requests in rounds of ``size`` and judge every answer.

    Returns by how many bytes the process has grown since its first round, in which everything is loaded.
    """
    at_first = 0
    for start in range(0, runs, size):
        async with opened(addresses) as team:
            corpus = Corpus(Random(SEED))
            for number in range(start, min(runs, start + size)):
                corpus.random = random = Random(f"{SEED}/{number}")
                body, encoding = pack(random, mutate(random, corpus.request()))
                status, answer = await sent(team, body, encoding)
                try:
                    corpus.n = judge(status, answer) or corpus.n
                except (AssertionError, msgspec.MsgspecError) as error:
                    replay = f"FUZZ_SEED={SEED} FUZZ_RUNS={number + 1} FUZZ_ROUND={size} pytest tests/fuzz/test_fuzz.py"
                    pytest.fail(f"{error}: {answer[:300]!r}\nkept as {keep(body, encoding)}\n{replay}")
            last_taken = corpus.n
            told = await send(team, msgspec.json.encode({"protocol": 2, "schema": "", "device": DEVICE, "now": 0}), b"")
            assert told[0] == 200
        assert last_taken > (min(runs, start + size) - start) // 50, "nearly nothing was taken: the corpus is not sound"
        at_first = at_first or anonymous_bytes()
    return anonymous_bytes() - at_first


async def test_no_mutated_request_brings_the_server_down_or_makes_it_grow() -> None:
    assert await growth(RUNS, ROUND) <= MAX_GROWTH_BYTES


@pytest.mark.postgres
async def test_nor_does_one_on_postgresql(cluster: Cluster) -> None:
    """What SQLite takes and PostgreSQL does not, as a NUL in a text, is found here; its part is a tenth of the runs."""

    @contextlib.asynccontextmanager
    async def on_postgresql() -> AsyncIterator[str]:
        address = await asyncio.to_thread(cluster.create)
        try:
            yield address
        finally:
            await asyncio.to_thread(cluster.drop, address)

    assert await growth(RUNS // 10, max(ROUND // 10, 1), addresses=on_postgresql) <= MAX_GROWTH_BYTES


@pytest.mark.skipif(anonymous_bytes() == 0, reason="this system does not tell what belongs to a process alone")
async def test_a_server_that_kept_something_of_every_request_would_be_seen_to_grow() -> None:
    leaked: list[bytes] = []
    rounds, size = 4, 50

    async def leak(team: Team, body: bytes, encoding: bytes) -> tuple[int, bytes]:
        leaked.append(b"x" * (2 * MAX_GROWTH_BYTES // ((rounds - 1) * size)))
        return await send(team, body, encoding)

    assert await growth(rounds * size, size, leak) > MAX_GROWTH_BYTES


async def test_every_request_that_once_got_a_wrong_answer_gets_a_right_one() -> None:
    async with opened() as team:
        for kept in sorted(FAILURES.glob("*")):
            encoding = b"" if kept.suffix == ".plain" else kept.suffix[1:].encode()
            judge(*await send(team, kept.read_bytes(), encoding))


def test_no_mutated_reply_does_more_to_the_decoder_than_be_refused() -> None:
    corpus = Corpus(Random(SEED))
    read = 0
    for number in range(RUNS):
        corpus.random = random = Random(f"{SEED}/{number}")
        body = mutate(random, corpus.reply())
        try:
            read_reply(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
        read += 1
    assert 0 < read < RUNS
