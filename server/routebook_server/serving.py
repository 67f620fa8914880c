"""Serving: the whole server in one process or several, started with a word of welcome and stopped well.

To stop: live streams end at once, waiting pushes are finished, exit code 0.
"""

import argparse
import asyncio
import contextlib
import socket
from collections.abc import Callable, Coroutine, Iterator
from types import FrameType
from typing import Any, Final, TypeVar

import uvicorn

from routebook_server.app import Application
from routebook_server.backup.lock import FileLock, LockedError
from routebook_server.database import name_of
from routebook_server.database.address import is_postgres, sqlite_path
from routebook_server.demo.team import DOMAIN, PASSWORD
from routebook_server.filling import fill_with_words
from routebook_server.garbage import look_seldom
from routebook_server.identity.accounts import all_accounts
from routebook_server.identity.directory import find_names
from routebook_server.identity.health import Demo
from routebook_server.logs import configure_logs
from routebook_server.opening import FAILED, OK, CommandError, in_one_sentence, open_application
from routebook_server.settings import Settings
from routebook_server.supervising import supervise

_STOPS_WITHIN_S: Final = 2
"""What a request may still take after the signal; then it is cut."""
_BACKLOG: Final = 4_096
"""Connections that may wait to be accepted: after a restart all devices come back."""
_GONE_AFTER_MS: Final = 60_000
"""A peer that has acknowledged nothing for so long is gone; by itself the system waits a quarter of an hour."""

T = TypeVar("T")

try:
    from routebook_server.web.connection import Connection

    _HTTP: type[asyncio.Protocol] | str = Connection
except ImportError:  # Windows has no httptools
    _HTTP = "auto"
try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]


class Server(uvicorn.Server):
    """A server that tells its live streams to end as soon as it is asked to stop."""

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take SIGINT or SIGTERM; a second SIGINT does not wait."""
        super().handle_exit(sig, frame)
        # Uvicorn would raise the signal again when all is done; to have been asked to stop is no failure.
        self._captured_signals.clear()

    async def on_tick(self, counter: int) -> bool:
        """Look around, ten times a second; the first thing after a signal is to end the streams."""
        is_over = await super().on_tick(counter)
        if is_over:
            self._on_stop()
        return is_over


def server_config(application: Any) -> uvicorn.Config:
    """Return how uvicorn runs: on uvloop and httptools where they are, without its own logs and proxy headers."""
    return uvicorn.Config(
        application,
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        ws="none",
        backlog=_BACKLOG,
        http=_HTTP,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_STOPS_WITHIN_S,
    )


def serve(settings: Settings, chosen: argparse.Namespace) -> int:
    """Serve until a signal; returns the exit code."""
    _allow_connections()
    if settings.processes > 1 and not is_postgres(settings.address):
        reason = f"{settings.processes} processes need PostgreSQL, a file of SQLite is for one"
        raise CommandError(f"{reason}; set ROUTEBOOK_DATABASE or leave ROUTEBOOK_PROCESSES out")
    demo = Demo(DOMAIN, PASSWORD) if chosen.demo else None
    with _alone(settings), _listen(settings) as listening:
        if settings.processes == 1:
            return _run(_serve(settings, listening, demo))
        _run(_prepare(settings, demo))
        return supervise(settings.processes, _serve_beside, (settings, listening, demo))


def _run(serving: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(serving)


def _serve_beside(settings: Settings, listening: socket.socket, demo: Demo | None) -> int:
    """Serve as one of several processes, whose parent has said the welcome."""
    configure_logs(settings)
    return _run(_serve(settings, listening, demo, is_greeted=True))


@contextlib.contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Keep a second server, and a restore, off a database that one process has for itself."""
    if is_postgres(settings.address):
        yield
        return
    with in_one_sentence(settings.address):
        try:
            lock = FileLock(sqlite_path(settings.address)).take()
        except LockedError:
            raise CommandError(f"{name_of(settings.address)} is in use by another server; stop it first") from None
    try:
        yield
    finally:
        lock.release()


async def _serve(settings: Settings, listening: socket.socket, demo: Demo | None, *, is_greeted: bool = False) -> int:
    application = open_application(settings, demo=demo)
    server = Server(server_config(application), application.heads.close)
    try:
        if not is_greeted:
            await _begin(application, demo)
    except BaseException:
        await application.close()
        raise
    look_seldom()
    await server.serve([listening])
    return OK if server.started else FAILED


async def _prepare(settings: Settings, demo: Demo | None) -> None:
    """Bring the database up to date and say the welcome, before any process serves."""
    application = open_application(settings, demo=demo)
    try:
        await _begin(application, demo)
    finally:
        await application.close()


async def _begin(application: Application, demo: Demo | None) -> None:
    if demo is not None:
        await fill_with_words(application)
    await _greet(application, demo=demo is not None)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    async def nothing(_scope: object, _receive: object, _send: object) -> None:
        """Stand in for the application while only the kind of event loop is asked."""

    return server_config(nothing).get_loop_factory()


def _listen(settings: Settings) -> socket.socket:
    """Return the listening socket, before anything that takes time: a taken port is said at once."""
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        listening = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        reason = f"cannot listen on {settings.host}:{settings.port}: {error.strerror}"
        raise CommandError(f"{reason}; choose another with --port") from None
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; what is accepted here inherits it
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _GONE_AFTER_MS)
    return listening


def _allow_connections() -> None:
    """Raise the soft limit of open files to the hard one: each connection is one, and each device holds one."""
    if resource is not None:
        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.suppress(ValueError, OSError):  # macOS names a limit that it does not grant
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _greet(application: Application, *, demo: bool) -> None:
    """Say where it is and who may sign in."""
    host, port = application.settings.host, application.settings.port
    is_everywhere = host in {"0.0.0.0", "::"}  # noqa: S104
    shown = "localhost" if is_everywhere or host in {"127.0.0.1", "::1"} else host
    print(f"Routebook is on http://{f'[{shown}]' if ':' in shown else shown}:{port}   Ctrl C stops it")
    if is_everywhere:
        print("From another device it needs https to work offline: docs/operating.md has the steps.")
    accounts, names = await application.database.read(
        lambda connection: (all_accounts(connection), find_names(connection))
    )
    if not accounts:
        print("Nobody can sign in yet: routebook person add --role administrator --name … --email …")
    elif demo:
        print(f"Sign in with the password {PASSWORD} as")
        width = max(len(account.email) for account in accounts)
        for account in accounts:
            print(f"  {account.email:<{width}}  {account.role.value:<13}  {names.get(account.person, '')}")
    print(flush=True)
