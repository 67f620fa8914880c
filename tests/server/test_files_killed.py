"""The server is killed with -9 again and again while a file comes: what it answered is there, and the file is whole."""

import threading
from pathlib import Path
from random import Random
from typing import Final

import httpx
import msgspec

from bench.served import Served, customer_of, make_id, token_of
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.messages import Edit
from server.files import digest_of, values_of

KILLS: Final = 5
CHUNK: Final = 64 * 1024
SIZE: Final = 2_000_000
PHOTO: Final = make_id(7_000)


def test_a_file_is_whole_whenever_the_server_is_killed(tmp_path: Path) -> None:
    random = Random(1)
    body = b"\xff\xd8\xff\xe0" + random.randbytes(SIZE)
    digest, answered = digest_of(body), 0
    cookies = {"routebook_session": token_of(1)}
    with Served(tmp_path, 1) as house, httpx.Client(base_url=house.address, cookies=cookies, timeout=20) as client:
        write_record(client, body)
        for turn in range(KILLS + 1):
            asked = client.get(f"/api/files/{PHOTO}/{digest}/upload").json()
            # Never less than what was answered before; more, where the answer was lost.
            assert asked["offset"] >= answered
            answered = asked["offset"]
            killer = threading.Timer(random.uniform(0.0, 0.15), house.kill)
            if turn < KILLS:
                killer.start()
            try:
                while not asked["stored"]:
                    chunk = body[answered : answered + CHUNK]
                    headers = {"content-type": "application/octet-stream", "upload-offset": str(answered)}
                    address = f"/api/files/{PHOTO}/{digest}/upload"
                    asked = client.patch(address, content=chunk, headers=headers).raise_for_status().json()
                    answered = asked["offset"]
            except httpx.TransportError:
                pass
            killer.cancel() if turn == KILLS else killer.join()
            if turn < KILLS:
                house.start()
        assert client.get(f"/api/files/{PHOTO}/{digest}").content == body
        assert house.record(PHOTO).values["stored"] == digest
    assert list((tmp_path / "data" / "files" / "parts").iterdir()) == []


def write_record(client: httpx.Client, body: bytes) -> None:
    """Send the record first, as a device does."""
    edit = Edit(1, "file", PHOTO, customer_of(0), values_of(customer_of(0), body), stamp_from_clock(Clock(1, 0, 1)))
    request = {
        "protocol": 2, "schema": "x", "device": 1, "now": 1, "edits": [msgspec.to_builtins(edit)], "cursors": {},
    }  # fmt: skip
    reply = client.post("/sync", json=request).raise_for_status().json()
    assert (reply["pushed"], reply.get("verdicts", [])) == (1, []), reply
