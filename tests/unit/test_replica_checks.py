"""However many buckets differ, a device tells few of them in one request, and comes to an end (SPEC R64)."""

from math import ceil
from typing import Final

import msgspec

from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.entities.person import Role
from routebook_sync.messages import MAX_CHECKED, MAX_REQUEST_BYTES, DeviceReport, SyncReply
from routebook_sync.replica.replica import Replica, World
from routebook_sync.replica.storage import Storage
from routebook_sync.replica.tables import Account, Schema, Tables

NOW: Final = 1_800_000_000_000
PERSON: Final = "01jd" + "1".zfill(22)
BUCKETS: Final = [f"t:01jd{number:022}" for number in range(2_500)]
DIFFERS: Final = SyncReply(
    now=NOW,
    pushed=0,
    grants=BUCKETS,
    cursors={bucket: [1, 0] for bucket in BUCKETS},
    complete=BUCKETS,
    sums={bucket: [1, 1] for bucket in BUCKETS},
)
"""What a server says of which every bucket differs and that finds nothing bad in what it is told."""


def test_thousands_of_buckets_are_told_a_few_at_a_time_until_all_are_settled() -> None:
    world = World(lambda: NOW, lambda count: bytes(range(count)))
    replica = Replica(Tables(Storage()), Account(PERSON, Role.ADMINISTRATOR, 1), Schema("x", ENTITY_TYPES), world)
    replica.apply(DIFFERS, NOW, NOW)
    told: set[str] = set()
    rounds = 0
    while replica.is_suspect and rounds < len(BUCKETS):
        request = replica.request(DeviceReport())
        assert len(request.check) <= MAX_CHECKED
        assert len(msgspec.json.encode(request)) < MAX_REQUEST_BYTES / 8
        told |= request.check.keys()
        replica.apply(DIFFERS, NOW, NOW)
        rounds += 1
    assert told == set(BUCKETS)
    assert rounds == ceil(len(BUCKETS) / MAX_CHECKED)
