"""Locks: what a push holds on a database that other processes write too. On SQLite, with its one writer, nothing.

Everybody takes them in the same order, so that nobody waits in a ring: replicas by number, buckets by name, at last the
gate. Records have no locks of their own: whoever changes one holds its bucket and raises the bucket's number. In which
buckets records lie is only known after reading them, so they are read first, and again if a bucket was raised before it
was ours. Should the merge lead into a bucket that is not locked, everything is undone and done again with that one too
(``NotLockedError``).

The gate: who keeps an edit until its root comes must not miss who makes that root and looks for such edits.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from routebook_server.database import Driver
from routebook_server.records.buckets import SHARED, person_bucket, territory_bucket
from routebook_server.records.draft import Draft
from routebook_server.records.pages import read_heads
from routebook_server.records.push import Push, Replica
from routebook_server.records.reader import Bucket, Reader
from routebook_server.records.state import State
from routebook_sync.clock import SERVER_DEVICE
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.identifier import is_id
from routebook_sync.messages import Edit

_MAKE_BUCKETS: Final = (
    "INSERT INTO bucket (bucket, epoch, seq) SELECT name, ?, 0 FROM unnest(?::text[]) AS name"
    " ON CONFLICT DO NOTHING RETURNING bucket"
)
_LOCK_NEWCOMERS: Final = "SELECT pg_advisory_xact_lock(?, device) FROM unnest(?::int[]) AS device"
_NEWCOMERS: Final = 0x6E6577  # "new"
_GATE: Final = 0x67617465  # "gate"


class Wanted(msgspec.Struct, frozen=True):
    """What shall be locked from the beginning, because an earlier attempt found it wanting."""

    devices: frozenset[int] = frozenset()
    buckets: frozenset[str] = frozenset()


NOTHING: Final = Wanted()


class NotLockedError(Exception):
    """Something was met that is not locked: nothing may be stored; to be done again with ``wanted``."""

    def __init__(self, wanted: Wanted) -> None:
        super().__init__(f"{len(wanted.devices)} devices and {len(wanted.buckets)} buckets are wanted")
        self.wanted = wanted


class Locks:
    """The locks of one transaction."""

    def __init__(self, driver: Driver, reader: Reader, wanted: Wanted) -> None:
        self._driver = driver
        self._reader = reader
        self._wanted = wanted
        self._devices: frozenset[int] = frozenset()
        self.buckets: dict[str, Bucket] = {}
        """The locked ones."""

    def take_replicas(self, devices: Iterable[int]) -> dict[int, Replica]:
        """Lock how far these devices have pushed, and return it for those that ever did."""
        self._devices = self._wanted.devices.union(devices) - {SERVER_DEVICE}
        replicas = self._reader.lock_replicas(self._devices) if self._devices else {}
        if self._driver.is_shared and len(replicas) < len(self._devices):
            # There is no row to lock yet; two requests of one new device must take turns all the same.
            new = sorted(self._devices - replicas.keys())
            self._driver.fetch(_LOCK_NEWCOMERS, _NEWCOMERS, new)
            replicas = self._reader.lock_replicas(self._devices)
        return replicas

    def take_states(self, pushes: Sequence[Push]) -> dict[str, State]:
        """Lock the buckets that the edits may change; return every record and root that the edits name."""
        edits = [edit for push in pushes for edit in push.edits if isinstance(edit, Edit)]
        roots = {edit.root for edit in edits}
        ids = {edit.id for edit in edits}.union(filter(is_id, roots))
        if not ids:
            return {}
        if not self._driver.is_shared:
            states = self._reader.states(ids)
            self.buckets = self._reader.buckets({state.bucket for state in states.values()})
            return states
        before = read_heads(self._driver, list({bucket for push in pushes for bucket in push.author.buckets}))
        states = self._reader.states(ids)
        self.buckets = self._reader.lock_buckets(find_buckets(edits, states) | self._wanted.buckets)
        if any(before.get(name) != bucket.head for name, bucket in self.buckets.items()):
            states = self._reader.states(ids)
        return states

    def take_buckets(self, names: Iterable[str]) -> None:
        """Lock these buckets, those that nobody has written to yet as well."""
        self.buckets = self._reader.lock_buckets(names)
        self.require(buckets=names)

    def pass_gate(self, draft: Draft) -> None:
        """Wait for whoever makes a record that is missing here, or keeps edits for want of one that is made here.

        NotLockedError where a missing one has come.
        """
        missing = {held.root for held in draft.held.values() if held is not None and held.waits_for({held.root})}
        missing.difference_update(draft.states)
        if not self._driver.is_shared or not (missing or draft.created):
            return
        lock = "pg_advisory_xact_lock" if missing else "pg_advisory_xact_lock_shared"
        self._driver.fetch(f"SELECT {lock}(?)", _GATE)
        if missing and self._reader.states(missing):
            raise NotLockedError(self._all())

    def holds(self, buckets: Iterable[str]) -> bool:
        """Tell whether all of these are locked."""
        return not self._driver.is_shared or self.buckets.keys() >= {*buckets}

    def require(self, devices: Iterable[int] = (), buckets: Iterable[str] = ()) -> None:
        """NotLockedError unless all of these are locked; a bucket that nobody has written to yet is locked now."""
        if not self._driver.is_shared:
            return
        unlocked = sorted({*buckets} - self.buckets.keys())
        if unlocked:
            # Nothing of them can have been read too early, and nobody waits for anything after this.
            bucket = self._reader.new_bucket()
            made = self._driver.fetch(_MAKE_BUCKETS, bucket.epoch, unlocked)
            self.buckets.update({name: bucket for (name,) in made})
        if not self._devices.issuperset({*devices} - {SERVER_DEVICE}) or not self.buckets.keys() >= {*buckets}:
            raise NotLockedError(self._all(devices, buckets))

    def _all(self, devices: Iterable[int] = (), buckets: Iterable[str] = ()) -> Wanted:
        return Wanted(self._devices.union(devices) - {SERVER_DEVICE}, self._wanted.buckets.union(self.buckets, buckets))


def find_buckets(edits: Iterable[Edit], states: Mapping[str, State]) -> set[str]:
    """Return the buckets that the edits may change, as far as one can tell without judging them."""
    buckets = set()
    for edit in edits:
        state, root = states.get(edit.id), states.get(edit.root)
        if state is not None:
            buckets.add(state.bucket)
        elif edit.root == SHARED_ROOT:
            buckets.add(SHARED)
        elif root is not None:
            buckets.add(person_bucket(root.id) if root.kind == "person" else root.bucket)
        if edit.id == edit.root:
            territory = edit.v.get("territory")
            if isinstance(territory, str) and is_id(territory):
                buckets.add(territory_bucket(territory))
    return buckets
