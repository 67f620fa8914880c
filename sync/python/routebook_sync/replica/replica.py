"""Replica: one person's store on one device. Methods are synchronous; each that writes is one transaction."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from routebook_sync.clock import offset_from_reply
from routebook_sync.identifier import RANDOM_BYTES, new_id
from routebook_sync.messages import FIRST_BUDGET, MAX_EDITS, PROTOCOL, DeviceReport, SyncReply, SyncRequest
from routebook_sync.replica.applying import Applying
from routebook_sync.replica.aside import set_aside
from routebook_sync.replica.change import Change, Refused, Saved
from routebook_sync.replica.checks import Checks
from routebook_sync.replica.cursors import Asked, seen_before
from routebook_sync.replica.numbering import adopt_device, offer_again, renumber
from routebook_sync.replica.portion import Portion, portion_of
from routebook_sync.replica.restamp import raises_counter
from routebook_sync.replica.rows import Rows
from routebook_sync.replica.tables import NOWHERE, Account, Schema, Tables
from routebook_sync.replica.writing import WriteContext, write_changes

MAX_PUSH_BYTES: Final = 1024 * 1024
"""Bytes of edits in one request; the server takes 4 MiB, the rest is left to the envelope and to slow networks."""
VERIFY_EVERY_MS: Final = 6 * 3_600_000
"""How often the checksum of every bucket is compared, beside at the start and after every page (SPEC R63)."""


class World(msgspec.Struct, frozen=True):
    """What a replica needs from outside."""

    now: Callable[[], int]
    """Milliseconds since 1970 UTC by the device's own clock."""
    random: Callable[[int], bytes]
    """So many random bytes."""


