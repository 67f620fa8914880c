"""Area: a file whose upload is cut in the middle. The app's own uploader on Node, the real server with its disk."""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.line import Line, at_most
from bench.served import Served, customer_of, make_id, person_of, token_of
from blackbox.clients import Clients, SignedIn

FILES: Final = 5
SIZE: Final = 32 << 20
COOKIE: Final = "routebook_session"


def run() -> Iterator[Line]:
    """Yield what is sent in all by what had to be, and how long the second half takes."""
    shares, times = [], []
    with tempfile.TemporaryDirectory() as folder, Served(Path(folder), 1) as house, Clients() as clients:
        account = {"person": person_of(1), "device": 1, "role": "rep", "name": "Rep"}
        phone = clients.device("phone")
        phone.open(house.address, SignedIn(account, f"{COOKIE}={token_of(1)}"), Path(folder) / "phone.db")
        phone.wait(ready=True)
        for number in range(FILES + 1):
            before = phone.ask("traffic")["sent"]
            answer = phone.ask("photo", record=make_id(9_000 + number), customer=customer_of(0), size=SIZE - number)
            assert answer["value"]["saved"], answer
            phone.wait(files=SIZE // 2)
            phone.ask("network", up=False)
            left = phone.ask("status")["files"]["bytes"]
            assert 0 < left <= SIZE // 2, left
            back = phone.send("network", up=True)
            there = phone.wait(files=0)
            times.append(there.at - back.result().begun)
            shares.append((phone.ask("traffic")["sent"] - before) / SIZE)
        stored = {file.values.get("stored") == file.values["digest"] for file in house.records("file")}
        assert stored == {True}, stored
    yield at_most("photo_upload_resume", statistics.median(shares[1:]), "ratio", 1.1)
    yield at_most("photo_upload_resume_ms", statistics.median(times[1:]), "ms", 2_000)
