"""The command line: serve, fill with demo data, add people, set passwords."""

import argparse
import asyncio
import getpass
import os
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from routebook_server.app import VERSION, Application, create_app, wall_clock_ms
from routebook_server.database import NewerDatabaseError
from routebook_server.demo.fill import DEFAULT_SEED, fill_demo
from routebook_server.demo.rows import DEFAULT_CUSTOMERS, MAX_CHILDREN, MAX_CUSTOMERS
from routebook_server.demo.team import PASSWORD as DEMO_PASSWORD
from routebook_server.gateway.problem import ProblemError
from routebook_server.identity.accounts import (
    Organisation,
    all_accounts,
    change_password,
    find_account_by_email,
    find_organisation,
)
from routebook_server.identity.directory import find_names
from routebook_server.identity.founding import found
from routebook_server.identity.passwords import MAX_LENGTH, MIN_LENGTH
from routebook_server.identity.people import NewPerson
from routebook_server.identity.sessions import end_sessions_of
from routebook_server.logs import configure_logs
from routebook_server.serving import Server, server_config
from routebook_server.settings import SettingError, Settings, settings_from_environment
from routebook_server.web.site import AppNotBuiltError
from routebook_sync.entities.person import Role
from routebook_sync.identifier import RANDOM_BYTES, new_id

OK: Final = 0
FAILED: Final = 1
MISUSED: Final = 2
DEMO_DOMAIN: Final = "@demo.example"