class Replica:
    """A store that was opened: over new tables, or over some that another replica left in whatever state."""

    def __init__(self, tables: Tables, account: Account, schema: Schema, world: World) -> None:
        self.account = account
        self.schema = schema
        self.tables = tables
        self._storage = tables.storage
        self._world = world
        known = tables.meta.get("schema")
        if known is not None and known != schema.hash:
            self._storage.transaction(self._rebuild)
        self._checks = Checks(tables, schema)
        self._is_unverified = True
        self._storage.transaction(self._begin)

    def now(self) -> int:
        """Return milliseconds since 1970 UTC by the server's clock."""
        return self._world.now() + self.tables.number("offset")

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

    def waits_beyond(self, n: int) -> bool:
        """Tell whether an edit waits whose number is above ``n``."""
        return max(self.tables.outbox, default=0) > n

    @property
    def budget(self) -> int:
        """The byte budget that worked last (SPEC R56)."""
        return self.tables.number("budget", FIRST_BUDGET)

    def set_budget(self, size: int) -> None:
        """Keep a byte budget."""
        self._storage.transaction(lambda: self.tables.meta.put("budget", size))

    @property
    def is_suspect(self) -> bool:
        """Whether a bucket differs from the server's and the next request can say where (SPEC R64)."""
        return self._checks.is_ready

    @property
    def is_wipe_due(self) -> bool:
        """Whether the server has asked for a wipe and nothing unsent stands against it any more (SPEC R58)."""
        return self.tables.number("wiping") == 1 and self.waiting == 0

    def cursors(self) -> dict[str, list[int]]:
        """Return how far each bucket has been read."""
        return {bucket: [reading.epoch, reading.seq] for bucket, reading in self.tables.cursor.items()}

    def request(self, report: DeviceReport, share: float = 1) -> SyncRequest:
        """Return the next request (SPEC R50).

        ``share`` of 1 sends as many edits as allowed, a smaller one fewer, down to one edit or one group; 0 sends none.
        """
        tables, number = self.tables, self.tables.number
        portion = Portion([], [], [])
        if share:
            portion = portion_of(tables.waiting(), max(1, int(MAX_EDITS * share)), MAX_PUSH_BYTES * share)
        check = self._storage.transaction(self._checks.tell)
        cursors = self.cursors()
        is_due = self.now() - number("verified") >= VERIFY_EVERY_MS
        return SyncRequest(
            protocol=PROTOCOL,
            schema=self.schema.hash,
            device=self.account.device,
            now=self._world.now(),
            edits=[msgspec.Raw(msgspec.json.encode(edit)) for edit in portion.edits],
            cursors=cursors,
            ack=number("ack"),
            budget=self.budget,
            report=msgspec.structs.replace(
                report,
                waiting=self.waiting - len(portion.edits),
                offset=number("offset"),
                resets=number("resets"),
                repairs=number("repairs"),
            ),
            view=tables.meta.get("view") or "",
            hold=portion.hold,
            again=portion.again,
            verify=self._is_unverified or self._checks.is_unsettled or is_due or bool(check),
            check=check,
            seen=seen_before(tables.meta.get("seen") or {}, cursors) if portion.edits else {},
        )

    def apply(self, reply: SyncReply, sent_ms: int, received_ms: int, asked: Asked | None = None) -> None:
        """Store what a reply brought; ``sent_ms`` and ``received_ms`` by the device's own clock.

        ``asked`` is from where the request that it answers read on; left out, from where one would that is made now.
        """
        start = asked or Asked(self.cursors(), self.tables.meta.get("view") or "")
        # The server has more edits of this device than this store ever made: it is a new one (SPEC R40).
        if reply.pushed > self.tables.number("edits"):
            self._storage.transaction(lambda: renumber(self.tables, reply.pushed + 1))
        known = self.tables.meta.get("offset")
        offset = offset_from_reply(reply.now, sent_ms, received_ms, None if known is None else int(known))
        self._storage.transaction(
            lambda: Applying(self.tables, self.schema, self.account, reply, self._checks, asked=start).run(offset)
        )
        # Every checksum has been compared once the answer to a request that asked for them all has nothing to follow.
        if not reply.more and len(reply.sums) >= len(reply.grants):
            self._is_unverified = False
            self._put("verified", reply.now)
        self._index_when_complete()

    def close_gap(self, expected: int) -> None:
        """Count from ``expected`` (SPEC R40, gap): a restored server asks for what it once acknowledged (SPEC R48)."""
        if expected <= self.tables.number("ack"):
            self._storage.transaction(lambda: offer_again(self.tables, self.schema, self.account.device, expected - 1))
        else:
            self._storage.transaction(lambda: renumber(self.tables, expected))

    def hold(self, numbers: Sequence[int]) -> None:
        """Let the server keep these edits without looking at them: it fails on them (SPEC R46)."""

        def work() -> None:
            for n in numbers:
                waiting = self.tables.outbox.get(n)
                if waiting is not None:
                    self.tables.outbox.put(n, msgspec.structs.replace(waiting, hold=True))

        self._storage.transaction(work)

    @property
    def may_read_on(self) -> bool:
        """Tell whether rows may come before the verdicts on what waits (SPEC R42).

        Once they are there, a counter no longer tells what it stood at.
        """
        kinds = self.schema.kinds
        return not any(
            one.counted is None and raises_counter(kinds.get(one.edit.kind), one.edit) for one in self.tables.waiting()
        )

    def set_aside(self, *, rotates: bool) -> bool:
        """Let what does not get through step behind the rest; tell whether there is any (SPEC R46).

        Where there is none, ``rotates`` lets the next such edit have its turn.
        """
        return self._storage.transaction(lambda: set_aside(self.tables, rotates=rotates))

    def work_off(self) -> None:
        """Do what can wait: audit everything once a day."""
        if self.tables.number("indexed") and self._storage.transaction(lambda: self._checks.patrol(self.now())):
            self._is_unverified = True

    def _index_when_complete(self) -> None:
        """The first load is there: every checksum is fresh."""
        grants = self.tables.meta.get("grants")
        if self.tables.number("indexed") or grants is None:
            return
        readings = [self.tables.cursor.get(bucket) for bucket in grants]
        if all(reading is not None and reading.complete for reading in readings):
            self._put("indexed", 1)
            self._put("audited", self.now())

    def _begin(self) -> None:
        if self.tables.number("device", self.account.device) != self.account.device:
            adopt_device(self.tables, self.schema, self.account.device)
        self._put_now("device", self.account.device)
        self._put_now("schema", self.schema.hash)

    def _rebuild(self) -> None:
        """Another version of the app declares the entities otherwise: the same row may sum up otherwise."""
        rows = Rows(self.tables, self.schema)
        for record_id, held in self.tables.row.items():
            doc = self.tables.confirmed(record_id, held)
            is_known = held.kind in self.schema.kinds
            if doc is None or held.bucket == NOWHERE:
                row = msgspec.structs.replace(held, sum=None)
            else:
                row = rows.confirmed(record_id, held, doc)
            if is_known:
                rows.put(record_id, msgspec.structs.replace(row, round=held.round))
            elif doc is None:
                rows.drop(record_id)
            else:
                rows.put(record_id, msgspec.structs.replace(row, round=held.round, doc=doc))
        self._put_now("schema", self.schema.hash)

    def _put_now(self, name: str, value: Any) -> None:
        if self.tables.meta.get(name) != value:
            self.tables.meta.put(name, value)

    def _put(self, name: str, value: Any) -> None:
        self._storage.transaction(lambda: self.tables.meta.put(name, value))
