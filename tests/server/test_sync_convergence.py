"""Whatever three devices do, whichever replies get lost, they end with exactly what the server holds (guarantee G1).

``EXAMPLES`` in the environment sets how many scripts are tried.
"""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from routebook_sync.joins import add_to_counter, add_to_set, remove_from_set
from routebook_sync.messages import MIN_BUDGET, Row
from server.devices import ANNA, BAKERY, MIRA, NORTH, SOUTH, Device, Team, make_id, open_team

DEVICES = (1, 2, 3)
TASKS = [make_id(number) for number in range(1, 5)]
NEW_TASK: dict[str, Any] = {"title": "Call", "person": ANNA, "status": "open"}

devices = st.sampled_from(DEVICES)
steps = st.one_of(
    st.tuples(
        st.just("task"),
        devices,
        st.sampled_from(TASKS),
        st.sampled_from(["title", "status", "due_day"]),
        st.integers(0, 2),
    ),
    st.tuples(st.just("snooze"), devices, st.sampled_from(TASKS)),
    st.tuples(st.just("tag"), devices, st.sampled_from(["vip", "late"])),
    st.tuples(st.just("untag"), devices, st.sampled_from(["vip", "late"])),
    st.tuples(st.just("move"), st.sampled_from([NORTH, SOUTH])),
    st.tuples(st.just("sync"), devices),
    st.tuples(st.just("lose"), devices),
    st.tuples(st.just("page"), devices),
    st.tuples(st.just("twice"), devices),
    st.tuples(st.just("wait"), st.sampled_from([0, 1, 1_000, 200_000])),
    st.tuples(st.just("skew"), devices, st.sampled_from([-86_400_000, 0, 90_000, 86_400_000])),
)
VALUES: dict[str, list[Any]] = {
    "title": ["Call", "Visit", "Write"],
    "status": ["open", "done", "bogus"],
    "due_day": ["2027-01-15", None, "2027-02-01"],
}


def change_task(device: Device, record_id: str, values: dict[str, Any]) -> None:
    if device.visible(BAKERY) is not None:
        known = device.visible(record_id) is not None
        device.edit("task", record_id, BAKERY, values if known else {**NEW_TASK, **values})


def change_tags(device: Device, element: str, *, add: bool) -> None:
    doc = device.visible(BAKERY)
    if doc is not None:
        change = add_to_set(element, device.stamp()) if add else remove_from_set(doc.v.get("tags", {}), element)
        device.edit("customer", BAKERY, BAKERY, {"tags": change})


async def take(team: Team, device_by_number: dict[int, Device], step: tuple[Any, ...]) -> None:  # noqa: C901 - a table
    device = device_by_number.get(step[1], device_by_number[3])
    match step:
        case ("task", _, record_id, field, choice):
            change_task(device, record_id, {field: VALUES[field][choice]})
        case ("snooze", number, record_id):
            doc = device.visible(record_id)
            counter = doc.v.get("snoozes", {}) if doc is not None else {}
            change_task(device, record_id, {"snoozes": add_to_counter(counter, f"000{number}", 1)})
        case ("tag", _, element):
            change_tags(device, element, add=True)
        case ("untag", _, element):
            change_tags(device, element, add=False)
        case ("move", territory):
            if device.visible(BAKERY) is not None:
                device.edit("customer", BAKERY, BAKERY, {"territory": territory})
        case ("sync", _):
            await device.sync()
        case ("lose", _):
            assert (await device.send()).status_code == 200
        case ("page", _):
            await device.sync(budget=MIN_BUDGET)
        case ("twice", _):
            replies = await asyncio.gather(device.send(), *(other.send() for other in device_by_number.values()))
            assert {reply.status_code for reply in replies} == {200}
        case ("wait", milliseconds):
            team.clock.now_ms += milliseconds
        case ("skew", _, milliseconds):
            device.skew_ms = milliseconds


async def play(script: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_team(Path(folder)) as team:
            device_by_number = {number: team.device(number, MIRA if number == 3 else ANNA) for number in DEVICES}
            for device in device_by_number.values():
                await device.sync()
            for step in script:
                await take(team, device_by_number, step)
            for _turn in range(2):
                for device in device_by_number.values():
                    while (await device.sync()).more:
                        pass
            for device in device_by_number.values():
                assert device.outbox == []
                assert device.confirmed == await held_by_server(team, device.number)


async def held_by_server(team: Team, number: int) -> dict[str, Row]:
    """Return every row in the device's buckets, by id."""
    rows: dict[str, Row] = {}
    for bucket in team.actor(number).buckets:
        found = await team.read("SELECT doc FROM record WHERE bucket = ? AND kind <> 'moved'", bucket)
        rows |= {row.i: row for row in (msgspec.json.decode(doc, type=Row) for (doc,) in found)}
    return rows


@settings(max_examples=int(os.environ.get("EXAMPLES", "40")), deadline=None, print_blob=True)
@given(st.lists(steps, max_size=30))
# Found at random: a clamped stamp fell below the one it overwrote (docs/decisions/0024).
@example(
    [
        ("task", 1, TASKS[0], "title", 0),
        ("move", NORTH),
        ("task", 3, TASKS[0], "title", 0),
        ("sync", 3),
        ("skew", 3, 86_400_000),
        ("task", 1, TASKS[0], "title", 0),
        ("task", 1, TASKS[0], "title", 0),
        ("task", 3, TASKS[0], "title", 0),
    ]
)
def test_devices_converge_on_what_the_server_holds(script: list[tuple[Any, ...]]) -> None:
    asyncio.run(play(script))