class CommandError(Exception):
    """What the user must know instead of a traceback: one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        settings = settings_from_environment(
            os.environ,
            data=chosen.data,
            port=getattr(chosen, "port", None),
            host=getattr(chosen, "host", None),
        )
    except SettingError as error:
        print(f"routebook: {error}", file=sys.stderr)
        return MISUSED
    configure_logs(settings)
    try:
        run: int = chosen.run(settings, chosen)
    except CommandError as error:
        print(f"routebook: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return OK
    return run


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="routebook", description="The server of Routebook.")
    parser.add_argument("--version", action="version", version=f"routebook {VERSION}")
    commands = parser.add_subparsers(required=True, metavar="command")
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument("--data", type=Path, help="folder of the database (DATA; ./data)")

    serve = commands.add_parser("serve", parents=[data], help="serve the app and its API")
    serve.add_argument("--demo", action="store_true", help="fill an empty database with the demo team")
    serve.add_argument("--port", type=int, help="port to listen on (PORT; 8080)")
    serve.add_argument("--host", help="address to listen on (ROUTEBOOK_HOST; 127.0.0.1)")
    serve.set_defaults(run=_serve)

    demo = commands.add_parser("demo", parents=[data], help="fill an empty database with the demo team, of any size")
    demo.add_argument(
        "--customers", type=_count, default=DEFAULT_CUSTOMERS, help=f"1 to {MAX_CUSTOMERS} ({DEFAULT_CUSTOMERS})"
    )
    demo.add_argument(
        "--children", type=_children, help="records below a customer on average (15; 3 above 5000 customers)"
    )
    demo.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, help=f"another one makes other customers ({DEFAULT_SEED})"
    )
    demo.set_defaults(run=_demo)

    person = commands.add_parser("person", help="people").add_subparsers(required=True, metavar="command")
    add = person.add_parser("add", parents=[data], help="add a person who may sign in")
    add.add_argument("--name", required=True)
    add.add_argument("--email", required=True)
    add.add_argument("--role", choices=[role.value for role in Role], default=Role.REP.value)
    add.add_argument("--locale", help="language of the person: en, fa, ru, zh, pl")
    add.add_argument("--organisation", default="Routebook", help="name of the organisation, for the first person")
    add.set_defaults(run=_add_person)

    password = commands.add_parser("password", parents=[data], help="set a person's password and end his sessions")
    password.add_argument("email")
    password.set_defaults(run=_set_password)
    return parser


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= MAX_CUSTOMERS:
        raise argparse.ArgumentTypeError(f"not from 1 to {MAX_CUSTOMERS}")
    return count


def _children(text: str) -> float:
    children = float(text)
    if not 0 <= children <= MAX_CHILDREN:
        raise argparse.ArgumentTypeError(f"not from 0 to {MAX_CHILDREN}")
    return children


def _open(settings: Settings) -> Application:
    """Return the application, or say in one sentence why there is none."""
    try:
        return create_app(settings)
    except AppNotBuiltError:
        raise CommandError(f"there is no built app in {settings.app}; run `make build` first") from None
    except NewerDatabaseError:
        raise CommandError(f"{settings.database} belongs to a newer version; update the server") from None
    except OSError as error:
        raise CommandError(f"cannot use the folder {settings.data}: {error.strerror}") from None
    except DatabaseError as error:
        raise CommandError(f"cannot open {settings.database}: {error.orig}") from None


def _serve(settings: Settings, chosen: argparse.Namespace) -> int:
    async def serve() -> int:
        with _listen(settings) as listening:
            application = _open(settings)
            server = Server(server_config(application), application.heads.close)
            try:
                if chosen.demo:
                    await _fill(application, DEFAULT_SEED, DEFAULT_CUSTOMERS, None)
                await _greet(application, demo=chosen.demo)
            except BaseException:
                await application.close()
                raise
            await server.serve([listening])
            return OK if server.started else FAILED

    with asyncio.Runner(loop_factory=server_config(_nothing).get_loop_factory()) as runner:
        return runner.run(serve())


async def _nothing(_scope: object, _receive: object, _send: object) -> None:
    """Stand in for the application while only the kind of event loop is asked."""


def _listen(settings: Settings) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise CommandError(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; choose another with --port"
        ) from None


async def _fill(application: Application, seed: int, customers: int, children: float | None) -> bool:
    """Fill an empty database with the demo team; False where there is one already."""

    def say(made: int) -> None:
        print(f"\rFilling the demo team's book: {made} of {customers} customers", end="", flush=True)

    filled = await fill_demo(
        application.store,
        application.passwords,
        wall_clock_ms(),
        seed=seed,
        customers=customers,
        children=children,
        progress=say if sys.stdout.isatty() else lambda _made: None,
    )
    if filled:
        print(f"\rFilled the demo team's book: {customers} customers.{' ' * 20}", flush=True)
    return filled


def _demo(settings: Settings, chosen: argparse.Namespace) -> int:
    async def fill(application: Application) -> None:
        if not await _fill(application, chosen.seed, chosen.customers, chosen.children):
            raise CommandError(f"{settings.database} is not empty; choose another folder with --data")

    _run_once(settings, fill)
    return OK


async def _greet(application: Application, *, demo: bool) -> None:
    """Say where it is and who may sign in."""
    host, port = application.settings.host, application.settings.port
    shown = f"[{host}]" if ":" in host else host
    address = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else shown  # noqa: S104
    print(f"\nRoutebook is on http://{address}:{port}  (Ctrl C stops it)")
    if host in {"0.0.0.0", "::"}:  # noqa: S104
        print("From another device it needs https to work offline: docs/operating.md has the steps.")
    accounts, names = await application.database.read(
        lambda connection: (all_accounts(connection), find_names(connection))
    )
    if not accounts:
        print("Nobody can sign in yet: routebook person add --name … --email … --role administrator")
    elif demo:
        shown_accounts = [account for account in accounts if account.email.endswith(DEMO_DOMAIN)]
        widths = [
            max((len(text) for text in column), default=0)
            for column in zip(*[(account.email, account.role.value) for account in shown_accounts], strict=True)
        ]
        print(f"\nSign in with the password {DEMO_PASSWORD} as")
        for account in shown_accounts:
            print(f"  {account.email:<{widths[0]}}  {account.role.value:<{widths[1]}}  {names.get(account.person, '')}")
    print(flush=True)


def _add_person(settings: Settings, chosen: argparse.Namespace) -> int:
    password = _ask_password()
    try:
        offer = msgspec.convert(
            {
                "name": chosen.name,
                "email": chosen.email,
                "password": password,
                "role": chosen.role,
                "locale": chosen.locale,
            },
            NewPerson,
        )
    except msgspec.ValidationError as error:
        raise CommandError(str(error)) from None

    async def add(application: Application) -> None:
        now_ms = wall_clock_ms()
        organisation = Organisation(
            new_id(now_ms, os.urandom(RANDOM_BYTES)), chosen.organisation, chosen.locale or "en"
        )

        def found_if_empty(connection: Connection) -> None:
            if find_organisation(connection) is None:
                found(connection, organisation, [], "", now_ms)

        await application.database.write(found_if_empty)
        await application.people.add_unasked(offer)

    _run_once(settings, add)
    print(f"{chosen.email} may sign in.")
    return OK


def _set_password(settings: Settings, chosen: argparse.Namespace) -> int:
    password = _ask_password()

    async def change(application: Application) -> None:
        password_hash = await application.passwords.hash(password)

        def store(connection: Connection) -> None:
            account = find_account_by_email(connection, chosen.email)
            if account is None:
                raise CommandError(f"nobody has the e-mail {chosen.email}")
            change_password(connection, account.person, password_hash)
            end_sessions_of(connection, account.person)

        await application.database.write(store)

    _run_once(settings, change)
    print(f"The password of {chosen.email} is set; all his devices are signed out.")
    return OK


def _ask_password() -> str:
    """Ask on the terminal, twice; from a pipe take the first line."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != password:
            raise CommandError("the two are not the same")
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise CommandError(f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters")
    return password


def _run_once(settings: Settings, work: Callable[[Application], Awaitable[None]]) -> None:
    """Run ``work`` on the database without serving."""

    async def run() -> None:
        application = _open(settings)
        try:
            await work(application)
        except ProblemError as error:
            raise CommandError(f"{error.problem.title} {error.problem.field}".strip()) from None
        finally:
            await application.close()

    asyncio.run(run())
