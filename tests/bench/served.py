"""Served: the real server as its own process over a team of any size, all signed in, and what it costs."""

import hashlib
import time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, insert

from e2e.house import House
from routebook_server.database import open_sqlite
from routebook_server.identity.accounts import Organisation, found_organisation
from routebook_server.identity.sessions import LASTS_MS
from routebook_server.identity.tables import account, cover, device, session
from routebook_server.records.buckets import SHARED, territory_bucket
from routebook_server.records.load import load_rows
from routebook_sync import base32
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.messages import Edit, Row
from server.team import make_site

STAMP: Final = "1" * 18


def make_id(number: int) -> str:
    """Return the id that stands for a number."""
    return base32.encode(number, 26)


def territory_of(number: int) -> str:
    """Return the id of a territory; they count from 0."""
    return make_id(1_000 + number)


def customer_of(number: int) -> str:
    """Return the id of the customer in a territory."""
    return make_id(500_000 + number)


def token_of(number: int) -> str:
    """Return the session token of a device."""
    return f"token-of-{number}"


def person_of(number: int) -> str:
    """Return the id of the person of a device."""
    return make_id(1_000_000 + number)


def edit_of(device: int, n: int, customer: str) -> Edit:
    """Return what a rep's device sends: of odd numbers a finished visit, of even ones a note."""
    now_ms = time.time_ns() // 1_000_000
    values: dict[str, Any] = {"customer": customer, "person": person_of(device)}
    if n % 2:
        values |= {"status": "done", "purpose": "sales", "planned_day": "2027-01-15", "checked_in_at": now_ms}
        values |= {"checked_out_at": now_ms, "presence": "at_customer", "latitude": 51_759_248, "longitude": 19_455_983}
        values |= {"outcome": "order"}
    else:
        values |= {"written_at": now_ms, "body": "Sprzedaż dobra; заказ через неделю."}
    record = make_id(now_ms << 80 | 7 << 76 | device << 40 | n)
    stamp = stamp_from_clock(Clock(now_ms, n & 0xFFFF, device))
    return Edit(n, "visit" if n % 2 else "note", record, customer, values, stamp)


def settle(database: Path, devices: int, territories: int) -> None:
    """Write an organisation of so many territories with a customer each, and so many reps with a device each.

    Device ``n`` is in territory ``n % territories``.
    """
    now_ms = time.time_ns() // 1_000_000
    numbers = range(1, devices + 1)
    rows = []
    for number in range(territories):
        territory, customer = territory_of(number), customer_of(number)
        rows.append((SHARED, Row("territory", territory, SHARED, v={"name": f"North {number}"}, s={STAMP: []})))
        values = {"name": f"Bakery {number}", "territory": territory}
        rows.append((territory_bucket(territory), Row("customer", customer, customer, v=values, s={STAMP: []})))
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
        covers = [
            {"person": person_of(number), "territory": territory_of(number % territories), "valid_from": 0}
            for number in numbers
        ]
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

    def __init__(self, folder: Path, devices: int, territories: int = 1) -> None:
        super().__init__(folder / "data", app=make_site(folder / "site"), options=())
        self.data.mkdir()
        settle(self.file, devices, territories)

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self._process is not None
        return self._process.pid

    def memory_kib(self) -> int:
        """Return what the process holds in memory."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
