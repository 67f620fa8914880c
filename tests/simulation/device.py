"""Device: one model client with its storage, its clock and its session, as somebody uses it."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from random import Random
from typing import Any, Final, TypeAlias

import msgspec

from routebook_sync.entities import ENTITY_TYPES, EntityType, FieldType
from routebook_sync.entities.base import SHARED_ROOT
from routebook_sync.entities.person import Role
from routebook_sync.joins import Join
from routebook_sync.messages import (
    PROTOCOL,
    DeviceReport,
    Edit,
    Problem,
    ProblemCode,
    SyncReply,
    SyncRequest,
    read_reply,
)
from routebook_sync.record import Doc
from routebook_sync.replica.change import Change, Saved
from routebook_sync.replica.replica import Replica, World
from routebook_sync.replica.session import Session
from routebook_sync.replica.storage import Storage
from routebook_sync.replica.tables import Account, Schema, Tables
from simulation.house import SCHEMA, Answer
from simulation.ledger import Ledger
from simulation.market import id_of, resolve, root_of
from simulation.steps import Entry, Seat
from simulation.traces import Trace, TracedReplica


class DeviceCrash(BaseException):
    """The app is killed at this point."""


def _without(kinds: Mapping[str, EntityType], gone: set[str], fields: set[str]) -> dict[str, EntityType]:
    """Return the kinds of an older app: without some kinds, and without some fields wherever they are."""
    return {
        kind: msgspec.structs.replace(
            entity,
            fields={name: field for name, field in entity.fields.items() if name not in fields},
            inside=entity.inside - fields,
        )
        for kind, entity in kinds.items()
        if kind not in gone
    }


SCHEMAS: Final = {
    "now": Schema(SCHEMA, ENTITY_TYPES),
    "first": Schema("first", _without(ENTITY_TYPES, {"held_edit"}, {"cost", "cost_to_serve_12m"})),
    "old": Schema("old", _without(ENTITY_TYPES, {"deal"}, {"next_step", "tags", "snoozes", "city"})),
}
"""The versions of the app that a device may run."""


class _AnyFields(dict[str, FieldType]):
    """Fields of whatever name."""

    def get(self, name: str, default: Any = None) -> Any:
        """Return the field; one that nobody declared is a register."""
        return super().get(name) or FieldType(name, "any")


def _trusting(entity: EntityType) -> EntityType:
    fields = {
        name: msgspec.structs.replace(field, server=False, manager=False, required=False)
        for name, field in entity.fields.items()
    }
    return msgspec.structs.replace(entity, writers=frozenset(Role), fields=_AnyFields(fields))


TRUSTING: Final = Schema(SCHEMA, {kind: _trusting(entity) for kind, entity in ENTITY_TYPES.items()})
"""An app that checks nothing before it saves."""


class Sending(msgspec.Struct, frozen=True):
    """A request on its way."""

    request: SyncRequest
    body: bytes
    sent_ms: int
    """By the device's own clock."""
    number: int
    """Of the storage's requests."""


Watch: TypeAlias = Callable[["Device", SyncReply, list[Edit]], None]
"""Hears of every reply that a device took, with the edits that waited before."""


