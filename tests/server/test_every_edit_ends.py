"""Every edit of whatever a device sends has exactly one visible end (SPEC R40-R46, guarantee G3).

``EXAMPLES`` in the environment sets how many scripts are tried.
"""

import asyncio
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook_server.records.refusal import REFUSALS
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.messages import Edit, Row, SyncReply, Verdict, VerdictKind
from server.devices import ANNA, BAKERY, CHEMIST, MIRA, NOON, NORTH, SOUTH, Device, Team, make_id, open_team

VISITS = [make_id(number) for number in range(1, 4)]
UNKNOWN = [make_id(number) for number in (11, 12)]
DEVICES = (1, 2)
PEOPLE = {1: ANNA, 2: MIRA}

contents = st.one_of(
    st.tuples(st.just("visit"), st.sampled_from(VISITS), st.sampled_from(["planned", "done", "flying"])),
    st.tuples(st.just("note"), st.sampled_from(VISITS), st.sampled_from(["call", "call Ewa", "x" * 11_000, "a\0b"])),
    st.tuples(st.just("delete"), st.sampled_from(VISITS), st.booleans()),
    st.tuples(st.just("child"), st.sampled_from(UNKNOWN), st.integers(0, 1)),
    st.tuples(st.just("customer"), st.sampled_from(UNKNOWN), st.sampled_from([NORTH, SOUTH])),
    st.tuples(st.just("foreign"), st.just(CHEMIST), st.none()),
    st.tuples(st.just("tag"), st.sampled_from([1, 2]), st.none()),
    st.tuples(st.just("decide"), st.integers(0, 2), st.sampled_from(["applied", "discarded"])),
    st.tuples(st.just("broken"), st.none(), st.none()),
)
"""What one edit does; some of it may not be done, or not yet."""
edits = st.lists(st.tuples(contents, st.sampled_from(["", "", "", "g", "h"])), max_size=6)
steps: st.SearchStrategy[tuple[str, int, Any, list[int]]] = st.one_of(
    st.tuples(st.just("push"), st.sampled_from(DEVICES), edits, st.lists(st.integers(0, 5), max_size=2)),
    st.tuples(st.just("again"), st.sampled_from(DEVICES), st.just([]), st.just([])),
    st.tuples(st.just("gap"), st.sampled_from(DEVICES), edits, st.just([])),
    st.tuples(st.just("cover"), st.just(1), st.just([]), st.lists(st.integers(0, 1), max_size=1)),
)


class Sender:
    """A device that makes edits as no honest one would, and keeps all that it was told."""

    def __init__(self, team: Team, device: Device) -> None:
        self.team = team
        self.device = device
        self.sent: dict[int, dict[str, Any]] = {}
        """What was taken, by number."""
        self.told: dict[int, Verdict] = {}
        self.groups: dict[tuple[int, str], list[int]] = {}
        """Numbers by push and group."""
        self.pushed = 0

    async def push(self, written: list[tuple[tuple[str, Any, Any], str]], hold: list[int], first: int) -> None:
        """Send edits with numbers from ``first`` on."""
        edits = [await self.make(first + place, *content, group) for place, (content, group) in enumerate(written)]
        response = await self.device.send(edits=edits, hold=[first + place for place in hold])
        if response.status_code == 409:
            assert first != self.pushed + 1, response.text
            return
        assert response.status_code == 200, response.text
        reply = msgspec.json.decode(response.content, type=SyncReply)
        numbers = [verdict.n for verdict in reply.verdicts]
        assert numbers == sorted(set(numbers)), "an edit has two verdicts"
        told = {verdict.n: verdict for verdict in reply.verdicts}
        assert all(told[n] == verdict for n, verdict in self.told.items()), "a verdict has changed"
        fresh = {edit["n"]: edit for edit in edits if edit["n"] > self.pushed}
        for n, edit in fresh.items():
            if edit["group"]:
                self.groups.setdefault((first, edit["group"]), []).append(n)
        self.sent |= fresh
        assert reply.pushed == max(self.sent, default=0), "an edit was passed over"
        assert told.keys() <= self.sent.keys()
        self.told, self.pushed, self.device.cursors = told, reply.pushed, reply.cursors

    async def make(self, n: int, what: str, target: Any, choice: Any, group: str) -> dict[str, Any]:
        """Return one edit as JSON; the same number twice is the same edit."""
        if n in self.sent:
            return self.sent[n]
        at = stamp_from_clock(Clock(NOON + n, 0, self.device.number))
        new = {"customer": BAKERY, "person": ANNA, "status": "planned"}
        edit = {"n": n, "kind": "visit", "id": target, "root": BAKERY, "v": new, "at": at, "group": group}
        match what:
            case "visit":
                edit["v"] = {**new, "status": choice}
            case "note":
                edit |= {"v": {**new, "note": choice}, "base": {"note": at[:9] + "0" * 9}}
            case "delete":
                edit["v"] = {**new, "deleted": choice}
            case "child":
                edit |= {"id": make_id(20 + choice), "root": target, "v": {**new, "customer": target}}
            case "customer":
                edit |= {"kind": "customer", "root": target, "v": {"name": "Kiosk", "territory": choice}}
            case "foreign":
                edit |= {"kind": "customer", "root": target, "v": {"name": "Mine"}}
            case "tag":
                tag = stamp_from_clock(Clock(NOON + n, 0, target))
                edit |= {"kind": "customer", "id": BAKERY, "v": {"tags": {"vip": [[tag], []]}}}
            case "decide":
                offers = await self.team.read("SELECT id, root FROM record WHERE kind = 'held_edit' ORDER BY id")
                found, root = offers[target % len(offers)] if offers else (make_id(99), BAKERY)
                edit |= {"kind": "held_edit", "id": found, "root": root, "v": {"status": choice}}
            case _:
                edit |= {"id": 5, "at": "never"}
        return edit


