"""Repair: the rows of those partitions that a device holds otherwise (SPEC R64). Only here is a bucket searched."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from routebook_server.database import Driver
from routebook_server.records.sums import parts_of_view
from routebook_sync.checksum import partition_endings, partition_of
from routebook_sync.messages import MARKERS, PARTITIONS, View

_ROW_BYTES: Final = 300
"""What a row takes, roughly: how many partitions are looked up for what is left of the budget."""
_SELECT_PARTS: Final = "SELECT rows, parts FROM bucket WHERE bucket = ?"
_SELECT_ROWS: Final = {
    view: f"SELECT id, CAST({doc} AS BLOB) FROM record WHERE bucket = ? AND NOT kind IN (?*) AND substr(id, 25) IN (?*)"
    for view, doc in ((View.FULL, "doc"), (View.REP, "coalesce(open, doc)"))
}


class Repair(NamedTuple):
    """What a device needs to put a bucket right, or a part of it."""

    partitions: list[int]
    docs: list[bytes]
    """Every row that there is in these partitions."""


def is_mostly_other(driver: Driver, bucket: str, held: Sequence[int], view: View) -> bool:
    """Tell whether a device holds more than half of a bucket's partitions otherwise: it is read again as a whole."""
    found = driver.fetch_one(_SELECT_PARTS, bucket)
    if found is None:
        return False
    parts = parts_of_view(found[1], full=view is View.FULL)
    return sum(one != other for one, other in zip(parts, held, strict=True)) > PARTITIONS // 2


def read_repair(driver: Driver, bucket: str, held: Sequence[int], left: int, view: View) -> Repair:
    """Return partitions whose checksum is not the one that the device holds: what ``left`` bytes take, at least one."""
    found = driver.fetch_one(_SELECT_PARTS, bucket)
    rows, stored = found or (0, None)
    parts = parts_of_view(stored, full=view is View.FULL)
    bad = [partition for partition in range(PARTITIONS) if parts[partition] != held[partition]]
    bad = bad[: max(1, left // (_ROW_BYTES * (rows // PARTITIONS + 1)))]
    if not bad:
        return Repair([], [])
    endings = [ending for partition in bad for ending in partition_endings(partition)]
    docs_by_partition: dict[int, list[bytes]] = {partition: [] for partition in bad}
    for record_id, doc in driver.fetch(_SELECT_ROWS[view], bucket, list(MARKERS), endings):
        docs_by_partition[partition_of(record_id)].append(doc)
    repair = Repair([], [])
    for partition, docs in docs_by_partition.items():
        if repair.partitions and left <= 0:
            break
        repair.partitions.append(partition)
        repair.docs.extend(docs)
        left -= sum(map(len, docs))
    return repair