class Device:
    """One device of one person. Its storage outlives everything but ``lose``."""

    def __init__(self, name: str, seat: Seat, true_ms: Callable[[], int], ledger: Ledger, watch: Watch) -> None:
        self.name = name
        self.person = id_of(seat.person)
        self.role = Role.REP
        """As known since the last sign-in."""
        self.schema = seat.schema
        self.skew_ms = 0
        self.token = ""
        self.number = 0
        self.kept: tuple[Sending, Answer] | None = None
        """A reply that was held up, with its request."""
        self.stores = 0
        self.protocol = seat.protocol
        self.was_spoilt = False
        """Whether a row went wrong by itself, or another version of the app wrote rows."""
        self.trace: Trace | None = None
        """Where its acts are written down, if anywhere."""
        self._true_ms = true_ms
        self._ledger = ledger
        self._watch = watch
        self._random = Random(name)
        self._crash_after = 0
        self._writes = 0
        self._sendings = self._read_on = 0
        """How many requests it made, and which of them was the last that read on without verdicts (SPEC R42)."""
        self.lose()

    def now(self) -> int:
        """Return the time by the device's own clock."""
        return max(0, self._true_ms() + self.skew_ms)

    @property
    def store(self) -> tuple[str, int]:
        """Return what tells this storage from every other one."""
        return (self.name, self.stores)

    def lose(self) -> None:
        """Begin with an empty storage."""
        self._ledger.lose(self.store)
        self._end_trace()
        self.stores += 1
        self.storage = Storage(self._step)
        self.tables = Tables(self.storage)
        self.kept = None

    def _end_trace(self) -> None:
        if self.trace is not None:
            self.trace.end()

    def sign_in(self, token: str, number: int) -> None:
        """Take a session; the app opens with the device's number."""
        self.token, self.number = token, number
        self.open()

    def open(self, schema: str = "") -> None:
        """Start the app over whatever the storage holds; ``schema``: in another version."""
        if schema not in {"", self.schema}:
            self._end_trace()
            self.schema, self.protocol = schema, PROTOCOL
            # What the older app did not understand may have to be read again.
            self.was_spoilt = self.was_spoilt or len(self.tables.row) > 0
        account = Account(self.person, self.role, self.number)
        world = World(self.now, self._random.randbytes)
        self.replica = self._make(account, world)
        self.session = Session(self.replica)
        self.kept = None

    def _make(self, account: Account, world: World) -> Replica:
        if self.trace is None:
            return Replica(self.tables, account, SCHEMAS[self.schema], world)
        return TracedReplica(self.tables, account, SCHEMAS[self.schema], world, self.trace)

    # Crashes

    def _step(self) -> None:
        if self._crash_after:
            self._crash_after -= 1
            if self._crash_after == 0:
                raise DeviceCrash

    def _until_crash(self, after: int, work: Callable[[], bool]) -> bool:
        """Run ``work``; where the app dies after so many storage steps, open it again. False then."""
        self._crash_after = after
        try:
            return work()
        except DeviceCrash:
            self._crash_after = 0
            self.open()
            return False
        finally:
            self._crash_after = 0

    # Somebody at the screen

    def write(
        self,
        entries: list[Entry],
        *,
        together: bool = False,
        again: bool = False,
        crash: int = 0,
        unchecked: bool = False,
        takeover: bool = False,
    ) -> None:
        """Save what the entries say, in one call; nothing where one of them cannot be said here."""
        if unchecked and self.protocol == 1:
            return  # what it did not know could not be hidden from it
        changes = [change for entry in entries if (change := self._change(entry, entries)) is not None]
        if takeover and (not changes or len(changes) < len(entries)):
            self.open()
        elif len(changes) == len(entries):
            self.save(changes, together=together, again=again, crash=crash, unchecked=unchecked, takeover=takeover)

    def save(
        self,
        changes: list[Change],
        *,
        together: bool = False,
        again: bool = False,
        crash: int = 0,
        unchecked: bool = False,
        takeover: bool = False,
    ) -> bool:
        """Save changes and write down in the ledger what was stored; False if it was nothing.

        ``takeover``: whoever saves them dies in the end, if not before, and another one is asked to by the same key.
        """
        self._writes += 1
        key = f"{self.stores}:{self._writes}"
        before = set(self.tables.outbox)
        seen = {change.id: dict(self.visible(change.id) or {}) for change in changes}

        def call() -> bool:
            if unchecked:
                self._end_trace()
                self.replica.schema = TRUSTING
            return isinstance(self.replica.write(changes, key, together=together), Saved)

        self._until_crash(crash, call)
        if takeover:
            self.open()
        if again or takeover:
            call()
        self.replica.schema = SCHEMAS[self.schema]
        stored = [edit for edit in self.tables.unsent() if edit.n not in before]
        for change, edit in zip(changes, stored, strict=False):
            self._note(change, edit, seen[edit.id], unchecked=unchecked)
            seen[edit.id].update(edit.v)
        return bool(stored)

    def _note(self, change: Change, edit: Edit, seen: Mapping[str, Any], *, unchecked: bool) -> None:
        entity = ENTITY_TYPES.get(edit.kind)
        texts = {
            name: seen.get(name)
            for name, value in edit.v.items()
            if entity is not None and entity.join_of(name) is Join.TEXT and isinstance(value, str)
        }
        plus = {
            name: value["plus"]
            for name, value in change.v.items()
            if entity is not None and entity.join_of(name) is Join.COUNTER
        }
        entered = self._ledger.add(self.store, edit, texts, plus)
        entered.unchecked, entered.spoilt = unchecked, self.was_spoilt
        entered.out_of_sight = any(self._is_out_of_sight(place) for place in (edit.id, edit.root))

    def _is_out_of_sight(self, place: str) -> bool:
        """Tell whether a record is shown nowhere: deleted, or not on the device at all."""
        values = self.visible(place)
        return place != SHARED_ROOT and (values is None or values.get("deleted") is True)

    def visible(self, record_id: str) -> dict[str, Any] | None:
        """Return the values of a record as the screen shows them."""
        held = self.tables.row.get(record_id)
        return held.doc.v if held is not None else None

    def _change(self, entry: Entry, entries: list[Entry]) -> Change | None:
        record_id, root = resolve(f"@{entry.record}"), root_of(entry.root)
        values = self.visible(record_id)
        made_here = {other.record for other in entries if other.create}
        if (values is not None) if entry.create else (values is None and entry.record not in made_here):
            return None
        root_is_shown = root in {"shared", self.person, record_id} or self.visible(root) is not None
        if not (root_is_shown or entry.root in made_here):
            return None
        entity = self.replica.schema.kinds.get(entry.kind)
        if entity is None:
            return None
        v = {
            name: _new_text(str((values or {}).get(name) or ""), value) if _is_text(entity, name) else resolve(value)
            for name, value in entry.v.items()
        }
        return Change(entry.kind, record_id, root, v)

    def tamper(self, pick: int, how: str) -> None:
        """Let a confirmed row go wrong by itself."""
        rows = [(row_id, held) for row_id, held in self.tables.row.items() if row_id not in self.tables.shadow]
        if not rows or self.schema != "now" or self.protocol == 1:
            return  # another schema sums up otherwise, and the first protocol knew no checksums
        self.was_spoilt = True
        self._end_trace()
        row_id, held = rows[pick % len(rows)]
        broken = Doc({**held.doc.v, "name": "?"}, {stamp[:-1] + "v": names for stamp, names in held.doc.s.items()})
        match how:
            case "flip":
                changed = (row_id, msgspec.structs.replace(held, doc=broken))
                self.storage.transaction(lambda: self.tables.row.put(*changed))
            case "ghost":
                ghost = row_id[:-6] + "ghost0"
                self.storage.transaction(lambda: self.tables.row.put(ghost, held))
            case _:
                self.storage.transaction(lambda: self.tables.row.drop(row_id))

    def decide(self, pick: int, status: str) -> None:
        """Apply or discard a change that waits here for somebody to decide."""
        waiting = [
            (row_id, held.root)
            for row_id, held in self.tables.row.items()
            if held.kind == "held_edit" and held.doc.v.get("status") == "waiting" and "offer" not in held.doc.v
        ]
        if waiting:
            row_id, root = waiting[pick % len(waiting)]
            self.save([Change("held_edit", row_id, root, {"status": status})])

    def dismiss(self) -> None:
        """Take everything off the list of what needs a look."""
        for number in self.tables.attention:
            self.replica.dismiss(number)

    # The network

    def send(self, budget: int = 0) -> Sending:
        """Make the next request."""
        request = self.session.request(DeviceReport(version="simulated"))
        if self.protocol == 1:
            request = msgspec.structs.replace(request, protocol=1, view="", hold=[], again=[], verify=False, check={})
        if budget:
            request.budget = budget
        self._sendings += 1
        return Sending(request, msgspec.json.encode(request), self.now(), self._sendings)

    def take(self, sending: Sending, answer: Answer | None, *, crash: int = 0) -> bool:
        """Act on an answer, None for no answer; tell whether the device wants another round trip at once."""
        if answer is None:
            return self._until_crash(crash, lambda: self.session.take_unreachable(sending.request))
        try:
            if answer.status == HTTPStatus.OK:
                reply = read_reply(answer.body)
                if self.protocol == 1:
                    reply = msgspec.structs.replace(reply, view="", sums={}, repair={}, covered=0, lease=0)
                return self.take_reply(reply, sending, crash=crash)
            problem = msgspec.json.decode(answer.body, type=Problem)
        except (msgspec.DecodeError, UnicodeDecodeError):
            is_fault = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            take = self.session.take_fault if is_fault else self.session.take_unreachable
            return self._until_crash(crash, lambda: take(sending.request))
        if problem.code is ProblemCode.GAP:
            self._ledger.number_anew(self.store, self.tables.unsent())
        return self._until_crash(crash, lambda: self.session.take_problem(problem, sending.request))

    def has_other_rights_than(self, sending: Sending, answer: Answer) -> bool:
        """Tell whether the device knows of other grants, or another life of the server, than an answer held up says.

        Or has read on since, though it had heard no answer (SPEC R42), or given its edits other numbers (R46).

        One request at a time goes out, and its answer comes with it or never: so late none can be.
        """
        waiting = {edit.n: edit.at for edit in self.tables.unsent()}
        numbers = {at: n for n, at in waiting.items()}
        sent = [msgspec.json.decode(edit, type=Edit) for edit in sending.request.edits]
        is_numbered_anew = any(
            waiting.get(edit.n, edit.at) != edit.at or numbers.get(edit.at, edit.n) != edit.n for edit in sent
        )
        if sending.number < self._read_on or is_numbered_anew:
            return True
        held = self.cursors_of_now()
        if answer.status != HTTPStatus.OK:
            asked = sending.request.cursors
            return any(asked[bucket][0] != epoch for bucket, epoch in held.items() if bucket in asked)
        reply = read_reply(answer.body)
        lives = [reply.cursors[bucket][0] != epoch for bucket, epoch in held.items() if bucket in reply.cursors]
        return set(self.tables.meta.get("grants", ())) != set(reply.grants) or any(lives)

    def cursors_of_now(self) -> dict[str, int]:
        """Return the epoch of every bucket that the device reads."""
        return {bucket: reading.epoch for bucket, reading in self.tables.cursor.items()}

    def take_reply(self, reply: SyncReply, sending: Sending, *, crash: int = 0) -> bool:
        """Store a reply."""
        waited = self.tables.unsent()
        again = self._until_crash(
            crash, lambda: self.session.take_reply(reply, sending.request, sending.sent_ms, self.now())
        )
        if self.tables.number("unanswered"):
            self._read_on = sending.number
        if self.tables.meta.get("grants") is reply.grants:  # else the app died before it was stored
            self._watch(self, reply, waited)
        return again


def _is_text(entity: EntityType, name: str) -> bool:
    return entity.join_of(name) is Join.TEXT


def _new_text(text: str, instruction: Any) -> Any:
    """Return what somebody makes of a text: a word more, less or another one; anything else is put in its place."""
    words = text.split()
    match instruction:
        case ["append", word]:
            return " ".join([*words, word])
        case ["prepend", word]:
            return " ".join([word, *words])
        case ["swap", place, word] if words:
            words[place % len(words)] = word
            return " ".join(words)
        case ["drop", place] if words:
            del words[place % len(words)]
            return " ".join(words)
        case [_, *_]:
            return text
    return instruction
