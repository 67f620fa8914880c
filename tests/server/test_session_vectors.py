"""The real gateway over the real store plays the protocol's sessions (``sync/vectors/session/*.json``)."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from sqlalchemy import Connection

from routebook_server.database import driver_of
from routebook_server.records.archiving import Archiver
from routebook_server.records.purge import Purger
from routebook_server.records.store import Values
from routebook_server.records.views import view_of
from routebook_sync.clock import Clock, stamp_from_clock
from routebook_sync.entities.person import Role
from routebook_sync.messages import SyncReply
from server.devices import ANNA, BAKERY, BEN, CHEMIST, MIRA, NOON, NORTH, SOUTH, Device, Team, make_id, open_team

SESSIONS = Path(__file__).resolve().parents[2] / "sync" / "vectors" / "session"
IDS: Final = {
    "anna": ANNA, "ben": BEN, "mira": MIRA, "north": NORTH, "south": SOUTH, "bakery": BAKERY, "chemist": CHEMIST,
    **{word: make_id(number) for number, word in enumerate(["visit", "other", "task", "product", "unknown"], 0xD1)},
    **{f"note{number}": make_id(0xE0 + number) for number in range(1, 5)},
}  # fmt: skip
DEVICES: Final = {"phone": (1, ANNA), "tablet": (2, ANNA), "van": (3, BEN), "desk": (4, MIRA)}
_SURROGATE: Final = "%surrogate%"
_WORD: Final = re.compile(r"\{(\w+)\}")
_REPEAT: Final = re.compile(r"\{(.)\*(\d+)\}")
_STAMP: Final = re.compile(r"@(\d+)\.(\d+)\.(\d+)")


def _said(text: str, names: Mapping[str, str]) -> str:
    """Return the text with ids, stamps and long texts in place of their names."""
    text = text.replace("{surrogate}", _SURROGATE)
    text = _REPEAT.sub(lambda found: found[1] * int(found[2]), text)
    text = _WORD.sub(lambda found: names[found[1]], text)
    return _STAMP.sub(lambda found: stamp_from_clock(Clock(NOON + int(found[1]), int(found[2]), int(found[3]))), text)


def _meant(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _said(value, names)
    if isinstance(value, list):
        return [_meant(part, names) for part in value]
    if isinstance(value, dict):
        return {_said(name, names): _meant(part, names) for name, part in value.items()}
    return value


def _at(value: Any, path: str) -> Any:
    """Return what stands at a path of keys and places."""
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def _numbered(edits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the edits with ``times`` written out."""
    return [
        {**{name: part for name, part in edit.items() if name != "times"}, "n": edit["n"] + turn}
        for edit in edits
        for turn in range(edit.get("times", 1))
    ]


def _differences(found: Any, expected: Any, path: str = "") -> list[str]:
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            line
            for name, part in expected.items()
            for line in _differences(found.get(name, [] if part == [] else None), part, f"{path}.{name}")
        ]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [
            line
            for at, (one, other) in enumerate(zip(found, expected, strict=True))
            for line in _differences(one, other, f"{path}.{at}")
        ]
    return [] if type(found) is type(expected) and found == expected else [f"{path}: {found!r} and not {expected!r}"]


async def _send(team: Team, device: Device, step: dict[str, Any]) -> dict[str, Any]:
    request = step["request"]
    body = msgspec.json.encode(device.request(**{**request, "edits": _numbered(request.get("edits", []))}))
    # Python's encoders refuse what a browser's JSON.stringify writes.
    response = await device.post(body.replace(_SURROGATE.encode(), b"\\ud83d"))
    if "problem" in step:
        assert response.status_code >= 400, response.text
        assert _differences(msgspec.json.decode(response.content), step["problem"]) == []
        return {}
    assert response.status_code == 200, response.text
    reply = msgspec.json.decode(response.content, type=SyncReply)
    answer = {name: msgspec.to_builtins(getattr(reply, name)) for name in reply.__struct_fields__}
    assert _differences(answer, step["reply"]) == []
    if not step.get("lost"):
        device.cursors, device.view = reply.cursors, reply.view
    return answer


async def _play(team: Team, steps: list[dict[str, Any]]) -> None:
    devices = {name: team.device(*who) for name, who in DEVICES.items()}
    for device in devices.values():
        buckets = team.actor(device.number).buckets
        heads = await team.store.read_heads(buckets)
        device.cursors = {bucket: [*heads[bucket]] for bucket in buckets}
        device.view = view_of(team.actor(device.number).role)
    names = dict(IDS)
    for written in steps:
        step = _meant(written, names)
        if "device" in step:
            answer = await _send(team, devices[step["device"]], step)
            names |= {name: _at(answer, path) for name, path in step.get("names", {}).items()}
        elif "clock" in step:
            team.clock.now_ms += step["clock"]
        elif "roles" in step:
            team.roles |= {person: Role(role) for person, role in step["roles"].items()}
        elif "grants" in step:
            team.territories |= step["grants"]
        elif "server" in step:
            await team.store.edit([Values(*values) for values in step["server"]])
            await team.projector.catch_up()
        elif "purged" in step:
            await Purger(team.database, team.clock, step["purged"]).purge()
        elif "archived" in step:
            await Archiver(team.database, team.clock, step["archived"]).archive(team.heads)
        else:
            await _restore(team, step["restored"])


async def _restore(team: Team, bucket: str) -> None:
    def raise_epoch(connection: Connection) -> None:
        driver_of(connection).execute("UPDATE bucket SET epoch = epoch + 1 WHERE bucket = ?", bucket)

    await team.database.write(raise_epoch)


def _sessions() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['rule']} {case['name']}")
        for path in sorted(SESSIONS.glob("*.json"))
        for case in msgspec.json.decode(path.read_bytes())
    ]


@pytest.mark.parametrize("case", _sessions())
async def test_session_goes_as_the_rule_says(case: dict[str, Any], address: str) -> None:
    async with open_team(address) as team:
        await _play(team, case["steps"])


def test_a_difference_is_found() -> None:
    assert _differences({"a": [1, {"b": 2, "c": 3}]}, {"a": [1, {"b": 2}], "d": []}) == []
    assert _differences({"a": 1}, {"a": True}) == [".a: 1 and not True"]
    assert _differences({"a": [1]}, {"a": []}) == [".a: [1] and not []"]
    assert _differences({}, {"a": 1}) == [".a: None and not 1"]
