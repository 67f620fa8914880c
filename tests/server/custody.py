"""What the tests of custody share: work that ends there, who sees it, and how somebody decides."""

from typing import Any

from routebook_server.records.buckets import territory_bucket
from routebook_sync.messages import Row, Verdict
from server.devices import ANNA, BAKERY, MIRA, NOON, NORTH, SOUTH, Device, Team, make_id

VISIT, NOTE, TASK, CUSTOMER = make_id(1), make_id(2), make_id(3), make_id(9)
VALUES: dict[str, Any] = {"customer": BAKERY, "person": ANNA, "status": "planned"}
NOTED: dict[str, Any] = {"customer": BAKERY, "person": ANNA, "written_at": NOON}
IN_NORTH, IN_SOUTH = territory_bucket(NORTH), territory_bucket(SOUTH)


def told(verdicts: list[Verdict]) -> list[tuple[int, str, str]]:
    """Return number, verdict and code of each."""
    return [(verdict.n, verdict.verdict.value, verdict.code) for verdict in verdicts]


def held_edits(device: Device) -> list[Row]:
    """Return the held edits that a device shows."""
    return sorted((row for row in device.confirmed.values() if row.k == "held_edit"), key=lambda row: row.i)


async def work_for_a_withdrawn_territory(team: Team, *, groups: bool = False) -> tuple[Device, Device, Row]:
    """Let Anna write about the bakery after the north was taken from her; return her phone, Mira's desk, the offer."""
    phone, desk = team.device(1, ANNA), team.device(4, MIRA)
    await phone.sync()
    team.territories[ANNA] = []
    group = "g" if groups else ""
    phone.edit("visit", VISIT, BAKERY, VALUES, group=group)
    if groups:
        phone.edit("note", NOTE, BAKERY, NOTED, group=group)
    verdicts = (await phone.sync()).verdicts
    assert {(kind, code) for _n, kind, code in told(verdicts)} == {("held", "forbidden")}
    await desk.sync()
    (offer,) = held_edits(desk)
    return phone, desk, offer


def decide(device: Device, offer: Row, status: str) -> None:
    device.edit("held_edit", offer.i, offer.r, {"status": status})


async def custody(team: Team) -> list[str]:
    """Return the ids of the records of what is in custody."""
    return [record for (record,) in await team.read("SELECT record FROM held")]
