"""Traces: what a simulated device did and was answered, for the app's own engine to do the same (``replay.ts``)."""

import base64
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import msgspec

from routebook_sync.clock import ms_from_stamp
from routebook_sync.identifier import RANDOM_BYTES
from routebook_sync.messages import DeviceReport, Edit, Loser, SyncReply, SyncRequest
from routebook_sync.record import Doc
from routebook_sync.replica.change import Change, Refused, Saved
from routebook_sync.replica.cursors import Asked
from routebook_sync.replica.replica import Replica, World
from routebook_sync.replica.tables import Account, Schema, Tables

T = TypeVar("T")
_META: Final = (
    "edits", "ack", "stamp", "offset", "contact", "view", "round", "resets", "repairs", "verified", "audited",
    "covered", "budget",
)  # fmt: skip


class Moment(msgspec.Struct, frozen=True):
    """One event on a device, and what it left."""

    event: dict[str, Any]
    told: Any
    """What the store answered."""
    held: dict[str, Any]
    """Everything that a crash would leave."""


class Trace:
    """The moments of one storage, up to the first that cannot be replayed."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self.is_over = False

    def end(self) -> None:
        """Write down no more: what follows is not of this storage, or was no act of the store."""
        self.is_over = True


class TracedReplica(Replica):
    """A replica that writes down what it does."""

    def __init__(self, tables: Tables, account: Account, schema: Schema, world: World, trace: Trace) -> None:
        self._trace = trace
        self._drawn = b""
        self._now_ms = world.now
        self._random = world.random
        self._opening = {"do": "open", "account": {**msgspec.to_builtins(account), "name": "Somebody"}}
        self._note(
            self._opening,
            lambda: super(TracedReplica, self).__init__(tables, account, schema, World(world.now, self._draw)),
            tables,
        )

    def _draw(self, count: int) -> bytes:
        self._drawn = self._random(count)
        return self._drawn

    def _note(self, event: dict[str, Any], work: Callable[[], T], tables: Tables | None = None) -> T:
        if self._trace.is_over:
            return work()
        tables = tables or self.tables
        moment = {**event, "now": self._now_ms()}
        before = state_of(tables)
        try:
            done = work()
        except BaseException:
            # A crash in the middle of a transaction left nothing; one between two is no single act of the store.
            if state_of(tables) != before:
                self._trace.end()
            raise
        if event["do"] == "write":
            moment["random"] = base64.b64encode(self._drawn or bytes(RANDOM_BYTES)).decode()
        self._trace.moments.append(Moment(moment, _told(done), state_of(tables)))
        return done

    def write(self, changes: Sequence[Change], key: str, *, together: bool = False) -> Saved | Refused:
        """See ``Replica``."""
        event = {"do": "write", "changes": msgspec.to_builtins(changes), "key": key, "together": together}
        return self._note(event, lambda: super(TracedReplica, self).write(changes, key, together=together))

    def dismiss(self, attention: int) -> None:
        """See ``Replica``."""
        self._note({"do": "dismiss", "attention": attention}, lambda: super(TracedReplica, self).dismiss(attention))

    def request(self, report: DeviceReport, share: float = 1) -> SyncRequest:
        """See ``Replica``."""
        return self._note({"do": "request", "share": share}, lambda: super(TracedReplica, self).request(report, share))

    def apply(self, reply: SyncReply, sent_ms: int, received_ms: int, asked: Asked | None = None) -> None:
        """See ``Replica``."""
        told = {} if asked is None else {"asked": msgspec.to_builtins(asked)}
        event = {"do": "apply", "reply": msgspec.to_builtins(reply), "sent": sent_ms, **told}
        self._note(event, lambda: super(TracedReplica, self).apply(reply, sent_ms, received_ms, asked))

    def close_gap(self, expected: int) -> None:
        """See ``Replica``."""
        self._note({"do": "gap", "expected": expected}, lambda: super(TracedReplica, self).close_gap(expected))

    def hold(self, numbers: Sequence[int]) -> None:
        """See ``Replica``."""
        self._note({"do": "hold", "numbers": list(numbers)}, lambda: super(TracedReplica, self).hold(numbers))

    def set_aside(self, *, rotates: bool) -> bool:
        """See ``Replica``."""
        event = {"do": "aside", "rotates": rotates}
        return self._note(event, lambda: super(TracedReplica, self).set_aside(rotates=rotates))

    def work_off(self) -> None:
        """See ``Replica``."""
        self._note({"do": "work"}, super().work_off)

    def set_budget(self, size: int) -> None:
        """See ``Replica``."""
        self._note({"do": "budget", "bytes": size}, lambda: super(TracedReplica, self).set_budget(size))


def _told(done: Any) -> Any:
    if isinstance(done, Saved):
        return done.edits
    if isinstance(done, SyncRequest):
        request = msgspec.json.decode(msgspec.json.encode(done))
        report = request.pop("report", {})
        told = {name: report.get(name, 0) for name in ("waiting", "resets", "repairs")}
        # The app writes these even where they are what the wire leaves out.
        whole = {"edits": [], "cursors": {}, "ack": 0, "budget": done.budget, "report": told}
        return {name: value for name, value in {**whole, **request}.items() if name != "schema"}
    return None


def state_of(tables: Tables) -> dict[str, Any]:
    """Return everything that a store holds, in the form that ``pwa/headless/replay.ts`` gives it."""
    return {
        "row": {
            row_id: {
                "kind": held.kind, "root": held.root, "bucket": held.bucket, "home": held.home, "doc": _doc(held.doc),
                "sum": held.sum, "round": held.round,
            }
            for row_id, held in tables.row.items()
        },
        "shadow": [
            {"id": row_id, "kind": shadow.kind, "doc": None if shadow.doc is None else _doc(shadow.doc)}
            for row_id, shadow in sorted(tables.shadow.items())
        ],
        "outbox": [
            {"edit": _edit(waiting.edit), "verdict": waiting.before, "hold": int(waiting.hold)}
            for waiting in tables.waiting()
        ],
        "kept": [
            {"device": device, "n": n, "edit": _edit(kept.edit), "verdict": kept.verdict, "at": kept.at}
            for (device, n), kept in sorted(tables.kept.items())
        ],
        "cursor": [
            {
                "bucket": bucket, "epoch": reading.epoch, "seq": reading.seq, "complete": int(reading.complete),
                "round": reading.round, "sweep": int(reading.sweep), "suspect": int(reading.suspect),
            }
            for bucket, reading in sorted(tables.cursor.items())
        ],
        "total": [
            {"bucket": bucket, "checksum": checksum, "rows": rows}
            for bucket, (checksum, rows) in sorted(tables.total.items())
            if rows
        ],
        "attention": [
            {
                "verdict": noted.verdict.value, "code": noted.code, "field": noted.field, "kind": noted.edit.kind,
                "id": noted.edit.id, "root": noted.edit.root, "edit": noted.edit.v,
                "losers": [_loser(loser) for loser in noted.losers], "at": noted.at, "stamp": noted.edit.at,
            }
            for _number, noted in sorted(tables.attention.items())
        ],
        "sent": [
            {
                "kind": sent.edit.kind, "id": sent.edit.id, "root": sent.edit.root, "verdict": sent.verdict.value,
                "at": sent.at,
            }
            for _number, sent in sorted(tables.sent.items())
        ],
        "meta": {name: str(tables.meta[name]) for name in _META if name in tables.meta},
    }  # fmt: skip


def _doc(doc: Doc) -> dict[str, Any]:
    return {"v": doc.v, "s": doc.s}


def _edit(edit: Edit) -> Any:
    return msgspec.to_builtins(edit)


def _loser(loser: Loser) -> dict[str, Any]:
    at = ms_from_stamp(loser.at)
    return {"field": loser.field, "value": loser.value, "at": at, "person": loser.person, "winner": loser.winner}
