"""What the tests of files share: records with bytes, and how a device sends them."""

import hashlib
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from routebook_server.records.store import Values
from server.team import COAST, MAREK, NORTH, SOUTH, START_MS, House, make_id

BAKERY, CHEMIST, HARBOUR = make_id(21), make_id(22), make_id(23)
"""Customers of the north (Marek's), of the south (Ewa's), of the coast (nobody's)."""
_CUSTOMERS: Final = ((BAKERY, "Bakery", NORTH), (CHEMIST, "Chemist", SOUTH), (HARBOUR, "Harbour", COAST))
JPEG: Final = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 40
CHUNK: Final = 4_096


def digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def values_of(customer: str, body: bytes, **more: Any) -> dict[str, Any]:
    """Return what a device writes of a photo."""
    return {
        "customer": customer,
        "person": MAREK,
        "type": "photo",
        "media_type": "image/jpeg",
        "size": len(body),
        "digest": digest_of(body),
        "taken_at": START_MS,
        **more,
    }


async def settle_in(house: House) -> None:
    """Write the customers."""
    await house.application.store.edit(
        [
            Values("customer", customer, customer, {"name": name, "territory": territory})
            for customer, name, territory in _CUSTOMERS
        ]
    )


async def write_file(house: House, record: str, body: bytes, customer: str = BAKERY, **more: Any) -> str:
    """Write a file's record, as a sync would; return the digest."""
    values = values_of(customer, body, **more)
    await house.application.store.edit([Values("file", record, customer, values)])
    return str(values["digest"])


async def append(client: httpx.AsyncClient, record: str, digest: str, offset: int, chunk: bytes) -> httpx.Response:
    """Send one chunk."""
    headers = {"content-type": "application/octet-stream", "upload-offset": str(offset)}
    return await client.patch(f"/api/files/{record}/{digest}/upload", content=chunk, headers=headers)


async def send(client: httpx.AsyncClient, record: str, body: bytes, digest: str = "") -> dict[str, Any]:
    """Send what the server has not, chunk by chunk; return its last answer."""
    digest = digest or digest_of(body)
    answer = await client.get(f"/api/files/{record}/{digest}/upload")
    assert answer.status_code == 200, answer.text
    state: dict[str, Any] = answer.json()
    while not state["stored"]:
        chunk = body[state["offset"] : state["offset"] + CHUNK]
        answer = await append(client, record, digest, state["offset"], chunk)
        assert answer.status_code == 200, answer.text
        state = answer.json()
    return state


async def record_of(house: House, record: str) -> dict[str, Any]:
    """Return the values of a record as stored."""
    found = await house.application.database.fetch("SELECT doc FROM record WHERE id = ?", record)
    values: dict[str, Any] = msgspec.json.decode(found[0][0])["v"]
    return values


def kept(data: Path) -> list[str]:
    """Return the digests of the files that lie whole on the disk."""
    return sorted(path.name for path in (data / "files").glob("??/??/*"))


def parts(data: Path) -> list[Path]:
    """Return the files that are on their way."""
    return sorted((data / "files" / "parts").glob("*"))
