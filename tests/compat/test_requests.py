"""The server of today takes what clients of every released protocol sent, and answers so that they can read it."""

from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from compat import client_1
from routebook_server.records.store import Values
from server.devices import BAKERY, BEN, MIRA, Device, Team, open_team

CONVERSATIONS: Final[dict[str, list[dict[str, Any]]]] = {
    path.stem: msgspec.json.decode(path.read_bytes())
    for path in sorted((Path(__file__).parent / "protocol_1").glob("*.json"))
    if path.stem != "phone"
}
"""The steps of each, by name."""
REFUSED: Final = frozenset({"held", "rejected"})


class Replay:
    """One conversation with the server of today."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self._devices: dict[int, Device] = {}
        self._cursors: dict[int, dict[str, list[int]]] = {}
        """Of the last reply of today."""
        self._cursors_then: dict[int, Any] = {}

    async def play(self, step: dict[str, Any]) -> client_1.Reply | client_1.Problem:
        """Send a recorded request; return the answer as a client of then reads it."""
        number = step["device"]
        self.team.clock.now_ms = step["now"]
        device = self._devices.setdefault(number, self.team.device(number, step["person"]))
        request = step["request"]
        if request["cursors"] and request["cursors"] == self._cursors_then.get(number):
            request = {**request, "cursors": self._cursors[number]}
        answer = await device.post(msgspec.json.encode(request))
        if answer.status_code != 200:
            return msgspec.json.decode(answer.content, type=client_1.Problem)
        reply = msgspec.json.decode(answer.content, type=client_1.Reply)
        self._cursors[number] = reply.cursors
        self._cursors_then[number] = step.get("reply", {}).get("cursors")
        return reply


def refusals(reply: client_1.Reply) -> dict[int, tuple[str, str, str]]:
    """Return verdict, code and field by number of every edit that was refused or held."""
    return {one.n: (one.verdict, one.code, one.field) for one in reply.verdicts if one.verdict in REFUSED}


def records(reply: client_1.Reply) -> dict[str, client_1.Row]:
    """Return the rows that a client of then did not pass over, by id."""
    return {row.i: row for rows in reply.rows.values() for row in rows if row.k in client_1.KINDS}


@pytest.mark.parametrize("name", CONVERSATIONS)
async def test_a_recorded_conversation_goes_as_it_went_then(name: str, tmp_path: Path) -> None:
    async with open_team(tmp_path) as team:
        replay = Replay(team)
        for step in CONVERSATIONS[name]:
            if "grants" in step:
                team.territories |= step["grants"]
                continue
            answer = await replay.play(step)
            if isinstance(answer, client_1.Problem):
                then = msgspec.convert(step["problem"], client_1.Problem)
                assert (answer.status, answer.code, answer.expected) == (then.status, then.code, then.expected)
                continue
            before = msgspec.convert(step["reply"], client_1.Reply)
            assert answer.pushed == before.pushed, "every edit that was taken then is taken"
            assert refusals(answer) == refusals(before)
            assert answer.grants == before.grants
            if not step["request"]["cursors"]:
                assert records(answer) == records(before), "and what comes of all of them is the same"


async def test_a_client_that_does_not_know_a_field_cannot_erase_it(tmp_path: Path) -> None:
    async with open_team(tmp_path) as team:
        await team.store.edit([Values("customer", BAKERY, BAKERY, {"cost_to_serve_12m": 7, "phone": "1"})])
        replay = Replay(team)
        for step in CONVERSATIONS["engine_day"]:
            await replay.play(step)
        row = await team.row(BAKERY)
        assert row is not None
        assert (row["v"]["cost_to_serve_12m"], row["v"]["street"]) == (7, "Portowa 4")


async def test_offering_an_update_never_keeps_edits_from_being_taken(tmp_path: Path) -> None:
    async with open_team(tmp_path) as team:
        replay = Replay(team)
        sent = 0
        for step in CONVERSATIONS["engine_day"]:
            answer = await replay.play(step)
            assert isinstance(answer, client_1.Reply)
            if step["request"]["edits"]:
                sent += 1
                assert answer.control[0].control == "upgrade"
                assert answer.pushed == step["request"]["edits"][-1]["n"]
        assert sent > 5


@pytest.mark.parametrize("decider", [BEN, MIRA], ids=["the new owner", "a manager"])
async def test_what_an_old_client_may_change_no_more_is_applied_by_whoever_may(decider: str, tmp_path: Path) -> None:
    async with open_team(tmp_path) as team:
        replay = Replay(team)
        for step in CONVERSATIONS["rights"]:
            answer = await replay.play(step)
            assert isinstance(answer, client_1.Reply)
            if ("held", "forbidden", "") in refusals(answer).values():
                break
        (edit,) = step["request"]["edits"]
        before = await team.row(BAKERY)
        assert before is not None
        assert edit["id"] == BAKERY
        desk = team.device(40, decider)
        await desk.sync()
        (offer,) = [row for row in desk.confirmed.values() if row.k == "held_edit" and row.r == BAKERY]
        assert offer.v["values"] == edit["v"]
        desk.edit("held_edit", offer.i, offer.r, {"status": "applied"})
        await desk.sync()

        after = await team.row(BAKERY)
        assert after is not None
        assert after["v"] == {**before["v"], **edit["v"]}
        assert await team.read("SELECT record FROM held WHERE code = 'forbidden'") == []