async def check(team: Team, sender: Sender) -> None:
    """Compare what the device was told of each edit with what the server did with it."""
    rows = await team.read("SELECT id, stamp FROM history WHERE device = ?", sender.device.number)
    done = Counter(rows)
    assert not done or max(done.values()) == 1, "an edit was taken twice"
    custody = await team.read("SELECT edits FROM held WHERE device = ?", sender.device.number)
    held = Counter(edit.n for (edits,) in custody for edit in msgspec.json.decode(edits, type=list[Edit]))
    assert not held or max(held.values()) == 1, "an edit is kept twice"
    decided = await decided_by_now(team, PEOPLE[sender.device.number])
    first_of_group = {n: min(numbers) for numbers in sender.groups.values() for n in numbers}
    for n, edit in sender.sent.items():
        verdict = sender.told.get(n)
        kind = verdict.verdict if verdict is not None else VerdictKind.APPLIED
        is_done, is_held = (edit["id"], edit["at"]) in done, n in held
        match kind:
            case VerdictKind.REJECTED:
                assert not is_done, f"{edit} was refused, and applied"
                assert not is_held, f"{edit} was refused, and kept"
            case VerdictKind.HELD:
                first = first_of_group.get(n, n)
                ends = [is_done, is_held, first in decided and not is_done]
                assert ends.count(True) == 1, f"{edit} was kept, and is nowhere or twice"
            case _:
                assert is_done, f"{edit} was {kind}, and was not"
                assert not is_held, f"{edit} was {kind}, and kept"
    assert sender.pushed == len(sender.sent)
    for group, numbers in sender.groups.items():
        refused = {n in sender.told and sender.told[n].verdict in REFUSALS for n in numbers}
        assert len(refused) == 1, f"{group} was applied by half"


async def decided_by_now(team: Team, person: str) -> set[int]:
    """Return the numbers of a person's edits, of a group the first, that were kept and decided on."""
    found = await team.read("SELECT doc FROM record WHERE kind = 'held_edit'")
    values = [msgspec.json.decode(doc, type=Row).v for (doc,) in found]
    return {held["written_at"] - NOON for held in values if held["person"] == person and held["status"] != "waiting"}


async def play(folder: Path, script: list[tuple[str, int, Any, list[int]]]) -> None:
    async with open_team(folder) as team:
        senders = {number: Sender(team, team.device(number, person)) for number, person in PEOPLE.items()}
        for sender in senders.values():
            await sender.push([], [], 1)
        for what, number, written, numbers in script:
            team.clock.now_ms += 1_000
            sender = senders[number]
            match what:
                case "push":
                    await sender.push(written, numbers, sender.pushed + 1)
                case "again":
                    again = [n for n in sender.sent if n > sender.pushed - 3]
                    await sender.push([(("broken", None, None), "")] * len(again), [], min(again, default=1))
                case "gap":
                    await sender.push(written, [], sender.pushed + 2)
                case _:
                    team.territories[ANNA] = [NORTH][: len(numbers)]
        for sender in senders.values():
            await sender.push([], [], sender.pushed + 1)
            await check(team, sender)


@settings(max_examples=int(os.environ.get("EXAMPLES", "60")), deadline=None, database=None, derandomize=True)
@given(st.lists(steps, max_size=12))
def test_every_edit_has_exactly_one_end(script: list[tuple[str, int, Any, list[int]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder), script))
