"""The command line: serve, fill with demo data, add people, set passwords, check the book."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from routebook_server.administering import add_person, fill, set_password, verify_sums
from routebook_server.app import VERSION
from routebook_server.demo.fill import DEFAULT_SEED
from routebook_server.demo.rows import DEFAULT_CUSTOMERS, MAX_CHILDREN, MAX_CUSTOMERS
from routebook_server.keeping import back_up, move, restore
from routebook_server.logs import configure_logs
from routebook_server.opening import FAILED, MISUSED, OK, CommandError
from routebook_server.serving import serve
from routebook_server.settings import SettingError, settings_from_environment
from routebook_sync.entities.person import Role


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        settings = settings_from_environment(
            os.environ,
            data=getattr(chosen, "data", None),
            port=getattr(chosen, "port", None),
            host=getattr(chosen, "host", None),
            processes=getattr(chosen, "processes", None),
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

    serving = commands.add_parser("serve", parents=[data], help="serve the app and its API")
    serving.add_argument("--demo", action="store_true", help="fill an empty database with the demo team")
    serving.add_argument("--port", type=int, help="port to listen on (PORT; 8080)")
    serving.add_argument("--host", help="address to listen on (ROUTEBOOK_HOST; 127.0.0.1)")
    serving.add_argument("--processes", type=int, help="server processes, on PostgreSQL (ROUTEBOOK_PROCESSES; 1)")
    serving.set_defaults(run=serve)

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
    demo.set_defaults(run=fill)

    person = commands.add_parser("person", help="people").add_subparsers(required=True, metavar="command")
    add = person.add_parser("add", parents=[data], help="add a person who may sign in")
    add.add_argument("--name", required=True)
    add.add_argument("--email", required=True)
    add.add_argument("--role", choices=[role.value for role in Role], default=Role.REP.value)
    add.add_argument("--locale", help="language of the person: en, fa, ru, zh, pl")
    add.add_argument("--organisation", default="Routebook", help="name of the organisation, for the first person")
    add.set_defaults(run=add_person)

    password = commands.add_parser("password", parents=[data], help="set a person's password and end his sessions")
    password.add_argument("email")
    password.set_defaults(run=set_password)

    backup = commands.add_parser(
        "backup", parents=[data], help="write all there is to a file, beside the running server"
    )
    backup.add_argument("file", type=Path)
    backup.add_argument("--files", type=Path, help="folder to copy photos, voice notes and documents to, what is new")
    backup.set_defaults(run=back_up)

    restoring = commands.add_parser("restore", parents=[data], help="put a backup in place of the database")
    restoring.add_argument("file", type=Path)
    restoring.add_argument("--files", type=Path, help="folder of a backup to copy missing files back from")
    restoring.set_defaults(run=restore)

    moving = commands.add_parser("move", help="copy all there is into another, empty database")
    moving.add_argument("--from", dest="source", required=True, help="sqlite:///file or postgresql://…")
    moving.add_argument("--to", dest="target", required=True, help="sqlite:///file or postgresql://…")
    moving.set_defaults(run=move)

    verify = commands.add_parser("verify", parents=[data], help="compute the checksums anew and say what differs")
    verify.add_argument("--mend", action="store_true", help="put right what differs")
    verify.set_defaults(run=verify_sums)
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
