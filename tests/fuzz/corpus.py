"""Corpus: sound messages that the mutations start from, one for each thing that the protocol can say."""

from random import Random
from typing import Any

from routebook_sync.clock import Clock, stamp_from_clock
from server.devices import ANNA, BAKERY, CHEMIST, NOON, NORTH, SOUTH, make_id

DEVICE = 1


class Corpus:
    """Requests of one device; its edits count on from ``n``, as the server says it expects them."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.n = 1
        self._stamps = 0

    def stamp(self) -> str:
        """Return a stamp of the device, now and then days ahead or years behind."""
        self._stamps += 1
        skew = self.random.choice((0, 0, 0, 86_400_000, -31_536_000_000_0))
        return stamp_from_clock(Clock(NOON + skew, self._stamps % 65_536, DEVICE))

    def edit(self, n: int) -> dict[str, Any]:
        """Return a sound edit of some kind."""
        random, at = self.random, self.stamp()
        record = make_id(random.randrange(1_000, 1_200))
        root = random.choice((BAKERY, CHEMIST, make_id(random.randrange(2_000, 2_020))))
        kinds: list[tuple[str, str, dict[str, Any]]] = [
            ("visit", root, {"customer": root, "person": ANNA, "status": "open", "checked_in_at": NOON}),
            ("visit", root, {"note": "two words", "comments": {at: "said"}}),
            ("task", root, {"title": "Call", "person": ANNA, "status": "open", "snoozes": {at[-4:]: [1, 0]}}),
            ("task", ANNA, {"title": "Tidy up", "person": ANNA, "status": "open"}),
            ("note", root, {"customer": root, "person": ANNA, "written_at": NOON, "body": "نکته 笔记 notatka"}),
            ("deal", root, {"customer": root, "title": "Oven", "stage": "new", "amount": 12_345}),
            ("setting", ANNA, {"name": "view", "value": {"sort": ["name", 1, None, True]}}),
        ]
        kind, root, values = random.choice(kinds)
        edit: dict[str, Any] = {"n": n, "kind": kind, "id": record, "root": root, "v": values, "at": at}
        customer = {"name": "Fish", "territory": random.choice((NORTH, SOUTH)), "tags": {"fresh": [[at], []]}}
        if random.random() < 0.2:
            customer_id = root if root not in {ANNA, BAKERY, CHEMIST} else BAKERY
            values = customer if customer_id != BAKERY else {"tags": {"fresh": [[at], []]}, "phone": "+48 1"}
            edit |= {"kind": "customer", "id": customer_id, "root": customer_id, "v": values}
        if random.random() < 0.2:
            edit["base"] = {"note": self.stamp(), "name": self.stamp()}
        if random.random() < 0.2:
            edit["group"] = make_id(random.randrange(3))
        if random.random() < 0.05:
            edit["v"]["deleted"] = True
        return edit

    def request(self) -> dict[str, Any]:
        """Return a sound request with none to eight edits and everything that may stand beside them."""
        random = self.random
        count = random.choice((0, 0, 1, 1, 1, 2, 3, 8))
        request: dict[str, Any] = {
            "protocol": random.choice((1, 2, 2, 2)),
            "schema": "test",
            "device": DEVICE,
            "now": NOON + random.choice((0, 1_000, -86_400_000)),
            "edits": [self.edit(self.n + place) for place in range(count)],
            "cursors": {"shared": [1, random.randrange(9)], f"t:{NORTH}": [1, random.randrange(9)]},
            "ack": max(0, self.n - random.randrange(3)),
            "budget": random.choice((0, 16_384, 131_072)),
            "report": {
                "version": "1.0",
                "waiting": count,
                "stored_bytes": 4_096,
                "persisted": True,
                "offset": -5,
                "resets": 1,
            },
            "view": random.choice(("", "rep", "full")),
        }
        if random.random() < 0.2:
            request["check"] = {f"t:{NORTH}": "".join(f"{random.randrange(10**7):07d}" for _ in range(256))}
        if random.random() < 0.2:
            request |= {"hold": [self.n], "verify": True}
        return request

    def reply(self) -> dict[str, Any]:
        """Return a sound reply with everything that a server may say."""
        stamp = self.stamp()
        row = {
            "k": "visit",
            "i": make_id(1),
            "r": BAKERY,
            "h": 2,
            "v": {"status": "done", "note": "x"},
            "s": {stamp: []},
        }
        verdict = {"n": 1, "verdict": "conflict", "code": "x", "field": "note", "message": "m"}
        return {
            "now": NOON,
            "pushed": 7,
            "grants": ["shared", f"t:{NORTH}"],
            "verdicts": [verdict | {"losers": [{"field": "note", "value": None, "at": stamp, "person": ANNA}]}],
            "rows": {f"t:{NORTH}": [row, {"k": "moved", "i": BAKERY, "r": BAKERY, "h": 3}]},
            "cursors": {"shared": [1, 4], f"t:{NORTH}": [1, 9]},
            "complete": ["shared"],
            "more": True,
            "control": [{"control": "clock", "offset": -5_000}, {"control": "reset", "bucket": "shared"}],
            "view": "rep",
            "sums": {"shared": [4_294_967_295, 4]},
            "repair": {"shared": [0, 255]},
            "covered": 3,
            "lease": 1_209_600_000,
        }
