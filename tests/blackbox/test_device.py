"""A device without a browser is a device: it signs in, reads its book, writes, and outlives its process."""

import time
from pathlib import Path

import pytest

from blackbox.clients import ClientError, Clients
from blackbox.digest import digests
from blackbox.guests import admit
from e2e.house import PASSWORD, House

MAREK = "marek@demo.example"
NAMES = {"search": "", "filter": {"name": "all"}, "sort": "name", "offset": 0}


def test_a_device_signs_in_and_holds_what_the_server_holds(house: House, clients: Clients, tmp_path: Path) -> None:
    house.start()
    with pytest.raises(ClientError, match="wrong_credentials"):
        clients.sign_in(house.address, MAREK, "a wrong password", "phone")
    signed_in = clients.sign_in(house.address, MAREK, PASSWORD, "phone")
    phone = clients.device("phone")
    phone.open(house.address, signed_in, tmp_path / "phone.db")
    phone.wait(ready=True)
    held, stored = phone.ask("digest"), digests(house.database)
    assert sum(bucket["rows"] for bucket in held.values()) > 100
    assert held == {bucket: stored[bucket] for bucket in held}
    assert set(held) == set(phone.ask("cursors"))


def test_an_edit_reaches_the_other_device_by_itself(house: House, clients: Clients) -> None:
    phone_in, tablet_in = admit(house.database, MAREK, 2)
    house.start()
    phone, tablet = clients.device("phone"), clients.device("tablet")
    phone.open(house.address, phone_in)
    tablet.open(house.address, tablet_in)
    phone.wait(ready=True)
    tablet.wait(ready=True)
    [customer] = phone.query("customers.page", **NAMES, limit=1)["rows"]
    change = {"kind": "customer", "id": customer["id"], "root": customer["id"], "v": {"description": "seen"}}
    phone.write(change, key="first")
    tablet.wait(shows={"kind": "customer", "id": customer["id"], "field": "description", "value": "seen"})
    phone.wait(drained=True)
    assert phone.ask("digest") == tablet.ask("digest")
    assert [edit["verdict"] for edit in phone.ask("witness")["acknowledged"]] == ["applied"]


def test_what_a_killed_device_had_saved_is_sent_by_the_next_one_on_its_file(house: House, tmp_path: Path) -> None:
    [phone_in] = admit(house.database, MAREK, 1)
    house.start()
    with Clients() as clients:
        phone = clients.device("phone")
        phone.open(house.address, phone_in, tmp_path / "phone.db")
        phone.wait(ready=True)
        phone.ask("network", up=False)
        [customer] = phone.query("customers.page", **NAMES, limit=1)["rows"]
        changes = [
            {"kind": "customer", "id": customer["id"], "root": customer["id"], "v": {"description": f"edit {number}"}}
            for number in range(25)
        ]
        phone.write_each(changes, key="offline")
        clients.kill()
    with Clients() as clients:
        phone = clients.device("phone")
        phone.open(house.address, phone_in, tmp_path / "phone.db", offline=True)
        assert phone.ask("status")["waiting"] == 25
        phone.ask("network", up=True)
        phone.wait(drained=True, ready=True)
        assert len(phone.ask("witness")["acknowledged"]) == 25
    assert house.record(customer["id"]).values["description"] == "edit 24"


def test_a_device_goes_on_by_itself_after_the_server_was_away(house: House, clients: Clients) -> None:
    [phone_in] = admit(house.database, MAREK, 1)
    house.start()
    phone = clients.device("phone")
    phone.open(house.address, phone_in)
    phone.wait(ready=True)
    gone = time.monotonic()
    house.kill()
    phone.wait(connection="offline")
    [customer] = phone.query("customers.page", **NAMES, limit=1)["rows"]
    change = {"kind": "customer", "id": customer["id"], "root": customer["id"], "v": {"description": "meanwhile"}}
    phone.write(change, key="meanwhile")
    house.start()
    back = time.monotonic()
    phone.wait(drained=True, connection="up_to_date")
    # Its pauses are up to half as long as the server was away: long where a busy machine takes its time to start it.
    assert time.monotonic() - back < 10 + (back - gone) / 2
    assert house.record(customer["id"]).values["description"] == "meanwhile"
