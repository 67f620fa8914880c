"""The model device plays the protocol's conversations from the device's side (``sync/vectors/device/*.json``)."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from routebook_sync.checksum import bucket_checksum, partition_checksums, partition_of, text_from_sums
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.entities.person import Role
from routebook_sync.messages import DeviceReport, Row, SyncReply
from routebook_sync.replica.change import Change, Saved
from routebook_sync.replica.cursors import Asked
from routebook_sync.replica.replica import Replica, World
from routebook_sync.replica.storage import Storage
from routebook_sync.replica.tables import Account, Schema, Tables

VECTORS = Path(__file__).resolve().parents[2] / "sync" / "vectors" / "device"
NOON: Final = 1_800_000_000_000
WORDS: Final = ("anna", "north", "south", "bakery", "chemist", "note1", "note2", "unknown")
IDS: Final = {word: "01jd" + str(number).zfill(22) for number, word in enumerate(WORDS, 1)}
_WORD: Final = re.compile(r"\{([a-z]+\d?)\}")
_STAMP: Final = re.compile(r"@(\d+)\.(\d+)\.(\d+)")


def _meant(text: str) -> str:
    """Return the text with ids and stamps in place of their names."""
    text = _WORD.sub(lambda found: IDS[found[1]], text)
    return _STAMP.sub(lambda found: stamp_from_clock(Clock(NOON + int(found[1]), int(found[2]), int(found[3]))), text)


def _differences(found: Any, expected: Any, path: str = "") -> list[str]:
    """Objects are compared by the keys that the case has, lists whole; the wire leaves out what is empty or false."""
    if not expected and not found:
        return []
    if isinstance(expected, dict) and isinstance(found, dict):
        return [line for key, part in expected.items() for line in _differences(found.get(key), part, f"{path}.{key}")]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(found, expected, strict=True))
        return [line for at, (one, other) in pairs for line in _differences(one, other, f"{path}.{at}")]
    return [] if type(found) is type(expected) and found == expected else [f"{path}: {found!r} and not {expected!r}"]


def _rows(rows: Any) -> list[Row]:
    return msgspec.convert(rows, list[Row])


class Played:
    """One case while it is played."""

    def __init__(self) -> None:
        self.storage = Storage()
        self.tables = Tables(self.storage)
        self.now = NOON
        self.keys = 0
        self.replica = self._open(1)

    def _open(self, device: int) -> Replica:
        world = World(lambda: self.now, lambda count: bytes(range(count)))
        account, schema = Account(IDS["anna"], Role.REP, device), Schema("x", ENTITY_TYPES)
        return Replica(self.tables, account, schema, world)

    def play(self, step: Mapping[str, Any]) -> None:
        """Do what a step says, then look at what it expects."""
        self.now += step.get("clock", 0)
        if "save" in step:
            self.keys += 1
            changes = msgspec.convert(step["save"], list[Change])
            saved = self.replica.write(changes, str(self.keys), together=step.get("together", False))
            assert isinstance(saved, Saved), saved
        if "reply" in step:
            asked = msgspec.convert({"view": "", **step["asked"]}, Asked) if "asked" in step else None
            sent = self.now
            self.now += step.get("took", 0)
            self.replica.apply(self._reply(step["reply"]), sent, self.now, asked)
        if "gap" in step:
            self.replica.close_gap(step["gap"])
        if "hold" in step:
            self.replica.hold(step["hold"])
        if "aside" in step:
            assert self.replica.set_aside(rotates=True) == step["aside"]
        if "restart" in step:
            self.replica = self._open(self.replica.account.device)
        if "device" in step:
            self.replica = self._open(step["device"])
        self._look(step)

    def _reply(self, given: Mapping[str, Any]) -> SyncReply:
        """What a case leaves out says that nothing is new."""
        grants = given.get("grants", [f"u:{IDS['anna']}", "shared", f"t:{IDS['north']}"])
        held = self.replica.cursors()
        parts = {name: part for name, part in given.items() if not name.endswith("_of")}
        sums = {bucket: bucket_checksum(_rows(rows)) for bucket, rows in given.get("sums_of", {}).items()}
        repair = {bucket: [partition_of(found) for found in ids] for bucket, ids in given.get("repair_of", {}).items()}
        cursors = {bucket: held.get(bucket, [1, 0]) for bucket in grants} | given.get("cursors", {})
        filled = {
            "now": self.now,
            "pushed": self.tables.number("ack"),
            "grants": grants,
            "complete": grants,
            "sums": {bucket: list(sum_) for bucket, sum_ in sums.items()},
            "repair": repair,
        }
        return msgspec.convert(filled | parts | {"cursors": cursors}, SyncReply)

    def _look(self, step: Mapping[str, Any]) -> None:
        tables = self.tables
        if "request" in step:
            request = self.replica.request(DeviceReport(), step.get("share", 1))
            assert _differences(msgspec.json.decode(msgspec.json.encode(request)), step["request"]) == []
        for bucket, rows in step.get("check", {}).items():
            check = self.replica.request(DeviceReport()).check
            assert check[bucket] == text_from_sums(partition_checksums(_rows(rows)))
        for record, values in step.get("shows", {}).items():
            held = tables.row.get(record)
            assert _differences(None if held is None else held.doc.v, values, record) == []
        for bucket, rows in step.get("sums", {}).items():
            assert tables.total.get(bucket) == bucket_checksum(_rows(rows))
        for bucket, count in step.get("rows", {}).items():
            assert (tables.total.get(bucket) or (0, 0))[1] == count
        if "needs_a_look" in step:
            noted = [item for _n, item in sorted(tables.attention.items())]
            items = [
                {
                    "verdict": item.verdict.value,
                    "code": item.code,
                    "kind": item.edit.kind,
                    "id": item.edit.id,
                    "root": item.edit.root,
                }
                for item in noted
            ]
            assert _differences(items, step["needs_a_look"]) == []
        if "suspect" in step:
            assert self.replica.is_suspect == step["suspect"]
        if "wipe" in step:
            assert self.replica.is_wipe_due == step["wipe"]


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['rule']} {case['name']}")
        for path in sorted(VECTORS.glob("*.json"))
        for case in msgspec.json.decode(_meant(path.read_text(encoding="utf-8")))
    ]


@pytest.mark.parametrize("case", _cases())
def test_conversation_goes_as_the_rule_says(case: dict[str, Any]) -> None:
    played = Played()
    for step in case["steps"]:
        played.play(step)
