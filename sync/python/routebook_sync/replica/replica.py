"""Replica: one person's store on one device. Methods are synchronous; each that writes is one transaction."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from routebook_sync import base32
from routebook_sync.clock import DEVICE_WIDTH, offset_from_reply
from routebook_sync.identifier import RANDOM_BYTES, new_id
from routebook_sync.messages import FIRST_BUDGET, MAX_EDITS, PROTOCOL, DeviceReport, Edit, SyncReply, SyncRequest
from routebook_sync.replica.applying import apply_reply
from routebook_sync.replica.change import Change, Refused, Saved
from routebook_sync.replica.storage import Storage
from routebook_sync.replica.tables import Account, Schema, Tables
from routebook_sync.replica.writing import WriteContext, show_unsent, write_changes

MAX_PUSH_BYTES: Final = 1024 * 1024
"""Bytes of edits in one request; the server takes 4 MiB, the rest is left to the envelope and to slow networks."""


class World(msgspec.Struct, frozen=True):
    """What a replica needs from outside."""

    now: Callable[[], int]
    """Milliseconds since 1970 UTC by the device's own clock."""
    random: Callable[[int], bytes]
    """So many random bytes."""


class Replica:
    """A store that was opened: over a new ``storage``, or over one that another replica left in whatever state."""

    def __init__(self, storage: Storage, tables: Tables, account: Account, schema: Schema, world: World) -> None:
        self.account = account
        self.schema = schema
        self.tables = tables
        self._storage = storage
        self._world = world
        known = tables.meta.get("schema")
        if known is not None and known.hash != schema.hash:
            storage.transaction(self._rebuild)
        if tables.meta.get("device") not in {None, account.device}:
            self._adopt_device()
        storage.transaction(self._put_identity)

    def now(self) -> int:
        """Return milliseconds since 1970 UTC by the server's clock."""
        return self._world.now() + self.number("offset")

    def number(self, name: str, otherwise: int = 0) -> int:
        """Return a named number of the store."""
        found = self.tables.meta.get(name)
        return otherwise if found is None else int(found)

    # Screens

    def write(self, changes: Sequence[Change], key: str, *, together: bool = False) -> Saved | Refused:
        """Save changes or refuse them; the same ``key`` again gives the same answer."""
        group = self.new_id() if together else ""
        context = WriteContext(self.account, self.schema, self.now(), key, group)
        return self._storage.transaction(lambda: write_changes(self.tables, changes, context))

    def dismiss(self, attention: int) -> None:
        """Take something off the list of what needs a look."""
        self._storage.transaction(lambda: self.tables.attention.drop(attention))

    def new_id(self) -> str:
        """Return a new id."""
        return new_id(self.now(), self._world.random(RANDOM_BYTES))

    # Synchronisation

    @property
    def waiting(self) -> int:
        """Edits saved and not yet acknowledged."""
        return len(self.tables.outbox)

    @property
    def budget(self) -> int:
        """The byte budget that worked last (SPEC R56)."""
        return self.number("budget", FIRST_BUDGET)

    @budget.setter
    def budget(self, size: int) -> None:
        self._put("budget", size)

    def cursors(self) -> dict[str, list[int]]:
        """Return how far each bucket has been read."""
        return {bucket: [reading.epoch, reading.seq] for bucket, reading in self.tables.cursor.items()}

    def unsent(self, limit: int, size: float) -> list[Edit]:
        """Return the oldest edits that wait, as many as one request takes; at least one if there is any."""
        edits: list[Edit] = []
        for edit in self.tables.unsent()[:limit]:
            size -= len(msgspec.json.encode(edit))
            if edits and size < 0:
                break
            edits.append(edit)
        return edits

    def request(self, report: DeviceReport, share: float = 1) -> SyncRequest:
        """Return the next request (SPEC R50); ``share`` of 1 sends as many edits as allowed, a smaller one fewer."""
        edits = self.unsent(max(1, int(MAX_EDITS * share)), MAX_PUSH_BYTES * share)
        return SyncRequest(
            protocol=PROTOCOL,
            schema=self.schema.hash,
            device=self.account.device,
            now=self._world.now(),
            edits=[msgspec.Raw(msgspec.json.encode(edit)) for edit in edits],
            cursors=self.cursors(),
            ack=self.number("ack"),
            budget=self.budget,
            report=msgspec.structs.replace(report, waiting=self.waiting - len(edits)),
            view=self.tables.meta.get("view") or "",
        )

    def apply(self, reply: SyncReply, sent_ms: int, received_ms: int) -> None:
        """Store what a reply brought; ``sent_ms`` and ``received_ms`` by the device's own clock."""
        # The server has more edits of this device than this store ever made: it is a new one (SPEC R40).
        if reply.pushed > self.number("edits"):
            self.renumber(reply.pushed + 1)
        offset = offset_from_reply(reply.now, sent_ms, received_ms)
        self._storage.transaction(lambda: apply_reply(self.tables, self.schema, reply, offset))

    def renumber(self, first: int) -> None:
        """Give the waiting edits contiguous numbers from ``first``, which the server expects (SPEC R40, gap)."""
        self._replace_unsent(first, lambda edit: edit)

    def wipe(self) -> None:
        """Drop every record, keeping the edits not yet sent (SPEC R58)."""
        self._storage.transaction(self._wipe)

    def _wipe(self) -> None:
        unsent = {edit.id for edit in self.tables.outbox.values()}
        for record_id in self.tables.row:
            if record_id not in unsent:
                self.tables.row.drop(record_id)
        self.tables.cursor.clear()
        self.tables.sent.clear()
        self.tables.attention.clear()

    def _adopt_device(self) -> None:
        """Number anew for another device number: it counts from 1, and its stamps are taken only with that number."""
        own = base32.encode(self.account.device, DEVICE_WIDTH)
        self._replace_unsent(1, lambda edit: msgspec.structs.replace(edit, at=edit.at[:-DEVICE_WIDTH] + own))

    def _replace_unsent(self, first: int, change: Callable[[Edit], Edit]) -> None:
        def work() -> None:
            edits = [change(edit) for edit in self.tables.unsent()]
            self.tables.outbox.clear()
            for n, edit in enumerate(edits, first):
                self.tables.outbox.put(n, msgspec.structs.replace(edit, n=n))
            self.tables.meta.put("edits", first + len(edits) - 1)
            self.tables.meta.put("ack", first - 1)
            # What is shown has the stamps of the edits as they are now.
            for record_id in {edit.id: None for edit in edits}:
                show_unsent(self.tables, self.schema, record_id)

        self._storage.transaction(work)

    def _put_identity(self) -> None:
        self.tables.meta.put("device", self.account.device)
        self.tables.meta.put("schema", self.schema)

    def _put(self, name: str, value: Any) -> None:
        self._storage.transaction(lambda: self.tables.meta.put(name, value))

    def _rebuild(self) -> None:
        """Let go of kinds that are gone; where one is new its rows were passed over, so everything is read again."""
        before: Schema = self.tables.meta["schema"]
        for record_id, held in self.tables.row.items():
            if held.kind not in self.schema.kinds:
                self.tables.row.drop(record_id)
        if set(self.schema.kinds) - set(before.kinds):
            for bucket, reading in self.tables.cursor.items():
                self.tables.cursor.put(bucket, msgspec.structs.replace(reading, seq=0))
        self.tables.meta.put("schema", self.schema)
