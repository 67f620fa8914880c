"""A short-lived PostgreSQL for tests and benches: a cluster in a temporary folder, a database for each test."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Final, Self

import asyncpg

from ports import free_port
from routebook_server.database.postgres import open_postgres

USER: Final = "nobody"
"""PostgreSQL refuses to run as root; this one runs it then."""
PASSWORD: Final = "open-sesame"
STARTS_WITHIN_S: Final = 60
KEEPER: Final = '"$0" "$@" & server=$!; read -r _; kill -QUIT $server 2>/dev/null; wait $server'
"""Runs the server for as long as we hold the other end of its input: it never outlives us, however we end."""


def find_programs() -> Path | None:
    """Return the folder of initdb and postgres: POSTGRES_BIN, else where the shell finds them; None if nowhere."""
    named = os.environ.get("POSTGRES_BIN", "")
    found = Path(named) if named else Path(shutil.which("initdb") or "/nowhere/initdb").parent
    return found if (found / "initdb").exists() and (found / "postgres").exists() else None


class Cluster:
    """One running PostgreSQL, in a folder of its own for temporary files or ``beside``.

    It writes to the disk at leisure, unless with ``fsync``.
    """

    def __init__(self, programs: Path, *, fsync: bool = False, beside: Path | None = None) -> None:
        self._programs = programs
        self._fsync = fsync
        self._databases = 0
        self._server: subprocess.Popen[bytes] | None = None
        self.folder = Path(tempfile.mkdtemp(prefix=".routebook-postgres-", dir=beside))
        self.port = free_port()
        self._identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam(USER)
            self._identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        secret = self.folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        self._run(
            *("initdb", "--no-sync", "--no-instructions", "-A", "scram-sha-256", "-U", "routebook"),
            *("--encoding=UTF8", "--locale=C.UTF-8", f"--pwfile={secret}", "-D", str(self.folder / "data")),
        )

    def start(self) -> None:
        """Start the server, or start it again; returns when it answers."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": "on" if self._fsync else "off",
            "full_page_writes": "on" if self._fsync else "off",
            "max_connections": "200",
            "shared_buffers": "128MB",
            "logging_collector": "off",
        }
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                ["/bin/sh", "-c", KEEPER, self._programs / "postgres", "-D", self.folder / "data", *options],
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
                **self._identity,
            )
        deadline = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                asyncio.run(self._execute("SELECT 1"))
            except (OSError, asyncpg.CannotConnectNowError):
                assert self._server.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
            else:
                return

    def stop(self) -> None:
        """Stop the server at once, as a loss of power would."""
        assert self._server is not None
        assert self._server.stdin is not None
        postmaster = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGQUIT)
        self._server.stdin.close()
        self._server.wait(STARTS_WITHIN_S)

    def address(self, database: str) -> str:
        """Return the address of a database, for ROUTEBOOK_DATABASE."""
        return f"postgresql://routebook:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def prepare_template(self) -> None:
        """Make the database that those for the tests are copied from."""
        asyncio.run(self._execute("CREATE DATABASE template"))
        database = open_postgres(self.address("template"))
        asyncio.run(database.close())

    def create(self, template: str = "template") -> str:
        """Return the address of a new database, with all tables unless ``template`` is "template0"."""
        self._databases += 1
        name = f"test_{self._databases}"
        asyncio.run(self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))
        return self.address(name)

    def drop(self, address: str) -> None:
        """Remove a database, whoever still uses it."""
        asyncio.run(self._execute(f"DROP DATABASE {address.rpartition('/')[2]} WITH (FORCE)"))

    async def _execute(self, sql: str) -> None:
        connection = await asyncpg.connect(self.address("postgres"), timeout=STARTS_WITHIN_S)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments], check=True, cwd=self.folder, capture_output=True, **self._identity
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._server is not None and self._server.poll() is None:
            self.stop()
        shutil.rmtree(self.folder)
