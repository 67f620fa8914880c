"""Served: the real server as its own process over a team of any size, all signed in, and what it costs."""

import hashlib
import os
import time
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, insert

from e2e.house import House
from routebook_server.database import open_sqlite
from routebook_server.identity.accounts import Organisation, found_organisation
from routebook_server.identity.sessions import LASTS_MS
from routebook_server.identity.tables import account, cover, device, session
from routebook_server.records.buckets import SHARED, territory_bucket
from routebook_server.records.load import load_rows
from routebook_sync import base32
from routebook_sync.messages import Row
from server.team import make_site

TICKS: Final = os.sysconf("SC_CLK_TCK")
STAMP: Final = "1" * 18


def make_id(number: int) -> str:
    """Return the id that stands for a number."""
    return base32.encode(number, 26)


TERRITORY: Final = make_id(1)
BUCKET: Final = territory_bucket(TERRITORY)
CUSTOMER: Final = make_id(2)


def token_of(number: int) -> str:
    """Return the session token of a device."""
    return f"token-of-{number}"


def person_of(number: int) -> str:
    """Return the id of the person of a device."""
    return make_id(1_000_000 + number)


def settle(database: Path, devices: int) -> None:
    """Write an organisation with one customer, and so many reps, a device each, who all cover its one territory."""
    now_ms = time.time_ns() // 1_000_000
    numbers = range(1, devices + 1)
    rows = [
        (SHARED, Row("territory", TERRITORY, SHARED, v={"name": "North"}, s={STAMP: []})),
        (BUCKET, Row("customer", CUSTOMER, CUSTOMER, v={"name": "Bakery", "territory": TERRITORY}, s={STAMP: []})),
    ]
    for number in numbers:
        values = {"name": f"Rep {number}", "role": "rep"}
        rows.append((SHARED, Row("person", person_of(number), SHARED, v=values, s={STAMP: []})))

    def fill(connection: Connection) -> None:
        found_organisation(connection, Organisation(make_id(3), "Bench", "en"), now_ms)
        accounts = [
            {
                "person": person_of(number),
                "email": f"{number}@bench.example",
                "password_hash": "",
                "role": "rep",
                "active": True,
                "created": now_ms,
            }
            for number in numbers
        ]
        covers = [{"person": person_of(number), "territory": TERRITORY, "valid_from": 0} for number in numbers]
        devices = [
            {"number": number, "person": person_of(number), "name": "", "platform": "", "created": 0, "last_seen": 0}
            for number in numbers
        ]
        sessions = [
            {
                "token_hash": hashlib.sha256(token_of(number).encode()).digest(),
                "device": number,
                "created": now_ms,
                "expires": now_ms + LASTS_MS,
            }
            for number in numbers
        ]
        for table, values in ((account, accounts), (cover, covers), (device, devices), (session, sessions)):
            connection.execute(insert(table), values)
        load_rows(connection, rows)

    opened = open_sqlite(database)
    opened.write_now(fill)
    opened.close_now()


class Served(House):
    """A running server over a settled team; without its demo data."""

    def __init__(self, folder: Path, devices: int) -> None:
        super().__init__(folder / "data", app=make_site(folder / "site"), options=())
        self.data.mkdir()
        settle(self.database, devices)

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self._process is not None
        return self._process.pid

    def memory_kib(self) -> int:
        """Return what the process holds in memory."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

    def cpu_s(self) -> float:
        """Return the seconds of CPU that the process has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
